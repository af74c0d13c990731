"""The outbox as delivery sees it: what is due, what is in flight, what became of it.

Nothing here costs more when a hundred thousand rows wait than when ten do: each question is asked per state, so that
the index gives the rows in their order and nothing is sorted. These statements run for every message, so they are built
once and go past the ORM.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import JSON, ColumnElement, Select, String, bindparam, cast, func, or_, select, true, union_all, update
from sqlmodel import Session, col

from storage.insert import execute_counted
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority

WAITING = (OutgoingState.QUEUED, OutgoingState.RETRY)
AT_ONCE = 500
_ROWS = Outgoing.metadata.tables["outgoing"].c
_ARRIVAL = ("external_ids", "progress", "state", "finished_at", "reason")
_CLAIM = (
    update(Outgoing.metadata.tables["outgoing"])
    .where(_ROWS.id.in_(bindparam("ids", expanding=True)), _ROWS.state.in_(WAITING))
    .where(or_(_ROWS.not_before.is_(None), _ROWS.not_before <= bindparam("now")))
    .values(
        state=OutgoingState.SENDING.value,
        sending_at=bindparam("now"),
        first_tried_at=func.coalesce(_ROWS.first_tried_at, bindparam("now")),
        attempts=_ROWS.attempts + 1,
    )
    .returning(_ROWS.id, _ROWS.message, _ROWS.to)
)
_SENT = (
    update(Outgoing.metadata.tables["outgoing"])
    .where(_ROWS.id == bindparam("row_id"), _ROWS.attempts == bindparam("claim"))
    .where(_ROWS.progress < bindparam("so_far"))
    .values({name: bindparam(name) for name in _ARRIVAL})
)


def due(
    session: Session, channel: str, now: datetime, *, quiet: bool, closed: Collection[str], limit: int = 1
) -> list[tuple[Outgoing, bool]]:
    """The rows that should leave next, first things first, and whether their chat is lost; rows for ``closed`` chats
    wait.

    When ``quiet``, only answers to people and what a person made urgent may leave.
    """
    values = {"channel": channel, "now": now, "closed": json.dumps(list(closed)), "size": limit}
    statement = _due(quiet, session.get_bind().dialect.name)
    return [(row, active is False) for row, active in session.execute(statement, values)]


@cache
def _due(quiet: bool, dialect: str) -> Select[Outgoing, bool]:
    """Parameters: channel, now, closed (chats, as JSON), size."""
    answers, urgent = _ROWS.priority <= Priority.INTERACTIVE, _ROWS.urgent == true()
    kinds: list[tuple[ColumnElement[bool], ...]] = [(answers,), (~answers, urgent)] if quiet else [()]
    pieces = [select(_first(state, kind, dialect).subquery()) for state in WAITING for kind in kinds]
    return (
        select(Outgoing, col(Chat.active))
        .outerjoin(Chat, col(Chat.id) == Outgoing.chat_id)
        .where(col(Outgoing.id).in_(select(union_all(*pieces).subquery().c.id)))
        .order_by(col(Outgoing.priority), col(Outgoing.id))
        .limit(bindparam("size"))
    )


def _first(state: OutgoingState, kind: tuple[ColumnElement[bool], ...], dialect: str) -> Select[int]:
    return (
        select(_ROWS.id)
        .where(
            _ROWS.channel == bindparam("channel"),
            _ROWS.state == state.value,
            *kind,
            or_(_ROWS.not_before.is_(None), _ROWS.not_before <= bindparam("now")),
            _ROWS.to.not_in(select(_chats(dialect))),
        )
        .order_by(_ROWS.priority, _ROWS.id)
        .limit(bindparam("size"))
    )


def _chats(dialect: str) -> ColumnElement[str]:
    """The chats of one parameter: a statement of always the same text is read once by driver and server."""
    if dialect == "sqlite":
        return func.json_each(bindparam("closed")).table_valued("value").c.value
    return func.json_array_elements_text(cast(bindparam("closed", type_=String), JSON)).column_valued("chat")


def claim(session: Session, rows: Sequence[Outgoing], now: datetime) -> list[Outgoing]:
    """Mark rows as being sent; they are the caller's to keep afterwards. Left out are those that were cancelled or put
    off meanwhile, or that somebody else was faster to take. On a server others write between two statements of ours:
    what leaves is what the row says at this moment, not what was read a moment ago.
    """
    if not rows:
        return []
    taken = session.execute(_CLAIM, {"ids": [row.id for row in rows], "now": now})
    said = {row_id: (message, to) for row_id, message, to in taken}
    claimed = [row for row in rows if row.id in said]
    for row in claimed:
        session.expunge(row)  # what is set below was written above
        row.message, row.to = said[row.id or 0]
        row.state, row.attempts, row.sending_at = OutgoingState.SENDING, row.attempts + 1, now
        row.first_tried_at = row.first_tried_at or now
    return claimed


def write_sent(session: Session, rows: Sequence[Outgoing]) -> None:
    """Write down what has arrived of rows: their numbers on the platform, their progress and state.

    Only what stands in the rows themselves is written, so that writing it twice does no harm; and nothing where an echo
    was faster, or where another process has claimed the row since.
    """
    values = [
        {
            **{name: getattr(row, name) for name in _ARRIVAL},
            "row_id": row.id,
            "claim": row.attempts,
            "so_far": row.progress,
        }
        for row in rows
    ]
    if values:
        session.connection().execute(_SENT, values)


def unclaim(session: Session, row_id: int, attempts: int) -> None:
    """Give back a row that was claimed and whose request provably did not leave; ``attempts`` as claimed, so that
    nobody gives back what another process has claimed since.
    """
    session.execute(
        update(Outgoing)
        .where(col(Outgoing.id) == row_id, col(Outgoing.state) == OutgoingState.SENDING)
        .where(col(Outgoing.attempts) == attempts)
        .values(state=OutgoingState.QUEUED, attempts=col(Outgoing.attempts) - 1)
    )


def recover(
    session: Session, channel: str, now: datetime, remembers: bool = False, in_hand: Collection[int] = ()
) -> tuple[int, int]:
    """After a crash, rows found in flight: those to one person go again, those to groups become unknown. ``in_hand``:
    rows that the caller is sending itself.

    ``remembers``: the platform can be asked what became of them, so all of them become unknown until it was.
    Returns (sent again, unknown). Only the process that speaks for the account may call it.
    """
    in_flight = (
        col(Outgoing.channel) == channel,
        col(Outgoing.state) == OutgoingState.SENDING,
        col(Outgoing.id).not_in(in_hand),
    )
    personal = update(Outgoing).where(*in_flight, col(Outgoing.personal)).values(state=OutgoingState.QUEUED)
    again = 0 if remembers else execute_counted(session, personal)
    unknown = execute_counted(
        session,
        update(Outgoing)
        .where(*in_flight)
        .values(
            state=OutgoingState.UNKNOWN,
            finished_at=now,
            looked_at=None,
            reason="Máy dừng khi đang gửi, chưa rõ tin đã tới hay chưa.",
        ),
    )
    return again, unknown


def said_since_heard(session: Session, chat_ids: Sequence[int]) -> dict[int, int]:
    """How many requests have arrived in each of these chats since its person last did something."""
    counts: dict[int, int] = {}
    for start in range(0, len(chat_ids), AT_ONCE):  # databases limit the values of one statement
        statement = (
            select(col(Chat.id), func.sum(Outgoing.progress))
            .join(Outgoing, col(Outgoing.chat_id) == Chat.id)
            .where(col(Chat.id).in_(chat_ids[start : start + AT_ONCE]), col(Outgoing.state) == OutgoingState.SENT)
            .where(col(Outgoing.finished_at) > col(Chat.heard_at))
            .group_by(col(Chat.id))
        )
        counts.update({chat_id: int(said or 0) for chat_id, said in session.execute(statement) if chat_id is not None})
    return counts
