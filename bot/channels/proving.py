"""What every channel has to show once on its first day, in the same words everywhere."""

from __future__ import annotations

from bot.channels.contract import Proof, Seen


def by_trace(seen: Seen, key: str, title: str, hint: str, *traces: str) -> Proof:
    """Proved when any of ``traces`` (by default ``key`` itself) has been seen."""
    wanted = traces or (key,)
    return Proof(key, title, "proved" if any(trace in seen for trace in wanted) else "open", hint)


def by_fact(key: str, title: str, fault: str, *, found: str = "") -> Proof:
    """Failed when there is a sentence that says what is wrong."""
    return Proof(key, title, "failed" if fault else "proved", fault, "" if fault else found)


def by_hand(key: str, title: str, hint: str) -> Proof:
    return Proof(key, title, "open", hint, by_hand=True)


def talked(seen: Seen, whom: str) -> list[Proof]:
    """The first words, picture and push in private chats. ``whom``: what people write to, as they call it."""
    return [
        by_trace(seen, "heard.private.text", "Nghe được tin nhắn riêng", f"Dùng điện thoại nhắn cho {whom} một câu."),
        by_trace(seen, "sent.private.text", "Trả lời được", "Chờ vài giây; nếu không thấy trả lời, xem nhật ký."),
        by_trace(
            seen, "heard.private.photo", "Nghe được ảnh gửi riêng", f"Dùng điện thoại gửi cho {whom} một tấm ảnh."
        ),
        by_trace(
            seen, "fetched", "Tải được ảnh về kho", "Mở liên kết mời, gửi một ảnh nộp bài, chờ một phút rồi xem lại."
        ),
    ]


def pushed(seen: Seen) -> list[Proof]:
    return [
        by_trace(
            seen, "push", "Thông báo đầu tiên đã tới nơi",
            "Bằng tài khoản quản trị viên: chọn Gửi thông báo, gõ nội dung, chọn một đơn vị, bấm Gửi.",
        ),
    ]  # fmt: skip
