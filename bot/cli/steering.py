"""loa push pause · resume · cancel: what is done to a push that is on its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot.cli.frame import fail, house, show
from campaign.work import flow
from storage.models import Push

Deed = Callable[[Session, Push, datetime], dict[str, int]]
ACTOR = "command"


def pause(number: int, as_json: bool) -> None:
    """Hold back what has not left."""

    def deed(session: Session, push: Push, now: datetime) -> dict[str, int]:
        return {"waiting": flow.pause(session, push, now, actor=ACTOR)}

    _steer(number, deed, "Đã tạm dừng thông báo số {id}. Còn {waiting} nơi chưa gửi.", as_json)


def resume(number: int, as_json: bool) -> None:
    """Go on where it stopped."""

    def deed(session: Session, push: Push, now: datetime) -> dict[str, int]:
        return {"waiting": flow.resume(session, push, now, actor=ACTOR)}

    _steer(number, deed, "Thông báo số {id} gửi tiếp tới {waiting} nơi. Nơi đã nhận không bị gửi lại.", as_json)


def cancel(number: int, as_json: bool) -> None:
    """Take back what has not left."""

    def deed(session: Session, push: Push, now: datetime) -> dict[str, int]:
        sent, taken = flow.cancel(session, push, now, actor=ACTOR)
        return {"sent": sent, "cancelled": taken}

    _steer(number, deed, "Đã hủy thông báo số {id}: {sent} nơi đã nhận, {cancelled} nơi không gửi nữa.", as_json)


def _steer(number: int, deed: Deed, words: str, as_json: bool) -> None:
    with house() as core, core.database.transaction() as session:
        push = push_by(session, number)
        done = {"id": number, **deed(session, push, core.clock.now())}
        show(done, as_json=as_json, text=words.format(**done))


def push_by(session: Session, number: int) -> Push:
    """The push, locked."""
    push = session.get(Push, number, with_for_update=True)
    if push is None:
        fail(f"Không có thông báo số {number}.")
    return push
