"""Invitation codes: the only way in. Guessing one is slowed down; only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from campaign import audit
from campaign.organisation import people
from campaign.problems import Refusal
from campaign.text import fold
from storage.insert import execute_counted
from storage.models import CodeGuess, Invite, Person, Unit
from storage.models.organisation import Role

# Without 0/O, 1/I/L and U: people read codes aloud on the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
WRONG = "invite.invalid"
WRONG_ALLOWED = 5
FIRST_LOCK = timedelta(minutes=15)
LIFETIME = timedelta(days=30)
NO_POST = "{name} chưa có vai trò ở đơn vị nào, nên chưa thêm nơi nhận tin được. Cần một mã mời của đơn vị."

ROLE_NAMES = {
    Role.OFFICER: "cán bộ công đoàn",
    Role.CHAIR: "chủ tịch công đoàn",
    Role.EDITOR: "biên tập viên",
    Role.ADMIN: "quản trị viên",
    Role.LEADER: "lãnh đạo",
}


def normalise(code: str) -> str:
    """A code as people type it: any case, with spaces or hyphens."""
    return "".join(letter for letter in fold(code).upper() if letter.isalnum())


def looks_like_code(text: str) -> bool:
    code = normalise(text)
    return len(code) == LENGTH and all(letter in ALPHABET for letter in code) and len(text) <= LENGTH + 4


def create(
    session: Session,
    unit_id: int,
    role: str,
    now: datetime,
    *,
    name: str = "",
    uses: int = 1,
    lifetime: timedelta = LIFETIME,
    by: int | None = None,
    person_id: int | None = None,
) -> str:
    """A new code for a role in a unit; this is the only moment at which it can be read. ``person_id``: it gives no
    role but leads this person, who is in already, to one more channel.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    session.add(
        Invite(
            code_hash=_hash(code),
            unit_id=unit_id,
            role=role,
            name=name,
            expires_at=now + lifetime,
            uses_left=uses,
            created_at=now,
            created_by=by,
            person_id=person_id,
        )
    )
    if person_id is None:
        audit.note(session, now, "invite.created", f"unit:{unit_id}", person_id=by, role=role)
    else:
        audit.note(session, now, "account.invited", f"person:{person_id}", person_id=by)
    return code


def create_for(
    session: Session, person: Person, now: datetime, *, lifetime: timedelta = LIFETIME, by: int | None = None
) -> str:
    """A new code by which ``person`` gets in on one more channel. Raises Refusal when they hold no post any more."""
    posts = people.open_posts(session, person.id)
    if not posts:
        raise Refusal("invite.no_post", NO_POST.format(name=person.name))
    first = posts[0]
    return create(session, first.unit_id, first.role, now, lifetime=lifetime, by=by, person_id=person.id)


def check(session: Session, code: str, place: str, now: datetime) -> Invite:
    """The invitation behind ``code``, still usable. Uses nothing up.

    ``place`` (channel and chat) is where it was typed: after five wrong codes it must wait, longer each time.
    Raises Refusal with the same words for a wrong, an expired and a used code: a guesser learns nothing. Whoever
    catches the code WRONG calls ``remember_wrong``.
    """
    guess = session.get(CodeGuess, place)
    if guess is not None and now < _locked_until(guess):
        raise Refusal("invite.locked", "Đã nhập sai nhiều lần. Anh/chị chờ 15 phút rồi thử lại, hoặc xin mã mới.")
    invite = session.exec(select(Invite).where(Invite.code_hash == _hash(normalise(code)))).first()
    if invite is None or not is_usable(session, invite, now):
        raise Refusal(
            WRONG,
            "Mã mời không đúng hoặc đã hết hạn. Anh/chị kiểm tra lại mã, hoặc xin mã mới từ công đoàn cấp trên.",
        )
    return invite


def is_usable(session: Session, invite: Invite, now: datetime) -> bool:
    """Neither used up nor over; its unit is not closed, and whoever it leads to one more channel still holds a post."""
    if invite.uses_left < 1 or (invite.expires_at is not None and now >= invite.expires_at):
        return False
    if invite.person_id is not None and not people.open_posts(session, invite.person_id):
        return False
    return session.get_one(Unit, invite.unit_id).valid_to is None


def own_code(session: Session, code: str) -> Invite | None:
    """The invitation behind ``code`` when it is somebody's own and not used up. Nothing is counted as a guess."""
    if not looks_like_code(code):
        return None
    found = select(Invite).where(Invite.code_hash == _hash(normalise(code)), Invite.uses_left > 0)
    return session.exec(found.where(col(Invite.person_id).is_not(None))).first()


def use(session: Session, invite: Invite, place: str) -> None:
    """Use ``invite`` up once and forget the wrong guesses made here. Raises Refusal when others were faster."""
    taken = update(Invite).where(col(Invite.id) == invite.id, col(Invite.uses_left) > 0)
    if not execute_counted(session, taken.values(uses_left=col(Invite.uses_left) - 1)):
        raise Refusal("invite.used", "Lời mời này vừa được dùng hết. Anh/chị xin mã mới từ công đoàn cấp trên.")
    session.refresh(invite)
    if (guess := session.get(CodeGuess, place)) is not None:
        session.delete(guess)


def remember_wrong(session: Session, place: str, now: datetime) -> None:
    """Count a wrong code. Apart from ``check``, whose refusal undoes whatever else was begun."""
    guess = session.get(CodeGuess, place) or CodeGuess(place=place, wrong=0, last_at=now)
    guess.wrong, guess.last_at = guess.wrong + 1, now
    session.add(guess)


def _locked_until(guess: CodeGuess) -> datetime:
    if guess.wrong < WRONG_ALLOWED:
        return guess.last_at
    times: int = 2 ** min(guess.wrong - WRONG_ALLOWED, 6)
    return guess.last_at + FIRST_LOCK * times


def _hash(code: str) -> str:
    return hashlib.sha256(f"loa-invite:{code}".encode()).hexdigest()
