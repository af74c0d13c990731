"""A picture as the platform takes it: JPEG, under a megabyte, the right way up, without place and camera."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from bot.channels.zalo_oa.limits import PICTURE_BYTES, PICTURE_SIDE
from bot.channels.zalo_oa.refusals import Unsendable
from reports.pictures import upright
from reports.unreadable import NotAPicture

QUALITIES = (88, 80, 70, 60)
NOT_READ = "Không đọc được ảnh này để gửi qua Zalo. Lưu lại thành ảnh JPG rồi gửi lại."


def fitted(path: Path) -> bytes:
    """Raises Unsendable for what is no picture, OSError for what cannot be read."""
    try:
        return _small(upright(path, PICTURE_SIDE))
    except NotAPicture as error:
        raise Unsendable(NOT_READ) from error


def _small(image: Image.Image) -> bytes:
    """As good as fits: first the size people see, then quality, then fewer pixels. Ends, because pixels run out."""
    side = PICTURE_SIDE
    while True:
        copy = image.copy()
        copy.thumbnail((side, side))
        for quality in QUALITIES:
            target = io.BytesIO()
            copy.save(target, "JPEG", quality=quality, optimize=True)
            if target.tell() <= PICTURE_BYTES:
                return target.getvalue()
        side = side * 3 // 4
