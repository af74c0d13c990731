"""What a sentence of a dispatch is about, and which place of the plan that is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from campaign.calendar import WEEKDAYS, numeric, short, weekday
from campaign.planning.revising.spots import Spot, sentence_of
from campaign.text import fold_words
from planreader.clock import Clock
from planreader.dates import Calendar, Span, spans

SURE, LEAD = 75, 12  # how well a place must fit the subject, and how much better than any other, of 100
LIKELY = 40  # enough where the day is known as well
# Words of amending and of time; they say nothing about what is amended.
_EMPTY = re.compile(
    r"\b(?:dieu chinh|thay doi|sua doi|sua|bo sung|lui|gia han|keo dai|rut ngan|chuyen|dinh chinh|huy|bai bo|bo|dung"
    r"|khong (?:to chuc|thuc hien)|to chuc|thuc hien|thoi (?:gian|han|diem)|ngay|thang|nam|gio|tu|sang|den"
    r"|het|truoc|sau|han(?: chot)?|nop|gui|cua|ve|tai|cac|va|voi|theo|la|thanh|bang|muc|khoan|phan|nay)\b"
)
_WEEKDAY = re.compile("|".join(WEEKDAYS), re.IGNORECASE)


def subject_of(sentence: str, calendar: Calendar) -> set[str]:
    """What stands before the first day, else the whole sentence; without the words of amending and of time."""
    found = spans(sentence, calendar)
    before = _telling(sentence[: found[0].core]) if found else set()
    if len(before) > 1:
        return before
    for span in reversed(found):
        sentence = sentence[: span.core] + " " + sentence[span.end :]
    return _telling(sentence)


def _telling(text: str) -> set[str]:
    return {word for word in _EMPTY.sub(" ", fold_words(text)).split() if not word.isdecimal()}


def day_of(span: Span) -> date | None:
    """The one day that is printed, whether it is a date, a start or a deadline."""
    return (span.start or span.finish) if span.single and not span.ranged else None


def fit(spot: Spot, subject: set[str]) -> float:
    """0 to 100: mostly the share of the subject that the place speaks of, a little that it speaks of nothing else."""
    if not subject:
        return 0.0
    spoken, own = len(subject & set(fold_words(spot.words).split())), _telling(spot.label)
    return 75 * spoken / len(subject) + 25 * len(subject & own) / max(len(own), 1)


def best(found: Sequence[Spot], subject: set[str], enough: float = SURE) -> list[Spot]:
    """The one place that fits clearly better than any other; none when two come near each other."""
    if len(subject) < 2:
        return []
    scores = sorted(((fit(spot, subject), number) for number, spot in enumerate(found)), reverse=True)
    top = [found[number] for score, number in scores if score >= max(enough, scores[0][0] - LEAD)]
    return top if top and one_place(top) else []


def one_place(found: Sequence[Spot]) -> bool:
    """Items of one sentence, or of the same words, are one thing to a reader."""
    sentences = {fold_words(sentence_of(spot.item)) for spot in found}
    return len(found) > 0 and (
        (len(sentences) == 1 and sentences != {""}) or len({fold_words(spot.main) for spot in found}) == 1
    )


def same_words(one: object, other: object) -> bool:
    return fold_words(str(one or "")) == fold_words(str(other or ""))


def with_day(text: str, old: date, new: date, clock: Clock | None, calendar: Calendar) -> str:
    """The text with another day, written as it wrote the old one; a printed weekday and hour go along."""
    for span in reversed(spans(text, calendar)):
        if day_of(span) != old:
            continue
        printed = text[span.core : span.end]
        before = _WEEKDAY.sub(weekday(new), text[: span.core][span.begin :])
        day = numeric(new) if str(old.year) in printed else short(new)
        if clock and span.clock and span.begin <= span.clock.begin < span.core:
            hour = slice(span.clock.begin - span.begin, span.clock.end - span.begin)
            before = f"{before[: hour.start]}{clock.hour}h{clock.minute:02}{before[hour.stop :]}"
        text = text[: span.begin] + before + day + text[span.end :]
    return text
