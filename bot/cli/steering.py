"""loa push pause · resume · cancel · correct · withdraw · corrections: what is done to a push that is on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from bot.cli.frame import fail, house, show
from campaign.work import corrections, flow
from storage.models import Correction, Push

Deed = Callable[[Session, Push, datetime], dict[str, int]]
ACTOR = "command"
KINDS = {"correct": "Đính chính", "withdraw": "Thu hồi"}


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


def correct(number: int, text: str, as_json: bool) -> None:
    """``text`` is what the push says from now on, everywhere."""

    def deed(session: Session, push: Push, now: datetime) -> dict[str, int]:
        return {"correction": corrections.correct(session, push, text, now, actor=ACTOR).id or 0}

    _steer(number, deed, "Đang đính chính thông báo số {id}. Xem kết quả: loa push corrections {id}", as_json)


def withdraw(number: int, as_json: bool) -> None:
    """Take the push back everywhere."""

    def deed(session: Session, push: Push, now: datetime) -> dict[str, int]:
        return {"correction": corrections.withdraw(session, push, now, actor=ACTOR).id or 0}

    _steer(number, deed, "Đang thu hồi thông báo số {id}. Xem kết quả: loa push corrections {id}", as_json)


def list_corrections(number: int, as_json: bool) -> None:
    """What became of every correction of a push, and where nothing was possible."""
    with house() as core, core.database.snapshot() as session:
        push = session.get(Push, number)
        if push is None:
            fail(f"Không có thông báo số {number}.")
        found = [(made, corrections.result(session, made)) for made in corrections.of_push(session, push)]
        value = [
            {"id": made.id, "kind": made.kind, "at": made.at, "text": made.text, **asdict(one)} for made, one in found
        ]
        lines = [line for turn, (made, one) in enumerate(found, 1) for line in _lines(turn, made, one)]
        show(value, as_json=as_json, text="\n".join(lines) or "Thông báo này chưa được đính chính lần nào.")


def _lines(turn: int, made: Correction, found: corrections.Result) -> list[str]:
    done = [
        f"{count} {words}"
        for words, count in (
            ("sửa tại chỗ", found.edited), ("xóa", found.deleted), ("nhắn thêm", found.answered),
            ("trước khi gửi", found.before), ("đang làm", found.under_way), ("không được", len(found.failures)),
        )
        if count
    ]  # fmt: skip
    name = f"{KINDS[made.kind]} lần {turn}" if made.kind == "correct" else KINDS[made.kind]
    head = f"{name}: {', '.join(done) or 'không nơi nào phải sửa'}"
    return [head, *(f"  • {failure.place}: {failure.reason}" for failure in found.failures)]


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
