"""Xóa dữ liệu: what identifies a person goes; counts and what was handed in stay under the unit (Law 91/2025/QH15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from campaign import audit
from campaign.organisation import chats
from campaign.work import submissions
from storage.models import (
    Account,
    Chat,
    Consent,
    Incoming,
    Invite,
    Outgoing,
    Person,
    PlanReading,
    Post,
    Submission,
    Talk,
)
from storage.models.campaigns import ReadingState
from storage.models.messages import UNSENT, IncomingState, OutgoingState
from storage.models.work import SubmissionState


def erase(session: Session, person: Person, now: datetime) -> None:
    """Forget name, accounts, posts, unsent drafts and the words of private conversations."""
    _spend_codes(session, person.id)
    for draft in _drafts(session, person):
        submissions.discard(session, draft, now)
    for chat in session.exec(select(Chat).where(Chat.person_id == person.id)).all():
        _forget_conversation(session, chat)
    for account in session.exec(select(Account).where(Account.person_id == person.id)):
        session.delete(account)
    finished = (ReadingState.DRAFTED, ReadingState.REFUSED, ReadingState.DROPPED)
    for reading in session.exec(select(PlanReading).where(PlanReading.person_id == person.id)):
        reading.text, reading.media = "", {}
        if reading.state not in finished:
            reading.state, reading.finished_at = ReadingState.DROPPED, now
        session.add(reading)
    for talk in session.exec(select(Talk).where(Talk.person_id == person.id)):
        session.delete(talk)
    session.execute(update(Post).where(col(Post.person_id) == person.id, col(Post.until).is_(None)).values(until=now))
    person.name, person.erased_at = "(đã xóa)", now
    session.add(person)
    audit.note(session, now, "person.erased", f"person:{person.id}")


def remove_account(session: Session, account: Account, chat: Chat, now: datetime) -> None:
    """One account of several, with its chat: whoever writes there is nobody we know, and no open code leads back."""
    mine, channel = account.person_id, account.channel
    _spend_codes(session, mine)
    _forget_conversation(session, chat)
    chats.forget_talks(session, chats.place(chat.channel, chat.external_id))
    session.delete(account)
    given = (
        select(Consent).where(Consent.person_id == mine, Consent.channel == channel).order_by(col(Consent.id).desc())
    )
    if (consent := session.exec(given).first()) is not None:
        consent.withdrawn_at = now
        session.add(consent)
    audit.note(session, now, "account.removed", f"person:{mine}", person_id=mine, channel=channel)


def _spend_codes(session: Session, person_id: int | None) -> None:
    """First of all: whoever is using one of them now is waited for, and what they add is found."""
    session.execute(update(Invite).where(col(Invite.person_id) == person_id).values(uses_left=0))


def _drafts(session: Session, person: Person) -> list[Submission]:
    statement = select(Submission).where(Submission.person_id == person.id, Submission.state == SubmissionState.DRAFT)
    return list(session.exec(statement))


def _forget_conversation(session: Session, chat: Chat) -> None:
    """Both sides of it: what was heard, what was said, and what was still to be said."""
    session.execute(
        update(Incoming)
        .where(col(Incoming.channel) == chat.channel, col(Incoming.chat) == chat.external_id)
        .where(col(Incoming.state) != IncomingState.NEW)
        .values(payload={})
    )
    addressed = (col(Outgoing.channel) == chat.channel, col(Outgoing.to) == chat.external_id)
    session.execute(
        update(Outgoing).where(*addressed, col(Outgoing.state).in_(UNSENT)).values(state=OutgoingState.CANCELLED)
    )
    session.execute(update(Outgoing).where(*addressed).values(message={}))
    chat.active, chat.inactive_reason = False, "Người dùng đã xóa dữ liệu."
    chat.title, chat.person_id = "", None
    session.add(chat)
