"""How well a reading agrees with the answer of a generated plan, field by field."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from planreader import chars
from tests.planreader.generator_parts import Gold

Same = Callable[[Any, Any], bool]
_ALIKE = 85


@dataclass
class Count:
    """Hits, and what was said too much and too little."""

    hit: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.hit + other.hit, self.extra + other.extra, self.missed + other.missed)

    @property
    def f1(self) -> float:
        said = 2 * self.hit + self.extra + self.missed
        return 2 * self.hit / said if said else 1.0


def compare(gold: Gold, got: Gold) -> dict[str, Count]:
    """Slogans must be equal to the letter, titles and sentences alike, days and numbers equal."""
    counts = {
        "slogans": _exact(gold["slogans"], _texts(got["slogans"]), gold["slogans_optional"]),
        "theme_messages": _exact(_texts(gold["theme_messages"]), _texts(got["theme_messages"])),
        "anniversaries": _paired(gold["anniversaries"], got["anniversaries"], _same_anniversary)[0],
        "assignments": _assignments(gold["assignments"], got["assignments"]),
        "quotas": _paired(gold["quotas"], got["quotas"], _same_quota)[0],
        "report_deadlines": _paired(gold["report_deadlines"], got["report_deadlines"], _same_deadline)[0],
        "other_deadlines": _paired(gold["other_deadlines"], got["other_deadlines"], _same_deadline)[0],
        "header": _header(gold, got),
    }
    counts["activities"], pairs = _paired(gold["activities"], got["activities"], _same_title)
    dated = sum(_same_day(a, b, "start") and _same_day(a, b, "end") for a, b in pairs)
    counts["activity_dates"] = Count(dated, len(pairs) - dated, 0)
    return counts


def _texts(items: Iterable[Any]) -> list[str]:
    return [item["text"] for item in items]


def _key(text: str) -> str:
    return chars.squeeze(chars.clean(text)).strip('"“” ').rstrip(".;,! ").casefold()


def _alike(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    return fuzz.token_set_ratio(chars.fold(one), chars.fold(other)) >= _ALIKE


def _exact(gold: list[str], got: list[str], optional: Iterable[str] = ()) -> Count:
    want, have = Counter(map(_key, gold)), Counter(map(_key, got))
    extra = have - want
    for text in map(_key, optional):
        del extra[text]
    return Count((want & have).total(), extra.total(), (want - have).total())


def _paired(gold: list[Any], got: list[Any], same: Same) -> tuple[Count, list[tuple[Any, Any]]]:
    left, pairs = list(got), []
    for item in gold:
        found = next((other for other in left if same(item, other)), None)
        if found is not None:
            left.remove(found)
            pairs.append((item, found))
    return Count(len(pairs), len(left), len(gold) - len(pairs)), pairs


def _same_anniversary(gold: Any, got: Any) -> bool:
    same = gold["event_date"] == got["event_date"] and gold["ordinal"] == got["ordinal"]
    return same and _alike(gold["name"], got["name"])


def _same_title(gold: Any, got: Any) -> bool:
    return _alike(gold["title"], got["title"])


def _same_day(gold: Any, got: Any, end: str) -> bool:
    low, high = gold.get(f"{end}_accept", (gold[end], gold[end]))
    return got[end] == gold[end] or bool(low and got[end] and low <= got[end] <= high)


def _same_quota(gold: Any, got: Any) -> bool:
    return (gold["comparator"], gold["quantity"]) == (got["comparator"], got["quantity"]) and _alike(
        gold["text"], got["text"]
    )


def _same_deadline(gold: Any, got: Any) -> bool:
    """The end of a day is the day: "đến hết ngày 5/6" may be printed with T24:00 or without."""
    on = [(side["deadline"] or "").removesuffix("T24:00") for side in (gold, got)]
    again = bool(gold.get("recurrence")) == bool(got["recurrence"])
    return on[0] == on[1] and again and _alike(gold["text"], got["text"])


def _assignments(gold: list[Any], got: list[Any]) -> Count:
    """Each task under its unit. A reader may cut one task in several or keep several together."""
    count = Count()
    for unit in gold:
        said = " ".join(t for g in got if _alike(unit["unit"], g["unit"]) for t in _texts(g["tasks"]))
        hits = sum(fuzz.partial_ratio(chars.fold(task), chars.fold(said)) >= _ALIKE for task in unit["tasks"])
        count += Count(hits, 0, len(unit["tasks"]) - hits)
    wanted = " ".join(task for unit in gold for task in unit["tasks"])
    said_tasks = [t for g in got for t in _texts(g["tasks"])]
    return count + Count(0, sum(fuzz.partial_ratio(chars.fold(t), chars.fold(wanted)) < _ALIKE for t in said_tasks), 0)


def _header(gold: Gold, got: Gold) -> Count:
    issuers = {(name or "").casefold() for name in (gold["issuing_org"], *gold["issuing_org_accept"])}
    signers = [[s["name"] for s in side["signers"]] for side in (gold, got)]
    right = [
        gold["number"] == got["number"],
        gold["date_issued"] == got["date_issued"],
        (got["issuing_org"] or "").casefold() in issuers,
        gold["doc_type"] == got["doc_type"],
        signers[0] == signers[1],
    ]
    return Count(sum(right), 0, len(right) - sum(right))
