"""Days in the words of a Vietnamese office, and the observances that plans come back to every year.

``ordinal`` = year − base year. Wording and base years follow the plans of union offices; sectors add days of their
own, so a plan's own words always come before this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lunar_vn import LunarDate, lunar_to_solar

from campaign.hours import Hours
from campaign.text import fold_words

UTC_PLUS_7 = 7.0  # Chinese tables reckon at UTC+8 and are a day off in some years (Tết 2030)
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
SATURDAY, SUNDAY = 5, 6
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Observance:
    """A day kept every year; ``base`` is None where nobody counts its years. ``lunar``: a day of the lunar year."""

    name: str
    day: int
    month: int
    base: int | None = None
    lunar: bool = False

    def in_year(self, year: int) -> date:
        return lunar_day(self.day, self.month, year) if self.lunar else date(year, self.month, self.day)


OBSERVANCES = (
    Observance("Tết Nguyên đán", 1, 1, lunar=True),
    Observance("Ngày thành lập Đảng Cộng sản Việt Nam", 3, 2, 1930),
    Observance("Ngày Quốc tế Phụ nữ", 8, 3, 1910),
    Observance("Ngày thành lập Đoàn TNCS Hồ Chí Minh", 26, 3, 1931),
    Observance("Giỗ Tổ Hùng Vương", 10, 3, lunar=True),
    Observance("Ngày Thế giới về An toàn và Sức khỏe tại nơi làm việc", 28, 4),
    Observance("Ngày Giải phóng miền Nam, thống nhất đất nước", 30, 4, 1975),
    Observance("Ngày Quốc tế Lao động", 1, 5, 1886),
    Observance("Ngày Chiến thắng Điện Biên Phủ", 7, 5, 1954),
    Observance("Ngày sinh Chủ tịch Hồ Chí Minh", 19, 5, 1890),
    Observance("Ngày Quốc tế Thiếu nhi", 1, 6),
    Observance("Ngày Bác Hồ ra đi tìm đường cứu nước", 5, 6, 1911),
    Observance("Ngày Báo chí Cách mạng Việt Nam", 21, 6, 1925),
    Observance("Ngày Gia đình Việt Nam", 28, 6, 2001),
    Observance("Ngày Thương binh - Liệt sĩ", 27, 7, 1947),
    Observance("Ngày thành lập Công đoàn Việt Nam", 28, 7, 1929),
    Observance("Ngày Cách mạng Tháng Tám", 19, 8, 1945),
    Observance("Ngày Quốc khánh", 2, 9, 1945),
    Observance("Ngày Giải phóng Thủ đô", 10, 10, 1954),
    Observance("Ngày Chuyển đổi số quốc gia", 10, 10),
    Observance("Ngày thành lập Hội Liên hiệp Phụ nữ Việt Nam", 20, 10, 1930),
    Observance("Ngày Pháp luật Việt Nam", 9, 11),
    Observance("Ngày truyền thống Mặt trận Tổ quốc", 18, 11, 1930),
    Observance("Ngày Nhà giáo Việt Nam", 20, 11, 1982),
    Observance("Ngày Văn hóa Việt Nam", 24, 11, 1946),
    Observance("Ngày thành lập Quân đội nhân dân Việt Nam", 22, 12, 1944),
)


def ordinal(base: int, year: int) -> int:
    """How many years ``year`` celebrates of what happened in ``base``."""
    return year - base


def lunar_day(day: int, month: int, year: int) -> date:
    """That day of the lunar ``year`` in Việt Nam."""
    found: date = lunar_to_solar(LunarDate(day, month, year), UTC_PLUS_7)
    return found


def core(name: str) -> str:
    """The words of an observance that all its wordings share: "Ngày Quốc tế Lao động" and "ngày quốc tế lao động"."""
    return " ".join(word for word in fold_words(name).split() if word not in ("ngay", "ky", "niem"))


def known(name: str) -> Observance | None:
    """The observance of the table that ``name`` words in its own way, the longest match first."""
    words = f" {core(name)} "
    matches = [seen for seen in OBSERVANCES if f" {core(seen.name)} " in words or words in f" {core(seen.name)} "]
    return max(matches, key=lambda seen: len(core(seen.name)), default=None) if words.strip() else None


def same_day_in(day: date, year: int) -> date:
    """The same day and month of another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def short(day: date) -> str:
    """30/4, 01/5, 03/02: a zero before days under 10 and before January and February, as offices write."""
    return f"{day.day:02}/{day.month:02}" if day.month <= 2 else f"{day.day:02}/{day.month}"


def numeric(day: date) -> str:
    return f"{short(day)}/{day.year}"


def full(day: date) -> str:
    """thứ Sáu, ngày 05/6/2026"""
    return f"{weekday(day)}, ngày {numeric(day)}"


def moment_in_full(moment: datetime, hours: Hours) -> str:
    """The moment alone, for texts that are read on another day than they were written.

    Midnight is the end of the day before: a deadline at 24h00 on the 9th reads "hết thứ Ba, ngày 09/6/2026".
    """
    local = hours.local(moment)
    if local.time() == time():
        return f"hết {full(local.date() - timedelta(days=1))}"
    return f"{full(local.date())}, {local:%Hh%M}"


def when_in_full(moment: datetime, now: datetime, hours: Hours) -> str:
    """thứ Sáu, ngày 05/6/2026, 16h00 (còn 3 ngày)"""
    return f"{moment_in_full(moment, hours)} ({_distance(moment, now, hours)})"


def _distance(moment: datetime, now: datetime, hours: Hours) -> str:
    days = (last_day(moment, hours) - hours.day(now)).days
    if moment <= now:
        return f"đã quá {-days} ngày" if days < 0 else "đã quá giờ"
    return f"còn {days} ngày" if days else "hôm nay"


def last_day(deadline: datetime, hours: Hours) -> date:
    """The local day in which ``deadline`` ends something: midnight belongs to the day before."""
    return hours.day(deadline - INSTANT)


def is_working_day(day: date, hours: Hours) -> bool:
    """Monday to Friday, without public holidays and the days off that compensate for them."""
    return day.weekday() < SATURDAY and not hours.is_holiday(day)


def working_day_from(day: date, hours: Hours) -> date:
    """``day`` itself or the next working day."""
    while not is_working_day(day, hours):
        day += timedelta(days=1)
    return day


def working_day_until(day: date, hours: Hours) -> date:
    """``day`` itself or the working day before it."""
    while not is_working_day(day, hours):
        day -= timedelta(days=1)
    return day
