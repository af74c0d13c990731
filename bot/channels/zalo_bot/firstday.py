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
BY_HAND = (
    (
        "mention", "Tên bot không còn trong câu bot hiểu",
        "Trong nhóm, cán bộ nhắc tên bot kèm chữ: lienket. Bot phải gắn được nhóm với đơn vị của người đó.",
    ),
    (
        "reply", "Trả lời tin của bot trong nhóm bằng số",
        "Trong nhóm, bấm trả lời một tin có “1. … 2. …” của bot rồi gõ 1. Bot không làm theo thì nhắc tên bot kèm 1.",
    ),
    (
        "flood", "Biết Zalo trả lời gì khi gửi quá nhanh (429)",
        "Lần đầu nhật ký có zalo_bot.refused với code=429, chép lại phần words để biết Zalo chặn nhịp hay hết hạn mức.",
    ),
)  # fmt: skip
SHAPE = "Biết webhook gửi tin dạng phẳng (flat) hay bọc (wrapped)"


def checklist(seen: Seen, unproved: list[str], trouble: str, quota: str, shape: str | None) -> list[Proof]:
    """``unproved``: the words of what reality has not shown yet (see ``facts``); ``shape``: None where we poll."""
    proofs = [by_fact("token", "Token của bot dùng được", trouble)]
    for name, words in PROOFS.items():
        hint = f"{words[:1].upper()}{words[1:]}."
        proofs.append(Proof(name, TITLES[name], "open" if words in unproved else "proved", hint))
    return [
        *proofs,
        *_shape(shape),
        *(by_hand(*one) for one in BY_HAND),
        by_trace(seen, "fetched", "Tải được ảnh về kho", "Gửi riêng một ảnh nộp bài, chờ một phút rồi xem lại."),
        *pushed(seen),
        by_hand("quota", "Đã xem hạn mức tháng", f"{quota} So với số tin của một đợt trước khi dùng thật."),
    ]


def _shape(shape: str | None) -> list[Proof]:
    hint = "Nhắn cho bot một câu; dạng nào tới thì tự được ghi lại."
    return [] if shape is None else [Proof("shape", SHAPE, "proved" if shape else "open", hint, shape)]
