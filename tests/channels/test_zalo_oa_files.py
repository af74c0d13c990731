"""What people sent is fetched from Zalo alone, and what is shown to them fits."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.contract import FetchFailed
from bot.channels.zalo_oa import download
from bot.channels.zalo_oa.limits import ABILITIES, MEGABYTE, PICTURE_BYTES, PICTURE_SIDE
from bot.channels.zalo_oa.pictures import fitted
from tests.channels.telegram_office import served
from tests.channels.zalo_oa_office import office
from tests.fakes.zalo_oa import jpeg


async def test_a_photo_comes_as_it_was_sent(tmp_path: Path) -> None:
    async with office(tmp_path) as desk, desk.hearing() as inbox:
        data = jpeg(seed=4)
        desk.oa.send_photo(desk.oa.user("Lan", follows=True), data)
        await desk.oa.settled()
        (photo,) = inbox.last.media
        await desk.channel.download(photo.ref, tmp_path / "photo")
        assert (tmp_path / "photo").read_bytes() == data


async def test_a_photo_zalo_threw_away_is_asked_for_again_in_words(tmp_path: Path) -> None:
    async with office(tmp_path) as desk, desk.hearing() as inbox:
        desk.oa.send_photo(desk.oa.user("Lan", follows=True), jpeg(seed=4))
        await desk.oa.settled()
        desk.oa.pictures.clear()
        with pytest.raises(FetchFailed) as failed:
            await desk.channel.download(inbox.last.media[0].ref, tmp_path / "photo")
        assert failed.value.final
        assert "Gửi lại" in failed.value.sentence
        assert not (tmp_path / "photo").exists()


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://f1.zdn.vn/a.jpg", True),
        ("http://b.f2.photo.zdn.vn/a.jpg", True),
        ("https://F1.ZDN.VN/a.jpg", True),
        ("https://zdn.vn.evil.example/a.jpg", False),
        ("https://evilzdn.vn/a.jpg", False),
        ("https://evil.example/.zdn.vn", False),
        ("https://f1.zdn.vn@evil.example/a.jpg", False),
        ("https://user@f1.zdn.vn/a.jpg", False),
        ("http://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("https://[::1", False),
        ("", False),
    ],
)
async def test_only_zalos_own_hosts_are_asked(url: str, allowed: bool) -> None:
    fetcher = download.Fetcher((".zdn.vn", ".zadn.vn"), 1)
    assert fetcher.allows(url) is allowed
    await fetcher.close()


async def fetch(into: Path, path: str, hosts: tuple[str, ...] = ("127.0.0.1",)) -> None:
    async def endless(_: Request) -> Response:
        async def pieces() -> Any:
            while True:
                yield b"x" * MEGABYTE
                await asyncio.sleep(0)  # once the line is cut nothing else waits, and nobody would ever hear of it

        return StreamingResponse(pieces())

    async def away(_: Request) -> Response:
        return RedirectResponse("http://localhost:1/secret")

    async def round_and_round(_: Request) -> Response:
        return RedirectResponse("/round")

    async def here(_: Request) -> Response:
        return RedirectResponse("/photo")

    async def photo(_: Request) -> Response:
        return Response(b"photo")

    async def busy(_: Request) -> Response:
        return Response(status_code=503)

    pages = {"endless": endless, "away": away, "round": round_and_round, "here": here, "photo": photo, "busy": busy}
    app = Starlette(routes=[Route(f"/{name}", page) for name, page in pages.items()])
    async with served(app) as url:
        fetcher = download.Fetcher(hosts, 2)
        try:
            await fetcher.fetch({"url": f"{url}/{path}"}, into)
        finally:
            await fetcher.close()


async def test_a_redirect_is_followed_only_where_it_may_lead(tmp_path: Path) -> None:
    await fetch(tmp_path / "a", "here")
    assert (tmp_path / "a").read_bytes() == b"photo"
    for path in ("away", "round"):
        with pytest.raises(FetchFailed) as failed:
            await fetch(tmp_path / "b", path)
        assert failed.value.final
        assert not (tmp_path / "b").exists()


async def test_a_file_without_end_is_cut_off_and_nothing_of_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setattr(download, "ABILITIES", replace(ABILITIES, download_bytes=3 * MEGABYTE))
    with pytest.raises(FetchFailed) as failed:
        await fetch(tmp_path / "a", "endless")
    assert failed.value.final
    assert not (tmp_path / "a").exists()


async def test_a_busy_host_is_asked_again_later(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed) as failed:
        await fetch(tmp_path / "a", "busy")
    assert not failed.value.final


async def test_a_file_that_says_it_is_too_big_is_not_asked_for(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        with pytest.raises(FetchFailed, match="too_big"):
            await desk.channel.download({"url": "http://127.0.0.1:1/", "size": 10**9}, tmp_path / "a")


def test_the_noisiest_picture_still_fits_under_a_megabyte(tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (3000, 2200), os.urandom(3000 * 2200 * 3))
    noise.save(tmp_path / "noise.png")
    data = fitted(tmp_path / "noise.png")
    assert len(data) <= PICTURE_BYTES
    with Image.open(io.BytesIO(data)) as shown:
        assert shown.format == "JPEG"
        assert max(shown.size) <= PICTURE_SIDE


def test_a_picture_stands_upright_and_tells_no_place(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Máy ảnh của Lan"
    Image.new("RGB", (400, 200), "navy").save(tmp_path / "a.jpg", exif=exif)
    with Image.open(io.BytesIO(fitted(tmp_path / "a.jpg"))) as shown:
        assert shown.size == (200, 400)
        assert not shown.getexif()


def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    Image.new("RGBA", (30, 20), (0, 0, 255, 128)).save(tmp_path / "a.png")
    with Image.open(io.BytesIO(fitted(tmp_path / "a.png"))) as shown:
        assert shown.size == (30, 20)
