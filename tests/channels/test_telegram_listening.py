"""Nothing people write on Telegram is lost: not by a full disk, not by a rival program, not by a strange update."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot.channels.body import BODY_BYTES
from bot.channels.telegram.events import ALLOWED_UPDATES
from bot.channels.telegram.webhook import HOOK
from tests.channels.telegram_office import QUICK, Office, eventually, office, picture_bytes, served
from tests.fakes.telegram import faults
from tests.fakes.telegram.updates import Update


async def test_an_officer_joins_by_the_link_of_the_invitation() -> None:
    async with office() as here, here.listening() as inbox:
        link = here.channel.link("K7-42")
        assert link == f"https://t.me/{here.tg.me.username}?start=K7-42"
        here.tg.start(here.tg.user("Lan"), link.partition("start=")[2])
        await here.heard()
        assert inbox.last.text == "/start K7-42"


async def test_a_group_is_bound_by_the_link_for_groups() -> None:
    async with office() as here, here.listening() as inbox:
        assert here.channel.link("K7", group=True).endswith("?startgroup=K7")
        group = here.tg.group("CĐCS May 10", bot=None)
        here.tg.add_bot(group, code="K7")
        await here.heard(2)
        assert [(e.kind, e.text, e.hears_all) for e in inbox.events] == [
            ("joined", "", False),
            ("message", "/start K7", False),
        ]


async def test_an_album_comes_whole_with_its_largest_pictures() -> None:
    photos = [picture_bytes(600 + n, 400) for n in range(4)]
    async with office() as here, here.listening() as inbox:
        here.tg.send_album(here.tg.user("Lan"), photos, "Hội thao", order=[2, 0, 3, 1])
        await here.heard(4)
        assert len({e.album for e in inbox.events}) == 1
        in_order = sorted(inbox.events, key=lambda e: int(e.message_id))
        assert [e.text for e in in_order] == ["Hội thao", "", "", ""]
        assert [e.media[0].size for e in in_order] == [len(photo) for photo in photos]


async def test_a_button_an_edit_a_rename_and_an_upgrade_are_heard() -> None:
    async with office() as here, here.listening() as inbox:
        hung = here.tg.user("Hùng")
        group = here.tg.group("CĐCS May 10", [hung], bot="administrator")
        here.tg.edit(hung, here.tg.say(hung, "14 ảnh", group), "15 ảnh")
        here.tg.rename(group, "CĐCS May 10 mới")
        new = here.tg.migrate(group)
        await here.heard(5)
        assert [e.kind for e in inbox.events] == ["message", "edited", "renamed", "migrated", "migrated"]
        assert {(e.chat, e.new_chat) for e in inbox.events[3:]} == {(str(group.id), str(new.id))}


async def test_what_was_not_stored_is_not_acknowledged_and_comes_again() -> None:
    async with office() as here:
        here.inbox.failing = 3
        async with here.listening() as inbox:
            with capture_logs() as logs:
                here.tg.say(here.tg.user("Lan"), "Ảnh đây ạ")
                await eventually(lambda: inbox.tried >= 2)
                assert [u.payload["text"] for u in here.tg.updates.pending] == ["Ảnh đây ạ"]
                await here.heard()
            assert (inbox.tried, inbox.last.text) == (4, "Ảnh đây ạ")
            await eventually(lambda: not here.tg.updates.pending)
            assert [line["event"] for line in logs].count("telegram.not_stored") == 3


async def test_what_was_written_while_the_bot_was_off_is_heard_at_the_start() -> None:
    async with office() as here:
        here.tg.say(here.tg.user("Lan"), "Gửi từ tối qua")
        async with here.listening() as inbox:
            await here.heard()
            assert inbox.last.text == "Gửi từ tối qua"


async def test_after_a_quiet_week_the_numbers_start_anew() -> None:
    async with office(waits=replace(QUICK, poll=0)) as here, here.listening() as inbox:
        here.tg.say(here.tg.user("Lan"), "Trước")
        await here.heard()
        await eventually(lambda: not here.tg.updates.pending)
        here.tg.updates.last_id, asked = 100, here.tg.called("getUpdates")
        await eventually(lambda: here.tg.called("getUpdates") > asked + 1)
        here.tg.say(here.tg.user("Tâm"), "Sau")
        await here.heard(2)
        assert [(e.text, e.event_id) for e in inbox.events] == [("Trước", "731000001"), ("Sau", "101")]


async def test_a_leftover_webhook_is_taken_away_without_dropping_what_waits() -> None:
    async with office() as here:
        here.tg.webhook.url = "https://example.org/old"
        here.tg.say(here.tg.user("Lan"), "Vẫn chờ ở đó")
        async with here.listening() as inbox:
            await here.heard()
            assert (inbox.last.text, here.tg.webhook.url) == ("Vẫn chờ ở đó", "")
            asked = next(c for c in here.tg.calls if c.method == "getUpdates").values
            assert "offset" not in asked
            assert all(kind in asked["allowed_updates"] for kind in ALLOWED_UPDATES)
            assert here.tg.commands[("default::", "")] == [{"command": "start", "description": "Trang chủ"}]


async def test_a_second_program_on_the_same_token_is_reported_in_plain_words() -> None:
    async with office() as here, here.listening() as inbox:
        with capture_logs() as logs:
            here.tg.updates.interrupt("terminated by other getUpdates request")
            await eventually(lambda: any(line["event"] == "telegram.rival" for line in logs))
        rival = next(line for line in logs if line["event"] == "telegram.rival")
        assert rival["log_level"] == "error"
        assert "Tắt chương trình kia" in rival["hint"]
        here.tg.say(here.tg.user("Lan"), "Còn nghe không?")
        await here.heard()
        assert inbox.last.text == "Còn nghe không?"


@pytest.mark.parametrize(
    "trouble",
    [faults.bad_gateway(), faults.server_error(), faults.refuse_line(), faults.too_many_requests(0)],
)
async def test_the_ear_survives_trouble_on_the_line(trouble: faults.Fault) -> None:
    async with office() as here, here.listening() as inbox:
        here.tg.script(trouble, method="getUpdates", times=2)
        here.tg.say(here.tg.user("Lan"), "a")
        await here.heard()
        here.tg.say(here.tg.user("Tâm"), "b")
        await here.heard(2)
        assert [e.text for e in inbox.events] == ["a", "b"]


async def test_telegram_is_away_when_the_bot_starts() -> None:
    async with office() as here:
        here.tg.script(faults.bad_gateway(), method="getMe", times=3)
        async with here.listening():
            here.tg.say(here.tg.user("Lan"), "Chào")
            await here.heard()
        assert here.tg.called("getMe") == 4


async def test_one_update_nobody_can_read_does_not_make_the_bot_deaf() -> None:
    async with office() as here, here.listening() as inbox:
        with capture_logs() as logs:
            here.tg.publish(Update("message", {"text": "thiếu hết mọi thứ"}))
            here.tg.say(here.tg.user("Lan"), "Sau tin lạ")
            await here.heard()
        assert [e.text for e in inbox.events] == ["Sau tin lạ"]
        assert "telegram.unreadable" in [line["event"] for line in logs]


# Webhook


@asynccontextmanager
async def called_office() -> AsyncIterator[tuple[Office, str]]:
    """The office, called by Telegram over HTTP, and the address of its webhook."""
    async with office(mode="webhook") as here:
        app = Starlette(routes=here.channel.routes(here.inbox.receive))
        async with served(app) as address:
            here.channel._address = address + HOOK.path
            yield here, address + HOOK.path


async def test_telegram_calls_us_with_the_secret_derived_from_the_token() -> None:
    async with called_office() as (here, address), here.listening() as inbox:
        assert (here.tg.webhook.url, here.tg.webhook.secret) == (address, HOOK.secret(here.tg.token))
        assert here.tg.updates.allowed == [str(kind) for kind in ALLOWED_UPDATES]
        here.tg.send_album(here.tg.user("Lan"), 3, "Hội thao")
        await here.heard(3)
        assert len({e.album for e in inbox.events}) == 1
        await eventually(lambda: not here.tg.updates.pending)


async def test_a_webhook_whose_database_is_full_is_called_again() -> None:
    async with called_office() as (here, _):
        here.inbox.failing = 2
        async with here.listening() as inbox:
            here.tg.say(here.tg.user("Lan"), "Ảnh đây ạ")
            await here.heard()
            assert inbox.last.text == "Ảnh đây ạ"
            await eventually(lambda: [status for _, status in here.tg.webhook.attempts] == [500, 500, 200])


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (None, b"{}", 403),
        ("guessed", b"{}", 403),
        ("đoán", b"{}", 403),
        ("right", b"no json", 400),
        ("right", b"[1]", 400),
        ("right", b'{"update_id": "1"}', 400),
        ("right", b" " * (BODY_BYTES + 1), 413),
        ("right", b'{"update_id": 5, "poll": {}}', 200),
    ],
)
async def test_who_does_not_know_the_secret_is_turned_away_before_anything_is_read(
    secret: str | None, body: bytes, status: int
) -> None:
    async with called_office() as (here, address):
        shown = HOOK.secret(here.tg.token) if secret == "right" else secret
        headers = {"content-type": b"application/json"} | ({} if shown is None else {HOOK.header: shown.encode()})
        async with httpx.AsyncClient(verify=False) as stranger:
            answer = await stranger.post(address, content=body, headers=headers)
        assert (answer.status_code, here.inbox.tried) == (status, 0)


async def test_a_webhook_taken_away_by_somebody_is_set_again() -> None:
    async with called_office() as (here, address), here.listening():
        await here.tg.webhook.close()
        await eventually(lambda: here.tg.webhook.url == address)


async def test_a_secret_of_the_operators_own_is_used_and_polling_opens_no_route() -> None:
    async with office(mode="webhook", settings={"webhook_secret": "cua-rieng-ta"}) as here:
        assert "cua-rieng-ta" in here.channel.secrets()
    async with office() as here:
        assert here.channel.routes(here.inbox.receive) == []
