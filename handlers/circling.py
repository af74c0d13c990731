"""Gói nhóm: groups that cost money are named to the admins before they are locked, and when they are."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from campaign import outbox
from campaign.message import Message
from campaign.organisation import circles, units
from handlers.alarming import admins_beside
from handlers.context import House
from storage.models import Chat, GroupPackage
from storage.models.messages import Priority

Named = list[tuple[Chat, GroupPackage]]
SOON = (
    "Gói nhóm của {count} nhóm {channel} sắp hết hạn (còn {days} ngày hoặc ít hơn). "
    "Anh/chị gia hạn ở trang quản lý của {channel}, nếu không nhóm bị khóa rồi bị giải tán:"
)
LOCKED = (
    "{count} nhóm {channel} đang bị khóa vì gói đã hết hạn, thông báo không tới được. "
    "Anh/chị mua gói mới hoặc gia hạn, trước khi nhóm bị giải tán:"
)
LINE = "• {title}: gói {package} hết hạn {until}"
DISSOLVED = ", bị giải tán ngày {ends}"
SHOWN = 10


def warn(session: Session, now: datetime, house: House) -> int:
    """Tell the admins once at each step, not at night; how many groups were named."""
    if house.hours.is_quiet(now):
        return 0
    day, named = house.hours.day(now), 0
    for step, groups in circles.warnings(session, day).items():
        for channel in sorted({chat.channel for chat, _ in groups}):
            here = [(chat, row) for chat, row in groups if chat.channel == channel]
            _tell(session, channel, f"package:{channel}:{step}:{day.isoformat()}", _words(here, step, house), house)
            named += len(here)
    return named


def _words(groups: Named, step: int, house: House) -> str:
    channel = house.channel_words(groups[0][0].channel)
    head = (LOCKED if step == circles.LOCKED else SOON).format(count=len(groups), channel=channel, days=step)
    rest = [f"… và {len(groups) - SHOWN} nhóm nữa."] if len(groups) > SHOWN else []
    return "\n".join([head, *(_line(chat, row) for chat, row in groups[:SHOWN]), *rest])


def _line(chat: Chat, row: GroupPackage) -> str:
    until = f"{row.valid_until:%d/%m/%Y}" if row.valid_until else "(chưa rõ ngày)"
    line = LINE.format(title=chat.title or chat.external_id, package=row.package or "nhóm", until=until)
    return line + (DISSOLVED.format(ends=f"{row.ends_on:%d/%m/%Y}") if row.ends_on else "")


def _tell(session: Session, channel: str, key: str, text: str, house: House) -> None:
    root = units.root_id(session)
    if root is None:
        return
    for chat in admins_beside(session, root, channel):
        message = Message(text=house.polite(text))
        outbox.say(session, f"{key}:{chat.id}", chat, message, priority=Priority.INTERACTIVE)
