"""What the operator should know about this bot, in sentences for ``loa doctor``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.events import Me
from bot.channels.telegram.request import ApiError
from bot.settings import Telegram

PORTS = (443, 80, 88, 8443)  # where Telegram calls a webhook
RECENT = timedelta(hours=1)

NO_KEY = "Chưa có mã bot Telegram. Nhắn /newbot cho @BotFather rồi ghi mã nhận được vào mục telegram, dòng token."
WRONG_KEY = "Mã bot Telegram không đúng hoặc đã bị thu hồi. Nhắn /token cho @BotFather để lấy lại, rồi sửa dòng token."
NO_LINE = (
    "Không kết nối được tới Telegram. Một số nhà mạng ở Việt Nam chặn Telegram: "
    "khai một máy trung gian ở dòng proxy, hoặc dùng trang web thay cho Telegram."
)
BUSY = "Telegram đang quá tải. Chờ vài phút rồi kiểm tra lại."
PRIVACY = (
    "Trong nhóm, bot chỉ nghe tin trả lời bot và câu lệnh. Muốn nghe cả ảnh gửi thường: nhắn /setprivacy "
    "cho @BotFather, chọn bot, chọn Disable, rồi đưa bot ra khỏi nhóm và thêm lại; hoặc cho bot làm quản trị nhóm."
)
REFUSED = "Telegram không nhận cách nhận tin đã khai. Xem lại dòng public_url và dòng webhook_secret."
NO_ADDRESS = "Chế độ webhook cần địa chỉ công khai bắt đầu bằng https. Ghi vào mục web, dòng public_url."
BAD_PORT = "Telegram chỉ gọi tới các cổng 443, 80, 88, 8443. Đổi cổng ở dòng public_url."
BAD_WORD = "Dòng webhook_secret chỉ được có chữ không dấu, số, gạch ngang, gạch dưới và dài nhất 256 ký tự. Sửa lại."
FAILING = "Telegram gọi tới máy chủ của ta không được. Kiểm tra chứng chỉ, tường lửa và địa chỉ ở dòng public_url."
OTHER_ADDRESS = "Telegram đang gửi tin tới một địa chỉ khác. Chạy lại hệ thống để nhận tin về đây."
ABROAD = (
    "Lưu ý: tin và ảnh gửi qua Telegram được lưu ở nước ngoài. "
    "Hỏi ý kiến người phụ trách dữ liệu cá nhân trước khi dùng chính thức."
)


def check_settings(settings: Telegram, public_url: str) -> list[str]:
    if not settings.token.get_secret_value():
        return [NO_KEY]
    return _check_address(settings, public_url) if settings.mode == "webhook" else []


def _check_address(settings: Telegram, public_url: str) -> list[str]:
    found, address = [], urlsplit(public_url)
    if address.scheme != "https" or not address.hostname:
        found.append(NO_ADDRESS)
    elif (address.port or 443) not in PORTS:
        found.append(BAD_PORT)
    secret = settings.webhook_secret.get_secret_value()
    if secret and not is_secret(secret):
        found.append(BAD_WORD)
    return found


def is_secret(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{1,256}", text) is not None


def check_me(me: Me) -> list[str]:
    return [] if me.hears_all else [PRIVACY]


def check_error(error: TelegramError) -> str:
    if not isinstance(error, ApiError):
        return NO_LINE
    return WRONG_KEY if error.code in (401, 404) else REFUSED if error.code == 400 else BUSY


async def check_webhook(bot: Bot, address: str) -> list[str]:
    """Whether Telegram calls ``address``, and gets through."""
    info = await bot.get_webhook_info()
    if info.url and info.url != address:
        return [OTHER_ADDRESS]
    failed = info.last_error_date
    return [FAILING] if failed is not None and datetime.now(UTC) - failed < RECENT else []


def note(settings: Telegram) -> list[str]:
    """A server of one's own decides for itself where the data goes on."""
    return [ABROAD] if (urlsplit(settings.api_base).hostname or "").endswith("telegram.org") else []
