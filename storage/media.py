"""Photos and files, kept byte for byte under their SHA-256 behind an fsspec URL (``file://…`` or ``s3://…``)."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from storage.media_cache import Cache, sweep
from storage.media_store import DAMAGED, StoreAway, asking, open_store

CHUNK = 1 << 20
CACHE_BYTES = 2_000_000_000


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class Media:
    """Content-addressed store. Putting the same bytes twice keeps one copy; nothing is ever overwritten."""

    def __init__(
        self,
        url: str,
        cache: Path | None = None,
        *,
        cache_bytes: int = CACHE_BYTES,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """``cache``: a folder for copies of what a shared store keeps; ``options`` as the store's client takes them.
        Raises MissingExtra.
        """
        self._files, self._root = open_store(url, options or {})
        self._is_local = url.startswith("file://") or "://" not in url
        self._cache = Cache(cache or Path(tempfile.gettempdir()) / "loa-media", cache_bytes)
        self._spool = Path(self._root) / "spool" if self._is_local else self._cache.folder
        self._is_swept = False

    @contextmanager
    def spool(self) -> Iterator[Path]:
        """A temporary file to write to before ``put``; on the store's own disk, so that moving it is atomic."""
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._is_swept:
            self._is_swept = True
            sweep(self._spool)
        handle, name = tempfile.mkstemp(dir=self._spool)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def put(self, path: Path) -> str:
        """Keep the bytes of ``path``; returns their SHA-256. Raises OSError when the disk is full or the store away.

        A file from elsewhere is copied first: its owner may go on writing to it.
        """
        if path.parent == self._spool:
            return self._put(path)
        with self.spool() as copy:
            shutil.copyfile(path, copy)
            return self._put(copy)

    def _put(self, path: Path) -> str:
        sha256 = sha256_of(path)
        place = self._place(sha256)
        if self._is_local:
            if not self._files.exists(place):
                self._store(path, place)
            return sha256
        self._send(path, place)
        if self._cache.find(sha256) is None:
            with self.spool() as copy:  # ``path`` stays its owner's
                shutil.copyfile(path, copy)
                self._cache.keep(copy, sha256)
        return sha256

    def put_bytes(self, data: bytes) -> str:
        with self.spool() as path:
            path.write_bytes(data)
            return self._put(path)

    def path(self, sha256: str) -> Path:
        """A local file with these bytes, to be read only. Raises FileNotFoundError when the store has none."""
        place = self._place(sha256)
        if self._is_local:
            if not Path(place).is_file():
                raise FileNotFoundError(place)
            return Path(place)
        return self._cache.find(sha256) or self._fetched(sha256, place)

    def _fetched(self, sha256: str, place: str) -> Path:
        with self.spool() as copy:
            with asking():
                self._files.get_file(place, str(copy))
            if sha256_of(copy) != sha256:
                raise StoreAway(DAMAGED)
            return self._cache.keep(copy, sha256)  # there under its name only when it is whole

    def __contains__(self, sha256: str) -> bool:
        with asking():
            return bool(self._files.exists(self._place(sha256)))

    def _place(self, sha256: str) -> str:
        if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
            raise FileNotFoundError(sha256)
        return f"{self._root}/{sha256[:2]}/{sha256}"

    def _send(self, path: Path, place: str) -> None:
        with asking():
            if not self._files.exists(place):
                self._files.put_file(str(path), place)

    def _store(self, path: Path, place: str) -> None:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # somebody else has put the same bytes at this very moment
            Path(place).hardlink_to(path)
        _fsync_folder(Path(place).parent)


def _fsync_folder(folder: Path) -> None:
    """Else the name may be gone after a power cut, though the bytes are there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
