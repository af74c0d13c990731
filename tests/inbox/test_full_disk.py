"""The disk of the server is full while photos come in: they are fetched later, and nobody is told anything false."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlmodel import select

from bot.channels.contract import Channel, FetchFailed
from bot.clock import Clock
from bot.fetcher import ATTEMPTS, Fetcher
from storage.database import Database
from storage.media import Media
from storage.models import Item, Outgoing, Submission
from tests.databases import fresh_database
from tests.delivery.post_office import Square

MORNING = datetime(2027, 5, 10, 1, 0, tzinfo=UTC)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "darkred").save(out, "JPEG")
    return out.getvalue()


class Album(Square):
    """A platform that still has the photo."""

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        into.write_bytes(photo())


@dataclass
class Room:
    database: Database
    media: Media

    def fetcher(self, clock: Clock) -> Fetcher:
        channels: dict[str, Channel] = {"square": Album()}
        return Fetcher(self.database, self.media, channels, clock, ZoneInfo("Asia/Ho_Chi_Minh"))

    def submit(self) -> None:
        with self.database.transaction() as session:
            submission = Submission(
                code="TC-0001", state="submitted", channel="square", chat="square:lan", sender="lan", to="lan",
                created_at=MORNING, touched_at=MORNING,
            )  # fmt: skip
            session.add(submission)
            session.flush()
            assert submission.id is not None
            session.add(
                Item(
                    submission_id=submission.id, channel="square", chat="square:lan", message_id="1", kind="photo",
                    ref={"file": "1"},
                )
            )  # fmt: skip

    @property
    def item(self) -> Item:
        with self.database.snapshot() as session:
            return session.exec(select(Item)).one()

    def said(self) -> list[Outgoing]:
        with self.database.snapshot() as session:
            return list(session.exec(select(Outgoing)))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    database = fresh_database(tmp_path)
    yield Room(database, Media(f"file://{tmp_path}/media"))
    database.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def no_space(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_a_photo_that_does_not_fit_on_the_disk_is_fetched_when_there_is_room(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.submit()
    monkeypatch.setattr("bot.fetcher.FIRST_WAIT_SECONDS", 0.1)
    fetcher = room.fetcher(Clock(MORNING, time.monotonic()))
    work = asyncio.create_task(fetcher.run())
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_space)
        await until(lambda: room.item.attempts)
        assert (room.item.state, room.item.sha256) == ("pending", None)
        assert room.said() == []
    await until(lambda: room.item.state == "stored")
    fetcher.drain()
    await work
    kept = room.item.sha256
    assert kept is not None
    assert room.media.path(kept).read_bytes() == photo()
    assert room.said() == []


async def test_a_store_that_is_away_for_a_long_time_costs_nobody_a_photo(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a platform would be asked for a file; the sender is not told to send again what we can still get."""
    room.submit()
    monkeypatch.setattr("bot.fetcher.FIRST_WAIT_SECONDS", 0.0001)
    monkeypatch.setattr("bot.fetcher.IDLE_SECONDS", 0.01)
    rung: list[str] = []
    fetcher = room.fetcher(Clock(MORNING, time.monotonic()))

    async def ring(_: str, code: str, sentence: str) -> None:
        rung.append(f"{room.item.attempts} {code}: {sentence}")

    monkeypatch.setattr(fetcher, "_ring", ring)
    work = asyncio.create_task(fetcher.run())
    with monkeypatch.context() as away:
        away.setattr(os, "fsync", no_space)
        await until(lambda: room.item.attempts > ATTEMPTS)
    assert rung[0].startswith(f"{ATTEMPTS} media.store: Máy chủ chưa cất được ảnh")  # who can mend it hears of it
    await until(lambda: room.item.state == "stored")
    fetcher.drain()
    await work
    assert room.said() == []


async def test_a_disk_that_stays_full_is_told_to_the_sender_once_and_only_as_it_is(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.submit()
    monkeypatch.setattr("bot.fetcher.STORE_ATTEMPTS", 6)
    monkeypatch.setattr("bot.fetcher.FIRST_WAIT_SECONDS", 0.0001)
    monkeypatch.setattr("bot.fetcher.IDLE_SECONDS", 0.01)
    monkeypatch.setattr(os, "fsync", no_space)
    fetcher = room.fetcher(Clock(MORNING, time.monotonic()))
    work = asyncio.create_task(fetcher.run())
    await until(lambda: room.item.state != "pending")
    fetcher.drain()
    await work
    (word,) = room.said()
    assert "chưa tải được" in word.message["text"]
    assert "TC-0001" in word.message["text"]
    assert room.item.state == "refused"


class Slipping(Album):
    """Its line fails once, right after our own disk has come back."""

    slips = False

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        if self.slips:
            self.slips = False
            raise FetchFailed("channel.slow")
        await super().download(ref, into)


async def test_one_slip_of_the_line_after_a_long_time_without_the_store_costs_no_photo(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.submit()
    monkeypatch.setattr("bot.fetcher.FIRST_WAIT_SECONDS", 0.0001)
    monkeypatch.setattr("bot.fetcher.IDLE_SECONDS", 0.01)
    fetcher, platform = room.fetcher(Clock(MORNING, time.monotonic())), Slipping()
    monkeypatch.setattr(fetcher, "_channels", {"square": platform})
    work = asyncio.create_task(fetcher.run())
    with monkeypatch.context() as away:
        away.setattr(os, "fsync", no_space)
        await until(lambda: room.item.attempts > ATTEMPTS)
        platform.slips = True
        await until(lambda: not platform.slips)
    await until(lambda: room.item.state != "pending")
    fetcher.drain()
    await work
    assert (room.item.state, room.item.reason, room.said()) == ("stored", "", [])


class Strange(Album):
    """A platform whose first photo has an address that nothing can make sense of."""

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        raise ValueError("Invalid IPv6 URL")


async def test_one_strange_address_does_not_stop_the_program(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.submit()
    monkeypatch.setattr("bot.fetcher.FIRST_WAIT_SECONDS", 0.0001)
    monkeypatch.setattr("bot.fetcher.IDLE_SECONDS", 0.01)
    clock = Clock(MORNING, time.monotonic())
    fetcher = Fetcher(room.database, room.media, {"square": Strange()}, clock, ZoneInfo("UTC"))
    work = asyncio.create_task(fetcher.run())
    await until(lambda: room.item.state != "pending" or work.done())
    fetcher.drain()
    await work
    assert room.item.state == "refused"


class Dripping(Album):
    """A platform whose server gives a letter now and then."""

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        await asyncio.Event().wait()


async def test_a_file_that_never_ends_does_not_keep_the_others_waiting(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.submit()
    monkeypatch.setattr("bot.fetcher.DOWNLOAD_SECONDS", 0.01)
    monkeypatch.setattr("bot.fetcher.FIRST_WAIT_SECONDS", 0.0001)
    monkeypatch.setattr("bot.fetcher.IDLE_SECONDS", 0.01)
    clock = Clock(MORNING, time.monotonic())
    fetcher = Fetcher(room.database, room.media, {"square": Dripping()}, clock, ZoneInfo("UTC"))
    work = asyncio.create_task(fetcher.run())
    await until(lambda: room.item.state != "pending")
    fetcher.drain()
    await work
    assert (room.item.state, room.item.reason) == ("refused", "channel.slow")
