"""Photos and files, kept byte for byte under their SHA-256 behind an fsspec URL (``file://…`` or ``s3://…``)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec

CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class Media:
    """Content-addressed store. Putting the same bytes twice keeps one copy; nothing is ever overwritten."""

    def __init__(self, url: str, cache: Path | None = None) -> None:
        self._files, self._root = _open(url)
        self._is_local = url.startswith("file://") or "://" not in url
        self._cache = cache or Path(tempfile.gettempdir()) / "loa-media"

    @contextmanager
    def spool(self) -> Iterator[Path]:
        """A temporary file to write to before ``put``; on the store's own disk, so that moving it is atomic."""
        folder = Path(self._root) / "spool" if self._is_local else self._cache
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def put(self, path: Path) -> str:
        """Keep the bytes of ``path``; returns their SHA-256. Raises OSError when the disk is full."""
        sha256 = sha256_of(path)
        place = self._place(sha256)
        if not self._files.exists(place):
            self._store(path, place)
        return sha256

    def put_bytes(self, data: bytes) -> str:
        with self.spool() as path:
            path.write_bytes(data)
            return self.put(path)

    def path(self, sha256: str) -> Path:
        """A local file with these bytes, to be read only. Raises FileNotFoundError when the store has none."""
        place = self._place(sha256)
        if self._is_local:
            if not Path(place).is_file():
                raise FileNotFoundError(place)
            return Path(place)
        local = self._cache / sha256
        if not local.is_file():
            self._cache.mkdir(parents=True, exist_ok=True)
            self._files.get(place, str(local))
        return local

    def __contains__(self, sha256: str) -> bool:
        return bool(self._files.exists(self._place(sha256)))

    def _place(self, sha256: str) -> str:
        if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
            raise FileNotFoundError(sha256)
        return f"{self._root}/{sha256[:2]}/{sha256}"

    def _store(self, path: Path, place: str) -> None:
        self._files.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
        if not self._is_local:
            self._files.put(str(path), place)
            return
        with path.open("rb") as file:
            os.fsync(file.fileno())
        Path(place).hardlink_to(path) if path.stat().st_dev == Path(self._root).stat().st_dev else self._files.put(
            str(path), place
        )


def _open(url: str) -> tuple[Any, str]:
    files, root = fsspec.core.url_to_fs(url)
    return files, str(root).rstrip("/")
