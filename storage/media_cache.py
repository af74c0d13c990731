"""Copies on this machine of what a shared store keeps, and half-written files of processes that were killed."""

from __future__ import annotations

import os
import time
from pathlib import Path

IN_USE_SECONDS = 15 * 60.0  # a path that was given out may still be opened: never removed, however full the folder is
LEFT_BEHIND_SECONDS = 24 * 3600.0
ROOM = 0.8  # of the limit that is filled after making room


class Cache:
    """A folder of files named by their SHA-256, shared by the processes of a machine. The limit in bytes holds but for
    what was used within the last quarter of an hour.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self._limit = folder, limit
        self._added = limit  # looks once after the start

    def find(self, sha256: str) -> Path | None:
        """The copy, marked as used now."""
        local = self.folder / sha256
        try:
            os.utime(local)
        except FileNotFoundError:
            return None
        return local

    def keep(self, path: Path, sha256: str) -> Path:
        """Take over the file at ``path``, which must be whole and in this folder."""
        local = self.folder / sha256
        size = path.stat().st_size
        path.replace(local)
        self._added += size
        if self._added * 10 > self._limit:
            self._added = 0
            self._make_room()
        return local

    def _make_room(self) -> None:
        kept = sorted(_ages(self.folder), reverse=True)
        filled = sum(size for _, size, _ in kept)
        for age, size, path in kept:
            if filled <= self._limit * ROOM or age < IN_USE_SECONDS:
                return
            path.unlink(missing_ok=True)
            filled -= size


def sweep(spool: Path) -> None:
    """Remove what killed processes had begun to write a day ago or earlier."""
    for age, _, path in _ages(spool):
        if age > LEFT_BEHIND_SECONDS and path.name.startswith("tmp"):
            path.unlink(missing_ok=True)


def _ages(folder: Path) -> list[tuple[float, int, Path]]:
    """(seconds since it was used, bytes, file); without those that another process removes at this moment."""
    now, found = time.time(), []
    for path in folder.iterdir():
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            found.append((now - facts.st_mtime, facts.st_size, path))
    return found
