"""What the operator should know about this bot, in sentences for ``loa doctor``."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from bot.channels.zalo_bot.api import Api, ApiError
from bot.channels.zalo_bot.limits import SECRET_LENGTHS
from bot.settings import ZaloBot
from storage.sealing import KeyLost

NO_KEY = (
    "Bot Zalo đang bật nhưng chưa có token. Trong ứng dụng Zalo, mở Zalo Bot Manager, chọn Tạo bot, "
    "rồi đặt token nhận được vào LOA_ZALO_BOT__TOKEN."
)
ODD_KEY = "Token của bot Zalo không đúng dạng số:chữ. Chép lại cả dòng token từ tin nhắn của Zalo Bot Manager."
WRONG_KEY = "Zalo không nhận token của bot. Mở Zalo Bot Creator lấy lại token, rồi đặt vào LOA_ZALO_BOT__TOKEN."
NO_LINE = "Không kết nối được tới máy chủ bot của Zalo. Kiểm tra mạng và dòng api_base trong mục zalo_bot."
BUSY = "Zalo đang trục trặc. Chờ vài phút rồi kiểm tra lại."
NO_ADDRESS = "Bot Zalo ở chế độ webhook cần địa chỉ công khai bắt đầu bằng https. Ghi vào mục web, dòng public_url."
BAD_WORD = "Dòng webhook_secret của bot Zalo phải dài từ 8 đến 256 ký tự. Sửa lại, hoặc để trống."
HOOKED = (
    "Zalo đang gửi tin của bot tới địa chỉ {address} nên chế độ poll không nghe được gì. "
    "Nếu không còn chương trình nào dùng địa chỉ đó, chạy lệnh: loa zalobot unhook"
)
NOT_HOOKED = "Zalo chưa gửi tin của bot về máy chủ này. Chạy loa run để đặt địa chỉ, rồi kiểm tra lại."
OTHER_HOOK = "Zalo đang gửi tin của bot tới một địa chỉ khác. Tắt chương trình kia rồi chạy lại loa run."
NO_PHOTOS = (
    "Lưu ý: chưa có public_url bắt đầu bằng https nên bot Zalo không gửi được ảnh và tệp; "
    "ảnh thành một dòng chữ, tệp bị từ chối."
)
NO_LINK = (
    "Lưu ý: mục zalo_bot chưa có dòng link. Chép đường dẫn của bot từ Zalo Bot Creator để nhóm biết nhắn riêng ở đâu."
)
NOTE = "Lưu ý"  # how a sentence begins that is no fault
NO_KEY_FILE = (
    "Không đọc hoặc ghi được tệp khóa bên cạnh cơ sở dữ liệu. Cấp quyền cho thư mục, hoặc đặt LOA_SECRETS__KEY."
)
QUOTA = "Lưu ý: {line}"
TRY = "Lưu ý: những điều chưa được thử trên bot Zalo này: {things}."


def check_settings(settings: ZaloBot, public_url: str) -> list[str]:
    """Faults that need no network to be seen."""
    token = settings.token.get_secret_value().strip()
    if not token:
        return [NO_KEY]
    found = [] if token.partition(":")[0] and token.partition(":")[2] else [ODD_KEY]
    if settings.mode == "webhook":
        found += [] if _is_public(public_url) else [NO_ADDRESS]
        secret = settings.webhook_secret.get_secret_value()
        shortest, longest = SECRET_LENGTHS
        found += [BAD_WORD] if secret and not shortest <= len(secret) <= longest else []
    return found


def notes(settings: ZaloBot, public_url: str) -> list[str]:
    found = [] if _is_public(public_url) else [NO_PHOTOS]
    return found if settings.link else [*found, NO_LINK]


async def check_webhook(api: Api, mode: str, ours: str) -> list[str]:
    """Raises what ``Api.webhook`` raises."""
    theirs = await api.webhook()
    if mode == "poll":
        return [HOOKED.format(address=_shown(theirs))] if theirs else []
    if not theirs:
        return [NOT_HOOKED]
    return [] if theirs == ours else [OTHER_HOOK]


def check_key(key: Callable[[], bytes]) -> list[str]:
    """Links of photos are signed with it."""
    try:
        key()
    except KeyLost as error:
        return [error.sentence]
    except OSError:
        return [NO_KEY_FILE]
    return []


def check_error(error: Exception) -> str:
    if not isinstance(error, ApiError):
        return NO_LINE
    return WRONG_KEY if error.code in (401, 404) else BUSY


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname)


def _shown(url: str) -> str:
    """Without what may be somebody's secret in the path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else "lạ"
