"""Hearing on Zalo: one update at a time, stored before the next is asked for, and a person called when it is time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from bot.channels.contract import Event
from bot.channels.zalo_bot.webhook import HOOK as CALLED
from tests.channels.zalo_bot_office import IMPATIENT, PUBLIC, Office, eventually, office, part, picture_bytes
from tests.fakes.zalo_bot import faults

HOOK = {"settings": {"mode": "webhook"}}


async def test_quiet_half_minutes_in_both_ways_are_no_trouble(tmp_path: Path) -> None:
    async with office(tmp_path, longest_poll=0.02) as here, here.listening():
        await here.zalo.until(lambda: here.zalo.empty_polls >= 4)
        here.zalo.say(here.zalo.person("Lan"), "xin chào")
        assert (await here.heard())[0].text == "xin chào"
        assert here.alarms == []


async def test_there_is_never_a_second_poll_beside_the_first(tmp_path: Path) -> None:
    async with office(tmp_path) as here, here.listening():
        for number in range(20):
            here.zalo.say(here.zalo.person("Lan"), f"tin {number}")
        assert [event.text for event in await here.heard(20)] == [f"tin {number}" for number in range(20)]
        assert here.zalo.most_pollers == 1


async def test_what_the_database_does_not_take_at_once_is_kept_until_it_does(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.inbox.failing = 3
        async with here.listening():
            here.zalo.say(here.zalo.person("Lan"), "không được mất")
            here.zalo.say(here.zalo.person("Lan"), "tin sau")
            assert [event.text for event in await here.heard(2)] == ["không được mất", "tin sau"]
        assert here.inbox.tried == 5


async def test_a_stop_in_the_middle_of_storing_loses_nothing(tmp_path: Path) -> None:
    """The platform has forgotten the update by then, and the database was busy with something else."""
    async with office(tmp_path) as here:
        begun, free = asyncio.Event(), asyncio.Event()

        async def slow(event: Event) -> None:
            begun.set()
            await free.wait()
            await here.inbox.receive(event)

        listening = asyncio.create_task(here.channel.listen(slow))
        here.zalo.say(here.zalo.person("Lan"), "không được mất")
        await begun.wait()
        listening.cancel()
        await asyncio.sleep(0)
        free.set()
        await asyncio.gather(listening, return_exceptions=True)
        assert here.inbox.last.text == "không được mất"


async def test_a_message_that_comes_twice_has_one_number(tmp_path: Path) -> None:
    async with office(tmp_path) as here, here.listening():
        here.zalo.say(here.zalo.person("Lan"), "một lần")
        here.zalo.repeat()
        here.zalo.say(here.zalo.person("Lan"), "xong")
        assert [event.text for event in await here.heard(2)] == ["một lần", "xong"]
        assert here.inbox.tried == 3


async def test_the_bot_does_not_answer_its_own_echo(tmp_path: Path) -> None:
    async with office(tmp_path, echoes=True) as here, here.listening():
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        await here.heard()
        await here.channel.send(part(lan, "Chào anh/chị"))
        here.zalo.say(lan, "xong")
        assert [event.text for event in await here.heard(2)] == ["chào", "xong"]


async def test_a_strange_update_does_not_make_the_bot_deaf(tmp_path: Path) -> None:
    async with office(tmp_path) as here, here.listening():
        here.zalo.queue({"event_name": 7, "message": {"chat": {"id": {}}, "from": [], "text": {"a": 1}, "date": []}})
        here.zalo.queue({"event_name": "poll.created"})
        here.zalo.say(here.zalo.person("Lan"), "vẫn nghe")
        await eventually(lambda: here.inbox.events and here.inbox.last.text == "vẫn nghe")


@pytest.mark.parametrize("fault", [faults.error(500), faults.page(502), faults.refuse_line(), faults.error(429)])
async def test_trouble_that_passes_is_waited_out(tmp_path: Path, fault: faults.Fault) -> None:
    async with office(tmp_path) as here:
        here.zalo.script(fault, method="getUpdates", times=4)
        async with here.listening():
            here.zalo.say(here.zalo.person("Lan"), "nghe lại")
            await here.heard()
        assert here.alarms == []


@pytest.mark.parametrize("code", [401, 403, 404])
async def test_a_token_that_is_refused_again_and_again_calls_a_person(tmp_path: Path, code: int) -> None:
    async with office(tmp_path) as here:
        trouble = here.zalo.script(faults.error(code), method="getUpdates", times=None)
        async with here.listening():
            await eventually(lambda: here.alarms)
            assert here.codes[0] == "zalo_bot.wrong_token"
            assert trouble.hits >= 3
            here.zalo.calm()
            here.zalo.say(here.zalo.person("Lan"), "đã sửa")
            await here.heard()


async def test_the_platforms_own_403_is_waited_out_twice_without_a_word(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.zalo.script(faults.error(403), method="getUpdates", times=2)
        async with here.listening():
            here.zalo.say(here.zalo.person("Lan"), "nghe lại")
            await here.heard()
        assert here.alarms == []


async def test_somebody_elses_webhook_is_told_and_never_taken_away(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.zalo.webhook.set("https://other.example.vn/hook", "another-secret")
        async with here.listening():
            await eventually(lambda: here.alarms)
        code, sentence = here.alarms[0]
        assert code == "zalo_bot.hooked"
        assert "loa zalobot unhook" in sentence
        assert here.zalo.webhook.url == "https://other.example.vn/hook"
        assert here.zalo.called("deleteWebhook") == 0
        await here.zalo.webhook.close()


# -- webhook -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["flat", "wrapped", "mixed"])
async def test_the_platform_calls_us_in_either_shape(tmp_path: Path, shape: str) -> None:
    async with office(tmp_path, shape=shape, **HOOK) as here, here.listening():
        await here.zalo.until(lambda: here.zalo.webhook.url)
        assert here.zalo.webhook.url == PUBLIC + CALLED.path
        here.zalo.say(here.zalo.person("Lan"), "một")
        here.zalo.send_photo(here.zalo.person("Tú"), picture_bytes())
        events = await here.heard(2)
        await here.zalo.until(lambda: len(here.zalo.webhook.attempts) == 2)
        assert [len(event.media) for event in events] == [0, 1]
        assert {status for _, status in here.zalo.webhook.attempts} == {200}
        assert here.zalo.called("getUpdates") == 0


async def test_what_was_not_stored_is_not_acknowledged(tmp_path: Path) -> None:
    async with office(tmp_path, **HOOK) as here, here.listening():
        await here.zalo.until(lambda: here.zalo.webhook.url)
        here.zalo.webhook.tries = 2
        here.inbox.failing = 1
        here.zalo.say(here.zalo.person("Lan"), "giữ lấy")
        await here.heard()
        await here.zalo.until(lambda: len(here.zalo.webhook.attempts) == 2)
        assert [status for _, status in here.zalo.webhook.attempts] == [500, 200]


async def test_a_webhook_that_somebody_took_is_told_and_set_again(tmp_path: Path) -> None:
    async with office(tmp_path, **HOOK) as here, here.listening():
        await here.zalo.until(lambda: here.zalo.webhook.url)
        here.zalo.webhook.url = "https://other.example.vn/hook"
        await eventually(lambda: here.zalo.webhook.url == PUBLIC + CALLED.path)
        assert here.codes == ["zalo_bot.taken"]


async def post(here: Office, body: bytes, *, secret: str = "", kind: str = "application/json") -> int:
    address = here.zalo.names["loa.example.vn"] + CALLED.path
    shown = (secret or CALLED.secret(here.zalo.token)).encode()
    headers = {CALLED.header.encode(): shown, b"content-type": kind.encode()}
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:
        return (await http.post(address, content=body, headers=headers)).status_code


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"{}", {"secret": "guess"}, 403),
        (b"{}", {"secret": "đoán"}, 403),
        (b"{}", {"kind": "text/plain"}, 415),
        (b"no json", {}, 400),
        (b"[1]", {}, 400),
        (b'{"a": "' + b"x" * (1 << 20) + b'"}', {}, 413),
        (b'{"event_name": "new.kind"}', {}, 200),
    ],
)
async def test_the_door_of_the_webhook(tmp_path: Path, body: bytes, more: dict[str, str], status: int) -> None:
    async with office(tmp_path, **HOOK) as here:
        assert await post(here, body, **more) == status
        assert here.inbox.tried == 0


@pytest.mark.parametrize("trouble", [faults.refuse_line(), faults.hang()])
async def test_a_process_that_cannot_ask_who_it_is_still_stores_what_comes(
    tmp_path: Path, trouble: faults.Fault
) -> None:
    async with office(tmp_path, waits=IMPATIENT, **HOOK) as here:
        here.zalo.script(trouble, method="getMe", times=None)
        here.zalo.say(here.zalo.person("Lan"), "xin chào")
        body = httpx.Request("POST", "http://x", json=here.zalo.last_update).content
        assert await post(here, body) == 200
        assert here.inbox.last.text == "xin chào"


async def test_without_webhook_mode_there_is_no_such_door(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        assert await post(here, b"{}") == 404
