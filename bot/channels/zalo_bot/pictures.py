"""The picture that the platform fetches: a JPEG of at most a megabyte, with no word about place or camera in it."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from pathlib import Path

from reports.pictures import upright

BYTES = 1_000_000  # what Zalo's other product takes; this one names no limit
LONGEST = 2048  # pixels of the longer side
QUALITIES = (88, 80, 70, 55)
KEPT = 16


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
    image, data = upright(path, LONGEST), b""
    for quality in QUALITIES:
        target = io.BytesIO()
        image.save(target, "JPEG", quality=quality, optimize=True)
        data = target.getvalue()
        if len(data) <= BYTES:
            break
    return data
