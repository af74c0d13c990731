"""What ``loa doctor`` tells an operator about the Zalo bot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.channels.zalo_bot import doctor
from bot.channels.zalo_bot.facts import PROOFS
from storage.sealing import SHORT, Sealer
from tests.channels.zalo_bot_office import Office, eventually, office, part, picture_bytes
from tests.fakes.zalo_bot import faults

HOOK = {"mode": "webhook"}


def faults_in(found: list[str]) -> list[str]:
    return [line for line in found if not line.startswith("Lưu ý")]


async def diagnosis(tmp_path: Path, **more: Any) -> list[str]:
    async with office(tmp_path, **more) as here:
        return faults_in(await here.channel.diagnose())


async def test_a_bot_in_order_has_only_notes(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        found = await here.channel.diagnose()
        assert faults_in(found) == []
        assert any("trong 3000 tin" in line for line in found)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"token": ""}, [doctor.NO_KEY]),
        ({"token": "abc"}, [doctor.ODD_KEY]),
        ({"token": "1:wrong"}, [doctor.WRONG_KEY]),
        ({"api_base": "http://127.0.0.1:9"}, [doctor.NO_LINE]),
        ({**HOOK, "webhook_secret": "ngắn"}, [doctor.BAD_WORD]),
    ],
)
async def test_what_is_missing_is_said_with_the_way_to_it(
    tmp_path: Path, settings: dict[str, Any], expected: list[str]
) -> None:
    assert await diagnosis(tmp_path, settings=settings) == expected


async def test_a_webhook_needs_a_public_address(tmp_path: Path) -> None:
    assert await diagnosis(tmp_path, settings=HOOK, public_url="http://loa.lan") == [doctor.NO_ADDRESS]


async def test_a_key_that_is_too_short_is_said_before_a_photo_is_sent() -> None:
    short = Sealer("ngắn", Path("/nowhere"))
    assert doctor.check_key(lambda: short.derived("links")) == [SHORT]
    lost = Sealer("", Path("/proc/nowhere/loa.key"))
    assert doctor.check_key(lambda: lost.derived("links")) == [doctor.NO_KEY_FILE]
    assert doctor.check_key(lambda: Sealer("k" * 16, Path("/nowhere")).derived("links")) == []


async def test_the_platform_is_in_trouble(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.zalo.script(faults.error(500), times=None)
        assert faults_in(await here.channel.diagnose()) == [doctor.BUSY]


async def test_a_stale_webhook_is_named_and_taken_away_only_on_demand(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.zalo.webhook.set("https://old.example.vn/hook/secret-path", "another-secret")
        (line,) = faults_in(await here.channel.diagnose())
        assert "https://old.example.vn " in line
        assert "secret-path" not in line
        assert "loa zalobot unhook" in line
        assert here.zalo.webhook.url
        assert await here.channel.unhook() == "https://old.example.vn/hook/secret-path"
        assert faults_in(await here.channel.diagnose()) == []
        assert await here.channel.unhook() == ""


async def test_a_webhook_that_is_not_set_or_is_somebody_elses(tmp_path: Path) -> None:
    async with office(tmp_path, settings=HOOK) as here:
        assert faults_in(await here.channel.diagnose()) == [doctor.NOT_HOOKED]
        here.zalo.webhook.set("https://other.example.vn/hook", "another-secret")
        assert faults_in(await here.channel.diagnose()) == [doctor.OTHER_HOOK]
        await here.zalo.webhook.close()


async def test_without_a_public_address_and_a_link_there_are_notes(tmp_path: Path) -> None:
    async with office(tmp_path, public_url="", settings={"link": ""}) as here:
        found = await here.channel.diagnose()
        assert doctor.NO_PHOTOS in found
        assert doctor.NO_LINK in found


async def test_the_list_of_the_first_day_gets_shorter_as_things_are_seen(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        assert PROOFS["photo"] in await tries(here)
        async with here.listening():
            lan = here.zalo.person("Lan")
            here.zalo.send_photo(lan, picture_bytes())
            here.zalo.say(lan, "chào", here.zalo.group("Cụm 1", lan), mention=True)
            await eventually(lambda: "group" in here.channel._learnt._known)
        await here.channel.send(part(lan, "chào"))
        left = await tries(here)
        assert [words for name, words in PROOFS.items() if words in left and name in ("photo", "group", "sent")] == []
        assert PROOFS["sent_photo"] in left


async def tries(here: Office) -> str:
    return next((line for line in await here.channel.diagnose() if "chưa được thử" in line), "")
