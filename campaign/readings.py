"""A plan that somebody sends in a conversation: gathered, read elsewhere, rehearsed, then made a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from campaign import listing, people, plans
from campaign.hours import Hours
from campaign.people import Right
from campaign.problems import Refusal
from storage.models import Campaign, PlanReading
from storage.models.campaigns import ReadingState

PASTE_LIMIT = 120_000  # letters: some 50 pages; a file is better long before that
PASTED_NAME = "nội dung dán.txt"
NO_RIGHT = "Chỉ quản trị viên được nhập kế hoạch và lập đợt."
UNKNOWN = "Bản kế hoạch này không còn. Anh/chị gửi lại tệp kế hoạch."
NOT_READ = "Kế hoạch này chưa đọc xong. Anh/chị chờ tin tóm tắt rồi chọn tiếp."


@dataclass(frozen=True)
class Rehearsal:
    """What the draft would hold; nothing of it was kept. ``before``: the open campaign that the same file gave."""

    summary: str
    concerns: list[str] = field(default_factory=list)
    before: Campaign | None = None


def of_person(session: Session, person_id: int | None, reading_id: int) -> PlanReading:
    """The one gate to a reading: its sender, as long as this person may make campaigns. Raises Refusal."""
    reading = session.get(PlanReading, reading_id, with_for_update=True)
    if reading is None or reading.person_id != person_id or reading.state == ReadingState.DROPPED:
        raise Refusal("reading.unknown", UNKNOWN)
    check_right(session, reading)
    return reading


def check_right(session: Session, reading: PlanReading) -> None:
    if not people.may(session, reading.person_id, Right.MANAGE, reading.unit_id):
        raise Refusal("reading.no_right", NO_RIGHT)


def gathering(session: Session, person_id: int | None, chat_id: int | None) -> PlanReading | None:
    """The text that this person is pasting into this chat."""
    statement = select(PlanReading).where(
        PlanReading.person_id == person_id,
        PlanReading.chat_id == chat_id,
        PlanReading.state == ReadingState.GATHERING,
    )
    return session.exec(statement.order_by(col(PlanReading.id).desc())).first()


def add_text(session: Session, reading: PlanReading, text: str) -> None:
    """Raises Refusal when it would be more than anybody pastes."""
    joined = f"{reading.text}\n{text}".strip()
    if len(joined) > PASTE_LIMIT:
        raise Refusal("reading.too_long", "Nội dung dán đã quá dài. Anh/chị bấm Xong để đọc phần đã dán, hoặc gửi tệp.")
    reading.text = joined
    session.add(reading)


def ask(session: Session, reading: PlanReading) -> None:
    """From here the reading is worked on outside the conversation. Raises Refusal for a paste without words."""
    if reading.state == ReadingState.GATHERING and not any(letter.isalnum() for letter in reading.text):
        raise Refusal("reading.empty", "Chưa có nội dung nào. Anh/chị dán nội dung kế hoạch hoặc gửi tệp.")
    if reading.state in (ReadingState.OFFERED, ReadingState.GATHERING):
        reading.state = ReadingState.ASKED
        session.add(reading)


def drop(session: Session, reading: PlanReading, now: datetime) -> None:
    """The words of what is not wanted are not kept."""
    end(session, reading, ReadingState.DROPPED, now)
    reading.text, reading.document = "", {}


def refuse(session: Session, reading: PlanReading, sentence: str, now: datetime) -> None:
    end(session, reading, ReadingState.REFUSED, now)
    reading.sentence = sentence


def end(session: Session, reading: PlanReading, state: ReadingState, now: datetime) -> None:
    reading.state, reading.finished_at = state, now
    session.add(reading)


def rehearse(
    session: Session, reading: PlanReading, document: dict[str, Any], now: datetime, hours: Hours
) -> Rehearsal:
    """Make the draft, count it, and take it back: the numbers a person sees are those they will get.

    Raises Refusal as ``plans.import_plan`` does.
    """
    before = plans.imported_before(session, reading.sha256)
    attempt = session.begin_nested()
    try:
        campaign = _import(session, reading, document, now, hours)
        months = len(document.get("campaigns") or [])
        head = f"{months} đợt, " if months else ""
        return Rehearsal(head + listing.summary(session, campaign), list(campaign.warnings), before)
    finally:
        attempt.rollback()


def draft(session: Session, reading: PlanReading, now: datetime, hours: Hours) -> Campaign:
    """The draft campaign of what was read; doing it again gives the same one. Raises Refusal."""
    if reading.state == ReadingState.DRAFTED and reading.campaign_id is not None:
        return session.get_one(Campaign, reading.campaign_id)
    if reading.state != ReadingState.READ:
        raise Refusal("reading.not_read", NOT_READ)
    campaign = _import(session, reading, reading.document, now, hours)
    reading.campaign_id = campaign.id
    end(session, reading, ReadingState.DRAFTED, now)
    return campaign


def _import(session: Session, reading: PlanReading, document: dict[str, Any], now: datetime, hours: Hours) -> Campaign:
    return plans.import_plan(
        session,
        document,
        file_name=reading.file_name,
        sha256=reading.sha256,
        unit_id=reading.unit_id,
        now=now,
        hours=hours,
    )
