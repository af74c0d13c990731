"""Nhắc việc: one digest for each chat and day, of everything still owed, and nothing to those who have sent.

The database decides: every duty knows its next reminder. A tick that comes late, twice or in two processes finds the
same rows and the same keys, so nothing is lost and nothing is said twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from campaign.calendar import when_in_full
from campaign.hours import Hours
from campaign.message import Choice, Message
from campaign.organisation import audience, people
from campaign.outbox import outgoing, say
from campaign.rules import rules_of
from campaign.work import duties, pushes
from storage.insert import insert_new
from storage.models import Assignment, Campaign, Chat, Duty, Outgoing, Push, Unit
from storage.models.campaigns import CampaignState, PushState
from storage.models.messages import REMINDING, UNSENT, OutgoingState, Priority

LINES = 5  # a digest longer than a small screen is not read


def remind(session: Session, now: datetime, hours: Hours) -> int:
    """Queue today's digests for whoever has a reminder due; returns how many were new."""
    today = hours.day(now)
    if hours.is_quiet(now) or not hours.reminder_day(today):
        return 0
    due = _due(session, now)
    merged = _merged_pushes(session) if hours.local(now).time() >= hours.digest_at else []
    if not due and not merged:
        return 0
    chats = digest_chats(session, {duty.unit_id for duty, _ in due})
    late_news = _late_news(session, merged, now, hours, today)
    rows = []
    for chat_id in {*chats, *late_news}:
        chat, unit_ids = chats.get(chat_id) or (session.get_one(Chat, chat_id), _units_of_chat(session, chat_id))
        message = digest(session, unit_ids, now, hours, late_news.get(chat_id, ()))
        if message is not None:
            rows.append(outgoing(digest_key(chat, today), chat, message, priority=Priority.REMINDER))
    queued = insert_new(session, Outgoing, rows)
    _move_on(session, due, now, hours)
    return queued


def digest_key(chat: Chat, day: date) -> str:
    """One a day for a person, on whichever channel; for a group, one a day for the group."""
    whose = f"p{chat.person_id}" if chat.person_id is not None else f"c{chat.id}"
    return f"digest:{whose}:{day.isoformat()}"


def _due(session: Session, now: datetime) -> list[tuple[Duty, Assignment]]:
    statement = (
        select(Duty, Assignment)
        .join(Assignment, col(Assignment.id) == Duty.assignment_id)
        .join(Campaign, col(Campaign.id) == Assignment.campaign_id)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .where(col(Duty.next_reminder_at) <= now, Campaign.state == CampaignState.ACTIVE, col(Unit.valid_to).is_(None))
        .with_for_update(of=Duty, skip_locked=True)
    )
    return list(session.exec(statement))


def _move_on(session: Session, due: Iterable[tuple[Duty, Assignment]], now: datetime, hours: Hours) -> None:
    for duty, assignment in due:
        duty.next_reminder_at = duties.next_reminder(duty, assignment, now, hours)
        session.add(duty)


def digest_chats(session: Session, unit_ids: set[int]) -> dict[int, tuple[Chat, set[int]]]:
    """Where units are reminded, and of which units each chat is reminded.

    In private, so that nobody is shamed: the officers of a unit; only a unit without any reachable officer is
    reminded in its own group. An officer of several units gets one digest for all of them.
    """
    found: dict[int, tuple[Chat, set[int]]] = {}
    for unit_id in sorted(unit_ids):
        chats = people.private_chats(session, {p.id for p in people.holders(session, people.Right.REPORT, unit_id)})
        open_ids = rules_of(session).open_ids(session, chats)
        reached = [chat for chat in chats if chat.id in open_ids]
        for chat in reached or _own_groups(session, unit_id) or chats:
            assert chat.id is not None
            covered = _units_of_chat(session, chat.id)
            found[chat.id] = (chat, covered | {unit_id})
    return found


def _own_groups(session: Session, unit_id: int) -> list[Chat]:
    return list(session.exec(select(Chat).where(Chat.unit_id == unit_id, col(Chat.active), Chat.purpose == "work")))


def _units_of_chat(session: Session, chat_id: int) -> set[int]:
    chat = session.get_one(Chat, chat_id)
    if chat.unit_id is not None:
        return {chat.unit_id}
    return {unit.id for unit in people.reporting_units(session, chat.person_id) if unit.id is not None}


def digest(
    session: Session, unit_ids: Iterable[int], now: datetime, hours: Hours, late_news: Iterable[str] = ()
) -> Message | None:
    """Everything still owed by these units before its deadline, nearest first; None when nothing is."""
    owed = [
        (duty, assignment)
        for duty, assignment in duties.owed_by(session, list(unit_ids))
        if (deadline := duties.deadline_of(duty, assignment)) is not None and deadline > now
    ]
    lines = [*late_news]
    if not owed and not lines:
        return None
    by_unit: dict[int, list[str]] = defaultdict(list)
    for duty, assignment in owed[:LINES]:
        deadline = duties.deadline_of(duty, assignment)
        assert deadline is not None
        by_unit[duty.unit_id].append(f"• {duties.what(assignment)}: hạn {when_in_full(deadline, now, hours)}")
    for unit_id, tasks in by_unit.items():
        unit = session.get_one(Unit, unit_id)
        lines += [f"{unit.name} còn {len(tasks)} việc:", *tasks]
    if len(owed) > LINES:
        lines.append(f"… và {len(owed) - LINES} việc khác trong mục Việc của tôi.")
    return Message(text="\n".join(["Nhắc việc hôm nay", *lines]), choices=_digest_choices(owed))


def _digest_choices(owed: list[tuple[Duty, Assignment]]) -> tuple[Choice, ...]:
    if not owed:
        return (Choice("Trang chủ", "home"),)
    first = f"d{owed[0][0].id}"
    return (
        Choice("Nộp ảnh/tin", f"give:{first}"),
        Choice("Đã làm xong", f"done:{first}"),
        Choice("Việc của tôi", "duties"),
    )


def refresh(session: Session, unit_id: int, now: datetime, hours: Hours) -> None:
    """A unit has just sent something: a digest that waits to leave must not ask for it any more."""
    for row in _waiting_digests(session, unit_id):
        assert row.chat_id is not None
        message = digest(session, _units_of_chat(session, row.chat_id) | {unit_id}, now, hours)
        if message is None:
            row.state, row.finished_at = OutgoingState.CANCELLED, now
        else:
            row.message = message.as_json()
        session.add(row)


def _waiting_digests(session: Session, unit_id: int) -> list[Outgoing]:
    """Digests that have not left, in any chat of the unit or of the people who report for it."""
    reporters = {person.id for person in people.holders(session, people.Right.REPORT, unit_id)}
    statement = (
        select(Outgoing)
        .join(Chat, col(Chat.id) == Outgoing.chat_id)
        .where(Outgoing.priority == Priority.REMINDER, col(Outgoing.state).in_(UNSENT))
        .where(or_(col(Chat.unit_id) == unit_id, col(Chat.person_id).in_(reporters)))
        .with_for_update(of=Outgoing)  # what is leaving at this moment is no longer ours to change
    )
    return list(session.exec(statement))


def drop_stale(session: Session, now: datetime, hours: Hours) -> int:
    """Cancel digests of earlier days that could not leave: today's will say what is still owed."""
    waiting = select(Outgoing).where(REMINDING, col(Outgoing.state).in_(UNSENT))
    rows = session.exec(waiting.with_for_update()).all()
    stale = [row for row in rows if not row.key.endswith(hours.day(now).isoformat())]
    for row in stale:
        row.state, row.finished_at, row.reason = OutgoingState.CANCELLED, now, "Đã sang ngày khác."
        session.add(row)
    return len(stale)


def _merged_pushes(session: Session) -> list[Push]:
    return list(session.exec(select(Push).where(Push.state == PushState.MERGED)))


def _late_news(
    session: Session, merged: Iterable[Push], now: datetime, hours: Hours, today: date
) -> dict[int, list[str]]:
    """For each chat, the late pushes that its digest carries. A chat that has had its digest of the day gets them as
    messages of their own: merged must not mean lost."""
    news: dict[int, list[str]] = defaultdict(list)
    for push in merged:
        message = pushes.message_of(push, late_since=push.due_at, hours=hours)
        unit_ids = audience.unit_ids_of(session, push.audience, today)
        for chat in pushes.chats_of(session, push, unit_ids):
            if chat.id is not None and _had_digest(session, chat, today):
                say(
                    session,
                    pushes.key_of(push, chat),
                    chat,
                    message,
                    priority=Priority.PUSH,
                    push_id=push.id,
                    personal=False,
                )
            elif chat.id is not None:
                news[chat.id].append(push.text)
        push.state = PushState.RELEASED
        session.add(push)
    return news


def _had_digest(session: Session, chat: Chat, day: date) -> bool:
    return session.exec(select(Outgoing.id).where(Outgoing.key == digest_key(chat, day))).first() is not None
