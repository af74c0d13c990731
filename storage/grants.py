"""Grants: pairs of tokens that a platform renews one by one, and never twice with the same one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage.models import ChannelFact, Grant

KEPT = 3  # rotations: enough to see what happened, few enough to forget


def newest(session: Session, channel: str, account: str) -> Grant | None:
    """The grant in force; a dead one too, because its access token may live on for some hours."""
    found: Grant | None = session.exec(_of(channel, account)).first()
    return found


def count(session: Session, channel: str, account: str) -> int:
    return len(session.exec(_of(channel, account)).all())


def keep(session: Session, channel: str, account: str, sealed: str, now: datetime) -> Grant:
    """A new pair; of the older ones the last are kept."""
    grant = Grant(channel=channel, account=account, sealed=sealed, issued_at=now)
    session.add(grant)
    session.flush()
    for old in session.exec(_of(channel, account)).all()[KEPT:]:
        session.delete(old)
    return grant


def kill(session: Session, grant_id: int) -> None:
    """The platform refused to renew it: a person must sign in again."""
    grant = session.get(Grant, grant_id)
    if grant is not None:
        grant.dead = True
        session.add(grant)


def _of(channel: str, account: str) -> Any:
    statement = select(Grant).where(Grant.channel == channel, Grant.account == account)
    return statement.order_by(col(Grant.id).desc())


def fact(session: Session, channel: str, account: str, name: str) -> ChannelFact | None:
    return session.get(ChannelFact, (channel, account, name))


def note_fact(
    session: Session, channel: str, account: str, name: str, value: dict[str, Any], now: datetime
) -> ChannelFact:
    """Remember one thing about an account; what was known under that name is replaced."""
    row = fact(session, channel, account, name) or ChannelFact(channel=channel, account=account, name=name, at=now)
    row.value, row.at = value, now
    session.add(row)
    return row
