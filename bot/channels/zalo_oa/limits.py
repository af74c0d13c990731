"""What the OA Open API allows (developers.zalo.me, v3.0), and how long we wait for it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bot.channels.contract import Abilities

NAME = "zalo_oa"
KILOBYTE, MEGABYTE = 1 << 10, 1 << 20
PICTURE_BYTES = 950_000  # the limit is 1 MB; whether that is 10^6 or 2^20 is nowhere said
PICTURE_SIDE = 2048
FILE_BYTES = 5_000_000
FILE_TYPES = (".pdf", ".doc", ".docx", ".csv")
BUTTON_TITLE = 100
PAYLOAD = 1000
PAGE = 10  # of conversations; more is error -210
UPLOAD_SECONDS = 6 * 86_400  # the platform forgets after seven days
RENEW_SECONDS = 20 * 3600  # of the 25 hours an access token lives
LIFETIME_SECONDS = 25 * 3600
RATE_SECONDS = 60  # the window of X-RateLimit
TYPES = "Zalo chỉ nhận tệp PDF, DOC, DOCX, CSV. Lưu “{name}” thành PDF, hoặc gửi đường liên kết."
VIDEO = "Zalo OA không gửi được phim và âm thanh. Đưa “{name}” lên trang web rồi gửi đường liên kết."
TOO_BIG = "Tệp “{name}” nặng {size} MB, quá mức 5 MB của Zalo. Gửi bản nhỏ hơn hoặc đường liên kết."
EMPTY = "Tệp “{name}” không có nội dung. Đính kèm lại rồi gửi."
TOKEN_ERRORS = frozenset({216, 220, 124, 401})  # seen with either sign


def letters(text: str) -> int:
    """Length as the platform counts it: code points, of the composed text."""
    return len(unicodedata.normalize("NFC", text))


def unfit(path: Path, name: str, kind: str) -> str:
    """The sentence for whoever attached a file that Zalo does not take; empty when it does."""
    if kind in ("video", "voice"):
        return VIDEO.format(name=name)
    if Path(name).suffix.lower() not in FILE_TYPES:
        return TYPES.format(name=name)
    size = path.stat().st_size
    if size > FILE_BYTES:
        return TOO_BIG.format(name=name, size=-(-size // 1_000_000))
    return "" if size else EMPTY.format(name=name)


ABILITIES = Abilities(
    text_limit=2000,
    caption_limit=2000,
    measure=letters,
    buttons=5,
    album_limit=1,
    album_buttons=False,
    upload_bytes=FILE_BYTES,
    download_bytes=50 * MEGABYTE,
    can_edit=False,
    can_toast=False,
    hears_groups="all",  # of its own groups it is told everything
    group_buttons=0,
    can_react=True,
    can_admit=True,
    photo_buttons=False,
    file_words=False,
    unfit=unfit,
)


@dataclass(frozen=True, slots=True)
class Waits:
    """Real seconds. ``lock``: until another process must have renewed the grant. ``page``: between two pages of
    history, so that catching up does not eat what people's answers need. ``settle``: until a message whose answer was
    lost must stand in the history.
    """

    connect: float = 5
    read: float = 15
    write: float = 15
    upload: float = 60
    pool: float = 10
    lock: float = 60
    lock_look: float = 0.1
    chore: float = 60
    page: float = 1
    settle: float = 10
