"""Secrets that must stand in the database, sealed: a copy of the database alone opens nothing.

The key comes from the settings, or lies in a file of its own that only its owner can read. It is made at the first
sealing; opening never makes one, so that a lost key is said and not silently replaced.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from storage.database import Database

SHORTEST_KEY = 16  # letters of a key that somebody typed
LOST = (
    "Không mở được mã đăng nhập đã lưu vì thiếu khóa niêm phong {where}. "
    "Khôi phục khóa từ bản sao lưu; nếu không còn, đăng nhập lại."
)
SHORT = "Khóa ở mục secrets, dòng key quá ngắn. Đặt một chuỗi ít nhất 16 ký tự, khó đoán."


class KeyLost(Exception):
    """What was sealed cannot be opened. ``sentence`` tells the operator what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Sealer:
    """Seals small JSON values. ``key``: from the settings; empty: the file ``key_file``."""

    def __init__(self, key: str, key_file: Path) -> None:
        self._key, self._file = key, key_file

    def seal(self, value: dict[str, Any]) -> str:
        """Raises KeyLost for a key that is too short, OSError when the key file cannot be written."""
        return self._fernet(make=True).encrypt(json.dumps(value).encode()).decode()

    def open(self, sealed: str) -> dict[str, Any]:
        """Raises KeyLost."""
        try:
            value = json.loads(self._fernet(make=False).decrypt(sealed.encode()))
        except (InvalidToken, ValueError) as error:
            raise self._lost() from error
        if not isinstance(value, dict):
            raise self._lost()
        return value

    def derived(self, purpose: str) -> bytes:
        """A key for ``purpose`` that opens nothing sealed here. Raises KeyLost for a key that is too short, OSError."""
        return hmac.digest(self._secret(make=True), b"loa-derived:" + purpose.encode(), "sha256")

    def _fernet(self, *, make: bool) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"loa-seal:" + self._secret(make)).digest()))

    def _secret(self, make: bool) -> bytes:
        if self._key:
            if len(self._key) < SHORTEST_KEY:
                raise KeyLost(SHORT)
            return self._key.encode()
        if make and not self._file.is_file():
            _make(self._file)
        try:
            return self._file.read_bytes().strip()
        except OSError as error:
            raise self._lost() from error

    def _lost(self) -> KeyLost:
        return KeyLost(LOST.format(where="ở mục secrets, dòng key" if self._key else self._file))


def sealer_for(key: str, database: Database) -> Sealer:
    """The key file lies beside the database file; for a database server, in the folder ``data``."""
    beside = database.file
    return Sealer(key, Path(f"{beside}.key") if beside else Path("data/loa.key"))


def _make(file: Path) -> None:
    """Whole under its name or not there, also when two processes make it at once: the first one's stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # readable by its owner alone
    draft = Path(name)
    try:
        os.write(handle, Fernet.generate_key())
        os.fsync(handle)
    finally:
        os.close(handle)
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink(missing_ok=True)
