"""What a later document changes in a campaign, before and after a person has said yes to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    SLOGAN = "slogan"
    OBSERVANCE = "observance"
    ASSIGNMENT = "assignment"
    THEME = "theme"
    WINDOW = "window"


class What(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"


KIND_WORDS = {
    Kind.SLOGAN: "khẩu hiệu",
    Kind.OBSERVANCE: "ngày kỷ niệm",
    Kind.ASSIGNMENT: "việc",
    Kind.THEME: "chủ đề, thông điệp",
    Kind.WINDOW: "thời gian của đợt",
}
WHAT_WORDS = {What.ADDED: "thêm", What.CHANGED: "sửa", What.GONE: "bỏ"}


@dataclass(frozen=True)
class Change:
    """One difference; ``before`` is what the campaign holds now, ``after`` what the document says.

    ``source`` is the sentence that says so. ``places`` counts the chats that were told ``before`` already.
    """

    kind: Kind
    what: What
    before: str
    after: str
    source: str = ""
    places: int = 0
    row_id: int | None = None  # None for what is added, and for the window
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def sent(self) -> bool:
        return self.places > 0

    @property
    def sentence(self) -> str:
        """Sửa khẩu hiệu: “…” → “…” (đã gửi 12 nơi)"""
        both = " → ".join(f"“{text}”" for text in (self.before, self.after) if text)
        told = f" (đã gửi {self.places} nơi, cần đính chính)" if self.sent else ""
        return f"{WHAT_WORDS[self.what].capitalize()} {KIND_WORDS[self.kind]}: {both}{told}"


@dataclass(frozen=True)
class Revision:
    """Everything that a document changes in a campaign.

    A person may leave changes out (``dataclasses.replace(revision, changes=…)``) before it is applied. ``questions``
    are sentences about what no rule can decide; nothing is changed for them.
    """

    campaign_id: int
    plan_id: int | None  # the plan it was compared with
    document: dict[str, Any] = field(repr=False)  # the whole plan as it stands after the change
    changes: tuple[Change, ...] = ()
    questions: tuple[str, ...] = ()
    quiet: tuple[Change, ...] = field(default=(), repr=False)  # sources and order: nothing that people read
    settled: tuple[str, ...] = field(default=(), repr=False)  # concerns of the earlier plan that hold no more
    file_name: str = ""
    sha256: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.questions

    @property
    def mark(self) -> str:
        """Short, and another one as soon as a person reads other changes; how far a push has come does not count."""
        read = [(change.kind, change.what, change.before, change.after, change.sent) for change in self.changes]
        return hashlib.sha256(json.dumps([read, self.questions]).encode()).hexdigest()[:10]

    @property
    def summary(self) -> str:
        """2 khẩu hiệu sửa, 1 việc thêm, 1 điều cần hỏi lại"""
        counts: dict[tuple[Kind, What], int] = {}
        for change in self.changes:
            counts[change.kind, change.what] = counts.get((change.kind, change.what), 0) + 1
        said = [f"{count} {KIND_WORDS[kind]} {WHAT_WORDS[what]}" for (kind, what), count in counts.items()]
        said += [f"{len(self.questions)} điều cần hỏi lại"] if self.questions else []
        return ", ".join(said) or "không có gì khác"


@dataclass(frozen=True)
class Sent:
    """A change that came after its message had left: people must be told again, by a person."""

    change: Change
    push_ids: tuple[int, ...]
    places: int
    last_at: datetime | None

    @property
    def sentence(self) -> str:
        return f"“{self.change.before}” đã gửi {self.places} nơi: cần đính chính."

    @property
    def correction(self) -> str:
        """A message that a person may send to those who were told."""
        what = KIND_WORDS[self.change.kind]
        if self.change.what == What.GONE:
            work = self.change.kind == Kind.ASSIGNMENT
            do = "Đơn vị không cần làm việc này nữa" if work else "Đơn vị vui lòng không dùng nội dung này nữa"
            return f"Đính chính: {what} “{self.change.before}” nay đã bỏ. {do}."
        return (
            f"Đính chính: {what} “{self.change.before}” nay sửa thành “{self.change.after}”. Mời đơn vị theo bản mới."
        )


@dataclass(frozen=True)
class Applied:
    """What became of a revision. Applying it a second time gives an empty one."""

    changes: tuple[Change, ...] = ()
    sent_already: tuple[Sent, ...] = ()
    told: tuple[str, ...] = ()  # what a person should know or do now
