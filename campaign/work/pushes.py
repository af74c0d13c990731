"""Thông báo: from a dated row to one outbox row for each chat, and what people did with it."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from campaign import markup
from campaign.hours import Hours
from campaign.message import Choice, Message
from campaign.organisation import audience, clusters, people
from campaign.outbox import say_to_all
from campaign.problems import Refusal
from campaign.text import clean
from campaign.work import duties, pins
from campaign.work.reach import ReachOf, everybody, worth_writing
from storage.insert import insert_new
from storage.models import Assignment, Campaign, Chat, Duty, Outgoing, Post, Push, Receipt, Unit
from storage.models.campaigns import CampaignState, LatePolicy, PushKind, PushState
from storage.models.messages import OutgoingState, Priority

GRACE = timedelta(hours=2)  # a push that leaves later than this was late
INFORMING = (PushKind.SLOGAN, PushKind.OBSERVANCE, PushKind.WINDOW)  # one copy per unit is enough
BATCH = 50
FEW = 500  # units that are asked for by their ids; of more, all are read


def due(session: Session, now: datetime) -> list[Push]:
    """Planned pushes whose moment has come and whose campaign a person has activated."""
    statement = (
        select(Push)
        .outerjoin(Campaign, col(Campaign.id) == Push.campaign_id)
        .where(Push.state == PushState.PLANNED, col(Push.due_at) <= now)
        .where(or_(col(Push.campaign_id).is_(None), col(Campaign.state) == CampaignState.ACTIVE))
        .order_by(col(Push.due_at), col(Push.id))
        .limit(BATCH)
        .with_for_update(of=Push, skip_locked=True)
    )
    return list(session.exec(statement))


def release_due(
    session: Session, now: datetime, hours: Hours, grace: timedelta = GRACE, reach: ReachOf = everybody
) -> list[Push]:
    """Turn due pushes into outbox rows, or do what their policy says when an outage made them late.

    ``grace``: how much later than its moment a push may leave and still count as on time.
    Returns those that were skipped or cannot be sent, so that the admins can be told.
    """
    skipped = []
    for push in due(session, now):
        late = now - push.due_at > grace
        if late and push.late_policy == LatePolicy.SKIP:
            push.state = PushState.SKIPPED
            skipped.append(push)
        elif late and push.late_policy == LatePolicy.MERGE:
            push.state = PushState.MERGED
        elif not _released(session, push, now, hours, late=late, reach=reach):
            push.state = PushState.FAILED
            skipped.append(push)
        push.released_at = now
        session.add(push)
    return skipped


def _released(session: Session, push: Push, now: datetime, hours: Hours, *, late: bool, reach: ReachOf) -> bool:
    """False when its audience makes no sense any more: one such push must not stop all others."""
    try:
        with session.begin_nested():
            release(session, push, now, hours, late=late, reach=reach)
    except Refusal:
        return False
    return True


def release(
    session: Session, push: Push, now: datetime, hours: Hours, *, late: bool = False, reach: ReachOf = everybody
) -> int:
    """One outbox row for each chat of the audience; doing it again adds only chats that are new. Returns how many."""
    unit_ids = audience.unit_ids_of(session, push.audience, hours.day(now))
    _open_duties(session, push, unit_ids, now, hours)
    message = message_of(push, late_since=push.due_at if late else None, hours=hours)
    chats = _read(session, chat_ids_of(session, push, unit_ids, leaves_at(push, now, hours), reach))
    push.state, push.released_at = PushState.RELEASED, push.released_at or now
    session.add(push)
    queued = say_to_all(
        session, ((key_of(push, chat), chat) for chat in chats), message,
        priority=Priority.PUSH, push_id=push.id, urgent=push.urgent,
        personal=False,  # an announcement is never repeated blindly, not even to one person
    )  # fmt: skip
    pins.mark(session, push, now)
    return queued


def key_of(push: Push, chat: Chat) -> str:
    """One copy for a group, and one for a person, on whichever of their channels."""
    return f"p{push.id}:{chat.id}" if chat.person_id is None else f"p{push.id}:person{chat.person_id}"


def _open_duties(session: Session, push: Push, unit_ids: set[int], now: datetime, hours: Hours) -> None:
    assignment = session.get(Assignment, push.assignment_id) if push.assignment_id else None
    if assignment is not None and not assignment.dropped:
        duties.open_for(session, assignment, sorted(unit_ids), now, hours)


def message_of(push: Push, *, late_since: datetime | None, hours: Hours) -> Message:
    """The words and the choices that fit this kind of push."""
    words = markup.recalled(push.text, push.spans)
    if late_since is not None:
        words = f"(Tin gửi muộn, lẽ ra gửi lúc {hours.local(late_since):%Hh%M ngày %d/%m/%Y})\n" + words
    return Message(text=words.text, spans=words.spans, choices=choices_for(push), photos=tuple(push.photos))


def choices_for(push: Push) -> tuple[Choice, ...]:
    seen = Choice("Đã nhận", f"seen:{push.id}")
    if push.assignment_id is None:
        return (seen,)
    return (
        seen,
        Choice("Nộp ảnh/tin", f"give:{push.assignment_id}"),
        Choice("Xin gia hạn", f"more:{push.assignment_id}"),
        Choice("Đã làm xong", f"done:{push.assignment_id}"),
    )


def leaves_at(push: Push, now: datetime, hours: Hours) -> datetime:
    """When the first copy leaves, should the push be released by then: quiet hours hold it unless it is urgent."""
    due = max(push.due_at, now)
    return due if push.urgent else hours.next_open(due)


def chats_of(
    session: Session, push: Push, unit_ids: set[int], at: datetime | None = None, reach: ReachOf = everybody
) -> list[Chat]:
    """The chats of ``chat_ids_of``."""
    return list(_read(session, chat_ids_of(session, push, unit_ids, at, reach)))


def _read(session: Session, chat_ids: Sequence[int]) -> Iterator[Chat]:
    """A few at a time: ten thousand of them at once take twenty megabytes."""
    for start in range(0, len(chat_ids), FEW):
        few = col(Chat.id).in_(chat_ids[start : start + FEW])
        yield from session.exec(select(Chat).where(few).order_by(col(Chat.id))).all()


def chat_ids_of(
    session: Session, push: Push, unit_ids: set[int], at: datetime | None = None, reach: ReachOf = everybody
) -> list[int]:
    """The chats that get a push, each once, in order.

    What only informs goes to a unit's own group, else to its cluster's, else to the private chats of its officers. What
    asks something of people goes to all of these: groups read along, officers answer. An officer who could only be
    written to for money ``at`` that moment is left out where groups tell the same.
    """
    holders = {post.person_id for post in audience.people_of(session, push.audience, None)}
    own = _bound(session, unit_ids)
    cluster_chats = _cluster_chats(session, unit_ids)
    wanted = set(unit_ids)
    if push.kind in INFORMING:
        wanted -= set(own.values())
        for _, members in cluster_chats:
            wanted -= members
    reporters = reporters_of(session, wanted)
    officers = people.private_chats(session, reporters.keys() | holders)
    in_groups = set(own.values()).union(*(members for _, members in cluster_chats))
    covered = {person for person, theirs in reporters.items() if theirs <= in_groups} - holders
    officers = worth_writing(session, officers, covered, at or push.due_at, reach)
    return sorted({*own, *(chat for chat, _ in cluster_chats), *(chat.id for chat in officers if chat.id is not None)})


def _bound(session: Session, unit_ids: set[int]) -> dict[int, int]:
    """Units' own groups: chat → unit."""
    statement = select(Chat.id, Chat.unit_id).where(
        col(Chat.active), Chat.purpose == "work", col(Chat.unit_id).is_not(None)
    )
    if len(unit_ids) <= FEW:
        statement = statement.where(col(Chat.unit_id).in_(unit_ids))
    return {chat: unit for chat, unit in session.exec(statement) if chat is not None and unit in unit_ids}


def _cluster_chats(session: Session, unit_ids: set[int]) -> list[tuple[int, set[int]]]:
    """Groups of clusters whose members are all addressed, with those members."""
    statement = select(Chat.id, Chat.cluster_id).where(col(Chat.active), col(Chat.cluster_id).is_not(None))
    chats = {chat: cluster for chat, cluster in session.exec(statement) if chat is not None and cluster is not None}
    inside = clusters.unit_ids_today(session, set(chats.values()))
    pairs = [(chat, inside.get(cluster, set())) for chat, cluster in chats.items()]
    return [(chat, members) for chat, members in pairs if members and members <= unit_ids]


def reporters_of(session: Session, unit_ids: Collection[int]) -> dict[int, set[int]]:
    """People who report for any of these units, and for which of them."""
    statement = select(Post.person_id, Post.unit_id).where(
        col(Post.role).in_(people.Right.REPORT.value), col(Post.until).is_(None)
    )
    if len(unit_ids) <= FEW:
        statement = statement.where(col(Post.unit_id).in_(unit_ids))
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, unit_id in session.exec(statement):
        if unit_id in unit_ids:
            found[person_id].add(unit_id)
    return found


def ad_hoc(
    session: Session,
    text: str,
    to: str,
    now: datetime,
    hours: Hours,
    *,
    at: datetime | None = None,
    urgent: bool = False,
    photos: Sequence[str] = (),
    by: int | None = None,
    unit_id: int | None = None,
    reach: ReachOf = everybody,
    pin_until: datetime | None = None,
) -> Push:
    """A push made by a person; ``text`` may hold mark-up. Without ``at`` it is released at once and waits in the
    outbox for open hours.

    Raises Refusal for an audience that cannot be understood.
    """
    to = str(audience.resolve(session, audience.parse(to), hours.day(now)))
    words = markup.read(clean(text))
    push = Push(
        key=f"adhoc:{secrets.token_hex(8)}",
        kind=PushKind.ADHOC,
        audience=to,
        text=words.text,
        spans=words.stored(),
        photos=list(photos),
        due_at=at or now,
        urgent=urgent,
        late_policy=LatePolicy.SEND,
        created_by=by,
        unit_id=unit_id,
        pin_until=pin_until,
    )
    session.add(push)
    session.flush()
    if at is None or at <= now:
        release(session, push, now, hours, reach=reach)
    return push


def recipients(session: Session, push: Push, hours: Hours, now: datetime, reach: ReachOf = everybody) -> list[Chat]:
    """Who would get it if it left as soon as it may: for the preview."""
    unit_ids = audience.unit_ids_of(session, push.audience, hours.day(now))
    return chats_of(session, push, unit_ids, leaves_at(push, now, hours), reach)


def status(session: Session, push_id: int) -> dict[str, int]:
    """Outbox rows of a push by state; every state is named. What a pause holds back is still queued."""
    rows = session.exec(
        select(Outgoing.state, func.count()).where(Outgoing.push_id == push_id).group_by(Outgoing.state)
    )
    counts = Counter(dict(rows.all()))
    counts[OutgoingState.QUEUED] += counts.pop(OutgoingState.HELD, 0)
    return {str(state): counts[state] for state in OutgoingState if state != OutgoingState.HELD}


def acknowledge(session: Session, push: Push, unit_id: int, person_id: int | None, now: datetime, hours: Hours) -> bool:
    """ "Đã nhận" by a unit; False when it had said so before."""
    assert push.id is not None
    row = Receipt(push_id=push.id, unit_id=unit_id, at=now, person_id=person_id)
    new = insert_new(session, Receipt, [row]) == 1
    if push.assignment_id is not None:
        statement = select(Duty).where(Duty.assignment_id == push.assignment_id, Duty.unit_id == unit_id)
        if (duty := session.exec(statement).first()) is not None:
            duties.mark(session, duty, "seen", now, hours)
    return new


def seen_and_missing(session: Session, push: Push, on: datetime, hours: Hours) -> tuple[list[Unit], list[Unit]]:
    """Units of the audience that have said "Đã nhận", and those that have not."""
    units = audience.units_of(session, push.audience, hours.day(on))
    seen = set(session.exec(select(Receipt.unit_id).where(Receipt.push_id == push.id)))
    return [unit for unit in units if unit.id in seen], [unit for unit in units if unit.id not in seen]
