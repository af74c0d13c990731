"""The name of an activity and the time it sets, read from the sentence that announces it."""

import re
from dataclasses import dataclass, replace
from datetime import date

from planreader.chars import Lexicon, quotes, squeeze
from planreader.clauses import planned_spans
from planreader.dates import Calendar, Span
from planreader.recurrence import recurrence_of


@dataclass
class When:
    start: date | None = None
    end: date | None = None
    time: str | None = None
    recurrence: str | None = None
    dates: tuple[date, ...] = ()
    text: str | None = None


def when_of(text: str, calendar: Calendar) -> When:
    found = planned_spans(text, calendar)
    again = recurrence_of(text)
    span = next((s for s in found if s.start or s.finish), None)
    if span is None:
        return When(recurrence=again.rule if again else None, text=text[again.begin : again.end] if again else None)
    begin, end = span.begin, span.end
    days = _separate_days(found, text)
    if days:
        begin, end = found[0].begin, found[-1].end
        span = replace(span, start=days[0], finish=days[-1], days=days)
    if again:
        begin, end = min(begin, again.begin), max(end, again.end)
    finish = span.finish
    return When(
        span.start, finish, str(span.clock) if span.clock and not span.operator else None,
        again.rule if again else None, tuple(span.days), squeeze(text[begin:end]),
    )  # fmt: skip


def _separate_days(found: tuple[Span, ...], text: str) -> list[date]:
    """ "vòng loại: 9/5; chung kết: 23/5/2026": one event on several days."""
    single = all(span.single and span.operator is None and span.start and not span.lead for span in found)
    if len(found) < 2 or not single or len(text) > 150:
        return []
    return sorted(span.start for span in found if span.start)


_TAIL = Lexicon(
    r"[\s,;(:-]*(?:\b(?:vào|trong|từ|ngày|lúc|dự kiến|thời gian|xong|đến|trước|mùng|mồng"
    r"|hoàn thành|tổ chức vào|các ngày|sáng"
    r"|chiều|tối|đến hết|thời gian từ|hồi|bắt đầu|chậm nhất)\b[\s,;(:-]*)*$"
)


_TIME_WORDS = Lexicon(
    r"\b(?:thứ|chủ nhật|hai|ba|tư|năm|sáu|bảy|tuần|này|sau|lúc|ngày|từ|đến|hết|sáng|chiều|tối|vào"
    r"|khoảng|dự kiến|hồi|\d+)\b"
)


def _names_more(rest: str) -> bool:
    """Whether words are left beside the time: "Đợt 1 (tháng 5)" names something, "Thứ Sáu, 24/4" does not."""
    pattern, form = _TIME_WORDS.of(rest)
    return bool(re.search(r"[^\W\d_]{2,}", pattern.sub("", form)))


def title_of(text: str, calendar: Calendar) -> str:
    """The name of an activity: its heading, or the sentence up to the time it sets."""
    head, colon, said = text.partition(":")
    dated = planned_spans(head, calendar) if colon else ()
    if dated and len(said.split()) >= 2 and not _names_more(head[: dated[0].begin] + " " + head[dated[-1].end :]):
        return title_of(said.strip(), calendar)  # "Thứ Sáu, 24/4: dự lễ phát động"
    quoted = any(begin < len(head) < end for begin, end, _ in quotes(text))
    if colon and 2 <= len(head.split()) <= 40 and not quoted:
        text = head
    cut = len(text)
    for span in planned_spans(text, calendar):
        if len(text[: span.begin].split()) >= 2:
            cut = span.begin
            break
    title = text[:cut]
    at_date = cut < len(text)
    if len(title.split()) > 30:
        title = re.split(r"[;.] |, (?=nhằm|để|qua đó|trong đó|gắn|đồng thời)", title)[0]
    title = " ".join(title.split()[:45])
    tail = _TAIL.search(title) if at_date else None
    title = title[: tail.start()] if tail and tail.start() > 5 else title
    return _balanced(squeeze(title).strip(" .;,:-"))


def _balanced(title: str) -> str:
    opened = title.rfind("(")
    unclosed = title.count("(") > title.count(")") and opened > 5
    return title[:opened].strip(" ,") if unclosed else title
