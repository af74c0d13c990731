"""People, the posts they hold, and what a post allows. Rights are asked for at the moment of acting, never
remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from sqlmodel import Session, col, select

from campaign import audit, outbox
from campaign.organisation import units, ways
from campaign.problems import Refusal
from storage.models import Account, Chat, Person, Post, Unit
from storage.models.organisation import Role


class Right(Enum):
    """What somebody may do, and the roles that allow it."""

    REPORT = frozenset({Role.OFFICER, Role.CHAIR})  # for one's own unit only
    REVIEW = frozenset({Role.EDITOR, Role.ADMIN})
    MANAGE = frozenset({Role.ADMIN})  # push to many, invite, bind chats, hand over
    SEE = frozenset({Role.EDITOR, Role.ADMIN, Role.LEADER})


def by_account(session: Session, channel: str, external_id: str) -> Person | None:
    statement = (
        select(Person)
        .join(Account, col(Account.person_id) == Person.id)
        .where(Account.channel == channel, Account.external_id == external_id, col(Person.erased_at).is_(None))
    )
    return session.exec(statement).first()


def open_posts(session: Session, person_id: int | None) -> list[Post]:
    """The posts a person holds now, oldest first."""
    if person_id is None:
        return []
    rows = session.exec(
        select(Post).where(Post.person_id == person_id, col(Post.until).is_(None)).order_by(col(Post.id))
    )
    return list(rows)


def may(session: Session, person_id: int | None, right: Right, unit_id: int | None) -> bool:
    """Whether the person holds ``right`` over the unit: by a post there or, except for reporting, in a unit above
    it.
    """
    if person_id is None or unit_id is None:
        return False
    reach = {unit_id} if right is Right.REPORT else set(units.ancestors(session, unit_id))
    return any(post.role in right.value and post.unit_id in reach for post in open_posts(session, person_id))


def may_anywhere(session: Session, person_id: int | None, right: Right) -> bool:
    return any(post.role in right.value for post in open_posts(session, person_id))


def reporting_units(session: Session, person_id: int | None) -> list[Unit]:
    """The units for which a person reports."""
    ids = {post.unit_id for post in open_posts(session, person_id) if post.role in Right.REPORT.value}
    return [unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(ids))) if unit.valid_to is None]


def holders(session: Session, right: Right, unit_id: int) -> list[Person]:
    """People who hold ``right`` over a unit."""
    reach = [unit_id] if right is Right.REPORT else units.ancestors(session, unit_id)
    statement = (
        select(Person)
        .join(Post, col(Post.person_id) == Person.id)
        .where(col(Post.unit_id).in_(reach), col(Post.role).in_(right.value), col(Post.until).is_(None))
        .where(col(Person.erased_at).is_(None))
        .distinct()
    )
    return list(session.exec(statement))


def members(session: Session, unit_id: int) -> list[Person]:
    """People who hold a post in the unit itself."""
    statement = (
        select(Person)
        .join(Post, col(Post.person_id) == Person.id)
        .where(Post.unit_id == unit_id, col(Post.until).is_(None), col(Person.erased_at).is_(None))
        .distinct()
    )
    return list(session.exec(statement))


def enter(session: Session, person: Person, unit_id: int, role: str, now: datetime) -> Post:
    """Give a post; holding it already is fine."""
    for post in open_posts(session, person.id):
        if post.unit_id == unit_id and post.role == role:
            return post
    assert person.id is not None
    post = Post(person_id=person.id, unit_id=unit_id, role=role, since=now)
    session.add(post)
    audit.note(session, now, "post.given", f"unit:{unit_id}", person_id=person.id, role=role)
    return post


def hand_over(session: Session, unit: Unit, old: Person, new: Person, now: datetime, *, by: int | None = None) -> int:
    """Give every post that ``old`` holds in ``unit`` to ``new``; what ``old`` has not sent yet goes along.

    Returns the number of posts. Raises Refusal when ``old`` holds none.
    """
    posts = [post for post in open_posts(session, old.id) if post.unit_id == unit.id]
    if not posts:
        raise Refusal("handover.no_post", f"{old.name} không phụ trách {unit.name}. Anh/chị kiểm tra lại tên.")
    for post in posts:
        post.until = now
        session.add(post)
        enter(session, new, post.unit_id, post.role, now)
    session.flush()
    if not open_posts(session, old.id):
        for chat in session.exec(select(Chat).where(Chat.person_id == old.id)):
            outbox.cancel_unasked(session, chat)
    audit.note(
        session, now, "unit.handed_over", f"unit:{unit.code}", person_id=by, old=old.id, new=new.id, posts=len(posts)
    )
    return len(posts)


def private_chats(session: Session, people: Iterable[int | None]) -> list[Chat]:
    """One chat for each person, so that a person on several channels gets one copy. See ``ways``."""
    return [chats[0] for chats in ways.in_order(session, people).values()]
