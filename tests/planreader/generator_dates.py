"""Days as offices write them, with what they mean."""

import datetime as dt
from dataclasses import dataclass
from random import Random

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


@dataclass(frozen=True)
class When:
    text: str
    start: dt.date | None
    end: dt.date | None
    start_accept: tuple[str, str] | None = None
    end_accept: tuple[str, str] | None = None
    due: bool = False
    """Something must be finished by then: also a deadline."""

    def gold(self) -> dict[str, object]:
        found: dict[str, object] = {"start": _iso(self.start), "end": _iso(self.end)}
        found |= {"start_accept": list(self.start_accept)} if self.start_accept else {}
        return found | ({"end_accept": list(self.end_accept)} if self.end_accept else {})


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _spoken(on: dt.date) -> str:
    name = _WEEKDAYS[on.weekday()]
    return name[0].lower() + name[1:]


def day(rng: Random, when: dt.date, year: bool = True) -> str:
    """A single day, without the word "ngày"."""
    d, m = when.day, when.month
    zero = f"{d:02}/{m}"
    if not year:
        return rng.choice([zero, f"{d}/{m}", f"{d:02}/{m:02}"])
    y = when.year
    dotted = [f"{zero}/{y}", f"{d}/{m}/{y}", f"{d:02}-{m}-{y}", f"{d:02}.{m}.{y}", f"{d:02}/{m:02}/{y}"]
    return rng.choice([*dotted, f"{d:02} tháng {m} năm {y}"])


def clock(rng: Random) -> tuple[str, str]:
    hour, minute = rng.choice([7, 8, 9, 14, 16, 17]), rng.choice([0, 0, 30])
    iso = f"{hour:02}:{minute:02}"
    shown = [f"{hour:02}h{minute:02}", f"{hour}h{minute or '00'}", f"{hour:02} giờ {minute:02} phút"]
    return rng.choice([*shown, f"{hour}h"] if not minute else shown), iso


def span(rng: Random, year: int) -> When:
    """When something takes place, in one of the ways a plan says it."""
    begin = dt.date(year, rng.choice([4, 5]), rng.randint(2, 25))
    finish = begin + dt.timedelta(days=rng.randint(6, 30))
    same = begin + dt.timedelta(days=min(2, 28 - begin.day))
    month = begin.month
    last = (dt.date(year, month, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    first = dt.date(year, month, 1)
    some_clock, _ = clock(rng)
    three = [begin.replace(day=n) for n in sorted(rng.sample(range(2, 28), 3))]
    choices = [
        When(f"Ngày {day(rng, begin)}", begin, begin),
        When(f"{begin.day:02}/{month:02}/{year}", begin, begin),
        When(f"{some_clock} ngày {day(rng, begin)}", begin, begin),
        When(f"{some_clock}, {begin.day:02}/{month}/{year}", begin, begin),
        When(f"Từ ngày {day(rng, begin, year=False)} đến ngày {day(rng, finish)}", begin, finish),
        When(f"từ {begin.day}/{month} đến hết {finish.day}/{finish.month}/{year}", begin, finish),
        When(f"{begin.day:02}/{month} - {finish.day:02}/{finish.month}/{year}", begin, finish),
        When(f"{begin.day}.{month} – {finish.day}.{finish.month}.{year}", begin, finish),
        When(f"{begin.day:02}-{same.day:02}/{month}/{year}", begin, same),
        When(f"Tháng {month}/{year}", first, last),
        When(f"Trong tháng {month:02} năm {year}", first, last),
        When(f"Quý II/{year}", dt.date(year, 4, 1), dt.date(year, 6, 30)),
        When(f"Các ngày {', '.join(f'{d.day:02}' for d in three)}/{month}/{year}", three[0], three[-1]),
        When(f"Hoàn thành trước ngày {day(rng, begin)}", None, begin, due=True),
        When(f"Xong trước {begin.day:02}/{month}/{year}", None, begin, due=True),
        When(f"Tuần đầu tháng {month}/{year}", first, first.replace(day=7),
             (f"{year}-{month:02}-01", f"{year}-{month:02}-03"), (f"{year}-{month:02}-05", f"{year}-{month:02}-10")),
        When(f"{_WEEKDAYS[begin.weekday()]}, ngày {begin.day:02}/{month}/{year}", begin, begin),
        When(f"Từ {some_clock} đến 18h00 ngày {begin.day:02}/{month}/{year}", begin, begin),
        When(f"Ngày {three[0].day:02} và {three[1].day:02}/{month}/{year}", three[0], three[1]),
        When(f"Sáng {_spoken(begin)}, {begin.day:02}/{month}/{year}", begin, begin),
        When(f"Thứ Hai hằng tuần, từ {begin.day}/{month} đến {finish.day}/{finish.month}/{year}", begin, finish),
        When("Thường xuyên", None, None),
        When(f"Tháng 4, tháng 5/{year}", dt.date(year, 4, 1), dt.date(year, 5, 31)),
        When(f"Từ nay đến hết ngày {day(rng, finish)}", None, finish, start_accept=(f"{year}-02-01", f"{year}-03-31")),
        When(f"Nửa cuối tháng {month}/{year}", first.replace(day=16), last,
             (f"{year}-{month:02}-15", f"{year}-{month:02}-17")),
        When(f"Cuối tháng 4 đến hết tháng 5/{year}", dt.date(year, 4, 21), dt.date(year, 5, 31),
             (f"{year}-04-20", f"{year}-04-30")),
    ]  # fmt: skip
    return rng.choice(choices)


@dataclass(frozen=True)
class Due:
    text: str
    deadline: str | None
    operator: str
    recurrence: str | None = None
    relative: str | None = None

    def gold(self) -> dict[str, object]:
        found: dict[str, object] = {"deadline": self.deadline, "operator": self.operator}
        found |= {"recurrence": self.recurrence} if self.recurrence else {}
        return found | ({"relative": self.relative} if self.relative else {})


def due(rng: Random, on: dt.date, again: bool = True) -> Due:
    """By when something is due: "trước" leaves the day itself out, "chậm nhất", "hết" and "hạn" let it in."""
    shown, iso = day(rng, on), on.isoformat()
    hour, minute = clock(rng)
    choices = [
        Due(f"trước ngày {shown}", iso, "before"),
        Due(f"trước {hour} ngày {shown}", f"{iso}T{minute}", "before"),
        Due(f"chậm nhất ngày {shown}", iso, "by"),
        Due(f"chậm nhất là {hour} ngày {shown}", f"{iso}T{minute}", "by"),
        Due(f"trong ngày {shown}", iso, "by"),
        Due(f"xong trước {on.day:02}/{on.month:02}/{on.year}", iso, "before"),
        Due(f"không quá ngày {shown}", iso, "by"),
        Due(f"muộn nhất ngày {shown}", iso, "by"),
        Due(f"đến hết ngày {shown}", iso, "by"),
        Due(f"(hạn cuối: ngày {shown})", iso, "by"),
        Due(f"trước {hour}, {_spoken(on)}, ngày {shown}", f"{iso}T{minute}", "before"),
        Due(f"trước ngày {day(rng, on, year=False)}", iso, "before"),
        Due(f"chậm nhất 24h00 ngày {shown}", f"{iso}T24:00", "by"),
    ]
    if again:
        choices += [
            Due("trước ngày 25 hằng tháng", None, "before", "FREQ=MONTHLY;BYMONTHDAY=25"),
            Due(f"trước {hour} thứ Sáu hằng tuần", None, "before", "FREQ=WEEKLY;BYDAY=FR"),
            Due("trước ngày 20 của tháng cuối quý", None, "before", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20"),
            Due("vào thứ Năm hằng tuần", None, "by", "FREQ=WEEKLY;BYDAY=TH"),
            Due("chậm nhất 03 ngày sau khi kết thúc hoạt động", None, "by", None, "P3D"),
        ]
    return rng.choice(choices)
