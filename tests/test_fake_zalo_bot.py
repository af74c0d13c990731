"""The fake Zalo Bot Platform holds to its own rules, whatever client asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.telegram.loopback import serve
from tests.fakes.zalo_bot import BOT_TOKEN, FakeZaloBot, faults

PHOTO = b"\xff\xd8 a photo"


class Caller:
    """Bare requests, refusals included."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def __call__(self, method: str, **values: Any) -> Any:
        return (await self.response(method, **values)).json()

    async def response(self, method: str, **values: Any) -> httpx.Response:
        return await self._http.post(method, json=values)

    async def next(self, timeout: float = 1) -> Any:
        return (await self("getUpdates", timeout=timeout))["result"]


@asynccontextmanager
async def zalo(**switches: Any) -> AsyncIterator[tuple[FakeZaloBot, Caller]]:
    async with (
        FakeZaloBot(**switches) as fake,
        httpx.AsyncClient(
            verify=False, base_url=f"{fake.base_url}/bot{fake.token}/", trust_env=False, timeout=5
        ) as http,
    ):
        yield fake, Caller(http)


@asynccontextmanager
async def site(status: int = 200, kind: str = "image/jpeg") -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Our own server: shows a photo, takes webhooks and remembers them."""
    taken: list[dict[str, Any]] = []

    async def photo(_: Request) -> Response:
        return Response(PHOTO, status, media_type=kind)

    async def hook(request: Request) -> Response:
        taken.append({"secret": request.headers.get("X-Bot-Api-Secret-Token"), "body": await request.json()})
        return Response(status_code=status)

    async with serve(Starlette(routes=[Route("/a.jpg", photo), Route("/hook", hook, methods=["POST"])])) as address:
        yield address, taken


async def test_one_poll_brings_one_object_and_it_is_gone() -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "một")
        fake.say(lan, "hai")
        first, second = await call.next(), await call.next()
        assert [first["message"]["text"], second["message"]["text"]] == ["một", "hai"]
        assert first["event_name"] == "message.text.received"
        assert first["message"]["chat"] == {"id": lan.id, "chat_type": "PRIVATE"}
        assert first["message"]["from"] == {"id": lan.id, "display_name": "Lan", "is_bot": False}


async def test_nothing_new_is_408_in_both_ways() -> None:
    async with zalo() as (_, call):
        empty = [await call.response("getUpdates", timeout=0) for _ in range(4)]
        assert [answer.status_code for answer in empty] == [408, 200, 408, 200]
        assert {(answer.json()["ok"], answer.json()["error_code"]) for answer in empty} == {(False, 408)}


async def test_a_poll_whose_client_went_away_consumes_nothing() -> None:
    async with zalo() as (fake, call):
        waiting = asyncio.create_task(call.next(5))
        await fake.until(lambda: fake.pollers)
        waiting.cancel()
        await fake.until(lambda: not fake.pollers)
        fake.say(fake.person("Lan"), "còn đây")
        assert (await call.next())["message"]["text"] == "còn đây"


async def test_webhook_and_polling_exclude_each_other() -> None:
    async with zalo(loopback=True) as (fake, call), site() as (address, taken):
        assert (await call.response("getWebhookInfo")).status_code == 404
        await call("setWebhook", url=f"{address}/hook", secret_token="eight888")
        assert (await call("getWebhookInfo"))["result"]["url"] == f"{address}/hook"
        assert (await call("getUpdates", timeout=0))["error_code"] == 400
        fake.say(fake.person("Lan"), "xin chào")
        await fake.until(lambda: fake.webhook.attempts)
        assert taken[0]["secret"] == "eight888"
        await call("deleteWebhook")
        assert (await call("getUpdates", timeout=0))["error_code"] == 408


@pytest.mark.parametrize(("shape", "wrapped"), [("flat", [False, False]), ("wrapped", [True, True]), ("mixed", [0, 1])])
async def test_a_webhook_comes_flat_or_wrapped(shape: str, wrapped: list[bool]) -> None:
    async with zalo(loopback=True, shape=shape) as (fake, call), site() as (address, taken):
        await call("setWebhook", url=f"{address}/hook", secret_token="eight888")
        for word in ("một", "hai"):
            fake.say(fake.person("Lan"), word)
        await fake.until(lambda: len(fake.webhook.attempts) == 2)
        assert [("result" in one["body"]) for one in taken] == wrapped


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://loa.example.vn/hook", "short"),
        ("https://loa.example.vn/hook", "s" * 257),
        ("http://loa.example.vn/hook", "eight888"),
        ("https://192.168.1.4/hook", "eight888"),
        ("http://127.0.0.1:80/hook", "eight888"),
        ("https://localhost/hook", "eight888"),
    ],
)
async def test_a_webhook_address_must_be_public_https_with_a_secret(url: str, secret: str) -> None:
    async with zalo() as (fake, call):
        assert (await call("setWebhook", url=url, secret_token=secret))["error_code"] == 400
        assert not fake.webhook.url


async def test_an_update_the_receiver_refused_is_not_brought_again() -> None:
    async with zalo(loopback=True) as (fake, call), site(status=500) as (address, taken):
        await call("setWebhook", url=f"{address}/hook", secret_token="eight888")
        fake.say(fake.person("Lan"), "xin chào")
        await fake.until(lambda: fake.webhook.attempts)
        assert fake.webhook.attempts[0][1] == 500
        assert not fake.waiting
        assert len(taken) == 1


@pytest.mark.parametrize(("field", "shown"), [("photo", str), ("photo_url", str), ("list", list)])
async def test_a_photo_stands_in_one_of_three_places(field: str, shown: type) -> None:
    async with zalo(photo_field=field) as (fake, call):
        fake.send_photo(fake.person("Lan"), PHOTO, "cổng A")
        message = (await call.next())["message"]
        value = message["photo_url" if field == "photo_url" else "photo"]
        assert isinstance(value, shown)
        assert message["caption"] == "cổng A"
        async with httpx.AsyncClient(verify=False, trust_env=False) as http:
            address = value[0] if isinstance(value, list) else value
            assert (await http.get(address)).content == PHOTO
            fake.forget()
            assert (await http.get(address)).status_code == 404


async def test_what_it_cannot_show_is_announced_without_content() -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        fake.send_unsupported(lan)
        fake.send_voice(lan)
        fake.send_sticker(lan)
        names = [(await call.next())["event_name"] for _ in range(3)]
        assert names == ["message.unsupported.received", "message.voice.received", "message.sticker.received"]


async def test_a_group_lets_through_only_what_calls_the_bot() -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        group = fake.group("Cụm 1", lan)
        fake.say(lan, "chuyện riêng của nhóm", group)
        fake.send_photo(lan, PHOTO, group=group)
        fake.say(lan, "đăng ký", group, mention=True)
        await call("sendMessage", chat_id=group.id, text="Đã nghe")
        fake.say(lan, "1", group, reply=fake.last(group))
        heard = [(await call.next())["message"] for _ in range(2)]
        assert [message["text"] for message in heard] == ["@Bot Công đoàn đăng ký", "1"]
        assert heard[0]["chat"] == {"id": group.id, "chat_type": "GROUP"}
        assert not fake.waiting


async def test_duplicates_and_echoes_happen() -> None:
    async with zalo(echoes=True) as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "một lần")
        fake.repeat()
        first, again = await call.next(), await call.next()
        assert first == again
        await call("sendMessage", chat_id=lan.id, text="Chào anh/chị")
        echo = (await call.next())["message"]
        assert echo["from"]["is_bot"]
        assert echo["text"] == "Chào anh/chị"


async def test_nobody_can_be_written_to_who_never_wrote() -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        assert (await call("sendMessage", chat_id=lan.id, text="x"))["error_code"] == 400
        fake.say(lan, "chào")
        assert (await call("sendMessage", chat_id=lan.id, text="x"))["ok"]
        fake.blocks(lan)
        assert (await call("sendMessage", chat_id=lan.id, text="x"))["ok"]
        assert [message.dropped for message in fake.sent(lan)] == [False, True]


@pytest.mark.parametrize("length", [0, 2001])
async def test_text_and_caption_have_one_to_two_thousand_letters(length: int) -> None:
    async with zalo(loopback=True) as (fake, call), site() as (address, _):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        words = "ế" * length
        assert (await call("sendMessage", chat_id=lan.id, text=words))["error_code"] == 400
        photo = await call("sendPhoto", chat_id=lan.id, photo=f"{address}/a.jpg", caption=words)
        assert photo["error_code"] == 400
        assert (await call("sendMessage", chat_id=lan.id, text="ế" * 2000))["ok"]
        assert (await call("sendPhoto", chat_id=lan.id, photo=f"{address}/a.jpg"))["ok"]


@pytest.mark.parametrize(
    "style",
    [
        {"start": 0, "len": 99, "st": ["b"]},
        {"start": -1, "len": 2, "st": ["b"]},
        {"start": 0, "len": 0, "st": ["b"]},
        {"start": 0, "len": 2, "st": ["bold"]},
        {"start": 0, "len": 2, "st": []},
        {"start": 0, "len": 2},
        {"start": 5, "len": 1, "st": ["b"]},
        {"start": "0", "len": 2, "st": ["b"]},
    ],
)
async def test_styles_out_of_place_are_refused(style: dict[str, Any]) -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        answer = await call("sendMessage", chat_id=lan.id, text="Chào 🎉 cả nhà", text_styles=[style])
        assert answer["error_code"] == 400
        assert not fake.sent()


async def test_styles_count_an_emoji_as_two() -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        style = {"start": 8, "len": 2, "st": ["b"]}
        await call("sendMessage", chat_id=lan.id, text="Chào 🎉 cả nhà", text_styles=[style])
        assert fake.last(lan).bold == ["cả"]
        await call("sendMessage", chat_id=lan.id, text="**a** cả", text_styles=[style], parse_mode="markdown")
        assert (fake.last(lan).text, fake.last(lan).bold) == ("a cả", [])


async def test_photos_are_really_fetched() -> None:
    async with zalo(names={"loa.example.vn": "unset"}) as (fake, call), site() as (address, _):
        fake.names["loa.example.vn"] = address
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        assert (await call("sendPhoto", chat_id=lan.id, photo="https://loa.example.vn/a.jpg", caption="Cổng"))["ok"]
        assert (fake.last(lan).photo, fake.last(lan).text) == (PHOTO, "Cổng")
        for url in (
            "https://loa.example.vn/none.jpg",
            "https://nobody.example.vn/a.jpg",
            "http://loa.example.vn/a.jpg",
        ):
            assert (await call("sendPhoto", chat_id=lan.id, photo=url))["error_code"] == 400
        assert (await call("sendPhoto", chat_id=lan.id, photo=f"{address}/a.jpg"))["error_code"] == 400
        assert len(fake.sent()) == 1


async def test_a_page_is_no_photo() -> None:
    async with zalo(loopback=True) as (fake, call), site(kind="text/html") as (address, _):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        assert (await call("sendPhoto", chat_id=lan.id, photo=f"{address}/a.jpg"))["error_code"] == 400


async def test_a_voice_message_to_a_group_is_ok_and_lost() -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        group = fake.group("Cụm 1", lan)
        for where in (lan.id, group.id):
            assert (await call("sendVoice", chat_id=where, voice_url="https://a.example/x.aac"))["ok"]
        assert [message.dropped for message in fake.sent()] == [False, True]
        assert (await call("sendVoice", chat_id=lan.id, voice_url="https://a.example/x.mp3"))["error_code"] == 400


async def test_the_months_messages_are_counted_in_vietnam() -> None:
    moment = datetime(2027, 5, 31, 16, 59, tzinfo=UTC)  # one minute before June in Hà Nội
    async with zalo(monthly=2, now=lambda: moment) as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        codes = [(await call("sendMessage", chat_id=lan.id, text="x")).get("error_code") for _ in range(3)]
        assert codes == [None, None, 429]
        moment = datetime(2027, 5, 31, 17, 0, tzinfo=UTC)
        assert (await call("sendMessage", chat_id=lan.id, text="x"))["ok"]
        assert (fake.used, fake.quota_refusals) == (1, 1)


async def test_methods_have_exact_names_and_what_is_missing_is_missing() -> None:
    async with zalo() as (_, call):
        for method in ("getme", "editMessageText", "sendDocument", "deleteMessage", "testWebhook"):
            assert (await call.response(method)).status_code == 404
        assert (await call("getMe"))["result"]["display_name"] == "Bot Công đoàn"


async def test_no_answer_repeats_the_token() -> None:
    async with zalo() as (fake, call), httpx.AsyncClient(verify=False, trust_env=False) as http:
        answers = [await call.response(method) for method in ("getMe", "nothing", "sendMessage", "getWebhookInfo")]
        answers.append(await http.post(f"{fake.base_url}/bot1:wrong/getMe"))
        assert answers[-1].json() == {"ok": False, "description": "Unauthorized", "error_code": 401}
        for answer in answers:
            assert BOT_TOKEN not in answer.text
            assert "1:wrong" not in answer.text


@pytest.mark.parametrize("code", [401, 403, 404, 429, 500, 503])
async def test_an_error_on_demand_changes_nothing(code: int) -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        fake.script(faults.error(code), method="sendMessage")
        answer = await call.response("sendMessage", chat_id=lan.id, text="x")
        assert (answer.status_code, answer.json()["error_code"]) == (code, code)
        assert not fake.sent()
        assert (await call("sendMessage", chat_id=lan.id, text="x"))["ok"]


async def test_lines_are_cut_before_or_after_the_deed() -> None:
    async with zalo() as (fake, call):
        lan = fake.person("Lan")
        fake.say(lan, "chào")
        for fault, said in ((faults.refuse_line(), 0), (faults.accept_then_drop(), 1)):
            fake.script(fault, method="sendMessage")
            with pytest.raises(httpx.RemoteProtocolError):
                await call("sendMessage", chat_id=lan.id, text="x")
            assert len(fake.sent()) == said
        fake.script(faults.page(502))
        assert "<html>" in (await call.response("getMe")).text


async def test_hanging_ends_with_the_clients_patience() -> None:
    async with zalo() as (fake, call):
        fake.script(faults.hang(), method="getMe")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call("getMe"), 0.05)
        assert (await call("getMe"))["ok"]
