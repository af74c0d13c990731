"""loa push doubts · resend · letgo: what may have arrived, and what a person decides about it."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from bot.cli.frame import fail, house, show
from bot.core import Core
from campaign.work import doubts
from campaign.work.corrections import place_name
from handlers.doubting import LET_GO
from storage.models import Outgoing

DECIDE = "Chưa thấy ở đó thì gửi lại: loa push resend SỐ   Thấy rồi thì bỏ qua: loa push letgo SỐ"
NONE = "Không có tin nào chưa rõ đã tới hay chưa."


def list_doubts(as_json: bool) -> None:
    """Every message in doubt: to groups and to people, pushes and answers alike."""
    with house() as core, core.database.snapshot() as session:
        rows = [_value(session, core, row) for row in doubts.undecided(session)]
        lines = [f"{row['row']:>7}  {row['at']:16}  {row['place'][:40]:40}  {row['text'][:50]}" for row in rows]
        if lines:
            lines.append(DECIDE)
        show(rows, as_json=as_json, text="\n".join(lines) or NONE)


def _value(session: Session, core: Core, row: Outgoing) -> dict[str, Any]:
    at = f"{core.hours.local(row.sending_at):%H:%M %d/%m/%Y}" if row.sending_at else ""
    text = " ".join(str(row.message.get("text", "")).split())
    return {
        "row": row.id, "push": row.push_id, "channel": row.channel, "place": place_name(session, row), "at": at,
        "text": text, "reason": row.reason,
    }  # fmt: skip


def resend(number: int, as_json: bool) -> None:
    _decide(number, as_json, again=True)


def let_go(number: int, as_json: bool) -> None:
    _decide(number, as_json, again=False)


def _decide(number: int, as_json: bool, *, again: bool) -> None:
    with house() as core, core.database.transaction() as session:
        row = session.get(Outgoing, number, with_for_update=True)
        decide = doubts.resend if again else doubts.let_go
        if row is None or not decide(session, row, core.clock.now(), by=None):
            fail(f"Không có tin chưa rõ số {number}. Xem danh sách: loa push doubts")
        place = place_name(session, row)
        words = f"Sẽ gửi lại tới {place}." if again else LET_GO.format(place=place)
        show({"row": number, "state": row.state}, as_json=as_json, text=words)
