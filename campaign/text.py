"""Vietnamese text: one form inside, and a folded form for matching what people type."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Zero-width and direction marks, soft hyphen, byte-order mark: invisible, and able to fool a reader or a comparison.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST_ID = 300  # letters; PostgreSQL indexes no more than 2,700 bytes
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


def clean(text: str) -> str:
    """NFC, no invisible or control characters, ordinary spaces; line breaks stay. Every entrance passes through
    here.
    """
    whole = text.encode("utf-8", "ignore").decode()  # half of a surrogate pair is no letter
    composed = unicodedata.normalize("NFC", whole).replace("\r\n", "\n").replace("\r", "\n")
    visible = _CONTROL.sub("", _INVISIBLE.sub("", composed))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in visible.split("\n")).strip()


def clean_name(text: str, limit: int = 120) -> str:
    """One line, cut to ``limit`` characters: names are shown inside sentences."""
    return " ".join(clean(text).split())[:limit]


def clean_id(text: str) -> str:
    """A name that a platform gave to something, as databases take it: of one that is absurdly long, a print."""
    whole = text.encode("utf-8", "ignore").decode().replace("\0", "")
    return whole if len(whole) <= LONGEST_ID else hashlib.sha256(whole.encode()).hexdigest()


def fold(text: str) -> str:
    """Without marks, lower case, single spaces: "Báo  cáo" and "bao cao" are the same word. đ has no decomposition."""
    decomposed = unicodedata.normalize("NFD", clean(text).lower().replace("đ", "d"))
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return " ".join(bare.split())


def fold_words(text: str) -> str:
    """As fold, with everything that is not a letter or digit turned into a space: "#Nộp!" → "nop"."""
    return " ".join(re.sub(r"[^\w]|_", " ", fold(text)).split())


_JOINER = "\u200d"


def inside_letter(text: str, at: int) -> bool:
    """Whether a cut before ``text[at]`` would tear what people see as one letter or picture: a letter and its marks,
    an emoji and its skin, people joined into a family, the two halves of a flag."""
    if not 0 < at < len(text):
        return False
    after = text[at]
    if _JOINER in (after, text[at - 1]) or (_is_flag_half(after) and _flag_halves_before(text, at) % 2):
        return True
    return unicodedata.category(after) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= after <= "\U0001f3ff" or _is_tag(after)


def _is_flag_half(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _is_tag(letter: str) -> bool:
    """Part of a flag that is written with invisible tags (England, Scotland)."""
    return "\U000e0020" <= letter <= "\U000e007f"


def _flag_halves_before(text: str, at: int) -> int:
    start = at
    while start and _is_flag_half(text[start - 1]):
        start -= 1
    return at - start


_VIETNAMESE_ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def collation_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sort key in Vietnamese dictionary order: letters first (a ă â … d đ), tones decide between equal words."""
    letters, tones = [], []
    for letter in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", letter)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        bare = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        place = _VIETNAMESE_ALPHABET.find(bare)
        letters.append(
            100 + place if place >= 0 else min(ord(bare[0]), 99) if ord(bare[0]) < 100 else ord(bare[0]) + 200
        )
        tones.append(tone)
    return tuple(letters), tuple(tones)
