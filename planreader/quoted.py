"""Which noun a quoted passage belongs to: “…” after "khẩu hiệu" is a slogan, after "cuộc thi" the name of a contest."""

import re
from dataclasses import dataclass
from typing import Literal

from planreader.chars import Lexicon, fold, quotes, squeeze

Governor = Literal["slogan", "chu_de", "thong_diep", "other"]

_NOUNS = re.compile(
    r"\b(?:(?P<slogan>khau hieu|dong chu|slogan)|(?P<chu_de>chu de)|(?P<thong_diep>thong diep)"
    r"|(?P<banner>bang ron|pa ?-?no|banner|phuon|ap phich|backdrop|man hinh led|bang dien tu|chay chu)"
    r"|(?P<content>noi dung|ghi|chu|cau)"
    r"|(?P<other>(?:cuoc|hoi|bai du) thi|hoi (?:thao|dien|nghi|trai)|toa dam|dien dan"
    r"|cuoc van dong|van dong|phong trao|chuong trinh|quy|nhom|group|trang|fanpage"
    r"|facebook|zalo|kenh|chuyen (?:muc|trang|de)|giai(?: thuong)?|mo hinh|ngay hoi|de an|du an"
    r"|chien dich|de tai|hashtag|nghi quyet|chi thi"
    r"|ket luan|danh hieu|bang khen|ky niem chuong|cong trinh|phan viec|hoat dong|giao luu"
    r"|tiet muc|bai hat|phim|cuon|sach|doi|cau lac bo|clb|lop|to chuc"
    r"|thu muc|tieu de|ten|mai am|tet|tai khoan|bo phim|phong su|video|clip|ban tin|app|ung dung"
    r"|diem|gian hang|le|dot|thang|ngay|tuan))\b"
)
_OLD = Lexicon(
    r"\b(?:cũ\b|tháo (?:dỡ|gỡ)|hạ xuống|thu hồi|không (?:còn )?(?:sử dụng|dùng|treo)"
    r"|bỏ (?:khẩu hiệu|nội dung|câu)|(?:bị )?loại bỏ|bãi bỏ"
    r"|năm (?:ngoái|trước)|đã treo|thay (?:thế )?(?:cho )?(?:các )?(?:khẩu hiệu|câu|băng rôn"
    r"|nội dung|chủ đề|thông điệp)|thay vì|thay cho"
    r"|không phải(?: là)?|sửa (?:khẩu hiệu|câu|nội dung|cụm từ)|đính chính|trước đây|trước đó)\b"
)
_NEW = Lexicon(r"\b(?:bằng|thành|nay là|đọc là|sửa lại là|sửa là|khẩu hiệu mới)\b[^\"]*$")
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
    for begin, end, inside in quotes(text):
        before = text[max(edge, begin - 240) : begin]
        clause = re.split(r"[.!?]\s|;\s(?=.*\w)", before)[-1]
        if found and _BETWEEN.fullmatch(fold(before)):
            governor, old = found[-1].governor, found[-1].old
        else:
            governor, old = _governor(clause, found[-1] if found else None)
        found.append(Quoted(begin, end, squeeze(inside), governor, old, fold(clause)))
        edge = end
    return found


def _governor(printed: str, previous: Quoted | None) -> tuple[Governor, bool]:
    clause = fold(printed)
    nouns = list(_NOUNS.finditer(clause))
    new = bool(_NEW.search(printed))
    old = bool(_OLD.search(printed)) and not new
    if not nouns:
        return (previous.governor, False) if previous and previous.old and new else ("other", old)
    last = nouns[-1]
    kinds = {match.lastgroup for match in nouns}
    if last.lastgroup in ("banner", "content") and kinds & {"banner", "slogan"}:
        return "slogan", old
    return _governing(nouns, clause), old


def _governing(nouns: "list[re.Match[str]]", clause: str) -> Governor:
    """The nearest noun that can own a quote; "chủ đề Tháng Công nhân: “…”" passes over what the theme is of."""
    for match in reversed(nouns):
        if match.lastgroup == "other" and match.group() not in _PASSED_OVER:
            return "other"
        if match.lastgroup in ("slogan", "chu_de", "thong_diep") and len(clause) - match.end() <= 110:
            contest = match.lastgroup != "slogan" and _CONTEST.search(clause[: match.start()])
            return "other" if contest else _GOVERNORS[match.lastgroup]
    return "other"


_PASSED_OVER = ("thang", "ngay", "tuan", "dot", "le", "hoat dong", "ten", "noi dung")
_GOVERNORS: dict[str, Governor] = {"slogan": "slogan", "chu_de": "chu_de", "thong_diep": "thong_diep"}
