"""At which level of the union a unit stands, read from how offices name units.

Before July 2025 there were LĐLĐ huyện and công đoàn ngành between province and grassroots, since then công đoàn xã,
phường, khu công nghiệp: an installation may hold either, so the words of the table ("Loại") decide and the tree only
fills in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

from campaign.text import fold_words
from storage.models import Unit


class Level(StrEnum):
    FEDERATION = "federation"
    INTERMEDIATE = "intermediate"  # công đoàn cấp trên trực tiếp cơ sở
    GRASSROOTS = "grassroots"  # công đoàn cơ sở, nghiệp đoàn cơ sở
    PART = "part"  # công đoàn bộ phận, tổ công đoàn, CĐCS thành viên: inside a grassroots union
    DEPARTMENT = "department"  # ban, văn phòng of a federation


_ABBREVIATIONS = {
    "ldld": "lien doan lao dong",
    "tld": "tong lien doan",
    "cd": "cong doan",
    "cdcs": "cong doan co so",
    "cdbp": "cong doan bo phan",
    "cdn": "cong doan nganh",
    "kcn": "khu cong nghiep",
    "kkt": "khu kinh te",
    "ubkt": "uy ban kiem tra",
    "tp": "thanh pho",
    "tx": "thi xa",
    "cty": "cong ty",
}
_DEPARTMENT = re.compile(r"(ban|van phong|uy ban kiem tra|phong) ")
_PART = re.compile(r"to (cong|nghiep) doan|(cong|nghiep) doan bo phan|(cong|nghiep) doan co so thanh vien")
_GRASSROOTS = re.compile(r"cong doan co so|nghiep doan")
_UPPER = re.compile(
    r"tong lien doan|lien doan lao dong|cong doan (cap tren|nganh|vien chuc|xa|phuong|dac khu)\b"
    r"|cong doan (cac )?khu (cong nghiep|kinh te|che xuat|cong nghe cao)"
)


@lru_cache(maxsize=32_768)  # every name of a province, asked again with every push and every search
def spell_out(text: str) -> str:
    """Folded words with the union's abbreviations written out: "LĐLĐ H. Gia Lâm" → "lien doan lao dong h gia lam"."""
    return " ".join(_ABBREVIATIONS.get(word, word) for word in fold_words(text).split())


@lru_cache(maxsize=32_768)
def of_words(text: str) -> Level | None:
    """The level that a kind or a name says by itself; a federation and the level below it share their words, and are
    told apart by the tree: both are INTERMEDIATE here."""
    words = spell_out(text)
    if _DEPARTMENT.match(words + " "):
        return Level.DEPARTMENT
    if _PART.match(words):
        return Level.PART
    if _UPPER.match(words) or words.startswith("cap tren truc tiep"):
        return Level.INTERMEDIATE
    return Level.GRASSROOTS if _GRASSROOTS.match(words) else None


def of_units(units: Iterable[Unit]) -> dict[int, Level]:
    """The level of each unit, by its kind, else its name, else its place in the tree formed by ``units``."""
    return _Tree(units).levels()


class _Tree:
    def __init__(self, units: Iterable[Unit]) -> None:
        self._units: Mapping[int, Unit] = {unit.id: unit for unit in units if unit.id is not None}
        self._said = {key: of_words(unit.kind) or of_words(unit.name) for key, unit in self._units.items()}
        self._with_unions = {
            unit.parent_id for key, unit in self._units.items() if self._said[key] not in (Level.PART, Level.DEPARTMENT)
        }

    def levels(self) -> dict[int, Level]:
        levels: dict[int, Level] = {}
        for key in self._units:
            for step in reversed(self._path(key, levels)):
                parent_id = self._units[step].parent_id
                levels[step] = self._level(step, levels.get(parent_id) if parent_id else None)
        return levels

    def _path(self, key: int, known: Mapping[int, Level]) -> list[int]:
        """From the unit up to the first ancestor whose level is known, which is left out."""
        path: list[int] = []
        step: int | None = key
        while step is not None and step in self._units and step not in known and step not in path:
            path.append(step)
            step = self._units[step].parent_id
        return path

    def _level(self, key: int, above: Level | None) -> Level:
        said = self._said[key]
        if said is Level.INTERMEDIATE:
            return Level.FEDERATION if above is None else said
        if said is Level.GRASSROOTS or said is None:
            if above in (Level.GRASSROOTS, Level.PART):
                return Level.PART
            if said is None and key in self._with_unions:
                return Level.FEDERATION if above is None else Level.INTERMEDIATE
        return said or Level.GRASSROOTS
