"""Rich text (.rtf, and many files named .doc): paragraphs and table rows; looks and pictures are dropped."""

import codecs
import re

from planreader.files import tables

_TOKEN = re.compile(
    rb"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,9})? ?|\\'(?P<code>[0-9a-f]{2})|\\(?P<escaped>[^a-z])|(?P<brace>[{}])"
    rb"|(?P<letters>[^\\{}\r\n]+)",
    re.IGNORECASE,
)
_HIDDEN = """fonttbl colortbl stylesheet info pict object themedata datastore header headerl headerr headerf footer
footerl footerr footerf listtable listoverridetable revtbl rsidtbl generator xmlnstbl fldinst annotation atnid
atnauthor nonshppict shpinst deleted"""
_HIDING = frozenset(_HIDDEN.encode().split())
_SIGNS = {
    b"line": "\n", b"page": "\n", b"tab": "\t", b"emdash": "—", b"endash": "–", b"bullet": "•", b"nestcell": " ",
    b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_ESCAPED = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_DEPTH = 1000


def text(raw: bytes) -> str:
    reader = _Reader(raw)
    for token in _TOKEN.finditer(raw):
        reader.take(token)
    return "\n".join(reader.finished())


def _codec(raw: bytes) -> str:
    named = re.search(rb"\\ansicpg(\d{1,5})", raw[:4000])
    try:
        return codecs.lookup(f"cp{int(named[1])}").name if named else "cp1252"
    except LookupError:
        return "cp1252"


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._codec = _codec(raw)
        self._lines: list[str] = []
        self._table: tables.Table = []
        self._row: list[tables.Cell] = []
        self._text: list[str] = []
        self._hidden = [False]  # one flag for each open group
        self._in_table = False
        self._skip = 0  # characters that repeat a \u for old programs

    def take(self, token: re.Match[bytes]) -> None:
        what = token.lastgroup
        if what == "brace":
            self._brace(token["brace"])
        elif what in {"word", "number"}:
            self._command(token["word"], token["number"])
        elif what == "code":
            self._write(bytes([int(token["code"], 16)]).decode(self._codec, errors="replace"))
        elif what == "letters":
            self._write(token["letters"].decode(self._codec, errors="replace"))
        elif token["escaped"] == b"*":
            self._hidden[-1] = True
        else:
            self._write(_ESCAPED.get(token["escaped"], ""))

    def finished(self) -> list[str]:
        self._paragraph()
        return self._lines

    def _brace(self, brace: bytes) -> None:
        if brace == b"{" and len(self._hidden) < _DEPTH:
            self._hidden.append(self._hidden[-1])
        elif brace == b"}" and len(self._hidden) > 1:
            self._hidden.pop()
            self._skip = 0

    def _command(self, word: bytes, number: bytes | None) -> None:
        if word in _HIDING or (word == b"v" and number != b"0"):
            self._hidden[-1] = True
        elif self._hidden[-1]:
            return
        elif word == b"u" and number:
            self._skip = 0
            self._write(chr(int(number) % 0x10000))
            self._skip = 1
        elif word in _SIGNS:
            self._write(_SIGNS[word])
        else:
            self._structure(word)

    def _structure(self, word: bytes) -> None:
        if word in {b"par", b"sect"}:
            if self._in_table:
                self._text.append("\n")
            else:
                self._paragraph()
        elif word in {b"intbl", b"pard"}:
            self._in_table = word == b"intbl"
        elif word == b"cell":
            self._row.append("".join(self._text).split("\n"))
            self._text = []
        elif word == b"row":
            self._table.append(self._row)
            self._row = []

    def _write(self, letters: str) -> None:
        if self._hidden[-1]:
            return
        self._text.append(letters[self._skip :])
        self._skip = max(0, self._skip - len(letters))

    def _paragraph(self) -> None:
        """A paragraph outside any row ends the table before it."""
        if self._row:
            self._table.append(self._row)
        self._lines += tables.lines_of(self._table, ruled=True)
        self._table, self._row = [], []
        self._lines += "".join(self._text).encode("utf-16", "surrogatepass").decode("utf-16", "replace").split("\n")
        self._text = []
