"""Real JPEG bytes, and the sizes Telegram makes of a photo."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from .errors import bad_request

SIDES = (90, 320, 800, 1280)
"""Longest side in pixels of the sizes named s, m, x and y."""
KEPT_SIDE = 2560
"""A JPEG up to this side is stored as it came: people's apps have already shrunk it."""
_CACHE_ENTRIES = 64


@dataclass(frozen=True)
class Picture:
    data: bytes
    width: int
    height: int


def jpeg(width: int = 1280, height: int = 960, seed: int = 0) -> bytes:
    """A small real photo file; another seed gives another picture."""
    digest = hashlib.sha256(f"{seed}".encode()).digest()
    tile = Image.frombytes("RGB", (3, 3), digest[:27])
    out = BytesIO()
    tile.resize((width, height), Image.Resampling.BILINEAR).save(out, "JPEG", quality=80)
    return out.getvalue()


def dimensions(data: bytes) -> tuple[int, int]:
    """Raises the server's refusal when no picture can be read from the bytes."""
    try:
        with Image.open(BytesIO(data)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None


class Darkroom:
    """Makes the size list of a photo; equal bytes are developed once, so that big broadcasts stay cheap."""

    def __init__(self) -> None:
        self._done: OrderedDict[bytes, Sequence[Picture]] = OrderedDict()

    def sizes(self, data: bytes) -> Sequence[Picture]:
        """Ascending; the last one is the best Telegram offers."""
        key = hashlib.sha256(data).digest()
        if key not in self._done:
            self._done[key] = _develop(data)
            if len(self._done) > _CACHE_ENTRIES:
                self._done.popitem(last=False)
        return self._done[key]


def _develop(data: bytes) -> list[Picture]:
    try:
        with Image.open(BytesIO(data)) as image:
            longest, is_jpeg = max(image.size), image.format == "JPEG"
            image.load()
            colour = image.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    made = [_scaled(colour, side) for side in SIDES if side < longest]
    best = Picture(data, *colour.size) if is_jpeg and longest <= KEPT_SIDE else _scaled(colour, KEPT_SIDE)
    return [*made, best]


def _scaled(image: Image.Image, side: int) -> Picture:
    copy = image.copy()
    copy.thumbnail((side, side))
    out = BytesIO()
    copy.save(out, "JPEG", quality=85)
    return Picture(out.getvalue(), *copy.size)
