"""The reader against plans that nobody tuned it on: invented offices, every layout, the answers known."""

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path

import pytest

from planreader import read_text
from tests.planreader import generator
from tests.planreader.generator import make_plan, without_marks
from tests.planreader.scoring import Count, compare

SEEDS = range(1000, 1040)
BARS = {
    "slogans": 0.97,
    "theme_messages": 0.97,
    "anniversaries": 0.97,
    "activities": 0.95,
    "activity_dates": 0.90,
    "assignments": 0.90,
    "quotas": 0.90,
    "report_deadlines": 0.92,
    "other_deadlines": 0.90,
    "header": 0.97,
}


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


def test_a_seed_prints_the_same_plan_every_time() -> None:
    assert make_plan(7) == make_plan(7)


@pytest.mark.parametrize("seed", range(40))
def test_every_answer_stands_in_its_plan_word_for_word(seed: int) -> None:
    """What holds for the reader holds for the answers: else it would be judged by words nobody printed."""
    text, gold = make_plan(seed)
    if gold["layout"]["noise"] == "wrapped":
        text = " ".join(line for line in text.split("\n") if not line.isdecimal())
    body = " ".join(without_marks(text).replace("\u200b", "").lower().split())
    said = [*gold["slogans"], *(t["text"] for t in gold["theme_messages"]), *(a["title"] for a in gold["activities"])]
    for name in ("quotas", "report_deadlines", "other_deadlines"):
        said += [item["text"] for item in gold[name]]
    said += [task for unit in gold["assignments"] for task in unit["tasks"]]
    missing = [s for s in said if " ".join(without_marks(s).lower().split()) not in body]
    assert not missing


def test_the_seeds_cover_every_layout() -> None:
    ways = defaultdict(set)
    for seed in range(300):
        for what, way in make_plan(seed)[1]["layout"].items():
            ways[what].add(way)
    assert ways["kind"] == {"plan", "dispatch", "amendment", "results", "chat"}
    assert {len(ways[w]) for w in ("slogans", "activities", "noise")} == {7, 5}
    assert len(ways["numbering"]) > 10


def test_plans_are_written_beside_their_answers_for_scoring(tmp_path: Path) -> None:
    generator.main(tmp_path, 3)
    label, _, text = (tmp_path / "generated-00002.txt").read_text(encoding="utf-8").partition("\n")
    gold = json.loads((tmp_path / "generated-00002.json").read_text(encoding="utf-8"))
    assert label.startswith("GENERATED")
    assert text == make_plan(2)[0]
    assert gold == json.loads(json.dumps(make_plan(2)[1]))
