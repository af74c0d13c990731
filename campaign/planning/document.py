"""The shape of a plan that was read: what `loa plan read` prints and `loa plan import` takes.

Tolerant of fields we do not know and of those that are missing; what is there must have the right shape.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from campaign.problems import Refusal
from campaign.text import clean


def _whole(value: object) -> object:
    """A line given as bare text stands for an object with that text."""
    return {"text": value} if isinstance(value, str) else value


def _some(value: object) -> object:
    return [] if value is None else value


def _words(value: object) -> object:
    return "" if value is None else clean(value) if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(_words)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Source(Shape):
    """Where the document says it: the line, counted from 1, and the sentence."""

    line: int | None = None
    text: Words = ""


class Line(Shape):
    text: Words = ""
    source: Source | None = None


class ThemeMessage(Line):
    kind: Words = "chu_de"


class Wave(Shape):
    """One of the campaigns (a month of action) that the document is about."""

    name: Words = ""
    theme: Words = ""
    start: date | None = None
    end: date | None = None
    source: Source | None = None


class Anniversary(Shape):
    name: Words
    event_date: date | None = None
    anniversary_date: date | None = None
    ordinal: int | None = None
    source: Source | None = None


class Activity(Shape):
    title: Words = ""
    summary: Words = ""
    date_text: Words = ""
    start: date | None = None
    end: date | None = None


class UnitTasks(Shape):
    unit: Words = ""
    tasks: Annotated[list[Annotated[Line, BeforeValidator(_whole)]], BeforeValidator(_some)] = []
    source: Source | None = None


class Quota(Shape):
    applies_to: Words = ""
    comparator: Words = ">="
    quantity: float | list[float] | None = None
    unit: Words = ""
    period: str | None = None
    text: Words = ""
    source: Source | None = None


class Due(Shape):
    """What the two kinds of deadlines share; without ``deadline`` it recurs or depends on something else."""

    deadline: str | None = None
    operator: Words = "by"
    recurrence: str | None = None
    relative: str | bool | None = None
    text: Words = ""
    source: Source | None = None


class ReportDeadline(Due):
    reporter: Words = ""
    recipient: Words = ""


class OtherDeadline(Due):
    what: Words = ""
    who: Words = ""


class Concern(Shape):
    code: Words = ""
    text: Words = ""


class Document(Shape):
    doc_type: Words = ""
    title: Words = ""
    number: Words = ""
    issuing_org: Words = ""
    date_issued: date | None = None
    campaigns: Annotated[list[Wave], BeforeValidator(_some)] = []
    theme_messages: Annotated[list[Annotated[ThemeMessage, BeforeValidator(_whole)]], BeforeValidator(_some)] = []
    slogans: Annotated[list[Annotated[Line, BeforeValidator(_whole)]], BeforeValidator(_some)] = []
    anniversaries: Annotated[list[Anniversary], BeforeValidator(_some)] = []
    activities: Annotated[list[Activity], BeforeValidator(_some)] = []
    assignments: Annotated[list[UnitTasks], BeforeValidator(_some)] = []
    quotas: Annotated[list[Quota], BeforeValidator(_some)] = []
    report_deadlines: Annotated[list[ReportDeadline], BeforeValidator(_some)] = []
    other_deadlines: Annotated[list[OtherDeadline], BeforeValidator(_some)] = []
    warnings: Annotated[list[Annotated[Concern, BeforeValidator(_whole)]], BeforeValidator(_some)] = Field(default=[])

    @classmethod
    def of(cls, value: dict[str, Any]) -> Document:
        """Raises Refusal ``plan.shape``; where the shape is wrong goes to its ``__cause__``."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise Refusal(
                "plan.shape",
                "Tệp này không đúng mẫu kế hoạch nên chưa nhập được. "
                "Hãy đọc lại văn bản gốc bằng lệnh đọc kế hoạch, rồi nhập tệp vừa đọc.",
            ) from error


def source_of(item: Any) -> dict[str, Any]:
    """The source of an item as rows keep it: ``{"line", "text"}``; empty when the document names none."""
    source: Source | None = item.source
    return {} if source is None else source.model_dump(exclude_none=True)
