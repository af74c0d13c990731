"""Facts of the letterhead: number, issuing body and its superior, place and date, subject."""

import re
from dataclasses import dataclass, field
from datetime import date

from planreader.chars import fold, is_upper, squeeze, unquoted
from planreader.lines import Line
from planreader.model import Source
from planreader.zones import KINDS, Zones, kind_of

_NUMBER = re.compile(
    r"(?:^"
    r"|\s)[Ss][ốôoỐÔO]\s*:?\s*(?P<serial>\d{0,5})[\s.…_]*(?P<join>[/-])\s*(?P<symbol>[A-ZĐÂÊÔƠƯĂ][\wĐđ&.]*(?:\s?[-/]\s?[\wĐđ&.]+)*)"
)
_ISSUED = re.compile(
    r"(?:(?P<place>[^\d,;:|()]{2,40}),\s*)?ngay\s*(?P<d>\d{1,2}"
    r"|[.…_\s]*)\s*(?:thang\s*(?P<m>\d{1,2}|[.…_\s]*)\s*nam\s*(?P<y>\d{4})"
    r"|[/.-]\s*(?P<m2>\d{1,2})\s*[/.-]\s*(?P<y2>\d{4}))"
)
_NOT_BODY = re.compile(
    r"cong hoa xa hoi|doc lap\s*-?\s*tu do|dang cong san viet nam|^so\s*[:\d]|ngay .*thang|^v/v"
    r"|^\W*$|^kinh gui|^ban hanh|^du thao|^hoa toc|^khan\b"
)
_ORG_WORD = (
    "tong lien doan", "lien doan lao dong", "ldld", "cong doan", "cdcs", "cd ", "nghiep doan",
    "ban chap hanh", "ban thuong vu", "dang bo", "dang uy", "tinh uy", "thanh uy", "huyen uy", "quan uy",
    "thi uy", "tong cong ty", "tap doan", "uy ban", "mat tran", "so ", "truong ", "benh vien", "ban ",
    "hoi ", "tinh doan", "cong ty", "chi bo", "ubnd", "bo ", "cuc ", "nha may", "trung tam", "khoi ",
)  # fmt: skip
_UNFINISHED = re.compile(
    r"(?:tong )?lien doan lao dong(?: viet nam)?$|cong doan(?: co so)?$|cdcs$|ban (?:chap hanh"
    r"|thuong vu)(?: cong doan(?: co so)?)?$|cong doan (?:nganh|truong|cong ty|vien chuc|xa|phuong"
    r"|khu cong nghiep|cac khu cong nghiep)$|.*(?: va|,| -)$|nghiep doan$|dang bo$"
)
_COMPLETE = re.compile(r"(?:tong )?lien doan lao dong viet nam$")


@dataclass
class Letterhead:
    number: str | None = None
    issuing_org: str | None = None
    parent_org: str | None = None
    place: str | None = None
    date_issued: date | None = None
    title: str | None = None
    source: Source = field(default_factory=lambda: Source(1, ""))
    bad_date: bool = False
    party: bool = False  # a document of the Party, not of the union


def letterhead(zones: Zones, everything: list[Line]) -> Letterhead:
    head = zones.head
    found = Letterhead(source=Source(head[0].number, head[0].text) if head else Source(1, ""))
    above = head[: zones.title_index] if zones.title_index is not None else head
    _read_number(found, above)
    for lines in (above, head, zones.closing):  # some date the plan under its title or at the signature
        if _read_issue_date(found, lines, placed=lines is not above):
            break
    _read_bodies(found, above)
    found.title = _title(zones)
    found.party = any("dang cong san viet nam" in fold(line.text) for line in above)
    if found.issuing_org is None:
        found.issuing_org = _acting_body(zones.body[:12])
    return found


def _read_number(found: Letterhead, above: list[Line]) -> None:
    for line in above:
        for column in (*line.columns, line.text):
            match = _NUMBER.search(column)
            if match and match.start() < 3:
                found.number = match["serial"] + match["join"] + re.sub(r"\s", "", match["symbol"])
                return


def _read_issue_date(found: Letterhead, lines: list[Line], placed: bool) -> bool:
    for line in lines:
        for column in (*line.columns, line.text):
            match = _ISSUED.search(fold(column))
            if match is None or match.start() > 60 or (placed and not match["place"]):
                continue
            if match["place"]:
                found.place = unquoted(column[slice(*match.span("place"))])
            day, month, year = match["d"], match["m"] or match["m2"], match["y"] or match["y2"]
            try:
                found.date_issued = date(int(year), int(month), int(day))
            except ValueError:
                found.bad_date = True
            return True
    return False


def _read_bodies(found: Letterhead, above: list[Line]) -> None:
    """Left column in capitals: the superior above, the issuing body below; a body may run over two lines."""
    bodies: list[str] = []
    for line in above:
        for column in line.columns:
            plain = fold(column)
            if (
                not is_upper(column)
                or column.startswith(("/", "-"))
                or _NOT_BODY.search(plain)
                or kind_of(column)
                or len(column) < 4
            ):
                continue
            if bodies and _continues_body(fold(bodies[-1]), plain):
                bodies[-1] = squeeze(bodies[-1] + " " + column)
            elif plain.startswith(_ORG_WORD):
                bodies.append(column.strip(" *_-"))
    if len(bodies) > 1 and fold(bodies[-1]) == "cong doan":
        bodies[-2:] = [f"{bodies[-1]} {bodies[-2]}"]  # the employer above, its union below
    if bodies:
        found.issuing_org = bodies[-1]
        found.parent_org = bodies[-2] if len(bodies) > 1 else None


def _continues_body(previous: str, plain: str) -> bool:
    if not plain.startswith(_ORG_WORD):
        return True
    return bool(_UNFINISHED.match(previous)) and not _COMPLETE.match(previous)


_ACTING = re.compile(
    r"\b(?P<body>(?:ban (?:thuong vu|chap hanh) )?(?:tong lien doan|lien doan lao dong|ldld"
    r"|cong doan|cdcs|nghiep doan)\b[^,;.:()\"]{0,90}?)\s*(?:\([^()]{1,60}\)\s*)?"
    r"(?P<rest>[^,;.:()\"]{0,40}?)\s*(?:xay dung|ban hanh|de nghi|huong dan|bao cao|trien khai"
    r"|thong bao|to chuc|yeu cau|tran trong)\b"
)


def _acting_body(lines: list[Line]) -> str | None:
    """Without a letterhead: who "xây dựng kế hoạch như sau" in the preamble."""
    for line in lines:
        plain = fold(line.text[:1500])
        for match in _ACTING.finditer(plain):
            if " cua " in plain[max(0, match.start() - 5) : match.start()]:
                continue
            body = line.text[match.start("body") : match.end("rest")]
            return squeeze(re.sub(r"\s*\([^()]*\)\s*", " ", body))
    return None


def _title(zones: Zones) -> str | None:
    """The subject under the word KẾ HOẠCH; in a dispatch what follows "V/v"."""
    if zones.title_index is None:
        return _subject_of_dispatch(zones.head)
    lines = zones.head[zones.title_index :]
    first = lines[0].text
    plain = fold(first).strip(" *")
    rest = [
        line.text
        for line in lines[1:]
        if not re.fullmatch(r"[\W_]*", line.text) and not line.text.startswith("(") and not _is_dateline(line.text)
    ]
    if not any(plain == name for name in _bare_kinds()):
        for name in _bare_kinds():
            if plain.startswith(name + " "):
                rest.insert(0, first[fold(first).index(name) + len(name) :].strip())
                break
    subject = squeeze(" ".join(rest))
    return re.sub(r"^(?:Về việc|Về|V/v)\s*:?\s+", "", subject) or None


def _is_dateline(text: str) -> bool:
    match = _ISSUED.search(fold(text))
    return bool(match and match["place"] and match.end() >= len(text) - 2)


def _bare_kinds() -> list[str]:
    return sorted(KINDS, key=len, reverse=True)


def _subject_of_dispatch(head: list[Line]) -> str | None:
    for index, line in enumerate(head):
        for column in (*line.columns, line.text):
            match = re.match(r"\W*(?:V/v|Về việc|v/v)\s*:?\s*(.+)", column)
            if match:
                more = [n.columns[0] for n in head[index + 1 : index + 4] if n.columns and n.text[:1].islower()]
                return squeeze(" ".join([match.group(1), *more]))
    return None
