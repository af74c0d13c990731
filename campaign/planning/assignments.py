"""From what a plan asks to rows: who must do what, until when, and how much of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

from campaign.calendar import SUNDAY, full
from campaign.hours import Hours
from campaign.planning import deadlines
from campaign.planning.deadlines import Printed
from campaign.planning.document import Activity, Document, Due, Line, OtherDeadline, Quota, ReportDeadline, source_of
from campaign.text import fold_words
from storage.models import Assignment

Recognise = Callable[[str], tuple[str, float] | None]
"""Words of a plan ("mỗi CĐCS") → an audience and how sure that is, from 0 to 1."""

PROPOSED = "“{}” có thể là:"  # how a proposal begins
SURE = 0.8  # below, a reading is only a proposal
NOTICE = timedelta(days=7)  # nobody is asked for something later than this before its deadline
START_OF_DAY = time(8)
_REPORT = re.compile(r"\bbáo cáo\b", re.IGNORECASE)
_NEWS = re.compile(r"(?<!thông )\b(tin|bài)\b", re.IGNORECASE)
_PHOTO = re.compile(r"\b(ảnh|hình ảnh)\b", re.IGNORECASE)
# Without a day a rule would say "every week" and not when; daily work is a habit, not a row of deadlines.
_DATED_RULE = re.compile(r"FREQ=WEEKLY.*BYDAY=|FREQ=(MONTHLY|YEARLY).*BY(DAY|MONTHDAY)=")


@dataclass(frozen=True)
class Frame:
    """What an assignment needs to know of the campaign around it; the days are local and both included."""

    start: date
    end: date
    hours: Hours
    recognise: Recognise
    describe: Callable[[str], str]

    def sure_of(self, words: str) -> str:
        """The audience that printed words mean beyond doubt, else empty: what went to the wrong people stays there."""
        known = self.recognise(words) if words else None
        return known[0] if known and known[1] >= SURE else ""


def of_plan(document: Document, frame: Frame) -> tuple[list[Assignment], list[str]]:
    """Assignments without campaign yet, in the order of the plan, and what a person should look at."""
    due = [item for item in (*document.report_deadlines, *document.other_deadlines) if _title(item)]
    asked = [row for item in due for row in _dated(item, document, frame)]
    rows = [*asked, *_tasks(document, due, frame)]
    for quotas in _together(document.quotas):
        _attach(quotas, rows, document, frame)
    for position, row in enumerate(rows, start=1):
        row.position = position
    return rows, [
        *_undated(row for row in asked if row.deadline is None),
        *unaddressed(rows),
        *_proposals(rows, frame),
        *awkward_days(rows, frame.hours),
    ]


def occurrences(rule: str, start: date, end: date) -> list[Printed]:
    """The deadlines that a rule (RFC 5545) means from ``start`` to ``end``; none for a rule that names no day."""
    if not _DATED_RULE.search(rule):
        return []
    try:
        moments: list[datetime] = rrulestr(rule, dtstart=datetime.combine(start, time())).between(
            datetime.combine(start, time()), datetime.combine(end, time.max), inc=True
        )
    except ValueError:
        return []
    return [Printed(moment.date(), moment.time() if "BYHOUR=" in rule else None) for moment in moments]


def period_start(rule: str, day: date, not_before: date) -> date:
    """When work for an occurrence begins: on the Monday of its week, or on the first of its month."""
    first = day - timedelta(days=day.weekday()) if "FREQ=WEEKLY" in rule else day.replace(day=1)
    return max(first, not_before)


def set_deadline(row: Assignment, printed: Printed, operator: str, start: date, hours: Hours) -> None:
    meant = deadlines.meaning(printed, operator, hours)
    row.deadline, row.late_from, row.operator = meant.deadline, meant.late_from, operator
    row.starts_at = hours.at(start, START_OF_DAY)


def awkward_days(rows: Iterable[Assignment], hours: Hours) -> list[str]:
    """Deadlines on a Sunday or a public holiday: people will ask."""
    found = []
    for row in rows:
        if row.deadline is None:
            continue
        day = deadlines.due_day(row.deadline, row.late_from, hours)
        if hours.is_holiday(day):
            found.append(f"Hạn của “{row.title}” là {full(day)}, trúng ngày nghỉ lễ. Hãy xem có cần dời không.")
        elif day.weekday() == SUNDAY:
            found.append(f"Hạn của “{row.title}” là {full(day)}. Hãy xem có cần dời không.")
    return found


def kind_of(text: str, default: str = "task") -> str:
    """report, news, photo or task, by the words of the plan."""
    for kind, words in (("report", _REPORT), ("news", _NEWS), ("photo", _PHOTO)):
        if words.search(text):
            return kind
    return default


def _title(item: Due) -> str:
    words = item.what or item.text if isinstance(item, OtherDeadline) else item.text
    return _capital(words or (item.source.text if item.source else ""))


def _title_within(item: Due, document: Document) -> str:
    """A few words ("nhận ảnh") need the activity they belong to, or nobody knows what is meant."""
    activity = _activity(item.text, document)
    return _titled(activity, _title(item)) if isinstance(item, OtherDeadline) and activity else _title(item)


def _titled(activity: Activity, words: str) -> str:
    says_it = fold_words(words) in fold_words(activity.title)
    return activity.title if says_it else f"{activity.title}: {words[:1].lower()}{words[1:]}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _who(item: Due) -> str:
    return item.reporter if isinstance(item, ReportDeadline) else item.who if isinstance(item, OtherDeadline) else ""


def _dated(item: Due, document: Document, frame: Frame) -> Iterator[Assignment]:
    for printed in _printed(item, frame):
        row = _new(item, _title_within(item, document), _who(item), frame)
        row.kind = kind_of(item.text, "report" if isinstance(item, ReportDeadline) else "task")
        row.operator = item.operator
        if item.recurrence:
            row.source = {**row.source, "recurrence": item.recurrence}
        if printed is not None:
            set_deadline(row, printed, item.operator, _start(item, printed, document, frame), frame.hours)
        yield row


def _printed(item: Due, frame: Frame) -> Sequence[Printed | None]:
    """Its deadlines; a single None where the plan gives no day."""
    if item.deadline:
        try:
            return [Printed.parse(item.deadline)]
        except ValueError:
            return [None]
    return occurrences(item.recurrence or "", frame.start, frame.end) or [None]


def _start(item: Due, printed: Printed, document: Document, frame: Frame) -> date:
    """When to ask for it: with the activity it belongs to, else with the campaign, and always a week ahead."""
    if item.recurrence and not item.deadline:
        return period_start(item.recurrence, printed.day, frame.start)
    activity = _activity(item.text, document)
    start = activity.start if activity and activity.start else frame.start
    return min(start, printed.day - NOTICE)


def _activity(text: str, document: Document) -> Activity | None:
    """The activity in whose words a deadline or a quota stands."""
    words = f" {fold_words(text)} "
    for activity in document.activities:
        said = (activity.summary, activity.title, activity.date_text)
        if activity.title and words.strip() and any(words in f" {fold_words(line)} " for line in said):
            return activity
    return None


def _tasks(document: Document, due: Sequence[Due], frame: Frame) -> Iterator[Assignment]:
    """Continuing duties of departments and units: no deadline, so no reminding."""
    said = [item.text for item in due if item.text]
    for block in document.assignments:
        for task in block.tasks:
            if words := _without(task.text, said):
                row = _new(task if task.source else Line(source=block.source), _capital(words), block.unit, frame)
                row.starts_at = frame.hours.at(frame.start, START_OF_DAY)
                yield row


def _without(text: str, said: Iterable[str]) -> str:
    """The words of a task less those that are listed as deadlines, so that nobody is asked for one thing twice."""
    pieces = [text]
    for words in said:
        pieces = [piece for whole in pieces for piece in re.split(re.escape(words), whole, flags=re.IGNORECASE)]
    if len(pieces) == 1:
        return text
    return "; ".join(bare for piece in pieces if len((bare := piece.strip(" ,;:.")).split()) > 1)


def _new(item: Due | Line | Quota, title: str, who: str, frame: Frame) -> Assignment:
    return Assignment(
        campaign_id=0,  # the campaign is stored after its rows have been made
        title=title,
        audience=frame.sure_of(who),
        audience_text=who,
        source=source_of(item),
    )


# Quotas ---------------------------------------------------------------------------------------------------------------


def _together(quotas: Iterable[Quota]) -> list[list[Quota]]:
    """Quotas of one sentence ("02 tin, 05 ảnh") belong to the same work."""
    groups: dict[tuple[str, str], list[Quota]] = {}
    for quota in quotas:
        groups.setdefault((fold_words(quota.text), fold_words(quota.applies_to)), []).append(quota)
    return list(groups.values())


def _attach(quotas: Sequence[Quota], rows: list[Assignment], document: Document, frame: Frame) -> None:
    """Give quotas to the assignments they concern; what nothing else asks for is work of its own, without deadline."""
    text, activity = quotas[0].text, _activity(quotas[0].text, document)
    concerned = _concerned(quotas, rows, activity, frame)
    if not concerned and text:
        title = _titled(activity, text) if activity else _capital(text)
        row = _new(quotas[0], title, quotas[0].applies_to, frame)
        row.kind = kind_of(" ".join(quota.unit for quota in quotas))
        row.starts_at = frame.hours.at(frame.start, START_OF_DAY)
        rows.append(row)
        concerned = [row]
    for row in concerned:
        row.quota = [*row.quota, *(quota.model_dump(exclude={"source"}, exclude_none=True) for quota in quotas)]


def _concerned(
    quotas: Sequence[Quota], rows: Sequence[Assignment], activity: Activity | None, frame: Frame
) -> list[Assignment]:
    """By the plan's own words first, then by its line, by its activity, by the same people and the same things."""
    words, line = fold_words(quotas[0].text), quotas[0].source.line if quotas[0].source else None
    if words and (found := [row for row in rows if words in _haystack(row)]):
        return found
    if line is not None and (found := [row for row in rows if row.source.get("line") == line]):
        return found
    if activity is not None:
        return [row for row in rows if row.title.startswith(activity.title)]
    things = [f" {fold_words(quota.unit)} " for quota in quotas]
    scores = [
        sum(thing in f" {_haystack(row)} " for thing in things) if _same_people(quotas[0].applies_to, row, frame) else 0
        for row in rows
    ]
    best = max(scores, default=0)
    return [row for row, score in zip(rows, scores, strict=True) if score == best] if best else []


def _haystack(row: Assignment) -> str:
    return fold_words(f"{row.title} {row.source.get('text', '')}")


def _same_people(applies_to: str, row: Assignment, frame: Frame) -> bool:
    if (audience := frame.sure_of(applies_to)) and row.audience:
        return audience == row.audience
    return fold_words(applies_to) == fold_words(row.audience_text)


# What a person should look at -----------------------------------------------------------------------------------------


def _undated(rows: Iterable[Assignment]) -> list[str]:
    return [
        f"Việc “{row.title}” chưa có ngày hạn rõ ràng nên sẽ không được nhắc. Hãy thống nhất ngày hạn với đơn vị."
        for row in rows
    ]


def unaddressed(rows: Iterable[Assignment]) -> list[str]:
    """Work that nobody is named for, one sentence for each name that was not recognised."""
    nobody = [row for row in rows if not row.audience]
    names = {fold_words(row.audience_text): row.audience_text for row in reversed(nobody)}
    counts = Counter(names[fold_words(row.audience_text)] for row in nobody if row.audience_text)
    return [
        *(
            f"Chưa rõ “{who}” là những đơn vị nào ({count} việc). Hãy chọn đơn vị nhận; chưa chọn thì chưa gửi."
            for who, count in counts.items()
        ),
        *(
            f"Kế hoạch không ghi ai làm việc “{row.title}”. Hãy chọn đơn vị nhận; chưa chọn thì chưa gửi."
            for row in nobody
            if not row.audience_text
        ),
    ]


def _proposals(rows: Iterable[Assignment], frame: Frame) -> list[str]:
    """Names that were only half recognised: said, so that a person chooses faster, and never filled in."""
    names = dict.fromkeys(row.audience_text for row in rows if row.audience_text and not row.audience)
    return [
        f"{PROPOSED.format(who)} {frame.describe(known[0])}. Hãy xem khi chọn đơn vị nhận."
        for who in names
        if (known := frame.recognise(who))
    ]
