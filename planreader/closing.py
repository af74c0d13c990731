"""Recipients and signers, from the end of the document."""

import re

from planreader.chars import fold, is_upper, squeeze
from planreader.lines import Line
from planreader.model import Recipient, Signer, Source

_AUTHORITY = re.compile(r"(?:TM|KT|TL|TUQ|T/M|K/T|T/L|Q)\s?[./]?\s*[A-ZĐÀ-Ỹ][A-ZĐÀ-Ỹ ,.\-–&0-9]*")
_POSITION = re.compile(
    r"(?:quyen |q\. ?)?(?:pho )?(?:chu tich|bi thu|truong ban|giam doc|tong giam doc|hieu truong"
    r"|chanh van phong|truong phong|to truong|thu ky|vien truong|cuc truong|uy vien)\b[\w ,\-]*"
)
_DEGREE = re.compile(
    r"^(?:(?:PGS|GS|TS|ThS|Th\.S|BS|CN|KS|BSCKI{1,2}|BS\.?CK\d?|LS|NGƯT|NGND|TTƯT|Đ/c|Ông|Bà"
    r"|Đồng chí)\b\.?\s*[.,]?\s*)+",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\W*nơi (?:nhận|gửi)\s*:?\s*|\W*noi (?:nhan|gui)\s*:?\s*", re.IGNORECASE)
_SIGNED = re.compile(r"\(?\s*(?:da ky|ky ten|ky,? (?:ghi ro )?(?:ho ten|dong dau).*|da ky.*|ky ten.*)\s*\)?")


def recipients_of(closing: list[Line]) -> list[Recipient]:
    found: list[Recipient] = []
    inside = False
    for line in closing:
        column = line.columns[0] if line.columns else line.text
        if heading := _HEADING.match(column):
            inside = True
            rest = column[heading.end() :]
            for part in re.split(r";\s*-?\s*|\s+-\s+", rest):
                _keep(found, part, line)
        elif inside and re.match(r"[-+*•–]\s*\S", column):
            for part in re.split(r";\s+-\s*", column):
                _keep(found, part, line)
    return found


def _keep(found: list[Recipient], part: str, line: Line) -> None:
    text = squeeze(part).strip(" -+*•–;.")
    if text:
        found.append(Recipient(text, Source(line.number, line.text)))


def signers_of(closing: list[Line], body_tail: list[Line]) -> list[Signer]:
    """Authority and position in capitals, then a name; two columns give two signers."""
    lines = [line for line in closing if not _HEADING.match(line.text) or len(line.columns) > 1]
    found: list[Signer] = []
    authority: list[str] = []
    position: list[str] = []
    for line in lines:
        for column in _signing_columns(line):
            plain = fold(column)
            if _SIGNED.fullmatch(plain):
                continue
            if _AUTHORITY.fullmatch(column) and is_upper(column):
                authority.append(column)
            elif (is_upper(column) or column[:1].isupper()) and _POSITION.fullmatch(plain):
                position.append(column)
            elif (authority or position) and (name := person_name(column)):
                _sign(found, authority, position, name, line)
    return found


def _sign(found: list[Signer], authority: list[str], position: list[str], name: str, line: Line) -> None:
    """The n-th name goes with the n-th authority and position; "KT." stands in for the one above it."""
    index = len(found)
    chosen_position = position[index] if index < len(position) else (position[-1] if position else None)
    if index == 0 and len(position) > 1 and len(authority) <= 2 and not found:
        chosen_position = position[-1] if fold(authority[-1] if authority else "").startswith("kt") else position[0]
    held = authority[index] if index < len(authority) else (authority[-1] if authority else None)
    if index == 0 and len(authority) > 1 and authority[-1].startswith("KT"):
        held = "\n".join(authority)
    found.append(Signer(held, chosen_position, name, Source(line.number, line.text)))


def _signing_columns(line: Line) -> list[str]:
    """Columns without the recipients, which stand on the left."""
    columns = [re.sub(r"^[\W_]+|[\s*_]+$", "", c) for c in line.columns if not re.match(r"\W*[-+•–]\s|\W*-\S", c)]
    return [column for column in columns if column and not _HEADING.match(column)]


def person_name(text: str) -> str | None:
    """Two to five capitalised words and nothing else; degrees before the name are dropped."""
    text = squeeze(_DEGREE.sub("", text.strip(" *_.,")))
    words = text.split()
    if not 2 <= len(words) <= 6 or any(not re.fullmatch(r"[^\W\d_]+(?:-[^\W\d_]+)?", word) for word in words):
        return None
    capitalised = all(word[0].isupper() for word in words)
    whole = is_upper(text) and not re.search(r"cong doan|lien doan|ban |chu tich|truong|tinh|so ", fold(text))
    mixed = not is_upper(text)
    return (
        text
        if capitalised and (mixed or whole) and not re.match(r"(?:noi|luu|cdcs|ldld|ban|van phong|nhu)\b", fold(text))
        else None
    )
