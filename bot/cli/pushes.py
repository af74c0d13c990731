"""loa push TEXT --to … · preview TEXT --to … · doubts · status|phone|pause|resume|cancel|resend|letgo ID
· correct ID TEXT · withdraw|corrections ID"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import doubting, reaching, steering
from bot.cli.frame import fail, house, moment, show
from bot.core import Core
from campaign.planning import listing
from campaign.work import corrections, pushes
from storage.models import Push
from storage.models.campaigns import PushState
from storage.models.messages import OutgoingState

WORDS = {
    OutgoingState.QUEUED: "chờ gửi", OutgoingState.SENDING: "đang gửi", OutgoingState.SENT: "đã gửi",
    OutgoingState.RETRY: "sẽ gửi lại", OutgoingState.REFUSED: "không gửi được", OutgoingState.UNKNOWN: "chưa rõ",
    OutgoingState.CANCELLED: "đã hủy",
}  # fmt: skip
NOWHERE = "Không có nơi nào để gửi."
WITHDRAWN = "Đã thu hồi. Kết quả từng nơi: loa push corrections {id}"
TO = (
    "all · unit:MÃ · under:MÃ · cluster:TÊN · kind:grassroots · role:officer|chair|editor|admin|leader; "
    "nối nhiều nơi bằng dấu +."
)
WORDS_OF = "Nội dung thông báo, hoặc một trong các việc ở trên."
HELP = """Gửi thông báo, và mọi việc về sau với thông báo ấy.

loa push “NỘI DUNG” --to all: gửi. Thêm --at để hẹn giờ, --photo kèm ảnh, --now gửi cả ngoài giờ.

loa push preview “NỘI DUNG” --to all: xem trước tới bao nhiêu nơi, tốn bao nhiêu, ai không tới được. Chưa gửi gì.
Thêm --at để biết lúc ấy còn ai trong hạn của Zalo.

loa push status SỐ: đã gửi tới đâu. loa push phone SỐ: ai phải gọi điện.

loa push pause SỐ · resume SỐ · cancel SỐ: tạm dừng, gửi tiếp, hủy phần còn lại.

loa push correct SỐ “NỘI DUNG ĐÚNG” · withdraw SỐ: đính chính, thu hồi ở mọi nơi. loa push corrections SỐ: kết quả.

loa push doubts: tin chưa rõ đã tới hay chưa. resend SỐ · letgo SỐ: gửi lại, bỏ qua (số của tin, ở danh sách này)."""


def register(root: typer.Typer) -> None:
    root.command("push", help=HELP, short_help="Gửi, xem trước, theo dõi, dừng, đính chính, thu hồi thông báo.")(push)


def push(
    words: Annotated[list[str], typer.Argument(help=WORDS_OF)],
    to: Annotated[
        str | None,
        typer.Option(help=TO),
    ] = None,
    photo: Annotated[list[Path] | None, typer.Option(help="Ảnh kèm theo; có thể nhiều lần.")] = None,
    at: Annotated[str | None, typer.Option(help="Thời điểm gửi, ví dụ 2027-05-01T08:00.")] = None,
    pin_until: Annotated[str | None, typer.Option(help="Ghim trong nhóm tới lúc này, ví dụ 2027-05-20T17:00.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Gửi ngay, kể cả ngoài giờ.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if len(words) == 2 and words[1].isdecimal() and len(words[1]) < 10 and words[0] in ABOUT_ONE:
        return ABOUT_ONE[words[0]](int(words[1]), as_json)
    if words == ["doubts"] and to is None:
        return doubting.list_doubts(as_json)
    if words[0] == "correct" and len(words) > 2 and words[1].isdecimal() and len(words[1]) < 10:
        return steering.correct(int(words[1]), " ".join(words[2:]), as_json)
    if words[0] == "preview" and len(words) > 1 and to is not None:
        return reaching.preview(" ".join(words[1:]), to, at=at, urgent=now, as_json=as_json)
    text = " ".join(words).strip()
    if to is None:
        fail("Hãy nói gửi cho ai: --to all, --to unit:MÃ, --to cluster:TÊN…", 2)
    if not text:
        fail("Thông báo chưa có nội dung.", 2)
    with house() as core, reaching.reaching(core) as reach:
        photos = [_keep(core, path) for path in photo or []]
        with core.database.transaction() as session:
            made = pushes.ad_hoc(
                session, text, to, core.clock.now(), core.hours,
                at=moment(at, core) if at else None, urgent=now, photos=photos, reach=reach,
                pin_until=moment(pin_until, core) if pin_until else None,
            )  # fmt: skip
            found = reaching.reckon(session, core, made, reach)
            if made.state == "planned":
                count = len(pushes.recipients(session, made, core.hours, core.clock.now(), reach))
            else:
                count = sum(pushes.status(session, made.id or 0).values())
            if not count:
                fail("Chưa có nhóm hoặc cá nhân nào trong phạm vi này liên kết với trợ lý, nên chưa gửi gì.")
            value = {"id": made.id, "chats": count, "reach": reaching.value_of(found)}
            words_ = [f"Thông báo số {made.id}, gửi cho {count} nơi.", f"Dự kiến: {found.sentence}"]
            phone_ = [f"Ai phải gọi điện: loa push phone {made.id}"] if found.unreached else []
            show(value, as_json=as_json, text="\n".join([*words_, *phone_]))
    return None


def _keep(core: Core, path: Path) -> str:
    """Keep a copy of the photo without place and camera data."""
    from reports import pictures

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
        push = session.get(Push, number)
        if push is None:
            fail(f"Không có thông báo số {number}.")
        counts = pushes.status(session, number)
        text = ", ".join(f"{WORDS[OutgoingState(state)]} {count}" for state, count in counts.items() if count)
        withdrawn = corrections.is_withdrawn(session, push)
        standing = [WITHDRAWN.format(id=number)] if withdrawn else _standing(core, push)
        lines = [*standing, text or NOWHERE] if push.state == PushState.RELEASED else standing
        show(counts, as_json=as_json, text="\n".join(lines))


def _standing(core: Core, push: Push) -> list[str]:
    """What the counts do not say: it waits for its day, it was stopped, it will never leave."""
    if push.state == PushState.PLANNED:
        return [f"Chưa gửi. Sẽ gửi lúc {core.hours.local(push.due_at):%H:%M ngày %d/%m/%Y}."]
    if push.state != PushState.RELEASED:
        return [f"Thông báo này {listing.STATES[PushState(push.state)]}."]
    if push.cancelled_at:
        return ["Không gửi thêm tới nơi nào nữa."]
    return [f"Đang tạm dừng. Gửi tiếp: loa push resume {push.id}"] if push.paused_at else []


ABOUT_ONE: dict[str, Callable[[int, bool], None]] = {
    "status": _status, "phone": reaching.phone, "pause": steering.pause, "resume": steering.resume,
    "cancel": steering.cancel, "resend": doubting.resend, "letgo": doubting.let_go,
    "withdraw": steering.withdraw, "corrections": steering.list_corrections,
}  # fmt: skip
