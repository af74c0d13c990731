"""The four parts of an official document: letterhead and title, body, signature with recipients, appendices."""

import re
from dataclasses import dataclass

from planreader.chars import fold, is_upper
from planreader.lines import Line
from planreader.markers import marker_of

KINDS = {
    "ke hoach": "ke_hoach",
    "ke hoach lien tich": "ke_hoach",
    "ke hoach phoi hop": "ke_hoach",
    "chuong trinh": "chuong_trinh",
    "chuong trinh hanh dong": "chuong_trinh",
    "chuong trinh cong tac": "chuong_trinh",
    "chuong trinh phoi hop": "chuong_trinh",
    "huong dan": "huong_dan",
    "bao cao": "bao_cao",
    "thong bao": "thong_bao",
    "nghi quyet": "nghi_quyet",
    "quyet dinh": "quyet_dinh",
    "chi thi": "chi_thi",
    "ket luan": "ket_luan",
    "thong tri": "thong_tri",
    "to trinh": "to_trinh",
    "giay moi": "giay_moi",
    "cong van": "cong_van",
    "the le": "the_le",
    "quy che": "quy_che",
    "phuong an": "phuong_an",
    "de an": "de_an",
    "bien ban": "bien_ban",
    "loi keu goi": "loi_keu_goi",
    "de cuong tuyen truyen": "de_cuong",
}
_HEAD_LIMIT = 45
_BODY_STARTS = re.compile(
    r"(?:kinh gui|can cu|thuc hien|theo |nham |de |nam 20\d\d|tiep tuc|chao mung|huong toi|phat huy|xet )"
)
_CLOSING = re.compile(r"\W*noi (?:nhan|gui)\s*(?::|$)|\W*noi (?:nhan|gui)\s*:.*")
_AUTHORITY = re.compile(r"\W*(?:TM|KT|TL|TUQ|T/M|K/T|T/L|Q)\s?[./]\s?\s*[A-ZĐÀ-Ỹ]")
_POSITION = re.compile(
    r"\W*(?:(?:QUYỀN|Q\.)\s)?(?:PHÓ\s)?(?:CHỦ TỊCH|BÍ THƯ|TRƯỞNG BAN|GIÁM ĐỐC|TỔNG GIÁM ĐỐC"
    r"|HIỆU TRƯỞNG|CHÁNH VĂN PHÒNG|CHU TICH|PHO CHU TICH"
    r"|BI THU|TRUONG BAN|NGƯỜI BÁO CÁO|NGƯỜI LẬP|NGƯỜI LẬP BIỂU)(?:\s[A-ZĐÀ-Ỹ ]*)?\W*"
)
_MIXED_POSITION = re.compile(
    r"(?:tm\.? [\w ]{3,30}|(?:pho )?(?:chu tich|bi thu|truong ban|giam doc|hieu truong"
    r"|to truong))(?: (?:cdcs|cong doan[\w ]{0,30}))?"
)
_APPENDIX = re.compile(
    r"\W*(?:phu luc|bieu mau|bieu so|mau so|mau bao cao|danh muc|(?:mot so |cac |he thong "
    r"|noi dung |goi y )?(?:cau )?khau hieu|lich (?:trinh|hoat dong|cong tac|phan cong)"
    r"|bang phan cong|bang tong hop)\b"
)


@dataclass
class Zones:
    head: list[Line]
    body: list[Line]
    closing: list[Line]
    appendix: list[Line]
    kind: str | None  # as the title says, "ke_hoach" …
    title_index: int | None  # of the line in `head` that names the kind


def zones(lines: list[Line]) -> Zones:
    title = _title_index(lines)
    start = _body_start(lines, title)
    close = _closing_start(lines, start)
    extra = _appendix_start(lines, close)
    kind = kind_of(lines[title].text) if title is not None else None
    return Zones(lines[:start], lines[start:close], lines[close:extra], lines[extra:], kind, title)


def kind_of(text: str) -> str | None:
    """The kind of document that a title line names, alone or at the head of the subject."""
    plain = re.sub(r"^[^a-z]+|[^a-z]+$", "", fold(text))
    spaced = plain.replace(" ", "") if re.fullmatch(r"(?:\w ){4,}\w(?: \w| {2})*", plain) else ""
    for name, kind in KINDS.items():
        if plain == name or spaced == name.replace(" ", "") != "":
            return kind
    if is_upper(text):
        return next(
            (KINDS[name] for name in sorted(KINDS, key=len, reverse=True) if plain.startswith(name + " ")), None
        )
    return None


def _title_index(lines: list[Line]) -> int | None:
    for index, line in enumerate(lines[:_HEAD_LIMIT]):
        if any(kind_of(column) for column in (line.columns or [line.text])[:2]) and len(line.text) < 160:
            return index
        if re.match(r"i\s*[./-]\s", fold(line.text)) or len(line.text) > 250:
            return None
    return None


def _body_start(lines: list[Line], title: int | None) -> int:
    """After the title and its subject; a dispatch has no title and begins with "Kính gửi"."""
    if title is None:
        return _body_start_of_dispatch(lines)
    index = title + 1
    while index < min(len(lines), title + 8):
        line = lines[index]
        dateline = re.search(r",\s*ngay\b.{3,30}20\d\d$", fold(line.text)) is not None
        if _begins_body(line) or (index > title + 1 and line.gap and not _is_centred(line) and not dateline):
            break
        index += 1
    return index


def _begins_body(line: Line) -> bool:
    plain = fold(line.text)
    if is_upper(line.text) and not re.match(r"(?:[IVX]+|1)\s*[./)-]", line.text):
        return False
    return bool(
        (_BODY_STARTS.match(plain) and len(line.text) > 40)
        or re.match(r"(?!V/[vV])(?:[IVX]+|[1A])\s*[./)-]\s*\S", line.text)
        or re.match(r"phan (?:i|1|thu)\b|kinh gui", plain)
        or re.search(r"\b(?:nhu sau|sau day)\s*[:.]$|(?:xay dung|ban hanh) ke hoach ", plain)
        or len(line.text) > 260
    )


def _is_centred(line: Line) -> bool:
    """Still the subject: indented far, or the bracket that says to what a programme belongs."""
    return len(line.raw) - len(line.raw.lstrip()) >= 16 or (line.text.startswith("(") and line.text.endswith(")"))


def _body_start_of_dispatch(lines: list[Line]) -> int:
    last = 0
    for index, line in enumerate(lines[:_HEAD_LIMIT]):
        plain = fold(line.text)
        if re.match(r"\W*kinh gui", plain):
            return _after_addressees(lines, index)
        if _begins_body(line) and index:
            return index
        if re.search(r"doc lap - tu do|(?:^|\s)so\s*:|^v/v|ngay \d+ thang|dang cong san viet nam", plain) or (
            is_upper(line.text) and re.search(r"lien doan|cong doan|cong hoa|dang bo|ban chap hanh", plain)
        ):
            last = index + 1
    return last


def _after_addressees(lines: list[Line], index: int) -> int:
    """ "Kính gửi:" and the bullets under it belong to the head."""
    index += 1
    while index < len(lines) and re.match(r"[-+*•–]\s*\S", lines[index].text) and len(lines[index].text) < 160:
        index += 1
    return index


def _closing_start(lines: list[Line], start: int) -> int:
    for index in range(start, len(lines)):
        line = lines[index]
        if len(line.text) > 300:
            continue
        parts = [*line.columns, line.text]
        if any(_CLOSING.match(fold(part)) for part in parts) and (is_short(line) or index > (start + len(lines)) // 2):
            return index
        if any(_AUTHORITY.match(part) and is_upper(part) for part in parts) and len(line.text) < 160:
            return index
        if any(_POSITION.fullmatch(part) for part in parts) and index > start + 2:
            return index
        if index >= len(lines) - 5 and marker_of(line.text) is None and _MIXED_POSITION.fullmatch(fold(line.text)):
            return index
    return len(lines)


def is_short(line: Line) -> bool:
    return len(line.text) < 40 or len(line.columns) > 1


def _appendix_start(lines: list[Line], close: int) -> int:
    for index in range(close + 1, len(lines)):
        text = lines[index].text
        plain = fold(text)
        if marker_of(text) is None and _APPENDIX.match(plain) and (is_upper(text) or plain.startswith("phu luc")):
            return index
    return len(lines)
