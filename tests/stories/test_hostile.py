"""Bad input gets a clear sentence and loses nothing."""

from __future__ import annotations

import asyncio
import errno
import io
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select

from bot.channels.contract import FetchFailed
from bot.clock import clock_at
from bot.fetcher import Fetcher
from reports import pictures
from storage.media import Media
from storage.models import Item
from tests.fakes.telegram import jpeg
from tests.stories.town import CHANNEL, ZONE, Town


class Parcels:
    """A channel that hands over the bytes it was given."""

    def __init__(self, *parcels: bytes | Exception) -> None:
        self.parcels = list(parcels)

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        parcel = self.parcels.pop(0)
        if isinstance(parcel, Exception):
            raise parcel
        into.write_bytes(parcel)


def bring_in(town: Town, media: Media, *parcels: bytes | Exception) -> Item:
    """One photo sent by Lan, fetched once for each parcel; the row as it stands then."""
    channel = Parcels(*parcels)
    fetcher = Fetcher(town.database, media, {CHANNEL: channel}, clock_at(town.now), ZONE)  # type: ignore[dict-item]
    town.sends_photo("lan")

    async def fetch() -> None:
        for _ in parcels:
            with town.database.snapshot() as session:
                item = session.exec(select(Item)).one()
            await fetcher._one(item)

    asyncio.run(fetch())
    town.deliver()
    with town.database.snapshot() as session:
        return session.exec(select(Item)).one()


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(f"file://{tmp_path}/media")


def png_header(width: int, height: int) -> bytes:
    """A picture that claims a size and holds almost nothing."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    )  # fmt: skip


def zip_bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 50_000_000)
    return target.getvalue()


def test_a_photo_is_kept_byte_for_byte_and_passed_on_without_place(town: Town, media: Media) -> None:
    original = with_gps()
    item = bring_in(town, media, original)
    assert item.sha256 is not None
    assert item.share_sha256 is not None
    assert media.path(item.sha256).read_bytes() == original
    assert (item.state, item.width, item.height) == ("stored", 640, 480)
    with Image.open(media.path(item.share_sha256)) as shared:
        assert not shared.getexif()
    assert b"Exif" not in media.path(item.share_sha256).read_bytes()


def with_gps() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (12.0, 0.0, 42.0)
    exif.get_ifd(0x8769)[0x9003] = "2027:05:10 07:30:00"
    target = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(target, "JPEG", exif=exif)
    return target.getvalue()


def test_the_cameras_time_is_kept_as_a_hint(town: Town, media: Media) -> None:
    item = bring_in(town, media, with_gps())
    assert item.taken_at is not None
    assert item.taken_at.isoformat() == "2027-05-10T00:30:00+00:00"


@pytest.mark.parametrize(
    "parcel",
    [
        png_header(20_000, 20_000),
        zip_bomb(),
        b"",
        b"<svg onload=x>",
        jpeg()[:2000],
        b"\xff\xd8\xff" + b"\0" * 500,
    ],
    ids=["20,000 pixels a side", "zip bomb", "nothing", "svg", "half a photo", "only a beginning"],
)
def test_what_is_no_picture_is_kept_as_a_file_and_shown_to_nobody(town: Town, media: Media, parcel: bytes) -> None:
    item = bring_in(town, media, parcel)
    assert item.sha256 is not None
    assert media.path(item.sha256).read_bytes() == parcel
    assert item.state == "stored"
    assert item.kind in ("document", "photo")
    assert item.kind == "document" or item.share_sha256 != item.sha256


def test_a_full_disk_loses_nothing_and_says_nothing_false(town: Town, media: Media) -> None:
    item = bring_in(town, media, OSError(errno.ENOSPC, "No space left on device"))
    assert (item.state, item.attempts) == ("pending", 1)
    assert not any("lại" in text and "chưa tải được" in text for text in town.texts("lan"))


def test_a_file_the_platform_lost_is_asked_for_again(town: Town, media: Media) -> None:
    item = bring_in(town, media, FetchFailed("gone", final=True))
    assert item.state == "refused"
    assert "Hệ thống chưa tải được ảnh" in town.last("lan").text
    assert "gửi lại" in town.last("lan").text


def test_a_huge_picture_is_refused_from_its_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "big.png"
    path.write_bytes(png_header(60_000, 60_000))
    with pytest.raises(pictures.NotAPicture):
        pictures.make_shareable(path, tmp_path / "out.jpg")


def test_ten_thousand_letters_become_one_draft_and_a_short_card(town: Town) -> None:
    town.says("lan", "Tin dài. " * 1100)
    town.wait(3)
    town.presses("lan", "Gửi")
    town.wait(10)
    town.tick()
    assert len(town.submissions()[0].text) > 9000
    assert len(town.last("ha").text) < 1200


def test_more_than_the_limit_is_refused_in_words_and_what_was_there_stays(town: Town) -> None:
    town.says("lan", "Tin dài. " * 2000)
    town.says("lan", "Thêm nữa. " * 1000)
    assert "quá 20.000 chữ" in town.texts("lan")[-1]
    assert len(town.submissions()[0].text) < 20_001


def test_decomposed_vietnamese_is_the_same_word(town: Town) -> None:
    town.says("lan", unicodedata.normalize("NFD", "khẩu hiệu"))
    assert "khẩu hiệu" in town.last("lan").text
    town.says("lan", unicodedata.normalize("NFD", "Công nhân xưởng dệt treo băng rôn sáng nay"))
    town.wait(3)
    assert town.submissions()[0].text == "Công nhân xưởng dệt treo băng rôn sáng nay"


@pytest.mark.parametrize(
    "text", ["\u200b", "\x00\x07", "🎉" * 300, "/start " + "A" * 5000, "' OR 1=1 --", "{0}{name}%s"]
)
def test_odd_text_gets_an_answer_and_breaks_nothing(town: Town, text: str) -> None:
    town.says("lan", text)
    town.wait(3)
    assert town.texts("lan")
