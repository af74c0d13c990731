"""First layer: characters.

Everything above this layer sees NFC text without invisible characters, and matches keywords on `fold`, which
keeps the length of the text, so that a span found in the folded text is a span of the printed one.
"""

import re
import unicodedata

_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFE0F, 0x20E3, *range(0x202A, 0x202F)]
)
_SPACES = dict.fromkeys((160, 8192, 8193, 8194, 8195, 8199, 8201, 8239, 12288), " ")
_BREAKS = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_CLEANING: dict[int, str | None] = {**_INVISIBLE, **_SPACES, **_BREAKS}
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3[ .]*")
_MARKDOWN = re.compile(r"\*\*|__|^[ \t]{0,3}#{1,6}[ \t]+|^[ \t]{0,3}>[ \t]+", re.MULTILINE)
_PUNCTUATION = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "đ": "d",
    "Đ": "d",
    "\t": " ",
}

_MARKS = str.maketrans({k: v for k, v in _PUNCTUATION.items() if k not in "đĐ"})


class _Folding(dict[int, str]):
    """One character to one character; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = _PUNCTUATION.get(char) or unicodedata.normalize("NFD", char)[0].lower()[:1] or char
        self[code] = plain
        return plain


_FOLDING = _Folding()


def clean(text: str) -> str:
    """NFC, no invisible characters, plain spaces and line ends, no Markdown marks of bold and headings."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _KEYCAP.sub(r"\1. ", text)
    return _MARKDOWN.sub("", text.translate(_CLEANING))


def fold(text: str) -> str:
    """Lower case without accents and with plain quotes and dashes, of the same length as `text`."""
    return text.translate(_FOLDING)


class Lexicon:
    """A pattern of accented words that also reads text typed without accents.

    Folding alone confuses words: "đua" and "đưa", "công nhân" and "nhận". So accented text is matched accented, and
    only text without any accent is matched folded.
    """

    def __init__(self, pattern: str) -> None:
        self._accented = re.compile(pattern)
        self._plain = re.compile(fold_pattern(pattern))

    def of(self, text: str) -> tuple["re.Pattern[str]", str]:
        """The pattern to use for a text, and the text in the form to match it against (same length)."""
        if text.isascii() or not any(char.isalpha() and not char.isascii() for char in text):
            return self._plain, fold(text)
        return self._accented, fold_marks(text)

    def search(self, text: str) -> "re.Match[str] | None":
        pattern, form = self.of(text)
        return pattern.search(form)


def fold_pattern(pattern: str) -> str:
    """The folded form of a pattern whose escapes and classes are plain ASCII."""
    return "".join(char if char.isascii() else fold(char) for char in pattern)


def fold_marks(text: str) -> str:
    """Lower case with plain quotes and dashes, accents kept, of the same length as `text`."""
    lowered = text.lower()
    return (lowered if len(lowered) == len(text) else text).translate(_MARKS)


def squeeze(text: str) -> str:
    return " ".join(text.split())


def words(text: str) -> list[str]:
    """The words of a text, blind to case and accents: the unit in which "word for word" is checked."""
    return re.findall(r"\w+", fold(text))


def is_upper(text: str) -> bool:
    """Whether every letter is a capital, as in headings; a text without letters is not."""
    return text.upper() == text and text.lower() != text


def unquoted(text: str) -> str:
    return text.strip(" \t\"'“”„«»‘’")


_OPEN, _CLOSE = "“„«", "”»"


def quotes(text: str) -> list[tuple[int, int, str]]:
    """Quoted passages as (start of the opening mark, end after the closing mark, what stands between).

    Straight quotes pair in order; curly quotes by their direction. A quote is never longer than 400 characters:
    beyond that a closing mark was forgotten.
    """
    found: list[tuple[int, int, str]] = []
    opened = -1
    for match in re.finditer('[“„«”»"]|‘‘|’’', text):
        mark = match.group()
        opens = mark[0] in _OPEN or mark == "‘‘" or (mark == '"' and opened < 0)
        if opens and opened < 0:
            opened = match.end()
            begin = match.start()
        elif opened >= 0 and not (opens and mark != '"'):
            if match.start() - opened <= 400:
                found.append((begin, match.end(), text[opened : match.start()].strip()))
            opened = -1
        elif opens:
            opened, begin = match.end(), match.start()
    return found
