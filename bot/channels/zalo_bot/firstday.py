"""What a bot of the Zalo Bot Platform has to show once."""

from __future__ import annotations

from bot.channels.contract import Proof, Seen
from bot.channels.proving import by_fact, by_hand, by_trace, pushed
from bot.channels.zalo_bot.facts import PROOFS

TITLES = {
    "heard": "Nghe được tin nhắn riêng",
    "photo": "Nghe được ảnh gửi riêng",
    "sent": "Trả lời được",
    "sent_photo": "Gửi được ảnh",
    "group": "Nghe được trong nhóm khi được nhắc tên",
    "group_photo": "Nghe được ảnh trong nhóm khi được nhắc tên",
    "sent_late": "Gửi được cho người im lặng hơn 8 ngày",
}


def checklist(seen: Seen, unproved: list[str], trouble: str, quota: str) -> list[Proof]:
    """``unproved``: the words of what reality has not shown yet (see ``facts``)."""
    proofs = [by_fact("token", "Token của bot dùng được", trouble)]
    for name, words in PROOFS.items():
        hint = f"{words[:1].upper()}{words[1:]}."
        proofs.append(Proof(name, TITLES[name], "open" if words in unproved else "proved", hint))
    return [
        *proofs,
        by_trace(seen, "fetched", "Tải được ảnh về kho", "Gửi riêng một ảnh nộp bài, chờ một phút rồi xem lại."),
        *pushed(seen),
        by_hand("quota", "Đã xem hạn mức tháng", f"{quota} So với số tin của một đợt trước khi dùng thật."),
    ]
