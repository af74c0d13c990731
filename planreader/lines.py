"""Second layer: lines.

Physical lines lose page numbers and rulers; then lines that a typist, a mail program or a PDF broke in the middle
of a sentence are joined again. Whether a document is hard-wrapped is measured, not assumed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from planreader.chars import fold, is_upper, squeeze
from planreader.markers import is_marked

_PAGE_NUMBER = re.compile(r"[-\s]*(?:trang\s*:?\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?[-\s]*")
_RULER = re.compile(r"[-_=*~.\s]{3,}|[-_*]")
_LONGEST = 6_000
_TERMINAL = (".", ";", ":", "!", "?", "./.", "/.")
_NEVER_JOINED = re.compile(
    r"(?:can cu|kinh gui|noi nhan|noi gui|tren day la|thoi gian|dia diem|hinh thuc|doi tuong"
    r"|chu the|thanh phan|so luong"
    r"|kinh phi|phu luc|tm\.|kt\.|tl\.|t/m|chu tri|phoi hop|khau hieu|thong diep|chu de|han "
    r"|don vi)[^,;.]{0,60}(?::|$)"
    r"|can cu |kinh gui|trong qua trinh |nhan duoc |tren day |moi vuong mac"
)


@dataclass(frozen=True)
class Line:
    """`number` counts from 1 in the text as given; `gap` is True after a blank line; `raw` keeps the columns."""

    number: int
    text: str
    raw: str
    gap: bool = False
    page_break: bool = False

    @property
    def columns(self) -> list[str]:
        """What stands side by side on a line laid out with tabs or runs of spaces."""
        return [squeeze(part) for part in re.split(r"\t+|\s{3,}", self.raw.strip()) if part.strip()]


def physical(text: str) -> list[Line]:
    """The lines of a cleaned text that carry words."""
    lines: list[Line] = []
    gap = page_break = False
    for number, raw in _bounded(text):
        short = raw.strip()
        if len(short) <= 80 and (not short or _RULER.fullmatch(short)):
            gap = True
        elif len(short) <= 20 and _PAGE_NUMBER.fullmatch(fold(short)) and "\t" not in raw.strip():
            page_break = True
        else:
            lines.append(
                Line(
                    number,
                    squeeze(raw),
                    raw.rstrip().expandtabs(8) if "\t" not in raw else raw,
                    gap,
                    page_break,
                )
            )
            gap = page_break = False
    return lines


def _bounded(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines; one longer than any paragraph is cut at spaces, which bounds the work on each piece."""
    for number, raw in enumerate(text.split("\n"), 1):
        while len(raw) > _LONGEST:
            cut = raw.rfind(" ", _LONGEST // 2, _LONGEST)
            cut = cut if cut > 0 else _LONGEST
            yield number, raw[:cut]
            raw = raw[cut:]
        yield number, raw


def wrap_width(lines: list[Line]) -> int:
    """The column at which a document was hard-wrapped, or 0 where its lines are whole paragraphs.

    Lines that stop in the middle of a sentence all stop near one column in a wrapped document, and are few elsewhere.
    """
    plain = [line for line in lines if "|" not in line.raw and len(line.columns) == 1]
    broken = sorted(len(line.raw) for line, following in pairwise(lines) if _breaks_off(line, following))
    if len(broken) < 2:
        return 0
    width = broken[int(0.95 * (len(broken) - 1))]
    near = sum(length >= 0.82 * width for length in broken)
    alone = len(broken) < 4 and (near < len(broken) or max(len(line.raw) for line in plain) > width + 3)
    return width if width <= 140 and near >= 0.6 * len(broken) and not alone else 0


def _breaks_off(line: Line, following: Line) -> bool:
    """A line of running text that stops within a sentence, before one that begins no item."""
    return (
        len(line.raw) >= 40
        and not line.text.endswith(_TERMINAL)
        and not is_upper(line.text)
        and len(line.columns) == 1
        and "|" not in line.raw
        and (not following.gap or following.page_break)
        and not is_marked(following.text)
    )


def joined(lines: Iterable[Line], width: int) -> list[Line]:
    """Logical lines: each holds a whole heading, item or paragraph and the number of its first physical line."""
    result: list[Line] = []
    pieces: list[str] = []
    previous: Line | None = None
    for line in lines:
        if previous is not None and _continues(previous, line, width, len(pieces)):
            pieces.append(line.text)
        else:
            _close(result, pieces)
            result.append(line)
            pieces = [line.text]
        previous = line
    _close(result, pieces)
    return result


def _close(result: list[Line], pieces: list[str]) -> None:
    if len(pieces) > 1:
        result[-1] = replace(result[-1], text=" ".join(pieces))


def _continues(previous: Line, line: Line, width: int, already: int) -> bool:
    if is_marked(line.text):
        return _splits_a_range(previous, line, width)
    if _NEVER_JOINED.match(fold(line.text[:80])):
        return False
    ends = previous.text.endswith(_TERMINAL)
    small = line.text[0].islower()
    apart = line.gap and not line.page_break
    if width and not apart and _is_full(previous, line, width):
        return not previous.text.endswith((".", "./.")) or small or len(previous.raw) >= 0.97 * width
    if ends or (already > 40):
        return False
    if small:
        return len(previous.text) >= (16 if is_marked(previous.text) else 40) or (bool(width) and not apart)
    return not apart and (previous.text.endswith((",", "–", " -", "(")) or _is_open(previous.text))


def _is_full(previous: Line, line: Line, width: int) -> bool:
    """Whether the next word would not have fitted on the line before it."""
    first_word = line.text.split(" ", 1)[0]
    return len(previous.raw) + 1 + len(first_word) > 0.93 * width


def _is_open(text: str) -> bool:
    """A quote or a bracket is still to be closed."""
    return len(text) < 400 and (text.count("“") > text.count("”") or text.count("(") > text.count(")"))


def _splits_a_range(previous: Line, line: Line, width: int) -> bool:
    """ "2023" at the end of a line and "- 2028" on the next is one range, not a bullet."""
    return bool(
        width and previous.text[-1].isdigit() and re.match(r"[-–—] ?\d", line.text) and _is_full(previous, line, width)
    )
