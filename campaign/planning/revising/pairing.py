"""Which item of a later plan is which of the earlier one: the same words first, then likeness, best pairs first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import TypeVar

from rapidfuzz import fuzz

from campaign.calendar import core, known
from campaign.text import fold_words
from campaign.work.duties import what
from storage.models import Assignment, Observance, Slogan, Theme

T = TypeVar("T")
Pairs = list[tuple[T | None, T | None]]
"""Earlier and later; None where there is no partner. In the order of the later ones, what is gone at the end."""

ALIKE = 70  # of 100: a slogan with a word or two replaced has more, two slogans on the same subject less
SAME_DAY, SAME_PEOPLE = 8.0, 12.0  # what an equal deadline and equal addressees add to the likeness of the words
MOST = 400  # items compared by likeness; no plan has more, and a hostile one costs no more


def pair(
    earlier: Sequence[T],
    later: Sequence[T],
    key: Callable[[T], Hashable],
    likeness: Callable[[T, T], float],
) -> Pairs[T]:
    """``likeness``: 0 to about 100, nothing below ALIKE makes a pair."""
    partner = _same(earlier, later, key)
    taken = set(partner.values())
    old = [number for number in range(len(earlier)) if number not in taken][:MOST]
    new = [number for number in range(len(later)) if number not in partner][:MOST]
    scores = [(likeness(earlier[a], later[b]), -abs(a - b), a, b) for a in old for b in new]
    for score, _, a, b in sorted(scores, reverse=True):
        if score >= ALIKE and b not in partner and a not in taken:
            partner[b] = a
            taken.add(a)
    found: Pairs[T] = [(earlier[partner[b]] if b in partner else None, item) for b, item in enumerate(later)]
    return found + [(item, None) for a, item in enumerate(earlier) if a not in taken]


def _same(earlier: Sequence[T], later: Sequence[T], key: Callable[[T], Hashable]) -> dict[int, int]:
    """Later number → earlier number of what has the same key, each used once, in order."""
    waiting: dict[Hashable, list[int]] = {}
    for number in reversed(range(len(earlier))):
        waiting.setdefault(key(earlier[number]), []).append(number)
    found = {}
    for number, item in enumerate(later):
        if queue := waiting.get(key(item)):
            found[number] = queue.pop()
    return found


def words_alike(one: str, other: str) -> float:
    """Blind to case, marks and punctuation; another order of the words costs a little."""
    (left, left_sorted), (right, right_sorted) = _folded(one), _folded(other)
    return max(fuzz.ratio(left, right), fuzz.ratio(left_sorted, right_sorted) - 5) if left and right else 0.0


@lru_cache(2 * MOST)
def _folded(text: str) -> tuple[str, str]:
    """As it stands and with its words sorted: each text is compared with hundreds of others."""
    words = fold_words(text)
    return words, " ".join(sorted(words.split()))


def slogan_key(row: Slogan) -> Hashable:
    return row.text


def slogans_alike(one: Slogan, other: Slogan) -> float:
    return words_alike(one.text, other.text)


def observance_key(row: Observance) -> Hashable:
    return core(row.name)


def observances_alike(one: Observance, other: Observance) -> float:
    """Wordings of one day differ; two days that everybody keeps apart are never the same."""
    usual, other_usual = known(one.name), known(other.name)
    if usual is not None and other_usual is not None:
        return 100.0 if usual == other_usual else 0.0
    return words_alike(core(one.name), core(other.name))


def theme_key(row: Theme) -> Hashable:
    return row.kind, row.name, row.text


def themes_alike(one: Theme, other: Theme) -> float:
    """Months go by their names. A plan has few themes, so half of the words is enough to know one again."""
    if one.kind != other.kind:
        return 0.0
    if one.kind == "thang":
        return words_alike(one.name, other.name)
    return words_alike(one.text, other.text) + 20


def assignment_key(row: Assignment) -> Hashable:
    return row.title, row.audience_text, row.deadline, row.late_from


def assignments_alike(one: Assignment, other: Assignment) -> float:
    """The work decides; people and day tell apart what recurs and what several units are asked for."""
    same = words_alike(what(one), what(other))
    if same < ALIKE:
        return 0.0
    day = SAME_DAY if one.deadline == other.deadline else 0.0
    return same + day + SAME_PEOPLE * words_alike(one.audience_text, other.audience_text) / 100
