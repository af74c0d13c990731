"""Dữ liệu của tôi: see, correct, withdraw and delete (Law 91/2025/QH15), at once and without asking anybody."""

from __future__ import annotations

from sqlmodel import col, select

from campaign import audit
from campaign.message import Choice
from campaign.organisation import erasing, invites, people, ways
from campaign.text import clean_name
from handlers import accounts
from handlers.context import BACK, HOME, Actions, Context, Steps, Words
from storage.models import Account, Consent, Submission, Unit
from storage.models.organisation import Role

SUMMARY = (
    "Hệ thống đang lưu về anh/chị:\n• Tên: {name}\n• Vai trò: {posts}\n• Tin, ảnh đã gửi: {count}\n"
    "• Đồng ý lưu dữ liệu: {consent}"
)
WAYS = "\n• Nhận tin qua: {ways}"
ASK_WAY = "Anh/chị muốn nhận tin qua đâu trước? Nơi đó không gửi được thì hệ thống tự chuyển sang nơi khác."
WAY_SET = "Từ nay hệ thống nhắn anh/chị qua {way} trước."
ONE_WAY = "Anh/chị mới dùng một nơi nhận tin nên chưa có gì để chọn."
ASK_NAME = "Anh/chị gõ họ và tên đúng."
RENAMED = "Đã sửa tên thành {name}."
ASK_ERASE = (
    "Xóa tên, liên kết và vai trò của anh/chị? Tin, ảnh đã gửi vẫn thuộc về đơn vị, không còn ghi tên anh/chị. "
    "Sau khi xóa, muốn vào lại cần mã mời mới."
)
ERASED = "Đã xóa dữ liệu của anh/chị. Hệ thống sẽ không nhắn thêm. Cảm ơn anh/chị đã tham gia!"


def show(context: Context, _: str = "") -> None:
    context.leave()
    session, person = context.session, context.person
    assert person is not None
    posts = [
        f"{invites.ROLE_NAMES[Role(post.role)]} {session.get_one(Unit, post.unit_id).name}"
        for post in people.open_posts(session, person.id)
    ]
    standing = select(Consent).where(Consent.person_id == person.id, col(Consent.withdrawn_at).is_(None))
    consent = session.exec(standing.order_by(col(Consent.id).desc())).first()
    count = len(session.exec(select(Submission.id).where(Submission.person_id == person.id)).all())
    given = f"{context.house.hours.local(consent.given_at):%d/%m/%Y %H:%M}" if consent else "chưa có"
    text = SUMMARY.format(name=person.name, posts="; ".join(posts) or "chưa có", count=count, consent=given)
    more: tuple[Choice, ...] = ()
    if len(found := _ways(context)) > 1:
        text += WAYS.format(ways=", ".join(map(context.house.channel_words, found)))
        more = (Choice("Đổi nơi nhận tin", "ways"),)
    if accounts.others(context):
        more = (*more, accounts.ADD)
    context.say(text, (Choice("Sửa tên", "rename"), *more, Choice("Rút đồng ý và xóa", "erase"), HOME))


def _ways(context: Context) -> list[str]:
    return ways.channels_of(context.session, context.person_id) if context.person_id is not None else []


def ask_way(context: Context, _: str = "") -> None:
    """Only a person who is on several channels has something to choose."""
    found = _ways(context)
    if len(found) < 2:
        return context.say(ONE_WAY, (accounts.ADD, BACK) if accounts.others(context) else (BACK,))
    choices = [Choice(context.house.channel_words(name), f"way:{name}") for name in found]
    return context.say(ASK_WAY, (*choices, BACK))


def take_way(context: Context, channel: str) -> None:
    assert context.person is not None
    if channel not in _ways(context):
        return ask_way(context)
    ways.prefer(context.session, context.person, channel, context.now, by=context.person_id)
    return context.say(WAY_SET.format(way=context.house.channel_words(channel)), (HOME,))


def ask_name(context: Context, _: str = "") -> None:
    context.go("rename")
    context.say(ASK_NAME, (BACK,))


def take_name(context: Context) -> bool:
    name = clean_name(context.event.text)
    person = context.person
    if not name or person is None:
        return False
    person.name = name
    context.session.add(person)
    audit.note(context.session, context.now, "person.renamed", f"person:{person.id}", person_id=person.id)
    context.leave()
    context.say(RENAMED.format(name=name), (HOME,))
    return True


def ask_erase(context: Context, _: str = "") -> None:
    context.say(ASK_ERASE, (Choice("Xóa dữ liệu của tôi", "eraseyes"), BACK))


def erase(context: Context, _: str = "") -> None:
    """At the person's own word, or when the platform says that they withdrew."""
    person = context.person
    assert person is not None
    for consent in context.session.exec(select(Consent).where(Consent.person_id == person.id)):
        consent.withdrawn_at = consent.withdrawn_at or context.now
        context.session.add(consent)
    context.leave()
    for account in context.session.exec(select(Account).where(Account.person_id == person.id)):
        context.house.forget(context.session, account.channel, account.external_id)
    erasing.erase(context.session, person, context.now)
    context.say(ERASED)


ACTIONS: Actions = {
    "mydata": show,
    "rename": ask_name,
    "erase": ask_erase,
    "ways": ask_way,
    "way": take_way,
    "eraseyes": erase,
}
WORDS: Words = {
    "du lieu cua toi": "mydata",
    "thong tin cua toi": "mydata",
    "xoa du lieu": "erase",
    "rut dong y": "erase",
    "sua ten": "rename",
    "noi nhan tin": "ways",
    "nhan tin qua": "ways",
}
STEPS: Steps = {"rename": take_name}
