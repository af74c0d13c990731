"""Telegram's refusals in words a person can act on.

The fragments are those of the official server's source (tdlib/telegram-bot-api, ``Client.cpp``) and of the platform
behind it. What is not listed stays a refusal of this one message; the original words are in the log.
"""

from __future__ import annotations

from bot.channels.contract import Refused
from bot.channels.telegram.request import ApiError

BIG = "Tệp lớn quá mức Telegram cho phép. Gửi bản nhỏ hơn hoặc đường liên kết."
_OTHER = "Telegram không nhận tin này. Xem lại nội dung rồi gửi lại; nếu vẫn lỗi, báo người quản trị."


class Unsendable(Exception):
    """It would be refused, so no request is made. ``sentence`` says what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


_GONE: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("blocked by the user",),
        "Người này đã chặn bot trên Telegram. Nhờ họ mở lại bot và bấm “Bắt đầu” để nhận tin.",
    ),
    (
        ("user is deactivated", "user_deactivated"),
        "Tài khoản Telegram này đã bị xoá. Gửi thư mời tới tài khoản mới của họ.",
    ),
    (
        ("can't initiate conversation", "user_is_bot", "messages to bots", "messages to the bot"),
        "Người này chưa mở bot. Gửi đường liên kết mời và nhờ họ bấm “Bắt đầu”.",
    ),
    (
        ("bot was kicked", "bot is not a member", "chat was deleted", "channel_private"),
        "Bot không còn ở trong nhóm này. Nhờ quản trị nhóm thêm bot vào lại.",
    ),
    (
        ("chat not found", "peer_id_invalid", "chat_id_invalid", "chat_id is empty"),
        "Không tìm thấy cuộc trò chuyện này trên Telegram. Nhờ người ở đó nhắn cho bot một tin.",
    ),
)
_REFUSED: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("manage pinned messages", "to pin not found"),
        "Bot chưa có quyền ghim tin trong nhóm. Nhờ quản trị nhóm cho bot quyền ghim.",
    ),
    (
        ("can't be deleted",),
        "Không xóa được tin: đã quá 48 giờ, hoặc bot không có quyền xóa trong nhóm.",
    ),
    (
        ("not enough rights", "have no rights", "chat_write_forbidden", "chat_restricted", "administrator rights"),
        "Nhóm chưa cho bot gửi tin, ảnh hoặc tệp. Nhờ quản trị nhóm mở quyền gửi cho bot.",
    ),
    (
        ("chat_send_", "voice_messages_forbidden"),
        "Nơi nhận không cho gửi loại ảnh, tệp này. Nhờ quản trị nhóm mở quyền, hoặc gửi bằng chữ.",
    ),
    (
        ("topic_closed", "thread not found"),
        "Chủ đề trong nhóm đã đóng. Nhờ quản trị nhóm mở lại chủ đề chung.",
    ),
    (
        ("to edit not found", "can't be edited", "message_id_invalid", "no text in the message", "no caption in"),
        "Không sửa được tin cũ vì tin đã bị xoá hoặc quá lâu. Gửi một tin mới thay vào.",
    ),
    (
        ("too long",),
        "Tin dài quá mức Telegram cho phép. Rút ngắn rồi gửi lại.",
    ),
    (
        ("text is empty", "must be non-empty"),
        "Tin không có chữ nào. Viết nội dung rồi gửi lại.",
    ),
    (("too large", "too big"), BIG),
    (
        ("photo_", "image_process_failed", "media_invalid", "wrong file", "file must be non-empty", "media_empty"),
        "Telegram không đọc được ảnh hoặc tệp này. Lưu lại thành ảnh JPG rồi gửi lại.",
    ),
    (
        ("upgraded to a supergroup",),
        "Nhóm đã được nâng cấp và có mã mới. Nhờ một người trong nhóm nhắn cho bot một tin.",
    ),
)


def refusal(error: ApiError) -> Refused:
    for fragments, reason in _GONE:
        if error.says(*fragments):
            return Refused(reason, gone=True)
    for fragments, reason in _REFUSED:
        if error.says(*fragments):
            return Refused(reason)
    return Refused(_OTHER)
