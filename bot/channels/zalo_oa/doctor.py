"""What the operator should know about this account, in sentences for ``loa doctor``."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.channels.zalo_oa.client import ApiError, NoAnswer, NotSent
from bot.channels.zalo_oa.errors import any_rule
from bot.channels.zalo_oa.journal import Heard
from bot.channels.zalo_oa.signature import VARIANTS
from bot.channels.zalo_oa.tokens import NoGrant
from bot.settings import ZaloOa

VERIFIER_FILE = re.compile(r"[A-Za-z0-9_-]{1,80}\.html")
NEEDED = ("user_send_text", "user_send_image", "user_send_group_text", "user_send_group_image", "follow")

NO_APP = "Chưa khai app_id và app_secret ở mục zalo_oa. Lấy ở developers.zalo.me, trang Cài đặt của ứng dụng."
NO_OA = "Chưa biết mã của OA. Ghi vào mục zalo_oa, dòng oa_id, hoặc chạy: loa zalo login"
NO_SIGNER = "Chưa khai oa_secret_key ở mục zalo_oa. Lấy ở developers.zalo.me, mục Webhook, dòng OA Secret Key."
NO_ADDRESS = "Zalo chỉ gọi tới địa chỉ công khai bắt đầu bằng https. Ghi vào mục web, dòng public_url."
BAD_PORT = "Zalo không nhận địa chỉ có số cổng. Đặt máy chủ sau một tên miền dùng cổng 443."
BAD_VARIANT = "Dòng signature_variant phải là một trong: {names}. Sửa lại, hoặc để trống."
BAD_FILE = "Dòng verification_file phải là tên tệp dạng zalo_verifier….html. Chép lại từ trang Xác thực domain."
SKEW = 30  # seconds between two clocks that nobody need mind
CLOCK = "Đồng hồ máy chủ chạy {way} {seconds} giây so với Zalo. Bật tự chỉnh giờ: timedatectl set-ntp true"
BAD_LINE = "Không kết nối được tới Zalo. Kiểm tra mạng và tường lửa của máy chủ, rồi chạy lại."
NOT_VERIFIED = "Zalo OA chưa được xác thực nên chưa dùng được nhóm và quyền lâu dài. Nộp hồ sơ ở trang quản lý OA."
NO_ZCA = "Chưa liên kết ZCA nên không gửi được mẫu tin trả phí. Liên kết ở trang account.zalo.cloud."
OTHER_OA = "Mã truy cập là của OA khác (mã {found}). Sửa dòng oa_id, hoặc đăng nhập lại bằng đúng OA."
NEVER_HEARD = (
    "Chưa nhận được sự kiện nào từ Zalo. Ở developers.zalo.me, mục Webhook, ghi địa chỉ {address}, "
    "bật các sự kiện tin nhắn, nhóm và quan tâm, rồi nhắn thử cho OA."
)
PIN = "Lưu ý: Zalo ký sự kiện theo kiểu {variant}. Sau một tuần, ghi kiểu này vào dòng signature_variant."
OTHER_VARIANT = (
    "Dòng signature_variant ghi {pinned} nhưng sự kiện nhận được lần cuối ký kiểu {variant}; kiểu khác bị từ chối hết. "
    "Sửa thành {variant}, hoặc để trống."
)
NOT_SEEN = "Lưu ý: chưa thấy sự kiện {names}. Bật ở mục Webhook rồi thử mỗi loại một lần (tin, ảnh, nhóm)."
PACKAGE = "Lưu ý: OA “{name}” đang dùng gói {package}, hạn đến {until}."


def check_settings(settings: ZaloOa, account: str, public_url: str) -> list[str]:
    found = []
    if not (settings.app_id and settings.app_secret.get_secret_value()):
        found.append(NO_APP)
    if not account:
        found.append(NO_OA)
    if not settings.oa_secret_key.get_secret_value():
        found.append(NO_SIGNER)
    if settings.signature_variant and settings.signature_variant not in VARIANTS:
        found.append(BAD_VARIANT.format(names=", ".join(VARIANTS)))
    if settings.verification_file and not VERIFIER_FILE.fullmatch(settings.verification_file):
        found.append(BAD_FILE)
    return found + _check_address(public_url)


def _check_address(public_url: str) -> list[str]:
    address = urlsplit(public_url)
    if address.scheme != "https" or not address.hostname:
        return [NO_ADDRESS]
    return [BAD_PORT] if address.port not in (None, 443) else []


def check_oa(oa: dict[str, Any], settings: ZaloOa, account: str) -> list[str]:
    """``oa``: as getoa shows it."""
    found = []
    shown = str(oa.get("oa_id") or oa.get("oaid") or "")
    if account and shown and shown != account:
        found.append(OTHER_OA.format(found=shown))
    if str(oa.get("is_verified")).lower() not in ("true", "1"):
        found.append(NOT_VERIFIED)
    if settings.template_id and not oa.get("linked_ZCA"):
        found.append(NO_ZCA)
    package, until = oa.get("package_name") or "chưa rõ", oa.get("package_valid_through_date") or "chưa rõ"
    return [*found, PACKAGE.format(name=oa.get("name", ""), package=package, until=until)]


def check_clock(theirs: datetime | None, ours: datetime) -> list[str]:
    """``theirs``: as their last answer said."""
    seconds = round((ours - theirs).total_seconds()) if theirs else 0
    return [CLOCK.format(seconds=abs(seconds), way="nhanh" if seconds > 0 else "chậm")] if abs(seconds) > SKEW else []


def check_heard(heard: Heard, settings: ZaloOa, address: str) -> list[str]:
    if heard.at is None:
        return [NEVER_HEARD.format(address=address)]
    missing = [name for name in NEEDED if name not in heard.events]
    found = [NOT_SEEN.format(names=", ".join(missing))] if missing else []
    pinned = settings.signature_variant
    if heard.variant and heard.variant != pinned:
        found.append((OTHER_VARIANT if pinned else PIN).format(variant=heard.variant, pinned=pinned))
    return found


def sentence_of(error: Exception) -> str:
    match error:
        case NoGrant():
            return error.sentence
        case ApiError():
            return any_rule(error.code).words
        case NotSent() | NoAnswer():
            return BAD_LINE
    raise error
