"""Slogans: lists under a heading that names them, columns of a table, quotes after the word "khẩu hiệu"."""

import re
from collections.abc import Iterator

from planreader.chars import fold, quotes, squeeze, unquoted, words
from planreader.headings import Meaning, attribute_of
from planreader.model import Slogan, Source
from planreader.outline import Node
from planreader.quoted import quoted
from planreader.sections import Place
from planreader.tables import Table

_LABELLED = re.compile(
    r"(?:cau |mau |noi dung |bang ron |pa ?no )?(?:khau hieu|cau|mau|so|noi dung|bang ron|pa ?no"
    r"|phuon)(?: so)? \d{1,2}\s*[:.)-]\s*"
)
_NOTE = re.compile(
    r"\s*[(\[](?:treo|dung|cho|ghi chu|mau|kho|kich thuoc|theo|vi tri|in |luu y|ap dung|danh cho"
    r"|moi|bo sung|tai|khau hieu)\b[^()\[\]]*[)\]]\s*[.;]?$"
)
_INSTRUCTION = re.compile(
    r"(?:cac |nhung )?(?:don vi|cap cong doan|cdcs)\b.*\b(?:lua chon|treo|su dung|co the|can cu"
    r"|chu dong)|de nghi|yeu cau|luu y|ghi chu|kich thuoc|khuyen khich|tuy (?:theo|dieu kien"
    r"|tinh hinh)"
    r"|ngoai ra|thuc hien theo|theo (?:phu luc|mau|noi dung)|xem |can cu|kem theo|ban hanh kem"
    r"|trong do|(?:thong nhat )?(?:dung |su dung )?(?:cac )?hashtag|khong (?:su )?dung|tren day"
    r"|lua chon|cac khau hieu|cac cau|noi nhan|vi tri treo|so luong|hinh thuc|nguon:"
    r"|thong nhat su dung|in (?:tren|bang)|treo (?:tai|o|tren|bang)|bang ron (?:dung|treo|co|kho)"
    r"|su dung (?:dong thoi|mau|phong|logo)"
)
_DUE = re.compile(
    r"\b(?:truoc|cham nhat|han|xong|den het)\b(?: ngay)? ?\d{1,2}[/.]\d|\bgui ve\b|\bxem (?:phu luc|tai)\b"
)


def slogans_of(everything: list[Place]) -> list[Slogan]:
    found: list[Slogan] = []
    for place in everything:
        if place.meaning is Meaning.SLOGANS:
            found.extend(_listed(place))
        elif place.meaning not in (Meaning.OLD_SLOGANS, Meaning.ASIDE, Meaning.RESULTS):
            found.extend(_in_sentence(place.node))
    return _unrepeated(found)


def _unrepeated(found: list[Slogan]) -> list[Slogan]:
    seen: set[str] = set()
    unique = []
    for slogan in found:
        key = " ".join(words(slogan.text))
        if key and key not in seen:
            seen.add(key)
            unique.append(slogan)
    return unique


def _listed(place: Place) -> Iterator[Slogan]:
    node = place.node
    if node.table is not None:
        yield from _column(node.table)
        return
    source = Source(node.line, node.text)
    if node.heads or node.style == "label":
        yield from (Slogan(text, source) for text in _after_heading(node))
    elif all(child.style == "paragraph" for child in node.children):
        if not _goes_on(place):
            yield from (Slogan(text, source) for text in candidates(_whole(node), marked=node.marker is not None))
    elif not node.text.endswith(":") and all(_is_remark(child) for child in node.children):
        yield from (Slogan(text, source) for text in candidates(node.text, marked=True))


def _goes_on(place: Place) -> bool:
    """An unmarked line under a marked slogan that was broken off."""
    over = place.above[-1] if place.above else None
    if over is None or over.meaning is not Meaning.SLOGANS or over.marker is None or over.heads:
        return False
    return place.node.marker is None and len(_whole(over)) > len(over.text) and place.node.text in _whole(over)


def _whole(node: Node) -> str:
    """A marked slogan with the unmarked lines it was broken into."""
    text = node.text
    for child in node.children if node.marker is not None else []:
        ends = text.endswith((".", ";", "!", ":", "”", '"')) or len(text.split()) > 40
        if ends or child.table is not None or is_instruction(child.text) or _is_prose(child.text):
            break
        text = f"{text} {child.text}"
    return text


def _is_remark(node: Node) -> bool:
    return attribute_of(node.text) is not None


def _after_heading(node: Node) -> list[str]:
    """Slogans on the line of the heading itself: "Khẩu hiệu: “A”; “B”"."""
    if quotes(node.rest):
        return [unquoted(text) for _, _, text in quotes(node.rest)]
    if not node.rest or node.children or is_instruction(node.rest):
        return []
    return [text for part in node.rest.split(";") for text in candidates(part.strip(), marked=True)]


def _column(table: Table) -> Iterator[Slogan]:
    role = "slogan" if table.has("slogan") else "title"
    for row in table.rows:
        text = table.cell(row, role) or (max(row.cells, key=len) if not any(table.roles) else "")
        filled = sum(1 for cell in row.cells if cell)
        if filled > 1 or len(row.cells) == 1:
            yield from (Slogan(found, Source(row.line, row.text)) for found in candidates(text, marked=True))


def candidates(text: str, marked: bool) -> list[str]:
    """The slogans a line of a slogan list holds: one, several in quotes, or none where it is a remark."""
    text = squeeze(text)
    if label := _LABELLED.match(fold(text)):
        text = text[label.end() :]
    inner = quotes(text)
    covered = sum(len(inside) for _, _, inside in inner)
    if inner and (inner[0][0] == 0 or covered >= 0.6 * len(text) or text[: inner[0][0]].rstrip().endswith(":")):
        return [inside for _, _, inside in inner if _is_slogan(inside)]
    label_value = attribute_of(text)
    if label_value is not None:
        return []
    if note := _NOTE.search(fold(text)):
        text = text[: note.start()].rstrip()
    if is_instruction(text) or (not marked and _is_prose(text)):
        return []
    return [_trimmed(text)] if _is_slogan(text) else []


def _trimmed(text: str) -> str:
    text = text.strip()
    return text if text.endswith(("...", "!")) else text.rstrip(" ;,./").strip() if not text.endswith(")") else text


def is_instruction(text: str) -> bool:
    plain = fold(text)
    return bool(_INSTRUCTION.match(plain) or "#" in text or _DUE.search(plain))


def _is_prose(text: str) -> bool:
    plain = fold(text)
    if text.startswith("("):
        return True
    return bool(re.search((r"\b(?:lua chon|su dung|nhu sau|sau day|kem theo|de nghi|thuc hien theo)\b"), plain)) or (
        text.endswith(".") and len(text.split()) > 30
    )


def _is_slogan(text: str) -> bool:
    count = len(text.split())
    return 2 <= count <= 60 and not text.endswith(":") and "#" not in text[:1] and "http" not in text


def _in_sentence(node: Node) -> Iterator[Slogan]:
    texts = [(node.line, node.text)]
    if node.table is not None:
        texts = [(row.line, cell) for row in node.table.rows for cell in row.cells]
        if node.table.has("slogan"):
            yield from _column(node.table)
    for line, text in texts:
        for quote in quoted(text):
            if quote.governor == "slogan" and not quote.old and _is_slogan(quote.text):
                yield Slogan(unquoted(quote.text), Source(line, text))
