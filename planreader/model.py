"""What a reading of a plan consists of. `docs/decisions/how-plans-are-built.md` says where each part comes from."""

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

Operator = Literal["before", "by"]
Comparator = Literal[">=", "<=", "=", "range"]


@dataclass(frozen=True)
class Moment:
    """A day, or a minute of it, in local time; 24:00 is the end of the day, as offices write it."""

    day: date
    hour: int | None = None
    minute: int = 0

    def __str__(self) -> str:
        return self.day.isoformat() + ("" if self.hour is None else f"T{self.hour:02}:{self.minute:02}")

    def as_datetime(self) -> datetime:
        """The aware instant; a day without a time ends at midnight."""
        if self.hour is None or self.hour == 24:
            return datetime.combine(self.day + timedelta(days=1), time(), LOCAL)
        return datetime.combine(self.day, time(self.hour, self.minute), LOCAL)


@dataclass(frozen=True)
class Source:
    """Where an item was read: the line (from 1) of the text and the sentence itself."""

    line: int
    text: str


@dataclass
class LegalBasis:
    doc_type: str
    number: str | None
    date: date | None
    issuer: str | None
    source: Source


@dataclass
class Campaign:
    name: str
    theme: str | None
    start: date | None
    end: date | None
    source: Source


@dataclass
class ThemeMessage:
    text: str
    kind: Literal["chu_de", "thong_diep"]
    source: Source


@dataclass
class Slogan:
    text: str
    source: Source


@dataclass
class Anniversary:
    name: str
    event_date: date | None
    anniversary_date: date | None
    ordinal: int
    source: Source


@dataclass
class Activity:
    title: str
    summary: str
    source: Source
    responsible: list[str] = field(default_factory=list)
    coordinating: list[str] = field(default_factory=list)
    start: date | None = None
    end: date | None = None
    time: str | None = None
    recurrence: str | None = None
    dates: list[date] = field(default_factory=list)
    place: str | None = None
    channels: list[str] = field(default_factory=list)
    date_text: str | None = None


@dataclass
class Task:
    text: str
    source: Source


@dataclass
class Assignment:
    unit: str
    tasks: list[Task]
    source: Source


@dataclass
class Quota:
    applies_to: str | None
    comparator: Comparator
    quantity: float | list[float]
    unit: str
    text: str
    source: Source
    period: str | None = None


@dataclass
class Deadline:
    """Something due: `deadline` is the printed day also where the operator is `before` (it is late after it)."""

    what: str
    who: str | None
    deadline: Moment | None
    operator: Operator
    text: str
    source: Source
    recurrence: str | None = None
    relative: str | None = None


@dataclass
class ReportDeadline:
    reporter: str | None
    recipient: str | None
    deadline: Moment | None
    operator: Operator
    text: str
    source: Source
    via: list[str] = field(default_factory=list)
    recurrence: str | None = None
    relative: str | None = None


@dataclass
class Amendment:
    target: str
    op: Literal["replace", "add", "remove"]
    old: str | None
    new: str | None
    source: Source


@dataclass
class Recipient:
    text: str
    source: Source


@dataclass
class Signer:
    authority: str | None
    position: str | None
    name: str | None
    source: Source


@dataclass
class Warning:
    """Something a person should look at; `code` is for programs, `text` is the Vietnamese sentence for people."""

    code: str
    text: str
    source: Source


@dataclass
class Reading:
    doc_type: str
    title: str | None = None
    number: str | None = None
    issuing_org: str | None = None
    parent_org: str | None = None
    place: str | None = None
    date_issued: date | None = None
    legal_bases: list[LegalBasis] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    theme_messages: list[ThemeMessage] = field(default_factory=list)
    slogans: list[Slogan] = field(default_factory=list)
    anniversaries: list[Anniversary] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)
    report_deadlines: list[ReportDeadline] = field(default_factory=list)
    other_deadlines: list[Deadline] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)
    recipients: list[Recipient] = field(default_factory=list)
    signers: list[Signer] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for `json.dumps`: dates and moments as ISO text, every item with its source."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Moment):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value
