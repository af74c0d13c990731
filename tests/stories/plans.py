"""What stories about plans share: a plan of one page, its way in, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import select

from bot import plan_child
from bot.channels.contract import MediaRef
from bot.clock import clock_at
from bot.reading import ReadApart, Reader
from storage.media import Media
from storage.models import Campaign, PlanReading
from tests.stories.test_hostile import Parcels
from tests.stories.town import CHANNEL, Town

PLAN = """LIÊN ĐOÀN LAO ĐỘNG TỈNH SÔNG XANH
Số: 12/KH-LĐLĐ
Sông Xanh, ngày 08 tháng 4 năm 2027

KẾ HOẠCH
Truyền thông Tháng Công nhân năm 2027

I. MỤC ĐÍCH, YÊU CẦU
1. Gắn truyền thông với kỷ niệm 141 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2027).
2. Thời gian: từ ngày 01/5/2027 đến hết ngày 31/5/2027.

II. KHẨU HIỆU TUYÊN TRUYỀN
- Nhiệt liệt hưởng ứng Tháng Công nhân năm 2027
- Đủ bảo hộ khi vào ca - Đủ niềm vui khi về nhà
- Ở đâu có người lao động, ở đó có tiếng nói công đoàn

III. TỔ CHỨC THỰC HIỆN
1. Các CĐCS
- Treo băng rôn và gửi ảnh về Liên đoàn Lao động tỉnh trước ngày 20/5/2027.
2. Ban Công tác công đoàn
- Tổng hợp kết quả, báo cáo Ban Thường vụ trước ngày 28/5/2027.
"""
NAME = "Kế hoạch Tháng Công nhân.txt"


async def here(path: Path, name: str, today: date) -> dict[str, Any]:
    """The real reader, without the second that a process of its own takes."""
    return plan_child.answer(path, Path(name).suffix, today)


def reader(town: Town, media: Media, *parcels: bytes | Exception, apart: ReadApart = here) -> Reader:
    channels = {CHANNEL: Parcels(*parcels)}
    return Reader(town.database, media, channels, clock_at(town.now), town.house, lambda: None, apart)  # type: ignore[arg-type]


def read(town: Town, media: Media, *parcels: bytes | Exception, apart: ReadApart = here) -> None:
    """Everything that waits is fetched and read, and the answer arrives."""

    async def work() -> None:
        one = reader(town, media, *parcels, apart=apart)
        while await one.step():
            pass

    asyncio.run(work())
    town.deliver()


def sends_file(
    town: Town, user: str, name: str = NAME, *, kind: str = "document", size: int = 9000, caption: str = ""
) -> None:
    file = MediaRef(kind, {"file": name}, file_name=name, size=size)  # type: ignore[arg-type]
    town.hears(town.event(user, media=(file,), text=caption))
    town.deliver()


def draft(town: Town, media: Media) -> Campaign:
    """The plan has been sent and made a draft."""
    sends_file(town, "quan")
    town.presses("quan", "Đọc kế hoạch")
    read(town, media, PLAN.encode())
    town.presses("quan", "Lập đợt nháp")
    return campaign(town)


def campaign(town: Town) -> Campaign:
    with town.database.snapshot() as session:
        return session.exec(select(Campaign)).one()


def rows(town: Town, table: type[Any], keep: Callable[[Any], bool] = lambda row: True) -> list[Any]:
    with town.database.snapshot() as session:
        return [row for row in session.exec(select(table)) if keep(row)]


def reading(town: Town) -> PlanReading:
    found: PlanReading = rows(town, PlanReading)[-1]
    return found


def press_until(town: Town, label: str, words: str) -> None:
    """Press ``label`` until a message with ``words`` comes."""
    for _ in range(20):
        if words in town.last("quan").text:
            return
        town.presses("quan", label)
    raise AssertionError(f"{words!r} never came; last: {town.last('quan').text}")
