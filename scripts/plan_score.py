"""How well plans are read, in one table for each set: `make score`, or `make score COUNT=500`.

First the founding documents with their own scorer, where both lie beside the checkout; then generated plans, whose
answers are known, on seeds that no test uses. Exits 1 when a bar is missed.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from planreader import read_text
from planreader.chars import clean, fold
from tests.planreader.generator import make_plan
from tests.planreader.scoring import Count, compare

ROOT = Path(__file__).parents[1]
FOUNDING = ROOT.parent / "shared" / "plans"
FIRST_SEED = 500_000
BARS = {
    "slogans": 0.95,
    "theme_messages": 0.90,
    "anniversaries": 0.95,
    "activities": 0.80,
    "activity_dates": 0.85,
    "assignments": 0.85,
    "quotas": 0.80,
    "report_deadlines": 0.90,
    "other_deadlines": 0.75,
    "header": 0.95,
}
Counts = dict[str, Count]


def main(count: int) -> int:
    founding = _founding()
    print(f"\n{count} generated plans, seeds from {FIRST_SEED}")
    rows, invented, slowest = _generated(count)
    total = _sum(rows.values())
    _print_table(rows, total)
    short = [name for name, bar in BARS.items() if total[name].f1 < bar]
    print(f"not in the document: {invented}; slowest plan: {slowest:.2f} s")
    print(f"short of the bar: {', '.join(short)}" if short else "every bar is met")
    return 1 if founding or short or invented else 0


def _founding() -> int:
    """The exit code of their scorer; 0 where they are not at hand."""
    scorer = FOUNDING / "score.py"
    if not scorer.is_file() or not (FOUNDING / "seen").is_dir():
        print("The founding documents are not beside this checkout: left out.")
        return 0
    print("Founding documents", flush=True)
    command = [sys.executable, str(scorer), str(FOUNDING / "seen"), "--", sys.executable, "-m", "planreader"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _generated(count: int) -> tuple[dict[str, Counts], int, float]:
    """Counts by kind of document, how many texts were invented, and the seconds of the slowest plan."""
    rows: dict[str, Counts] = defaultdict(lambda: defaultdict(Count))
    invented, slowest = 0, 0.0
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        text, gold = make_plan(seed)
        begun = time.perf_counter()
        got = read_text(text, today=dt.date(int(gold["year"]), 3, 1)).as_json()
        slowest = max(slowest, time.perf_counter() - begun)
        for name, found in compare(gold, got).items():
            rows[gold["layout"]["kind"]][name] += found
        invented += _invented(text, got)
    return rows, invented, slowest


def _invented(text: str, got: dict[str, Any]) -> int:
    """Texts that do not stand in the plan word for word. Numbers of pages stand between its lines, not in them."""
    body = _words("\n".join(line for line in text.split("\n") if not line.strip().isdecimal()))
    said = [item["text"] for name in ("slogans", "theme_messages", "quotas") for item in got[name]]
    said += [item["text"] for name in ("report_deadlines", "other_deadlines") for item in got[name]]
    said += [task["text"] for unit in got["assignments"] for task in unit["tasks"]]
    return sum(f" {_words(one)} " not in f" {body} " for one in said)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(clean(text))))


def _sum(rows: Any) -> Counts:
    total: Counts = defaultdict(Count)
    for row in rows:
        for name, found in row.items():
            total[name] += found
    return total


def _print_table(rows: dict[str, Counts], total: Counts) -> None:
    print(f"{'':12}" + "".join(f"{name[:9]:>10}" for name in BARS))
    for label, row in [*sorted(rows.items()), ("TOTAL", total)]:
        cells = (row[name] for name in BARS)
        print(f"{label:12}" + "".join(f"{_f1(cell):>10}" for cell in cells))
    print(f"{'bar':12}" + "".join(f"{bar:10.2f}" for bar in BARS.values()))


def _f1(count: Count) -> str:
    """A dash where there was nothing to find and nothing was said."""
    return f"{count.f1:.3f}" if count.hit + count.extra + count.missed else "-"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
