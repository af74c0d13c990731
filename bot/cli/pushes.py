"""loa push TEXT --to … · loa push status ID"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.frame import fail, house, moment, show
from bot.core import Core
from campaign.work import pushes
from reports import pictures
from storage.models import Push
from storage.models.messages import OutgoingState

WORDS = {
    OutgoingState.QUEUED: "chờ gửi", OutgoingState.SENDING: "đang gửi", OutgoingState.SENT: "đã gửi",
    OutgoingState.RETRY: "sẽ gửi lại", OutgoingState.REFUSED: "không gửi được", OutgoingState.UNKNOWN: "chưa rõ",
    OutgoingState.CANCELLED: "đã hủy",
}  # fmt: skip


def register(root: typer.Typer) -> None:
    root.command("push", help="Gửi thông báo: loa push “NỘI DUNG” --to all. Xem kết quả: loa push status SỐ.")(push)


def push(
    words: Annotated[list[str], typer.Argument(help="Nội dung, hoặc: status SỐ")],
    to: Annotated[
        str | None, typer.Option(help="all · unit:MÃ · under:MÃ · cluster:TÊN · role:officer|chair|editor|admin|leader")
    ] = None,
    photo: Annotated[list[Path] | None, typer.Option(help="Ảnh kèm theo; có thể nhiều lần.")] = None,
    at: Annotated[str | None, typer.Option(help="Thời điểm gửi, ví dụ 2027-05-01T08:00.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Gửi ngay, kể cả ngoài giờ.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if len(words) == 2 and words[0] == "status" and words[1].isdecimal() and len(words[1]) < 10:
        return _status(int(words[1]), as_json)
    text = " ".join(words).strip()
    if to is None:
        fail("Hãy nói gửi cho ai: --to all, --to unit:MÃ, --to cluster:TÊN…", 2)
    if not text:
        fail("Thông báo chưa có nội dung.", 2)
    with house() as core:
        photos = [_keep(core, path) for path in photo or []]
        with core.database.transaction() as session:
            made = pushes.ad_hoc(
                session, text, to, core.clock.now(), core.hours,
                at=moment(at, core) if at else None, urgent=now, photos=photos,
            )  # fmt: skip
            if made.state == "planned":
                count = len(pushes.recipients(session, made, core.hours, core.clock.now()))
            else:
                count = sum(pushes.status(session, made.id or 0).values())
            if not count:
                fail("Chưa có nhóm hoặc cá nhân nào trong phạm vi này liên kết với trợ lý, nên chưa gửi gì.")
            show({"id": made.id, "chats": count}, as_json=as_json, text=f"Thông báo số {made.id} tới {count} nơi.")
    return None


def _keep(core: Core, path: Path) -> str:
    """Keep a copy of the photo without place and camera data."""
    if not path.is_file():
        fail(f"Không thấy ảnh {path}.", 2)
    try:
        with core.media.spool() as clean:
            pictures.make_shareable(path, clean)
            return core.media.put(clean)
    except pictures.NotAPicture:
        fail(f"{path.name} không phải ảnh mở được.", 2)


def _status(number: int, as_json: bool) -> None:
    with house() as core, core.database.snapshot() as session:
        if session.get(Push, number) is None:
            fail(f"Không có thông báo số {number}.")
        counts = pushes.status(session, number)
        text = ", ".join(f"{WORDS[OutgoingState(state)]} {count}" for state, count in counts.items() if count)
        show(counts, as_json=as_json, text=text or "Chưa có gì để gửi.")
