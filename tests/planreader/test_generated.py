"""The reader against plans that nobody tuned it on: invented offices, every layout, the answers known."""

import datetime as dt
import json
import re
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import pytest
from docx import Document

from planreader import read_text
from planreader.files import word
from tests.planreader import generator
from tests.planreader.generator import make_plan, without_marks
from tests.planreader.generator_parts import Gold
from tests.planreader.made import data_table, word_bytes
from tests.planreader.scoring import Count, compare

SEEDS = range(1000, 1040)
BARS = {
    "slogans": 0.97,
    "theme_messages": 0.98,
    "anniversaries": 0.95,
    "activities": 0.98,
    "activity_dates": 0.97,
    "assignments": 0.95,
    "quotas": 0.97,
    "report_deadlines": 0.95,
    "other_deadlines": 0.95,
    "header": 0.98,
}
"""What forty fresh seeds reach, rounded down. Days inside a slogan broken over two lines are still missed."""


@pytest.fixture(scope="module")
def scores() -> dict[str, Count]:
    total: dict[str, Count] = defaultdict(Count)
    for seed in SEEDS:
        text, gold = make_plan(seed)
        got = read_text(text, today=dt.date(int(gold["year"]), 3, 1)).as_json()
        for name, count in compare(gold, got).items():
            total[name] += count
    return total


@pytest.mark.parametrize("field", BARS)
def test_forty_unseen_plans_are_read_at_least_this_well(scores: dict[str, Count], field: str) -> None:
    assert scores[field].f1 >= BARS[field], scores[field]


@pytest.mark.parametrize("seed", [2, 10, 21, 29, 38])
def test_a_plan_in_word_says_what_its_text_says(seed: int) -> None:
    """Tables of the text become tables of Word, each line a paragraph."""
    plan, _ = make_plan(seed)
    document = Document()
    for is_table, group in groupby(plan.split("\n"), key=lambda line: line.startswith("|")):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in group]
        if is_table:
            data_table(document, [row for row in rows if set("".join(row)) != {"-"}])
        else:
            for row in rows:
                document.add_paragraph("|".join(row))
    today = dt.date(2027, 3, 1)
    from_word = read_text(word.text(word_bytes(document)), today=today).as_json()
    assert _facts(from_word) == _facts(read_text(plan, today=today).as_json())


def _facts(reading: Gold) -> list[object]:
    """Without the sources: their line numbers count other lines."""
    slogans = [s["text"] for s in reading["slogans"]]
    work = [(a["title"], a["start"], a["end"], a["responsible"]) for a in reading["activities"]]
    due = [(d["deadline"], d["recurrence"]) for d in reading["report_deadlines"] + reading["other_deadlines"]]
    return [slogans, work, due, [q["quantity"] for q in reading["quotas"]], reading["number"], reading["issuing_org"]]


def test_a_seed_prints_the_same_plan_every_time() -> None:
    assert make_plan(7) == make_plan(7)


@pytest.mark.parametrize("seed", range(40))
def test_every_answer_stands_in_its_plan_word_for_word(seed: int) -> None:
    """What holds for the reader holds for the answers: else it would be judged by words nobody printed."""
    text, gold = make_plan(seed)
    if gold["layout"]["noise"] == "wrapped":
        text = " ".join(line for line in text.split("\n") if not line.isdecimal())
    body = " ".join(without_marks(text).replace("\u200b", "").lower().split())
    said = [*gold["slogans"], *(t["text"] for t in gold["theme_messages"])]
    for name in ("quotas", "report_deadlines", "other_deadlines"):
        said += [item["text"] for item in gold[name]]
    said += [task for unit in gold["assignments"] for task in unit["tasks"]]
    missing = [s for s in said if " ".join(without_marks(s).lower().split()) not in body]
    assert not missing
    titles = {word for a in gold["activities"] for word in without_marks(a["title"]).lower().split()}
    assert titles <= set(re.split(r"[\s|:.;]+", body)), "a title may be put together from the plan's own words"


def test_the_seeds_cover_every_layout() -> None:
    ways = defaultdict(set)
    for seed in range(300):
        for what, way in make_plan(seed)[1]["layout"].items():
            ways[what].add(way)
    assert ways["kind"] == {"plan", "dispatch", "amendment", "results", "chat"}
    assert {len(ways[w]) for w in ("slogans", "activities", "noise")} == {9, 8, 5}
    assert len(ways["numbering"]) > 10


def test_plans_are_written_beside_their_answers_for_scoring(tmp_path: Path) -> None:
    generator.main(tmp_path, 3)
    label, _, text = (tmp_path / "generated-00002.txt").read_text(encoding="utf-8").partition("\n")
    gold = json.loads((tmp_path / "generated-00002.json").read_text(encoding="utf-8"))
    assert label.startswith("GENERATED")
    assert text == make_plan(2)[0]
    assert gold == json.loads(json.dumps(make_plan(2)[1]))
