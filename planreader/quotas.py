"""Quotas: how many of what, for whom. Points of a score, sizes, money and conditions are not quotas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planreader.chars import Lexicon, fold, quotes, squeeze
from planreader.clauses import Clause, clauses
from planreader.headings import Meaning
from planreader.model import Comparator, Quota, Source
from planreader.sections import Place
from planreader.tables import Table
from planreader.units import is_unit, subject_and_duty, unit_name

_SKIPPED = {Meaning.SLOGANS, Meaning.OLD_SLOGANS, Meaning.THEMES, Meaning.RESULTS, Meaning.SCORING}
_NUMBER = r"(?:\d{1,3}(?:\.\d{3})+|\d{1,6}(?:,\d{1,2})?)"
_WORDED = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10}
_NOUN = (
    r"(?:tin(?: anh| ngan)?|bai(?: viet| dang)?|anh|hinh anh|buc anh|bang ron|pa ?-?no|co phuon"
    r"|phuon|clip|video(?: clip)?|phong su|cuoc|buoi|suat|cong trinh|phan viec|sang kien|mo hinh"
    r"|guong|san pham"
    r"|luot|doan vien|cdcs|cong doan co so|nguoi|lop|hoat dong|thanh vien|doi\b|tiet muc|tac pham"
    r"|de tai|cau lac bo|to cong doan|don vi|ban tin|khau hieu|to gap|to roi|tin,? bai|infographic"
    r"|nha|can nha|mai am|cau hoi|bai du thi"
    r"|phan qua|chuyen de|hoi nghi|y kien|de xuat|tap the|ca nhan|cong nhan"
    r"|doan vien,? nguoi lao dong|luot chia se|bai,? anh|the|sach|dau sach|cay|chuong trinh"
    r"|don vi mau|gio)"
)
_STOP = (
    r"(?=\s+(?:tren|trong|cho|ve|len|moi|hang|gui|tham gia|tham du|duoc|de|tai|o|la|nham|theo|vao|den"
    r"|truoc|do|neu|voi|va|hoac|co\b(?! so)|em\b|nhe\b|nha\b|a\b|dang|phan anh|lien quan|tuyen truyen"
    r"|thuoc|dat|treo|khi|tro len|qua)\b|\s*[,;.:()/+]|\s*$)"
)
_UNIT = rf"(?P<unit>%\s*(?:[^\d,;.:()/%]{{2,60}}?{_STOP})?|[^\d\s,;.:()/%][^\d,;.:()/%]{{0,45}}?{_STOP})"
_COMPARED = re.compile(
    rf"\b(?P<cmp>it nhat|toi thieu|khong duoi|khong it hon|khong thap hon|tren|khong qua|toi da"
    rf"|khong vuot qua|duoi|nhieu nhat)\s+(?:la |dat |co |phai co |tu )?(?P<n>{_NUMBER}|mot|hai|ba"
    rf"|bon|nam|muoi)(?![/\d])\s*(?P<more>trieu|nghin|ngan)?\s*{_UNIT}"
)
_OR_MORE = re.compile(rf"\b(?:tu\s+)?(?P<n>{_NUMBER})\s*{_UNIT}[^\d,;.:()]{{0,40}}?\s*tro len")
_RANGE = re.compile(
    rf"(?<![/\d.-])(?:tu\s+)?(?P<n>{_NUMBER})\s*(?:-"
    rf"|den)\s*(?P<n2>{_NUMBER})(?![/\d])\s*(?P<unit>{_NOUN}\b|%[^\d,;.:()/]{{0,40}})"
)
_PERCENT = re.compile(rf"(?<![\d/,.])(?P<n>{_NUMBER})\s*(?P<unit>%\s*(?:[^\d,;.:()/%]{{2,60}}?{_STOP})?)")
_ANOTHER = re.compile(
    rf"(?:\s[^\d,;.:()]{{1,24}}?)?\s*(?:\bva|,|,\s*va|hoac|\+|cung)\s*(?P<n>{_NUMBER})\s*(?P<unit>{_NOUN})\b"
)
_PLAIN = re.compile(rf"(?<![\d/.,])(?P<n>{_NUMBER})\s+(?P<unit>{_NOUN})\b")
_EACH = Lexicon(
    r"\b(?:mỗi|từng|bình quân|h[àằ]ng (?:tuần|tháng|ngày|quý))\b|/\s*(?:tuần|tháng|ngày|quý|cđcs"
    r"|đơn vị)"
)
_NOT_QUOTA = re.compile(
    r"(?:gio\b|phut|giay|ngay|thang|nam\b|tuan\b|diem\b|tuoi|km|cm|m\b|met\b|px|x\b|dong\b|trieu"
    r"|ty\b|nghin|lan\b|mb\b|gb\b|ky\b|trang\b|tu\b|chu\b|kg|h\b|do\b|so\b)"
)
_PEOPLE = re.compile(r"(?:doan vien|lao dong|nguoi|cong nhan|cnv|cnld|nld)")
_PERIOD = re.compile(
    r"(?:/\s*|\b(?:moi|hang|trong|mot)\s+)(?P<p>ngay|tuan|thang|quy|nam)\b(?!\s*(?:cong nhan|hanh dong|\d))"
)
_PERIODS = {"ngay": "ngày", "tuan": "tuần", "thang": "tháng", "quy": "quý", "nam": "năm"}
_LESS = ("khong qua", "toi da", "khong vuot qua", "duoi", "nhieu nhat")


@dataclass(frozen=True)
class _Found:
    begin: int
    end: int
    comparator: Comparator
    quantity: float | list[float]
    unit: tuple[int, int]


def quotas_of(everything: list[Place]) -> list[Quota]:
    found: list[Quota] = []
    for place in everything:
        if place.meaning in _SKIPPED or (place.above and place.above[0].meaning is Meaning.SCORING):
            continue
        if place.node.table is not None:
            found += _table(place.node.table, place.meaning is Meaning.QUOTAS)
            continue
        unit = next((unit_name(n.label) for n in reversed(place.above) if is_unit(n.label)), None)
        found += [q for clause in clauses(place.node.text) for q in _in_clause(clause, place, unit)]
    return found


def _in_clause(clause: Clause, place: Place, unit: str | None) -> Iterator[Quota]:
    text = clause.text[:1500]
    plain = _masked(text)
    if re.search(r"\bdiem (?:thi dua|thuong|cong|tru)\b|\bcham diem\b|[+-]\s?\d+ diem|: ?\d+ diem", plain):
        return
    counted = place.meaning is Meaning.QUOTAS or bool(_EACH.search(text))
    for item in _found(plain, counted):
        named = squeeze(text[slice(*item.unit)]).strip(" .,:")
        yield Quota(
            _applies_to(text, plain, item.begin, unit, place),
            item.comparator,
            item.quantity,
            named,
            text if len(text) <= 400 else text[max(0, item.begin - 120) : item.end],
            Source(place.node.line, clause.text),
            _period(plain, item.begin),
        )


def _masked(text: str) -> str:
    """Folded, with what stands in quotes blanked: numbers in names of programmes count nothing."""
    chars = list(fold(text))
    for begin, end, _ in quotes(text):
        chars[begin:end] = "\x04" * (end - begin)
    return "".join(chars)


def _found(plain: str, counted: bool) -> list[_Found]:
    found: list[_Found] = []
    for match in _RANGE.finditer(plain):
        if not _NOT_QUOTA.match(match["unit"]):
            _keep(found, match, "range", [_number(match["n"]), _number(match["n2"])])
    for match in _OR_MORE.finditer(plain):
        if not _is_condition(plain, match) and not _NOT_QUOTA.match(match["unit"]):
            _keep(found, match, ">=", _number(match["n"]))
    for match in _COMPARED.finditer(plain):
        _compared(found, match, plain)
    if not any("%" not in plain[slice(*item.unit)] for item in found):
        for match in _PERCENT.finditer(plain):
            if "%" in match["unit"]:
                _keep(found, match, "=", _number(match["n"]))
    if not found and counted:
        for match in _PLAIN.finditer(plain):
            if not _NOT_QUOTA.match(match["unit"]) and not re.search(
                r"\b(?:so|thu|lan|khoa|nam|lop|cua)\s*$", plain[: match.start()]
            ):
                _keep(found, match, "=", _number(match["n"]))
    return sorted(found, key=lambda item: item.begin)


def _compared(found: list[_Found], match: "re.Match[str]", plain: str) -> None:
    unit, word = match["unit"], match["cmp"]
    if _NOT_QUOTA.match(unit) or _is_condition(plain, match):
        return
    if word in ("tren", "duoi") and "%" not in unit and not re.match(_NOUN, unit):
        return
    comparator: Comparator = "<=" if word in _LESS else ">="
    scale = {"trieu": 1e6, "nghin": 1e3, "ngan": 1e3}.get(match["more"] or "", 1)
    _keep(found, match, comparator, _number(match["n"]) * scale)
    position = match.end()
    while another := _ANOTHER.match(plain, position):
        _keep(found, another, comparator, _number(another["n"]))
        position = another.end()


def _keep(found: list[_Found], match: "re.Match[str]", comparator: Comparator, quantity: float | list[float]) -> None:
    if not any(item.begin < match.end() and match.start() < item.end for item in found):
        found.append(_Found(match.start(), match.end(), comparator, quantity, match.span("unit")))


def _is_condition(plain: str, match: "re.Match[str]") -> bool:
    """ "CĐCS có trên 200 đoàn viên": which units are meant, not what they must do."""
    before = plain[max(0, match.start() - 22) : match.start()]
    return bool(_PEOPLE.match(match["unit"]) and _CONDITION.search(before))


_CONDITION = re.compile(
    r"(?:\bco|quy mo|so luong|\(|\btu|su dung|cdcs|cong doan(?: co so)?|don vi|doanh nghiep"
    r"|noi)\s*(?:co\s+)?(?:tu\s*)?$"
)


def _number(text: str) -> float:
    if text in _WORDED:
        return float(_WORDED[text])
    return float(text.replace(".", "").replace(",", "."))


def _period(plain: str, begin: int) -> str | None:
    match = _PERIOD.search(plain, max(0, begin - 60))
    return _PERIODS[match["p"]] if match else None


# Where the name of a group ends; "Mỗi công đoàn xã, phường có" goes on after its comma.
_BEFORE_NUMBER = re.compile(
    r",(?! [^\W\d]+(?: [^\W\d]+){0,2} (?:có|phải|cần|tối thiểu|ít nhất)\b)|[:;(]"
    r"| \d| có | tối thiểu| ít nhất| không quá| tối đa| co it| co toi"
)


def _applies_to(text: str, plain: str, begin: int, unit: str | None, place: Place) -> str | None:
    """ "mỗi CĐCS doanh nghiệp", "CĐCS trường học", else the unit of the heading or the subject of the sentence."""
    matches = list(
        re.finditer(
            r"\b(?:moi|tung|100%|\d{2}%)\s+(?=(?:cdcs|cdbp|cong doan|don vi|cum|to |doan vien|cap"
            r"|ldld|phong|khoa|cong ty|nghiep doan|can bo))",
            plain[: begin + 8],
        )
    )
    if matches:
        rest = text[matches[-1].start() : max(begin, matches[-1].end() + 1)]
        after = _subject(text[matches[-1].end() :], begin - matches[-1].end())
        named = after[0] if after else squeeze(_BEFORE_NUMBER.split(rest)[0])
        prefix = "" if plain[matches[-1].start()].isdigit() else text[matches[-1].start() : matches[-1].end()]
        return _trimmed(squeeze(prefix + (after[0] if after else named.removeprefix(prefix.strip()))))[:120]
    label, colon, _ = text.partition(":")
    if colon and len(label) < 80 and is_unit(label) and len(label) < begin:
        return unit_name(label)
    subject = _subject(text, begin)
    return _trimmed(subject[0]) if subject else unit


def _subject(text: str, before: int) -> tuple[str, str] | None:
    """Who the sentence begins with, if their duty begins before its number does."""
    found = subject_and_duty(text)
    swallowed = found is not None and 0 < before < text.find(found[1])
    return None if swallowed else found


def _trimmed(name: str) -> str:
    return re.sub(r"\s+(?:có|co)$", "", name)


def _table(table: Table, promised: bool) -> Iterator[Quota]:
    """A table of units by kinds of product; and sentences with a comparator in any cell."""
    counted = [
        i
        for i, header in enumerate(table.headers)
        if re.match(rf"(?:so |so luong )?{_NOUN}\b", fold(header)) and len(header) < 40
    ]
    explicit = any(re.search(r"toi thieu|it nhat", fold(header)) for header in table.headers)
    for row in table.rows:
        unit = table.cell(row, "unit", "lead") or None
        source = Source(row.line, row.text)
        for index, cell in enumerate(row.cells):
            if (promised or explicit) and table.has("unit") and index in counted and re.fullmatch(_NUMBER, cell):
                yield Quota(unit, ">=" if explicit else "=", _number(cell), table.headers[index], cell, source)
            elif index < len(table.roles) and table.roles[index] not in ("time", "due", "number"):
                for item in (i for i in _found(_masked(cell), counted=False) if i.comparator != "="):
                    yield Quota(unit, item.comparator, item.quantity, cell[slice(*item.unit)].strip(), cell, source)
