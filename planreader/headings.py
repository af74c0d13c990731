"""The words by which a heading or a label says what stands under it."""

import re
from enum import Enum, auto

from planreader.chars import fold


class Meaning(Enum):
    PURPOSE = auto()
    SLOGANS = auto()
    OLD_SLOGANS = auto()  # slogans to be taken down
    THEMES = auto()
    TOPICS = auto()  # what to write and speak about, as opposed to what to do
    CONTENT = auto()
    ASSIGNMENTS = auto()
    QUOTAS = auto()
    SCORING = auto()
    REPORTING = auto()
    WINDOW = auto()  # when and where the whole campaign takes place
    RESULTS = auto()  # what was done last year
    ASIDE = auto()  # money, people addressed


# Earliest keyword in the heading wins; where two begin together, the first in this list.
_LEXICON: list[tuple[Meaning, str]] = [
    (
        Meaning.OLD_SLOGANS,
        r"(?:cac |noi dung )*(?:khau hieu|bang ron|pa ?-?no)[^:]*\b(?:cu|thao do|thao go|thu hoi"
        r"|khong (?:con )?su dung)\b",
    ),
    (Meaning.OLD_SLOGANS, r"(?:thao do|thao go|thu hoi|khong su dung)[^:]*(?:khau hieu|bang ron)"),
    (
        Meaning.SLOGANS,
        r"^(?:phu luc[ \d.:ivx-]*|danh (?:muc|sach)|mot so|he thong|cac|nhung|noi dung|goi y|bo"
        r"|mau|ve|cau|tap hop|tuyen truyen|"
        r"cac cau|tham khao|de xuat|[ ,:.()-])*(?:cau )?\bkhau hieu\b",
    ),
    (
        Meaning.SLOGANS,
        r"^(?:cac )?noi dung (?:tuyen truyen )?(?:tren |cua |treo )?(?:cac )?(?:bang ron|pa ?-?no"
        r"|ap phich|co phuon|truc quan)",
    ),
    (Meaning.THEMES, r"^(?:cac |noi dung |ve )*(?:chu de|thong diep)\b"),
    (Meaning.SCORING, r"cham diem|thang diem|diem thi dua|thi dua,? khen thuong|khen thuong|bieu diem"),
    (Meaning.QUOTAS, r"(?:cac |giao |ve )*(?:chi tieu|dinh muc)"),
    (Meaning.RESULTS, r"^(?:danh gia )?(?:ket qua|tinh hinh|khai quat|dac diem|han che|ton tai)(?!.*bao cao)"),
    (Meaning.PURPOSE, r"muc dich|yeu cau|muc tieu|y nghia|quan diem|can cu"),
    (
        Meaning.ASIDE,
        r"kinh phi|du toan|nguon luc|doi tuong|thanh phan|han che|ket qua|danh gia|tinh hinh"
        r"|khai quat|thuan loi",
    ),
    (
        Meaning.ASSIGNMENTS,
        r"(?:cong tac |bien phap )?to chuc (?:va )?(?:trien khai )?thuc hien|to chuc trien khai"
        r"|phan cong|trach nhiem|"
        r"nhiem vu (?:cu the )?(?:cua|cho|tung|cac don vi)|trien khai thuc hien",
    ),
    (Meaning.REPORTING, r"(?:che do |thoi (?:gian|han) |cong tac |thong tin,? |han )*(?:gui |nop )?bao cao"),
    (
        Meaning.TOPICS,
        r"^noi dung(?!.*(?:hinh thuc|hoat dong|thuc hien|to chuc|thoi gian)).*(?:tuyen truyen"
        r"|truyen thong|thong tin)",
    ),
    (Meaning.WINDOW, r"^(?:thoi gian|dia diem|thoi diem)(?!.*(?:noi dung|hoat dong))"),
    (
        Meaning.CONTENT,
        r"noi dung|hoat dong|hinh thuc|nhiem vu|giai phap|bien phap|su kien|lich |cong viec"
        r"|chuong trinh|ke hoach chi tiet|"
        r"tien do|tuyen truyen|truyen thong",
    ),
]
_COMPILED = [(meaning, re.compile(pattern)) for meaning, pattern in _LEXICON]

_ATTRIBUTES: list[tuple[str, str]] = [
    ("time", r"(?:du kien )?thoi gian(?! (?:bao cao|gui|nop|nhan))[^:]*|thoi diem[^:]*|tien do|lich"),
    (
        "due",
        r"(?:thoi )?han (?:chot|cuoi|nop|gui|hoan thanh|dang ky|nhan|bao cao)[^:]*|(?:thoi )?han"
        r"|hoan thanh|deadline|thoi gian (?:nhan|gui|nop|bao cao)[^:]*",
    ),
    ("place", r"(?:du kien )?dia diem[^:]*|noi to chuc|vi tri(?: treo)?"),
    (
        "lead",
        r"(?:don vi |co quan |bo phan )?(?:chu tri|phu trach|dau moi)(?: thuc hien)?|(?:don vi"
        r"|chu the|co quan|nguoi|bo phan|cap)(?: to chuc| trien khai)? thuc hien|nguoi phu trach"
        r"|chiu trach nhiem[^:]*|don vi to chuc|phan cong|thuc hien",
    ),
    ("coop", r"(?:don vi |co quan )?(?:dong )?phoi hop(?: thuc hien)?"),
    ("content", r"noi dung(?: [^:]{0,30})?|cu the"),
    ("form", r"hinh thuc(?: [^:]{0,30})?|cach thuc[^:]*|phuong thuc[^:]*|kenh[^:]*|the le"),
    ("people", r"doi tuong[^:]*|thanh phan[^:]*|so luong[^:]*|quy mo|nguoi tham (?:du|gia)"),
    (
        "aside",
        r"kinh phi[^:]*|san pham[^:]*|muc dich[^:]*|yeu cau[^:]*|ghi chu|luu y|kich thuoc[^:]*"
        r"|chat lieu|quy cach[^:]*|co cau[^:]*|giai thuong|ket qua[^:]*|hashtag[^:]*|phong chu"
        r"|mau sac|mau nen|nen|lien he[^:]*|dia chi[^:]*|email|dien thoai",
    ),
]
_LABELS = [(name, re.compile(pattern)) for name, pattern in _ATTRIBUTES]


def meaning_of(heading: str, anywhere: bool = True) -> Meaning | None:
    """What a heading announces; with `anywhere` False only a keyword at its very beginning counts."""
    plain = fold(heading[:160])
    best: tuple[int, Meaning] | None = None
    for meaning, pattern in _COMPILED:
        match = pattern.search(plain) if anywhere else pattern.match(plain)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), meaning)
    return best[1] if best else None


_ANNOUNCED = re.compile(
    r"\b(?:bang ron|pa ?-?no|khau hieu|co phuon|ap phich|bang dien tu|man hinh led)\b"
    r".*\b(?:noi dung|khau hieu|dong chu|cau)\b[^:]{0,40}:$"
    r"|\bkhau hieu (?:sau|nhu sau|goi y|sau day|tuyen truyen)[^:]{0,30}:$"
)


def announces_slogans(text: str) -> bool:
    """ "Treo băng rôn tại … với nội dung sau:" over a list of slogans."""
    plain = fold(text)
    return bool(_ANNOUNCED.search(plain)) and not re.search(r"\b(?:thao do|thao go|thu hoi)\b", plain)


def attribute_of(text: str) -> tuple[str, str] | None:
    """("time", "cuối tháng 4") for "Thời gian: cuối tháng 4"; also for a bare label heading its own list."""
    label, colon, value = text.partition(":")
    if len(label) > 60 or (not colon and len(label.split()) > 6):
        return None
    plain = fold(label).strip(" .*_-")
    for name, pattern in _LABELS:
        if pattern.fullmatch(plain) and (value.strip() or plain != "thuc hien"):  # bare, it heads a section on duties
            return name, value.strip()
    return None
