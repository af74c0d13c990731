"""Open pages hear what is new, and let the server stop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.channels.webchat_office import GROUP, Cadre, Office, jpeg, open_office, two_buttons


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


@pytest.fixture
async def huong(office: Office) -> Cadre:
    cadre = Cadre(office, "Trần Thị Hương")
    await cadre.joins(rooms=(GROUP,))
    return cadre


class Page:
    """Server-sent events as a browser reads them."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.last_id = ""

    async def next(self, kind: str) -> Any:
        """The data of the next event called ``kind``."""
        event = ""
        async with asyncio.timeout(5):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                elif name == "event":
                    event = value
                elif name == "data" and event == kind:
                    return json.loads(value)
        raise AssertionError(f"the stream ended before {kind}")


@asynccontextmanager
async def page(cadre: Cadre, room: str = "", **headers: str) -> AsyncIterator[Page]:
    params = {"room": room or cadre.room, "after": "0"}
    async with cadre.http.stream("GET", "/chat/events", params=params, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        opened = Page(response.aiter_lines())
        await opened.next("rooms")
        yield opened


async def test_a_push_appears_on_the_open_page(office: Office, huong: Cadre) -> None:
    async with page(huong) as opened:
        await office.says(huong.room, "Khẩu hiệu hôm nay", "push/1", choices=two_buttons())
        line = await opened.next("line")
    assert (line["text"], line["choices"][0]["label"]) == ("Khẩu hiệu hôm nay", "Đã nhận")


async def test_an_edit_reaches_the_page_that_showed_the_line_before(office: Office, huong: Cadre) -> None:
    async with page(huong) as opened:
        await office.says(huong.room, "Chờ duyệt", "card")
        first = await opened.next("line")
        await office.says(huong.room, "Đã duyệt", "card-2", edits="card")
        second = await opened.next("line")
    assert (second["id"], second["text"], second["edited"]) == (first["id"], "Đã duyệt", True)


async def test_what_came_while_the_phone_slept_is_there_when_it_wakes(office: Office, huong: Cadre) -> None:
    async with page(huong) as opened:
        await office.says(huong.room, "Tin 1", "push/1")
        await opened.next("line")
    await office.says(huong.room, "Tin 2", "push/2")
    await office.says(huong.room, "Tin 1, bản sửa", "push/1b", edits="push/1")
    params = {"room": huong.room, "after": "0"}
    headers = {"last-event-id": opened.last_id}
    async with huong.http.stream("GET", "/chat/events", params=params, headers=headers) as response:
        woken = Page(response.aiter_lines())
        assert [(await woken.next("line"))["text"] for _ in range(2)] == ["Tin 2", "Tin 1, bản sửa"]


async def test_a_page_that_missed_hundreds_of_lines_gets_them_all_at_once(office: Office, huong: Cadre) -> None:
    for number in range(130):
        await office.says(huong.room, f"Tin {number}", f"push/{number}")
    params = {"room": huong.room, "after": "0"}
    async with huong.http.stream("GET", "/chat/events", params=params) as response:
        woken = Page(response.aiter_lines())
        texts = [(await woken.next("line"))["text"] for _ in range(130)]
    assert texts == [f"Tin {number}" for number in range(130)]


async def test_colleagues_in_a_group_see_each_other_at_once(office: Office, huong: Cadre) -> None:
    binh = Cadre(office, "Phạm Văn Bình")
    await binh.joins("LG-2029", rooms=(GROUP,))
    async with page(binh, GROUP.id) as opened:
        await huong.uploads(("anh.jpg", jpeg(), "image/jpeg"), room=GROUP.id, text="Ảnh cụm")
        line = await opened.next("line")
    assert (line["name"], line["text"], line["files"][0]["kind"]) == ("Trần Thị Hương", "Ảnh cụm", "photo")


async def test_a_message_in_another_room_marks_its_tab(office: Office, huong: Cadre) -> None:
    async with page(huong) as opened:
        await office.says(GROUP.id, "Họp cụm chiều nay", "push/1")
        tabs = await opened.next("rooms")
    assert [tab["last"] > 0 for tab in tabs] == [False, True]


async def test_the_stream_ends_when_the_right_to_the_room_ends(office: Office, huong: Cadre) -> None:
    async with page(huong, GROUP.id) as opened:
        office.members[huong.user] = []
        await office.says(GROUP.id, "Chỉ còn người trong cụm", "push/1")
        assert await opened.next("bye") == {}


async def test_the_server_stops_within_seconds_while_pages_are_open(tmp_path: Path) -> None:
    async with open_office(tmp_path) as office:
        cadres = [Cadre(office, f"Cán bộ {number}") for number in range(3)]
        for number, cadre in enumerate(cadres):
            await cadre.joins(f"LG-{number}")
        async with page(cadres[0]) as one, page(cadres[1]) as two, page(cadres[2]) as three:
            began = time.monotonic()
            await office.channel.close()
            for opened in (one, two, three):
                await opened.next("bye")
            office.server.should_exit = True
            await asyncio.wait_for(office.stopped(), 3)
        assert time.monotonic() - began < 9


async def test_many_writers_in_one_room_are_all_seen_in_order(office: Office, huong: Cadre) -> None:
    await asyncio.gather(*(office.says(huong.room, f"Tin {number}", f"push/{number}") for number in range(40)))
    lines = await huong.sees()
    assert len(lines) == 40
    assert [line["changed"] for line in lines] == sorted({line["changed"] for line in lines})
