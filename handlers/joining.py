"""Vào hệ thống: an invitation code, then consent, then a post. Refusing stores nothing more."""

from __future__ import annotations

import hashlib

from sqlalchemy import or_, update
from sqlmodel import Session, col

from campaign import audit
from campaign.message import Choice
from campaign.organisation import invites, people
from campaign.problems import Refusal
from campaign.text import fold_words
from handlers import accounts, home
from handlers.context import Actions, Context, Steps, Words
from storage.models import Consent, Incoming, Invite, Person, Unit
from storage.models.messages import IncomingState
from storage.models.organisation import Role

CONSENT_VERSION = "2026-1"
CONSENT = (
    "{house} mời anh/chị nhận việc và gửi tin, ảnh cho {unit} với vai trò {role}.\n"
    "Hệ thống lưu: tên, đơn vị, tin và ảnh anh/chị gửi; chỉ dùng cho công tác truyền thông công đoàn. "
    "Anh/chị xem, sửa, xóa bất cứ lúc nào trong mục Dữ liệu của tôi.\nAnh/chị có đồng ý không?"
)
AGREE = Choice("Đồng ý", "agree")
REFUSE = Choice("Không đồng ý", "refuse")
REFUSED = (
    "Hệ thống không lưu thông tin nào của anh/chị và sẽ không nhắn thêm. "
    "Khi muốn tham gia, anh/chị mở lại đường dẫn mời."
)
WELCOME = "Cảm ơn anh/chị {name}. Anh/chị đã vào {unit} với vai trò {role}."
WELCOME_NAMELESS = "Anh/chị đã vào {unit} với vai trò {role}. Anh/chị gõ họ và tên để ban biên tập biết ai gửi tin."
NAMELESS = "Cán bộ công đoàn"
NO_NAMES = ("", "Khách")  # what channels call somebody whose name they do not know
ASK_CODE = (
    "Đây là trợ lý truyền thông của {house}. Anh/chị nhập mã mời gồm 8 chữ và số để bắt đầu. "
    "Chưa có mã, anh/chị liên hệ công đoàn cấp trên."
)
EXPIRED = "Lời mời này không còn hiệu lực. Anh/chị xin mã mới từ công đoàn cấp trên."
START = "/start"


def try_enter(context: Context) -> bool:
    """Whether the message is an invitation code, in any of the ways people give it."""
    text = context.event.text
    if text.startswith(START):
        code = text.removeprefix(START).strip()
    elif invites.looks_like_code(text) and not _known_person_says_words(context, text):
        code = text
    else:
        return False
    if not code:
        home.show(context) if context.person else ask_for_code(context)
        return True
    invite = invites.check(context.session, code, context.place, context.now)
    accounts.refuse_known(context, invite)
    if context.person is not None:
        invites.use(context.session, invite, context.place)
        _enter(context, context.person, invite)
    else:
        context.go("consent", invite=invite.id)
        _ask_consent(context, invite)
    return True


def _known_person_says_words(context: Context, text: str) -> bool:
    """Eight letters may be a word: from somebody already in, only an upper-case code counts."""
    return context.person is not None and text != text.upper()


def ask_for_code(context: Context) -> None:
    context.say(ASK_CODE.format(house=context.house.name))


def stranger(context: Context) -> None:
    """Somebody who is not in yet says something: an answer to the question of consent, or nothing we may keep."""
    if context.step == "consent":
        words = fold_words(context.event.text)
        if words in ("dong y", "co", "1", "ok", "vang"):
            return agree(context)
        if words in ("khong dong y", "khong", "2"):
            return refuse(context)
        if (invite := _invite(context)) is not None:
            return _ask_consent(context, invite)
    ask_for_code(context)


def _ask_consent(context: Context, invite: Invite) -> None:
    context.say(_consent_text(context, invite), (AGREE, REFUSE), must=True)


def _consent_text(context: Context, invite: Invite) -> str:
    if (person := accounts.owner(context, invite)) is not None:
        return accounts.question(context, invite, person)
    unit = context.session.get_one(Unit, invite.unit_id)
    role = invites.ROLE_NAMES[Role(invite.role)]
    return CONSENT.format(house=context.house.name, unit=unit.name, role=role)


def _invite(context: Context) -> Invite | None:
    """The invitation about which this person was asked, as long as it leads in."""
    invite_id = context.data.get("invite")
    invite = context.session.get(Invite, invite_id) if invite_id else None
    return invite if invite is not None and invites.is_usable(context.session, invite, context.now) else None


def agree(context: Context, _: str = "") -> None:
    """Consent given: only now is anything about the person stored."""
    if context.event.group:
        return None
    if context.person is not None:
        return home.show(context)
    invite = _invite(context)
    if invite is None:
        raise Refusal("consent.no_invite", EXPIRED)
    invites.use(context.session, invite, context.place)  # first of all: somebody else may be faster
    own = accounts.owner(context, invite)
    person = own or _new_person(context, invite)
    text = _consent_text(context, invite)
    assert person.id is not None
    context.session.add(
        Consent(
            person_id=person.id,
            version=accounts.CONSENT_VERSION if own else CONSENT_VERSION,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            channel=context.event.channel,
            given_at=context.now,
        )
    )
    account = accounts.add(context, person)
    return accounts.welcome(context, account) if own else _enter(context, person, invite)


def _new_person(context: Context, invite: Invite) -> Person:
    known = context.event.sender_name if context.event.sender_name not in NO_NAMES else ""
    name = invite.name or known or NAMELESS
    person = Person(name=name, created_at=context.now)
    context.session.add(person)
    context.session.flush()
    return person


def _enter(context: Context, person: Person, invite: Invite) -> None:
    people.enter(context.session, person, invite.unit_id, invite.role, context.now)
    context.session.flush()
    context.leave()
    unit = context.session.get_one(Unit, invite.unit_id)
    role = invites.ROLE_NAMES[Role(invite.role)]
    if person.name == NAMELESS:
        context.go("rename")
        return context.say(WELCOME_NAMELESS.format(unit=unit.name, role=role))
    return context.say(WELCOME.format(name=person.name, unit=unit.name, role=role), home.menu(context))


def refuse(context: Context, _: str = "") -> None:
    """Keep nothing: not the step, not the words and the name that came in with the events."""
    if context.event.group:
        return None
    if context.person is not None:
        return home.show(context)
    context.leave()
    forget_events(context.session, context)
    audit.note(context.session, context.now, "consent.refused", f"channel:{context.event.channel}")
    context.say(REFUSED)


def forget_events(session: Session, context: Context) -> None:
    """Empty what was handled and what is being handled; an event that still waits is needed by its own handling."""
    session.execute(
        update(Incoming)
        .where(col(Incoming.channel) == context.event.channel, col(Incoming.chat) == context.event.chat)
        .where(or_(col(Incoming.state) != IncomingState.NEW, col(Incoming.id) == context.turn))
        .values(payload={})
    )


ACTIONS: Actions = {"agree": agree, "refuse": refuse}
OPEN_TO_ALL = frozenset(ACTIONS)
WORDS: Words = {}
STEPS: Steps = {}
