"""The picture that the platform fetches: a JPEG of at most a megabyte, with no word about place or camera in it."""

from __future__ import annotations

import io
import threading
import warnings
from collections import OrderedDict
from pathlib import Path

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

BYTES = 1_000_000  # what Zalo's other product takes; this one names no limit
LONGEST = 2048  # pixels of the longer side
QUALITIES = (88, 80, 70, 55)
KEPT = 16
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP")

pi_heif.register_heif_opener()
# Above MAX_IMAGE_PIXELS Pillow only warns: a picture that big is not decoded on a small server.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotAPicture(Exception):
    """The bytes are no picture, a broken one, or one too large to decode."""


class Pictures:
    """Made once for a push to many, not once for each of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, sha256: str, path: Path) -> bytes:
        """Raises NotAPicture, and OSError when the disk fails."""
        with self._lock:
            if sha256 not in self._kept:
                self._kept[sha256] = as_jpeg(path)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(sha256)
            return self._kept[sha256]


def as_jpeg(path: Path) -> bytes:
    try:
        with Image.open(path, formats=FORMATS) as image:
            image.draft("RGB", (LONGEST * 2, LONGEST * 2))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        raise NotAPicture(type(error).__name__) from error
    except OSError as error:
        if error.errno is not None:  # the disk, not the picture: Pillow's own complaints carry no number
            raise
        raise NotAPicture(str(error)) from error
    upright.thumbnail((LONGEST, LONGEST))
    return _small(upright)


def _small(image: Image.Image) -> bytes:
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    data = b""
    for quality in QUALITIES:
        target = io.BytesIO()
        clean.save(target, "JPEG", quality=quality, optimize=True)
        data = target.getvalue()
        if len(data) <= BYTES:
            break
    return data
