"""Streams of an OLE2 compound file (Microsoft's MS-CFB): the box that .doc files of 1997–2003 live in."""

import struct

_END, _LIMIT = 0xFFFFFFFA, 200_000  # sector numbers from _END on are marks; a 100 MB file has fewer sectors


class BrokenBox(ValueError):
    """The chains of sectors do not hold together."""


class Box:
    def __init__(self, raw: bytes) -> None:
        if len(raw) < 512 or not raw.startswith(b"\xd0\xcf\x11\xe0"):
            raise BrokenBox("no header")
        self._raw = raw
        self._size = 1 << self._bounded(struct.unpack_from("<H", raw, 30)[0], 7, 16)
        self._small = 1 << self._bounded(struct.unpack_from("<H", raw, 32)[0], 2, 12)
        directory, _, self._cutoff, small_fat = struct.unpack_from("<IIII", raw, 48)
        self._fat = self._allocation()
        entries = self._chain(directory)
        self._entries = [entries[n : n + 128] for n in range(0, len(entries) - 127, 128)]
        if not self._entries:
            raise BrokenBox("no directory")
        self._small_fat = self._numbers(self._chain(small_fat)) if small_fat < _END else []
        root = struct.unpack_from("<I", self._entries[0], 116)[0]
        self._small_stream = self._chain(root) if root < _END else b""

    def stream(self, name: str) -> bytes | None:
        wanted = name.encode("utf-16-le")
        for entry in self._entries:
            length = struct.unpack_from("<H", entry, 64)[0]
            if entry[66] == 2 and entry[: max(0, length - 2)] == wanted:
                start, size = struct.unpack_from("<II", entry, 116)
                return (self._small_chain(start) if size < self._cutoff else self._chain(start))[:size]
        return None

    @staticmethod
    def _bounded(number: int, low: int, high: int) -> int:
        if not low <= number <= high:
            raise BrokenBox("sector size")
        return number

    @staticmethod
    def _numbers(raw: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._raw[start : start + self._size]

    def _allocation(self) -> list[int]:
        """The file allocation table: its sectors are listed in the header and then in chained lists."""
        places = self._numbers(self._raw[76:512])
        following = struct.unpack_from("<I", self._raw, 68)[0]
        seen: set[int] = set()
        while following < _END and following not in seen and len(seen) < _LIMIT:
            seen.add(following)
            numbers = self._numbers(self._sector(following))
            places += numbers[:-1]
            following = numbers[-1] if numbers else _END
        known = dict.fromkeys(p for p in places if p < _END)
        return self._numbers(b"".join(self._sector(p) for p in known))

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(n) for n in self._walk(start, self._fat))

    def _small_chain(self, start: int) -> bytes:
        size, whole = self._small, self._small_stream
        return b"".join(whole[n * size : (n + 1) * size] for n in self._walk(start, self._small_fat))

    @staticmethod
    def _walk(start: int, table: list[int]) -> list[int]:
        order: dict[int, None] = {}
        while start < _END:
            if start in order or start >= len(table) or len(order) > _LIMIT:
                raise BrokenBox("chain")
            order[start] = None
            start = table[start]
        return list(order)
