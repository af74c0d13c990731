"""Which noun a quoted passage belongs to: “…” after "khẩu hiệu" is a slogan, after "cuộc thi" the name of a contest."""

import re
from dataclasses import dataclass
from typing import Literal

from planreader.chars import fold, quotes, squeeze

Governor = Literal["slogan", "chu_de", "thong_diep", "other"]

_NOUNS = re.compile(
    r"\b(?:(?P<slogan>khau hieu|dong chu|slogan)|(?P<chu_de>chu de)|(?P<thong_diep>thong diep)"
    r"|(?P<banner>bang ron|pa ?-?no|banner|phuon|ap phich|backdrop|man hinh led|bang dien tu|chay chu)"
    r"|(?P<content>noi dung|ghi|chu|cau)"
    r"|(?P<other>(?:cuoc|hoi|bai du) thi|hoi (?:thao|dien|nghi|trai)|toa dam|dien dan|cuoc van dong|van dong|phong trao|chuong trinh|quy|nhom|group|trang|fanpage"
    r"|facebook|zalo|kenh|chuyen (?:muc|trang|de)|giai(?: thuong)?|mo hinh|ngay hoi|de an|du an|chien dich|de tai|hashtag|nghi quyet|chi thi"
    r"|ket luan|danh hieu|bang khen|ky niem chuong|cong trinh|phan viec|hoat dong|giao luu|tiet muc|bai hat|phim|cuon|sach|doi|cau lac bo|clb|lop|to chuc"
    r"|thu muc|tieu de|ten|mai am|tet|tai khoan|bo phim|phong su|video|clip|ban tin|app|ung dung|diem|gian hang|le|dot|thang|ngay|tuan))\b"
)
_OLD = re.compile(
    r"\b(?:cu\b(?! the)|thao (?:do|go)|ha xuong|thu hoi|khong (?:con )?(?:su dung|dung|treo)|bo (?:khau hieu|noi dung|cau)|(?:bi )?loai bo|bai bo|nam (?:ngoai|truoc)|da treo"
    r"|thay (?:the )?(?:cho )?(?:cac )?(?:khau hieu|cau|bang ron|noi dung|chu de|thong diep)|thay vi|thay cho|khong phai(?: la)?|sua (?:khau hieu|cau|noi dung|cum tu)|dinh chinh)\b"
)
_NEW = re.compile(
    r"\b(?:bang(?! ron| khen| dien| tin| chung| cach)|thanh|nay la|doc la|sua lai la|moi(?! cdcs| don| cong| doan| ngay| tuan))\b[^\"]*$"
)
_BETWEEN = re.compile(r"[\s,;:.&+-]*(?:va|hoac|hay|cung|nhu)?[\s,;:-]*(?:\(?\d{1,2}[.)]?|[a-z]\))?\s*")
_CONTEST = re.compile(r"\b(?:cuoc thi|hoi thi|hoi thao|toa dam|dien dan|hoi dien|chuyen de|giai|talkshow)\b[^.;]*$")


@dataclass(frozen=True)
class Quoted:
    """`old` marks what is being replaced, taken down or was in use before."""

    begin: int
    end: int
    text: str
    governor: Governor
    old: bool
    clause: str  # folded text before it, within the sentence


def quoted(text: str) -> list[Quoted]:
    found: list[Quoted] = []
    edge = 0
    plain = fold(text)
    for begin, end, inside in quotes(text):
        before = plain[max(edge, begin - 240) : begin]
        clause = re.split(r"[.!?]\s|;\s(?=.*\w)", before)[-1]
        if found and _BETWEEN.fullmatch(before):
            governor, old = found[-1].governor, found[-1].old
        else:
            governor, old = _governor(clause, found[-1] if found else None)
        found.append(Quoted(begin, end, squeeze(inside), governor, old, clause))
        edge = end
    return found


def _governor(clause: str, previous: Quoted | None) -> tuple[Governor, bool]:
    nouns = list(_NOUNS.finditer(clause))
    kinds = [match.lastgroup for match in nouns]
    new = bool(_NEW.search(clause))
    old = bool(_OLD.search(clause)) and not new
    if not nouns:
        return (previous.governor, False) if previous and previous.old and new else ("other", old)
    last = nouns[-1]
    far = len(clause) - last.end() > 60 and kinds[-1] != "slogan"
    if last.lastgroup == "slogan" and not far:
        return "slogan", old
    if last.lastgroup in ("banner", "content") and ("banner" in kinds or "slogan" in kinds):
        return "slogan", old
    if last.lastgroup in ("chu_de", "thong_diep") and not _CONTEST.search(clause[: last.start()]):
        return ("chu_de" if last.lastgroup == "chu_de" else "thong_diep"), old
    return _theme_of_something(nouns, clause), old


def _theme_of_something(nouns: "list[re.Match[str]]", clause: str) -> Governor:
    """ "chủ đề Tháng Công nhân: “…”", "khẩu hiệu của đợt thi đua: “…”": the noun stands before what it belongs to."""
    for match in reversed(nouns):
        if match.lastgroup == "other" and match.group() not in ("thang", "ngay", "tuan", "dot", "le", "hoat dong"):
            return "other"
        if match.lastgroup in ("chu_de", "thong_diep", "slogan") and len(clause) - match.end() <= 110:
            if _CONTEST.search(clause[: match.start()]) and match.lastgroup != "slogan":
                return "other"
            return (
                "chu_de"
                if match.lastgroup == "chu_de"
                else "thong_diep"
                if match.lastgroup == "thong_diep"
                else "slogan"
            )
    return "other"
