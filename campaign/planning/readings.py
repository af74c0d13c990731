"""A plan that somebody sends in a conversation: gathered, read elsewhere, rehearsed, then made a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from campaign.hours import Hours
from campaign.organisation import people
from campaign.organisation.people import Right
from campaign.planning import listing, plans, revising
from campaign.planning.revising import Applied, Revision
from campaign.problems import Refusal
from storage.models import Campaign, PlanReading
from storage.models.campaigns import ReadingState

PASTE_LIMIT = 120_000  # letters: some 50 pages; a file is better long before that
PASTED_NAME = "nội dung dán.txt"
NO_RIGHT = "Chỉ quản trị viên được nhập kế hoạch và lập đợt."
UNKNOWN = "Bản kế hoạch này không còn. Anh/chị gửi lại tệp kế hoạch."
USED = "Kế hoạch này đã được dùng rồi. Anh/chị mở mục Các đợt để xem tiếp."
NOT_READ = "Kế hoạch này chưa đọc xong. Anh/chị chờ tin tóm tắt rồi chọn tiếp."


@dataclass(frozen=True)
class Known:
    """An open campaign that a document is about, and what the document would change in it."""

    campaign: Campaign
    revision: Revision
    same_file: bool


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
    reading.sentence, reading.text, reading.document = sentence, "", {}


def end(session: Session, reading: PlanReading, state: ReadingState, now: datetime) -> None:
    reading.state, reading.finished_at = state, now
    session.add(reading)


def keep_document(
    session: Session, reading: PlanReading, document: dict[str, Any], now: datetime, hours: Hours
) -> Known | None:
    """What was read stays with the reading, counted; returns the campaign that it is about, if there is one.

    Raises Refusal for what gives no draft and changes no campaign.
    """
    reading.document = document
    found = known(session, reading, now, hours)
    try:
        reading.summary, reading.concerns = _rehearse(session, reading, now, hours)
    except Refusal:
        if found is None:
            raise
    reading.campaign_id = found.campaign.id if found else None
    end(session, reading, ReadingState.READ, now)
    return found


def _rehearse(session: Session, reading: PlanReading, now: datetime, hours: Hours) -> tuple[str, list[str]]:
    """Make the draft, count it, and take it back: the numbers a person sees are those they will get."""
    attempt = session.begin_nested()
    try:
        campaign = _import(session, reading, now, hours)
        months = len(reading.document.get("campaigns") or [])
        head = f"{months} đợt, " if months else ""
        return head + listing.summary(session, campaign), list(campaign.warnings)
    finally:
        attempt.rollback()


def known(session: Session, reading: PlanReading, now: datetime, hours: Hours) -> Known | None:
    """The campaign of the same file, or of the plan that this document repeats or amends; compared anew each time.

    None also for a campaign that is not this person's to change.
    """
    same = plans.imported_before(session, reading.sha256)
    try:
        campaign = same or revising.campaign_of(session, reading.document)
        if campaign is None or not people.may(session, reading.person_id, Right.MANAGE, campaign.unit_id):
            return None
        revision = revising.compare(
            session, campaign, reading.document, now=now, hours=hours, file_name=reading.file_name,
            sha256=reading.sha256,
        )  # fmt: skip
    except Refusal:
        return None  # it can only become a campaign of its own
    return Known(campaign, revision, same is not None)


def apply(session: Session, reading: PlanReading, found: Known, now: datetime, hours: Hours) -> Applied:
    """Write the changes into the campaign. Raises Refusal as ``revising.apply`` does."""
    if reading.state != ReadingState.READ:
        raise Refusal("reading.used", USED)
    applied = revising.apply(session, found.campaign, found.revision, person_id=reading.person_id, now=now, hours=hours)
    reading.campaign_id = found.campaign.id
    end(session, reading, ReadingState.DRAFTED, now)
    return applied


def draft(session: Session, reading: PlanReading, now: datetime, hours: Hours) -> Campaign:
    """The draft campaign of what was read. Raises Refusal, also when the reading has been used."""
    if reading.state == ReadingState.DRAFTED:
        raise Refusal("reading.used", USED)
    if reading.state != ReadingState.READ:
        raise Refusal("reading.not_read", NOT_READ)
    campaign = _import(session, reading, now, hours)
    reading.campaign_id = campaign.id
    end(session, reading, ReadingState.DRAFTED, now)
    return campaign


def _import(session: Session, reading: PlanReading, now: datetime, hours: Hours) -> Campaign:
    return plans.import_plan(
        session,
        reading.document,
        file_name=reading.file_name,
        sha256=reading.sha256,
        unit_id=reading.unit_id,
        now=now,
        hours=hours,
    )
