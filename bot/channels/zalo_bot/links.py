"""Photos and files at addresses that only the bot can make, good for a short while: the platform fetches photos from
there, and people open files. There is no list, and a wrong address tells nothing (decision 0014)."""

from __future__ import annotations

import base64
import hmac
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import structlog

from bot.clock import Clock
from storage.sealing import KeyLost

log = structlog.get_logger()
PHOTOS, FILES = "/zalo-bot/anh", "/zalo-bot/tep"
PHOTO_SECONDS = 15 * 60.0
FILE_SECONDS = 7 * 24 * 3600.0  # people open a document when they have time
NAME_LETTERS = 60
_SHA256 = re.compile(r"[0-9a-f]{64}")
_STAMP = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{43})")


class Links:
    """``key`` is asked for when the first link is made or opened, never shown, and the same in every process."""

    def __init__(self, public_url: str, key: Callable[[], bytes], clock: Clock) -> None:
        parts = urlsplit(public_url)
        self._address = public_url.rstrip("/") if parts.scheme == "https" and parts.hostname else ""
        self._key, self._clock = key, clock

    @property
    def possible(self) -> bool:
        """The platform fetches from public https addresses only."""
        return bool(self._address)

    def photo(self, sha256: str) -> str:
        return f"{self._address}{PHOTOS}/{self._stamp('photo', sha256, PHOTO_SECONDS)}/{sha256}.jpg"

    def file(self, sha256: str, name: str) -> str:
        stamp = self._stamp("file", sha256 + name, FILE_SECONDS)
        return f"{self._address}{FILES}/{stamp}/{sha256}/{quote(name, safe='')}"

    def opens_photo(self, stamp: str, sha256: str) -> bool:
        return self._opens("photo", sha256, sha256, stamp)

    def opens_file(self, stamp: str, sha256: str, name: str) -> bool:
        return self._opens("file", sha256, sha256 + name, stamp)

    def _stamp(self, kind: str, what: str, seconds: float) -> str:
        """The last second (of our clock) at which the link is good, and the seal over it."""
        until = int(self._clock.after(seconds).timestamp())
        return f"{until}.{self._seal(kind, what, until)}"

    def _opens(self, kind: str, sha256: str, what: str, stamp: str) -> bool:
        shape = _STAMP.fullmatch(stamp)
        if shape is None or not _SHA256.fullmatch(sha256):
            return False
        until = int(shape[1])
        try:
            genuine = hmac.compare_digest(self._seal(kind, what, until), shape[2])
        except (KeyLost, OSError) as error:
            log.error("zalo_bot.no_key", error=type(error).__name__)
            return False
        return genuine and self._clock.now() <= datetime.fromtimestamp(until, UTC)

    def _seal(self, kind: str, what: str, until: int) -> str:
        sealed = hmac.digest(self._key(), f"{kind}\0{until}\0{what}".encode(), "sha256")
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def short_name(name: str) -> str:
    """A file's name as it stands in an address: plain letters, because marks become three times as long there."""
    bare = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", bare).strip("-.")[-NAME_LETTERS:] or "tep"
