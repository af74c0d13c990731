"""What a Telegram bot has to show once."""

from __future__ import annotations

from bot.channels.contract import Proof, Seen
from bot.channels.proving import by_fact, by_hand, by_trace, pushed, talked
from bot.channels.telegram import doctor
from bot.channels.telegram.events import Me


def checklist(seen: Seen, me: Me | None, trouble: str) -> list[Proof]:
    """``me``: None when Telegram could not be asked; ``trouble``: why, or what else is wrong with the line."""
    name = f"@{me.username}" if me else "bot"
    hears = "" if me is None or me.hears_all else doctor.PRIVACY
    return [
        by_fact("token", "Mã bot dùng được", trouble, found=name),
        *talked(seen, name),
        by_fact("privacy", "Nghe được cả tin thường trong nhóm", hears)
        if me else Proof("privacy", "Nghe được cả tin thường trong nhóm", "open", doctor.PRIVACY),
        by_trace(
            seen, "heard.group", "Nghe được tin và ảnh trong nhóm", f"Thêm {name} vào một nhóm rồi gửi một ảnh vào đó.",
            "heard.group.text", "heard.group.photo",
        ),
        by_trace(
            seen, "heard.group.album", "Nhận đủ một album ảnh", "Chọn ba ảnh trên điện thoại, gửi một lần vào nhóm."
        ),
        *pushed(seen),
        by_hand(
            "data_abroad", "Đã hỏi người phụ trách dữ liệu cá nhân",
            "Tin và ảnh gửi qua Telegram được lưu ở nước ngoài. Hỏi ý kiến người phụ trách trước khi dùng chính thức.",
        ),
    ]  # fmt: skip
