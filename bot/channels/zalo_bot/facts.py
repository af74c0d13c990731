"""Small things learnt about the account, kept between starts: what reality showed, and how the month stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.channels.zalo_bot.limits import NAME
from bot.clock import Clock
from storage.database import Database
from storage.models import ChannelFact, Chat

log = structlog.get_logger()
PROVED, LATE, SHAPE = "proved:", "sent_late", "shape"
SILENCE = timedelta(days=8)
# What no source settles, in the order in which an operator tries it on the first day.
PROOFS = {
    "heard": "nhắn riêng cho bot một câu",
    "photo": "gửi riêng cho bot một ảnh",
    "sent": "để bot trả lời trong khung riêng",
    "sent_photo": "gửi một thông báo có ảnh",
    "group": "thêm bot vào một nhóm và nhắc tên bot",
    "group_photo": "gửi vào nhóm một ảnh có nhắc tên bot trong chú thích",
    LATE: "gửi cho một người đã im lặng hơn 8 ngày",
}


def recall(session: Session, account: str, name: str) -> dict[str, Any]:
    fact = session.get(ChannelFact, (NAME, account, name))
    return dict(fact.value) if fact is not None else {}


def remember(session: Session, account: str, name: str, value: dict[str, Any], now: datetime) -> None:
    session.merge(ChannelFact(channel=NAME, account=account, name=name, value=value, at=now))


class Learnt:
    """What this account has shown to be true. Each thing is written down and logged the first time it is seen."""

    def __init__(self, database: Database, clock: Clock, account: str) -> None:
        self._database, self._clock, self._account = database, clock, account
        self._known: set[str] = set()

    async def saw(self, name: str, how: str = "") -> None:
        """``how``: which of the ways sources disagree about. Never raises: this hinders nothing."""
        if name in self._known:
            return
        try:
            await self._database.write(self._write, name, how)
            self._known.add(name)
        except SQLAlchemyError as error:
            log.warning("zalo_bot.not_noted", name=name, error=type(error).__name__)

    async def sent_to(self, chat: str) -> None:
        """Whether somebody silent for so long can be written to at all. Never raises."""
        if LATE in self._known:
            return
        try:
            silent = await self._database.read(_is_silent, chat, self._clock.now())
        except SQLAlchemyError as error:
            log.warning("zalo_bot.not_noted", name=LATE, error=type(error).__name__)
            return
        if silent:
            await self.saw(LATE)

    def _write(self, session: Session, name: str, how: str) -> None:
        if not recall(session, self._account, PROVED + name):
            log.info("zalo_bot.learnt", name=name, how=how)
            remember(session, self._account, PROVED + name, {"how": how or "yes"}, self._clock.now())

    def shape(self, session: Session) -> str:
        """How a webhook brings messages: "flat" or "wrapped"; empty before the first has come."""
        return str(recall(session, self._account, PROVED + SHAPE).get("how", ""))

    def unproved(self, session: Session) -> list[str]:
        """What the operator should still try, in words."""
        statement = select(ChannelFact.name).where(
            ChannelFact.channel == NAME, ChannelFact.account == self._account, col(ChannelFact.name).startswith(PROVED)
        )
        seen = {name.removeprefix(PROVED) for name in session.exec(statement)}
        return [words for name, words in PROOFS.items() if name not in seen]


def _is_silent(session: Session, chat: str, now: datetime) -> bool:
    heard = session.exec(select(Chat.heard_at).where(Chat.channel == NAME, Chat.external_id == chat)).first()
    return heard is not None and now - heard > SILENCE
