"""Speaking on Zalo: words, photos behind short-lived links, documents as addresses, and every way it can fail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.contract import Refused, RetryAt, Sent, Unknown
from bot.channels.split import parts_of
from bot.channels.zalo_bot import outcomes, sending
from bot.channels.zalo_bot.limits import ABILITIES
from campaign.message import Choice, FilePart, Message
from tests.channels.zalo_bot_office import IMPATIENT, QUICK, Office, office, part, picture_bytes
from tests.fakes.zalo_bot import Chat, Person, faults


def lan_of(here: Office) -> Person:
    lan = here.zalo.person("Lan")
    here.zalo.say(lan, "chào")
    return lan


def kept(here: Office, data: bytes) -> Path:
    return here.media.path(here.media.put_bytes(data))


async def say(here: Office, to: Person | Chat, message: Message) -> list[Any]:
    """As delivery does it."""
    parts = parts_of("k", to.id, message, ABILITIES, here.media.path)
    return [await here.channel.send(one) for one in parts]


async def test_two_thousand_letters_go_whole_and_more_in_pieces(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        assert len(await say(here, lan, Message(text="ế" * 2000))) == 1
        assert len(await say(here, lan, Message(text="🎉" * 1001))) == 2
        assert [len(message.text) for message in here.zalo.sent(lan)] == [2000, 1000, 1]


async def test_choices_are_numbered_because_there_are_no_buttons(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        await say(
            here, lan, Message(text="Treo cờ", choices=(Choice("Đã nhận", "seen:1"), Choice("Nộp ảnh", "give:1")))
        )
        assert here.zalo.last(lan).text == "Treo cờ\n1. Đã nhận\n2. Nộp ảnh\nTrả lời bằng số."


async def test_a_photo_leaves_as_a_link_that_only_the_platform_uses(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        sha256 = here.media.put_bytes(picture_bytes())
        (outcome,) = await say(here, lan, Message(text="Mẫu băng rôn", photos=(sha256,)))
        assert isinstance(outcome, Sent)
        said = here.zalo.last(lan)
        assert (outcome.ids, said.text) == ((said.id,), "Mẫu băng rôn")
        assert said.photo.startswith(b"\xff\xd8\xff")
        assert said.photo_url.startswith("https://loa.example.vn/zalo-bot/anh/")


async def test_an_album_is_one_request_a_photo_and_the_words_come_after(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        photos = tuple(here.media.put_bytes(picture_bytes(300 + number)) for number in range(3))
        assert len(await say(here, lan, Message(text="Ba ảnh", photos=photos))) == 4
        assert [bool(message.photo) for message in here.zalo.sent(lan)] == [True, True, True, False]


async def test_a_big_picture_is_made_small_and_says_nothing_of_its_place(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        noisy = Path(tmp_path, "noise.png")
        _noise(3000, 2000, noisy)
        path = kept(here, noisy.read_bytes())
        assert isinstance(await here.channel.send(part(lan, photos=(path,))), Sent)
        shown = here.zalo.last(lan).photo
        assert len(shown) <= 1_000_000
        assert b"Exif" not in shown


async def test_without_a_public_address_a_photo_becomes_a_sentence(tmp_path: Path) -> None:
    async with office(tmp_path, public_url="http://loa.lan:8080") as here:
        lan = lan_of(here)
        path = kept(here, picture_bytes())
        assert isinstance(await here.channel.send(part(lan, "Mẫu băng rôn", photos=(path,))), Sent)
        assert here.zalo.last(lan).text == "Mẫu băng rôn\n\n(Có ảnh kèm theo, mở xem tại http://loa.lan:8080)"
        assert await here.channel.send(part(lan, file_path=path)) == Refused(sending.NO_FILES)
    async with office(tmp_path, public_url="") as here:
        lan = lan_of(here)
        await here.channel.send(part(lan, photos=(path,)))
        assert here.zalo.last(lan).text == sending.NOT_HERE


async def test_a_plan_in_word_leaves_as_an_address_that_opens_it(tmp_path: Path) -> None:
    import httpx

    async with office(tmp_path) as here:
        lan = lan_of(here)
        path = kept(here, b"PK a plan")
        plan = FilePart("", "Kế hoạch tháng 5.docx")
        assert isinstance(await here.channel.send(part(lan, "Gửi kế hoạch", file=plan, file_path=path)), Sent)
        words, _, link = here.zalo.last(lan).text.rpartition(": ")
        assert words == "Gửi kế hoạch\n\nTệp “Kế hoạch tháng 5.docx” (mở trong 7 ngày)"
        assert link.endswith("/Ke-hoach-thang-5.docx")
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            opened = await http.get(link.replace("https://loa.example.vn", here.zalo.names["loa.example.vn"]))
        assert opened.content == b"PK a plan"
        assert opened.headers["content-disposition"].startswith("attachment")
        assert opened.headers["x-content-type-options"] == "nosniff"


async def test_the_longest_caption_and_the_longest_name_fit_together(tmp_path: Path) -> None:
    async with office(tmp_path, public_url="https://truyen-thong.congdoan.tinh-song-xanh.example.vn") as here:
        lan = lan_of(here)
        sha256 = here.media.put_bytes(b"PK")
        message = Message(text="ế" * ABILITIES.caption_limit, files=(FilePart(sha256, "ế" * 300 + ".docx"),))
        assert [type(outcome) for outcome in await say(here, lan, message)] == [Sent]


@pytest.mark.parametrize("deed", ["edits", "deletes", "pins", "unpins", "reacts"])
async def test_deeds_the_platform_does_not_have_are_refused_in_words(tmp_path: Path, deed: str) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        assert await here.channel.send(part(lan, "x", **{deed: "m1"})) == Refused(sending.CANNOT)
        assert here.zalo.spoken == []


async def test_nothing_is_asked_for_a_broken_picture_an_empty_text_or_a_toast(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        assert await here.channel.send(part(lan, photos=(kept(here, b"no picture"),))) == Refused(sending.BROKEN)
        assert await here.channel.send(part(lan, " ")) == Refused(sending.EMPTY)
        assert await here.channel.send(part(lan, photos=(Path("/nowhere"),))) == Refused(outcomes.NO_FILE)
        assert await here.channel.send(part(lan, "", toast="t")) == Sent(())
        assert here.zalo.called("sendMessage") + here.zalo.called("sendPhoto") == 0


# -- what becomes of a request -----------------------------------------------------------------------------------------


async def outcome(tmp_path: Path, *troubles: faults.Fault, **more: Any) -> tuple[Any, Office]:
    hangs = any(trouble.kind is faults.Kind.HANG for trouble in troubles)
    async with office(tmp_path, waits=IMPATIENT if hangs else QUICK) as here:
        lan = lan_of(here)
        for trouble in troubles:
            here.zalo.script(trouble, method="sendMessage")
        return await here.channel.send(part(lan, "x", **more)), here


@pytest.mark.parametrize("code", [500, 503, 408])
async def test_an_error_after_the_request_left_is_in_doubt(tmp_path: Path, code: int) -> None:
    """No source says that nothing was shown then, and there is no key by which a second try would be known."""
    got, _ = await outcome(tmp_path, faults.error(code))
    assert got == Unknown(outcomes.NO_ANSWER)


@pytest.mark.parametrize("trouble", [faults.accept_then_drop(), faults.hang(), faults.page(502), faults.refuse_line()])
async def test_a_line_that_breaks_leaves_doubt(tmp_path: Path, trouble: faults.Fault) -> None:
    got, here = await outcome(tmp_path, trouble)
    assert isinstance(got, Unknown)
    assert len(here.zalo.sent()) == (trouble.kind is faults.Kind.DROP)


async def test_a_provider_that_blocks_the_way_let_nothing_through(tmp_path: Path) -> None:
    got, _ = await outcome(tmp_path, faults.page(403))
    assert isinstance(got, RetryAt)
    assert got.whole_account


async def test_a_server_that_cannot_be_reached_is_tried_again(tmp_path: Path) -> None:
    async with office(tmp_path, settings={"api_base": "http://127.0.0.1:9"}) as here:
        got = await here.channel.send(part("u1", "x"))
        assert isinstance(got, RetryAt)
        assert (got.reason, got.whole_account) == (outcomes.NO_LINE, True)


async def test_who_never_wrote_or_is_gone_is_not_written_to_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        assert await here.channel.send(part("nobody", "x")) == Refused(outcomes.STRANGER, gone=True)


async def test_a_photo_the_platform_cannot_fetch_says_what_to_look_at(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        del here.zalo.names["loa.example.vn"]
        got = await here.channel.send(part(lan, "Mẫu", photos=(kept(here, picture_bytes()),)))
        assert got == Refused(outcomes.NO_PHOTO)
        assert "public_url" in got.reason


@pytest.mark.parametrize("code", [401, 403, 404])
async def test_a_token_refused_three_times_in_a_row_closes_the_channel(tmp_path: Path, code: int) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        here.zalo.script(faults.error(code), method="sendMessage", times=3)
        first, second, third, fourth = [await here.channel.send(part(lan, "x")) for _ in range(4)]
        assert (first.whole_account, second.whole_account) == (True, True)
        assert third == Refused(outcomes.WRONG_KEY, closes_channel=True)
        assert isinstance(fourth, Sent)


async def test_403_now_and_then_is_the_platforms_own_error(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = lan_of(here)
        for _ in range(3):
            here.zalo.script(faults.error(403), method="sendMessage", times=2)
            got = [type(await here.channel.send(part(lan, "x"))) for _ in range(3)]
            assert got == [RetryAt, RetryAt, Sent]


async def test_slow_down_means_half_a_minute_to_a_minute(tmp_path: Path) -> None:
    from bot.channels.zalo_bot.limits import Waits

    async with office(tmp_path, waits=Waits(read=1)) as here:
        lan = lan_of(here)
        here.zalo.script(faults.error(429), method="sendMessage")
        got = await here.channel.send(part(lan, "x"))
        assert isinstance(got, RetryAt)
        assert got.whole_account
        assert timedelta(seconds=25) < got.when - here.clock.now() <= timedelta(seconds=60)


def test_every_sentence_can_be_read_on_one_screen() -> None:
    from bot.channels.zalo_bot import doctor, quota, troubles
    from handlers import hidden

    modules = (sending, outcomes, doctor, quota, troubles, hidden)
    sentences = [value for module in modules for name, value in vars(module).items() if _is_words(name, value)]
    assert len(sentences) > 30
    assert all(len(sentence) <= 350 for sentence in sentences)


def _is_words(name: str, value: object) -> bool:
    return name.isupper() and isinstance(value, str) and " " in value


def _noise(width: int, height: int, into: Path) -> None:
    import os

    from PIL import Image

    Image.frombytes("RGB", (width // 4, height // 4), os.urandom(width * height * 3 // 16)).resize(
        (width, height)
    ).save(into, "PNG", compress_level=1)
