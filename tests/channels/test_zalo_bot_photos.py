"""Photos both ways: behind signed links to the platform, and from the platform's file server to us."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.contract import FetchFailed
from bot.channels.zalo_bot import download
from bot.channels.zalo_bot.download import Files
from bot.channels.zalo_bot.limits import ABILITIES, Waits
from bot.channels.zalo_bot.links import PHOTO_SECONDS, Links
from bot.clock import Clock
from storage.models import Item, Submission
from tests.channels.zalo_bot_office import PUBLIC, Office, office, picture_bytes
from tests.fakes.zalo_bot import faults

SHA = "ab" * 32
NOON = datetime(2027, 5, 10, 5, 0, tzinfo=UTC)


class Moving:
    """A clock in the hand of the story."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self, speed: float = 1.0) -> Clock:
        return Clock(NOON, 0.0, speed, lambda: self.seconds)


def links(clock: Clock, key: bytes = b"k" * 32) -> Links:
    return Links(PUBLIC, lambda: key, clock)


def stamp(link: str) -> str:
    return link.split("/")[5]


def test_a_link_is_good_for_minutes_and_for_one_photo() -> None:
    moving = Moving()
    made = links(moving.clock())
    link = made.photo(SHA)
    assert link.startswith(f"{PUBLIC}/zalo-bot/anh/")
    assert link.endswith(f"/{SHA}.jpg")
    assert made.opens_photo(stamp(link), SHA)
    assert not made.opens_photo(stamp(link), "cd" * 32)
    assert not made.opens_file(stamp(link), SHA, "")
    moving.seconds = PHOTO_SECONDS + 2
    assert not made.opens_photo(stamp(link), SHA)


def test_minutes_are_real_minutes_on_a_fast_clock_too() -> None:
    moving = Moving()
    made = links(moving.clock(speed=600))
    link = made.photo(SHA)
    moving.seconds = PHOTO_SECONDS - 5
    assert made.opens_photo(stamp(link), SHA)


def test_another_process_with_the_same_key_opens_it_and_another_key_does_not() -> None:
    clock = Moving().clock()
    sealed = stamp(links(clock).photo(SHA))
    assert links(clock).opens_photo(sealed, SHA)
    assert not links(clock, b"other").opens_photo(sealed, SHA)


@settings(deadline=None)  # a busy machine is slow, not wrong
@given(st.text(max_size=80), st.text(max_size=70))
def test_nothing_made_up_opens_anything(made_up: str, sha256: str) -> None:
    clock = Moving().clock()
    assert not links(clock).opens_photo(made_up, SHA)
    assert not links(clock).opens_photo(stamp(links(clock).photo(SHA)), sha256)


def test_a_longer_life_cannot_be_written_into_a_link() -> None:
    made = links(Moving().clock())
    until, _, seal = stamp(made.photo(SHA)).partition(".")
    assert not made.opens_photo(f"{int(until) + 1}.{seal}", SHA)


@pytest.mark.parametrize("address", ["", "http://loa.example.vn", "https://", "loa.example.vn"])
def test_only_a_public_https_address_makes_links(address: str) -> None:
    assert not Links(address, lambda: b"k", Moving().clock()).possible


# -- the routes --------------------------------------------------------------------------------------------------------


async def fetch(here: Office, path: str) -> httpx.Response:
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:
        return await http.get(here.zalo.names["loa.example.vn"] + path)


def made_for(here: Office) -> Links:
    return Links(PUBLIC, lambda: b"k" * 32, here.clock)


async def test_a_photo_is_shown_as_a_jpeg_and_kept_by_nobody(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        sha256 = here.media.put_bytes(picture_bytes(kind="PNG"))
        answer = await fetch(here, made_for(here).photo(sha256).removeprefix(PUBLIC))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.content.startswith(b"\xff\xd8\xff")
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["x-robots-tag"].startswith("noindex")


async def test_every_wrong_address_gets_the_same_empty_answer(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        sha256 = here.media.put_bytes(picture_bytes())
        good = made_for(here).photo(sha256).removeprefix(PUBLIC)
        no_photo = here.media.put_bytes(b"words")
        wrong = [
            good.replace(sha256, SHA),
            good[:-10] + "0" * 6 + ".jpg",
            "/zalo-bot/anh/1.x/" + sha256 + ".jpg",
            made_for(here).photo(SHA).removeprefix(PUBLIC),
            made_for(here).photo(no_photo).removeprefix(PUBLIC),
            made_for(here).photo("../../etc/passwd").removeprefix(PUBLIC),
            "/zalo-bot/tep/" + good.split("/")[3] + f"/{sha256}/a.jpg",
        ]
        answers = [await fetch(here, path) for path in wrong]
        assert {(answer.status_code, answer.content) for answer in answers if answer.content == b""} == {(404, b"")}
        assert all(answer.status_code == 404 for answer in answers)
        for listing in ("/zalo-bot/anh/", "/zalo-bot/anh", "/zalo-bot/tep/"):
            assert (await fetch(here, listing)).status_code == 404


async def test_an_original_is_not_shown_even_behind_a_good_link(tmp_path: Path) -> None:
    """The original may say where it was taken; its copy may be passed on."""
    async with office(tmp_path) as here:
        original, copy = here.media.put_bytes(picture_bytes(321)), here.media.put_bytes(picture_bytes(322))
        remember_item(here, original, copy)
        assert (await fetch(here, made_for(here).photo(original).removeprefix(PUBLIC))).status_code == 404
        assert (await fetch(here, made_for(here).photo(copy).removeprefix(PUBLIC))).status_code == 200


def remember_item(here: Office, original: str, copy: str | None) -> None:
    with here.database.transaction() as session:
        now = here.clock.now()
        submission = Submission(
            channel="zalo_bot", chat="zalo_bot:u1", sender="u1", to="u1", created_at=now, touched_at=now
        )
        session.add(submission)
        session.flush()
        session.add(
            Item(
                submission_id=submission.id, kind="photo", channel="zalo_bot", chat="u1", ref={}, message_id="m",
                state="stored", sha256=original, share_sha256=copy,
            )
        )  # fmt: skip


# -- from the platform to us -------------------------------------------------------------------------------------------


async def test_a_photo_is_kept_byte_for_byte(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        data, into = picture_bytes(), tmp_path / "in.jpg"
        await here.channel.download({"url": here.zalo.host(data)}, into)
        assert into.read_bytes() == data


async def refusal(here: Office, url: str, into: Path) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await here.channel.download({"url": url}, into)
    assert not into.exists()
    return caught.value


@pytest.mark.parametrize(
    "url",
    ["https://attacker.example/x.jpg", "http://169.254.169.254/latest", "file:///etc/passwd", "", "ftp://127.0.0.1/x"],
)
async def test_only_hosts_we_know_are_asked(tmp_path: Path, url: str) -> None:
    async with office(tmp_path) as here:
        failed = await refusal(here, url, tmp_path / "in.jpg")
        assert (failed.code, failed.final) == ("zalo_bot.unknown_host", True)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("photo.zdn.vn", True), ("PHOTO.ZDN.VN", True), ("zdn.vn.attacker.example", False), ("evilzdn.vn", False),
        ("127.0.0.1", False), ("localhost", False), ("zalo.example", True), ("a.zalo.example", False),
    ],
)  # fmt: skip
async def test_a_name_with_a_dot_before_it_means_all_names_under_it(host: str, known: bool) -> None:
    files = Files((".zdn.vn", "zalo.example"), Waits())
    assert files._knows(host.lower()) is known
    await files.close()


async def test_a_link_that_ended_asks_the_sender_to_send_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        url = here.zalo.host(picture_bytes())
        here.zalo.forget()
        failed = await refusal(here, url, tmp_path / "in.jpg")
        assert (failed.final, failed.sentence) == (True, download.LOST)


@pytest.mark.parametrize("fault", [faults.error(503), faults.refuse_line()])
async def test_trouble_that_passes_is_tried_again_later(tmp_path: Path, fault: faults.Fault) -> None:
    async with office(tmp_path) as here:
        here.zalo.script(fault, method="file")
        failed = await refusal(here, here.zalo.host(picture_bytes()), tmp_path / "in.jpg")
        assert not failed.final


async def test_a_file_beyond_measure_is_dropped_on_the_way(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        url = here.zalo.host(bytes(ABILITIES.download_bytes + 1))
        failed = await refusal(here, url, tmp_path / "in.jpg")
        assert (failed.code, failed.final) == ("zalo_bot.too_big", True)


def test_a_real_minute_passes_in_real_time() -> None:
    """The default clock is the wall's: links end by themselves."""
    made = links(Clock(NOON, time.monotonic()))
    until = int(stamp(made.photo(SHA)).partition(".")[0])
    assert timedelta(minutes=5) < datetime.fromtimestamp(until, UTC) - NOON <= timedelta(minutes=30)


async def test_an_address_that_is_none_stops_no_other_download(tmp_path: Path) -> None:
    """What the platform calls the address of a photo may be anything, also in a redirect."""
    async with office(tmp_path) as here:
        for url in ("http://[::1", "http://127.0.0.1:port/a.jpg", "", "http://\ud800/", "http://127.0.0.1\\@evil/a"):
            with pytest.raises(FetchFailed):
                await here.channel.download({"url": url}, tmp_path / "photo")
