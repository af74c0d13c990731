"""Pages that are open at one process hear what another one writes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from storage.database import Database
from tests.channels.test_webchat_live import page
from tests.channels.webchat_office import GROUP, Cadre, open_office

pytestmark = pytest.mark.postgres


async def test_what_the_bot_says_elsewhere_is_seen_at_once(tmp_path: Path, postgres: Database) -> None:
    """The web chat is spoken for by another process than the one that serves this page."""
    elsewhere = Database(postgres.url.render_as_string(hide_password=False))
    async with open_office(tmp_path, database=postgres) as here, open_office(tmp_path, database=elsewhere) as there:
        huong = Cadre(here, "Trần Thị Hương")
        await huong.joins(rooms=(GROUP,))
        async with page(huong) as own, page(huong, GROUP.id) as group:
            said = time.monotonic()
            await there.says(huong.room, "Đã nhận tin", "own")
            assert (await own.next("line"))["text"] == "Đã nhận tin"
            await there.says(GROUP.id, "Thông báo", "group")
            assert (await group.next("line"))["text"] == "Thông báo"
            assert time.monotonic() - said < 8  # two looks on a busy machine; without them fifteen seconds


async def test_a_page_of_one_process_hears_a_colleague_at_another(tmp_path: Path, postgres: Database) -> None:
    elsewhere = Database(postgres.url.render_as_string(hide_password=False))
    async with open_office(tmp_path, database=postgres) as here, open_office(tmp_path, database=elsewhere) as there:
        huong, tuan = Cadre(here, "Trần Thị Hương"), Cadre(there, "Lê Văn Tuấn")
        await huong.joins(rooms=(GROUP,))
        await tuan.joins("LG-2028", rooms=(GROUP,))
        here.names[tuan.user] = there.names[tuan.user]
        async with page(huong, GROUP.id) as group:
            assert (await tuan.sends("Chào chị", GROUP.id)).is_success
            line = await group.next("line")
        assert (line["text"], line["name"]) == ("Chào chị", "Lê Văn Tuấn")
