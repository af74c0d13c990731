"""Whom a message reaches, and for how much: the windows of the platform.

48 hours after a sign of life a reply is free, up to seven days it costs or comes out of the package, beyond that only
an approved template arrives. Groups of the OA may be written to at any time, for nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels.contract import Recipient
from bot.settings import ZaloOa
from campaign.work.reach import Reach, Way

FREE = timedelta(hours=48)
OPEN = timedelta(days=7)

NEVER = "Chưa nhắn cho Zalo OA lần nào."
SILENT = "Không nhắn cho Zalo OA đã {days} ngày, quá hạn 7 ngày của Zalo."
LATE = "Nhắn cho Zalo OA từ hơn 48 giờ trước nên tin này tính phí."
SPENT = "Đã nhận đủ {free} tin miễn phí từ lần nhắn gần nhất nên tin này tính phí."
BY_TEMPLATE = "Gửi bằng mẫu tin trả phí: {why}"
PHONE = "{why} Cần gọi điện."


def reach_of(settings: ZaloOa, recipient: Recipient, at: datetime) -> Reach:
    if recipient.group:
        return Reach(Way.GROUP)
    if not is_open(recipient.heard_at, at):
        return _beyond(settings, recipient.heard_at, at)
    assert recipient.heard_at is not None
    if at - recipient.heard_at > FREE:
        return Reach(Way.PAID, settings.reply_price, LATE)
    if settings.free_per_window and recipient.said >= settings.free_per_window:
        return Reach(Way.PAID, settings.reply_price, SPENT.format(free=settings.free_per_window))
    return Reach(Way.FREE)


def is_open(heard_at: datetime | None, at: datetime) -> bool:
    """Whether an ordinary message arrives."""
    return heard_at is not None and at - heard_at <= OPEN


def why_not(heard_at: datetime | None, at: datetime) -> str:
    return NEVER if heard_at is None else SILENT.format(days=(at - heard_at).days)


def _beyond(settings: ZaloOa, heard_at: datetime | None, at: datetime) -> Reach:
    why = why_not(heard_at, at)
    if settings.template_id:
        return Reach(Way.TEMPLATE, settings.template_price, BY_TEMPLATE.format(why=why))
    return Reach(Way.NONE, 0, PHONE.format(why=why))
