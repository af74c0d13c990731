"""The layer of characters: from bytes, or from text in a disguise, to clean Vietnamese Unicode.

Offices still hold files typed twenty years ago. Their letters live in fonts (.VnTime, VNI-Times), so that the
same bytes read as Unicode look like "KÕ ho¹ch" or "Keá hoaïch". Nothing in such a file says so: what tells is
whether its words can be Vietnamese syllables, before and after conversion. That one measure decides all.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable
from functools import partial

from planreader import syllables

_TONES = "\u0300\u0309\u0303\u0301\u0323"  # grave, hook, tilde, acute, dot: the order of every legacy code page


class Undecodable(ValueError):
    """These bytes are no Vietnamese text in any encoding we know."""


def _toned(vowel: str) -> list[str]:
    return [unicodedata.normalize("NFC", vowel + tone) for tone in _TONES]


def _tcvn3() -> dict[str, str]:
    """TCVN 5712:1993, third set (the .Vn fonts), seen as Latin-1; letters are lower case, see `_capitals`."""
    order = "aăâeêioôơuưy"
    codes = {
        "a": "µ¶·¸¹", "ă": "»¼½¾Æ", "â": "ÇÈÉÊË", "e": "ÌÎÏÐÑ", "ê": "ÒÓÔÕÖ", "i": "×ØÜÝÞ",
        "o": "ßáâãä", "ô": "åæçèé", "ơ": "êëìíî", "u": "ïñòóô", "ư": "õö÷øù", "y": "úûüýþ",
    }  # fmt: skip
    table = {code: letter for vowel in order for code, letter in zip(codes[vowel], _toned(vowel), strict=True)}
    return table | dict(zip("¨©ª«¬\u00ad®¡¢£¤¥¦§", "ăâêôơưđĂÂÊÔƠƯĐ", strict=True))


def _vni() -> dict[str, str]:
    """VNI-Windows: a base letter followed by a mark letter; i, ơ, ư, đ, ỵ are single."""
    table = {"ö": "ư", "ô": "ơ", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
    marks = {"": "øûõùï", "â": "àåãáä", "ê": "èúüéë"}
    hosts = {"a": {"": "a", "â": "â", "ê": "ă"}, "e": {"": "e", "â": "ê"}, "o": {"": "o", "â": "ô"}}
    hosts |= {"u": {"": "u"}, "y": {"": "y"}, "ô": {"": "ơ"}, "ö": {"": "ư"}}
    for host, kinds in hosts.items():
        for kind, letter in kinds.items():
            table |= {host + m: v for m, v in zip(marks[kind], _toned(letter), strict=True)}
            if kind:
                table[host + kind] = letter
    capitals = {k.upper(): v.upper() for k, v in table.items()}
    mixed = {k[0].upper() + k[1]: v.upper() for k, v in table.items() if len(k) == 2}
    return mixed | capitals | table


_TCVN3 = _tcvn3()
_VNI = _vni()
_VNI_UNIT = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_VIQR_UNIT = re.compile(
    r"\\(?P<escaped>.)|(?P<d>[dD])[dD\-](?=\w)|(?P<vowel>[aeouyiAEOUYI])(?P<mark>[\^(+*]?)(?P<tone>['`?~.]?)"
)
_WORD = re.compile(r"\S+")
_GOES_ON = re.compile(r"\s[a-z]")
_VIQR_PROOF = re.compile(r"[aeouAEOU][\^+(*]['`?~.]?")
_VIQR_MARK = {"^": "\u0302", "(": "\u0306", "+": "\u031b", "*": "\u031b"}
_VIQR_TONE = dict(zip("`?~'.", _TONES, strict=True))


def _from_tcvn3(line: str) -> str:
    # Symbol fonts are stored in the private area with the same low byte.
    low = "".join(chr(ord(c) - 0xF000) if 0xF0A0 <= ord(c) <= 0xF0FF else c for c in line)
    return _capitals("".join(_TCVN3.get(c, c) for c in low))


def _capitals(line: str) -> str:
    """The capital .VnH fonts draw small codes as capitals: "HO¹CH" came out as "HOạCH"."""
    plain = [c for c in line if c.isascii() and c.isalpha()]
    if len(plain) > 3 and all(c.isupper() for c in plain):
        return line.upper()
    return re.sub(r"\w+", lambda m: m[0].upper() if re.search("[A-Z].*[A-Z]|[A-Z]{2}", m[0]) else m[0], line)


def _from_vni(line: str) -> str:
    return _VNI_UNIT.sub(lambda m: _VNI[m[0]], line)


def _from_viqr(line: str) -> str:
    """VIQR, the mail spelling: "Ke^' hoa.ch". Addresses and links are left as they are."""
    return _WORD.sub(_viqr_word, line)


def _viqr_word(word: re.Match[str]) -> str:
    if "@" in word[0] or "://" in word[0]:
        return word[0]
    goes_on = bool(_GOES_ON.match(word.string, word.end()))
    return _VIQR_UNIT.sub(partial(_viqr_letter, goes_on), word[0])


def _viqr_letter(sentence_goes_on: bool, m: re.Match[str]) -> str:
    if m["escaped"]:
        return m["escaped"]
    if m["d"]:
        return "Đ" if m["d"] == "D" else "đ"
    inside = m.string[m.end()].isalnum() if m.end() < len(m.string) else sentence_goes_on
    if m["tone"] in (".", "?") and not m["mark"] and not inside:
        return m["vowel"] + m["tone"]  # before a capital or at the end it closes the sentence
    marks = _VIQR_MARK.get(m["mark"], "") + _VIQR_TONE.get(m["tone"], "")
    return unicodedata.normalize("NFC", m["vowel"] + marks)


def _from_mojibake(line: str) -> str:
    """UTF-8 that somebody's program read as Windows-1252: "Káº¿ hoáº¡ch"."""
    try:
        return b"".join(_byte(c) for c in line).decode("utf-8")
    except ValueError:
        return line


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # the five holes of Windows-1252 travel as control characters


_DISGUISES: dict[str, Callable[[str], str]] = {
    "tcvn3": _from_tcvn3,
    "vni": _from_vni,
    "mojibake": _from_mojibake,
    "viqr": _from_viqr,
}
CONVERTERS = {"tcvn3": _from_tcvn3, "vni": _from_vni}
"""For readers that know the font of a run, which is surer than any guess."""

_SAMPLE = 60_000  # characters looked at to find a disguise; a document has one, not one a page
_ONLY_UNICODE = re.compile("[ăĂđĐĩĨũŨơƠưƯ\u1ea0-\u1ef9]")
_PROOF = 3  # words that must become Vietnamese before a whole document is rewritten


def repair(text: str) -> tuple[str, str | None]:
    """The text in clean Unicode, and the name of the disguise it wore, or None.

    Lines are judged one by one: pages pasted together from two files are common.
    """
    sample = [line for line in _line_ends(text[:_SAMPLE]).split("\n") if line.strip()]
    gains = {name: sum(_gain(line, convert) for line in sample) for name, convert in _DISGUISES.items()}
    if len(_VIQR_PROOF.findall(text[:_SAMPLE])) < _PROOF:
        gains["viqr"] = 0  # full stops alone would make tones of the ends of sentences
    name = max(gains, key=lambda n: gains[n])
    if gains[name] < _PROOF:
        return clean(text), None
    convert = _DISGUISES[name]
    lines = [line if _is_honest(line, convert) else convert(line) for line in _line_ends(text).split("\n")]
    return clean("\n".join(lines)), name


def _is_honest(line: str, convert: Callable[[str], str]) -> bool:
    """A line that was Unicode all along: it holds letters no disguise has, or it would only lose."""
    return bool(_ONLY_UNICODE.search(line)) or _gain(line, convert) < 0


def _gain(line: str, convert: Callable[[str], str]) -> int:
    """How many more words of the line can be Vietnamese after the conversion than before."""
    converted = convert(line)
    return 0 if converted == line else syllables.fitness(converted) - syllables.fitness(line)


_SPACES = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"), " ")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"))
_CONTROL = {c: None for c in range(32) if chr(c) not in "\t\n"}


_LINE_ENDS = dict.fromkeys((11, 12, 13, 0x85, 0x2028, 0x2029), "\n")
_NOISE: dict[int, str | None] = {**_SPACES, **dict.fromkeys((*_INVISIBLE, *_CONTROL, 0xAD))}


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").translate(_LINE_ENDS)


def clean(text: str) -> str:
    """NFC, one kind of space and line end, nothing invisible."""
    return unicodedata.normalize("NFC", _line_ends(text).translate(_NOISE))


_MARKS_OF_ORDER = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(raw: bytes) -> str:
    """Bytes of a text file as clean Unicode; `Undecodable` when no encoding makes Vietnamese of them."""
    text = _unicode(raw)
    return _eight_bit(raw) if text is None else repair(text)[0]


def _unicode(raw: bytes) -> str | None:
    named = [codec for mark, codec in _MARKS_OF_ORDER if raw.startswith(mark)]
    for codec in named or [_wide(raw) or "utf-8"]:
        try:
            return raw.decode(codec)
        except UnicodeDecodeError as broken:
            if named:
                raise Undecodable(codec) from broken
    return None


def _wide(raw: bytes) -> str | None:
    """UTF-16 without its mark shows as a zero beside almost every ASCII letter."""
    head = raw[:2000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) // 2 or len(head) < 4:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _eight_bit(raw: bytes) -> str:
    """Windows-1258, or a font encoding seen through Latin-1: whichever makes more Vietnamese words."""
    candidates = [clean(raw.decode("cp1258", errors="replace")), repair(raw.decode("latin-1"))[0]]
    best = max(candidates, key=lambda t: syllables.fitness(t[:_SAMPLE]))
    if b"\x00" in raw or syllables.fitness(best[:_SAMPLE]) <= 0:
        raise Undecodable("8-bit")
    return best
