"""The fake Official Account calls the bot: signatures, repeats, disorder, silence, and every kind of event."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.telegram.loopback import Loopback
from tests.fakes.zalo_oa import OTHER, VARIANTS, FakeZaloOa, Person, Signing, jpeg
from tests.fakes.zalo_oa.caller import Caller, buttons


@dataclass
class Bot:
    """The bot's address, as simple as can be. ``answers``: HTTP status of the next calls, then 200."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    slow: asyncio.Event | None = None
    url: str = ""
    _line: Loopback | None = None

    async def take(self, request: Request) -> Response:
        raw = await request.body()
        if self.slow:
            await self.slow.wait()
        self.raws.append(raw)
        self.heard.append(json.loads(raw))
        self.headers.append(dict(request.headers))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def open(self, port: int = 0) -> None:
        self._line = await Loopback(Starlette(routes=[Route("/", self.take, methods=["POST"])]), {}).open(port)
        self.url = f"http://127.0.0.1:{self._line.port}/"

    async def close(self) -> int:
        """The port, to come back to."""
        assert self._line is not None
        await self._line.close()
        return self._line.port

    @property
    def names(self) -> list[str]:
        return [str(event.get("event_name")) for event in self.heard]


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    there = Bot()
    await there.open()
    yield there
    await there.close()


@pytest.fixture
async def oa(bot: Bot) -> AsyncIterator[FakeZaloOa]:
    async with FakeZaloOa() as fake:
        fake.webhook.url = bot.url
        yield fake


@pytest.fixture
def lan(oa: FakeZaloOa) -> Person:
    return oa.user("Chị Lan", follows=True)


async def test_a_message_comes_signed_over_its_raw_bytes(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    said = oa.write(lan, "Em gửi tin ạ")
    await oa.settled()
    event = bot.heard[0]
    assert event["event_name"] == "user_send_text"
    assert (event["sender"], event["recipient"]) == ({"id": lan.id}, {"id": oa.oa_id})
    assert event["message"] == {"msg_id": said.id, "text": "Em gửi tin ạ"}
    assert isinstance(event["timestamp"], str)
    assert "oa_id" not in event
    signed = oa.app_id.encode() + bot.raws[0] + event["timestamp"].encode() + oa.oa_secret.encode()
    assert bot.headers[0]["x-zevent-signature"] == "mac=" + hashlib.sha256(signed).hexdigest()
    assert "num_retry" not in bot.headers[0]


async def test_the_eight_ways_to_sign_are_eight_signatures(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    for how in VARIANTS:
        oa.webhook.signing = how
        oa.webhook.push({"event_name": "user_send_text", "timestamp": "1"}, lan.id)
        await oa.settled()
    assert len({headers["x-zevent-signature"] for headers in bot.headers}) == len(VARIANTS) == 8
    stamped = ["x-zevent-timestamp" in headers for headers in bot.headers]
    assert stamped == [how.timestamp == "header" for how in VARIANTS]


async def test_the_signature_may_be_bare_or_spaced_or_missing(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    for shape in ("{}", "mac = {}"):
        oa.webhook.signing = Signing(shape=shape)
        oa.write(lan, "Chào")
    oa.webhook.unsigned = True
    await oa.settled()
    oa.write(lan, "Tôi là Zalo")
    await oa.settled()
    signatures = [headers.get("x-zevent-signature", "") for headers in bot.headers]
    assert "" in signatures
    assert len(bot.headers) == 3


async def test_saving_the_address_calls_it_once_without_a_signature(oa: FakeZaloOa, bot: Bot) -> None:
    assert await oa.webhook.save(bot.url)
    assert "x-zevent-signature" not in bot.headers[0]
    bot.answers = [403]
    assert not await oa.webhook.save(bot.url)
    assert oa.webhook.url == bot.url
    assert not await oa.webhook.save("http://127.0.0.1:9/")


async def test_a_bot_that_was_away_is_called_again_and_told_so(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    oa.webhook.scale = 3600
    port = await bot.close()
    oa.write(lan, "Có ai không")
    await oa.settled()
    delivery = oa.deliveries[0]
    assert (delivery.state, delivery.tries) == ("waiting", [0])
    oa.advance(seconds=29)
    await oa.settled()
    assert delivery.tries == [0]
    oa.advance(seconds=2)
    await oa.until(lambda: len(delivery.tries) == 2)
    await bot.open(port)
    oa.advance(minutes=6)
    await oa.until(lambda: delivery.state == "taken")
    assert bot.headers[0]["num_retry"] == "2"
    assert delivery.tries == [0, 0, 200]


async def test_after_the_last_call_the_app_is_unsubscribed_until_somebody_saves_again(
    oa: FakeZaloOa, bot: Bot, lan: Person
) -> None:
    oa.webhook.scale = 0
    port = await bot.close()
    oa.write(lan, "Có ai không")
    await oa.until(lambda: not oa.webhook.subscribed)
    assert oa.deliveries[0].tries == [0] * 6
    await bot.open(port)
    oa.write(lan, "Alô")
    await oa.settled()
    assert [d.state for d in oa.deliveries] == ["lost", "lost"]
    assert await oa.webhook.save(bot.url)
    oa.write(lan, "Alô alô")
    await oa.settled()
    assert bot.heard[-1]["message"]["text"] == "Alô alô"
    assert len(bot.heard) == 2


async def test_a_bad_answer_is_not_called_again_unless_this_zalo_does(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    bot.answers = [500]
    oa.write(lan, "một")
    await oa.settled()
    assert oa.deliveries[0].state == "failed"
    oa.webhook.calls_again = True
    bot.answers = [500]
    oa.write(lan, "hai")
    await oa.until(lambda: oa.deliveries[1].state == "taken")
    assert oa.deliveries[1].tries == [500, 200]
    assert oa.webhook.complaints == 2


async def test_an_answer_after_two_seconds_is_none(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    assert oa.webhook.answer_seconds == 2.0
    oa.webhook.answer_seconds = 0.05
    bot.slow = asyncio.Event()
    oa.write(lan, "Chậm quá")
    await oa.settled()
    assert oa.deliveries[0].tries == [-1]
    assert oa.webhook.complaints == 1
    bot.slow.set()


async def test_events_come_twice_and_out_of_order_on_demand(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    oa.webhook.hold()
    for text in ("một", "hai", "ba"):
        oa.write(lan, text)
    await oa.settled()
    assert bot.heard == []
    for delivery in oa.webhook.release():
        await oa.until(lambda delivery=delivery: delivery.state == "taken")
    assert sorted(e["message"]["text"] for e in bot.heard) == ["ba", "hai", "một"]
    oa.webhook.again(oa.deliveries[0])
    await oa.settled()
    assert bot.raws[-1] == oa.deliveries[0].raw
    oa.webhook.copies = 2
    oa.write(lan, "bốn")
    await oa.settled()
    assert bot.raws[-1] == bot.raws[-2]


async def test_one_chat_is_told_in_order(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    texts = [f"tin {n}" for n in range(20)]
    for text in texts:
        oa.write(lan, text)
    await oa.settled()
    assert [event["message"]["text"] for event in bot.heard] == texts


async def test_only_ticked_events_come_and_only_words_with_a_hash_when_filtered(
    oa: FakeZaloOa, bot: Bot, lan: Person
) -> None:
    oa.webhook.ticked = {"user_send_text"}
    oa.send_photo(lan, None)
    oa.webhook.only_hash = True
    oa.write(lan, "chào")
    oa.write(lan, "#báo cáo")
    await oa.settled()
    assert [event["message"]["text"] for event in bot.heard] == ["#báo cáo"]
    assert len(oa.delivered("user_send_text")) == 1


# What is told


async def test_pictures_come_in_one_event_or_in_several(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    first = jpeg(seed=1)
    oa.send_photo(lan, first, None, caption="Ảnh hội thao")
    oa.send_photo(lan, None, None, None, caption="Album", together=True)
    await oa.settled()
    assert bot.names == ["user_send_image"] * 3
    assert [len(event["message"]["attachments"]) for event in bot.heard] == [1, 1, 3]
    assert [event["message"].get("text") for event in bot.heard] == ["Ảnh hội thao", None, "Album"]
    payload = bot.heard[0]["message"]["attachments"][0]["payload"]
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:
        assert (await http.get(payload["url"])).content == first
        oa.limits.url_life = oa.limits.code_life
        oa.advance(minutes=11)
        assert (await http.get(payload["url"])).status_code == 403
        assert (await http.get(f"{oa.media_url}/nothing/photo.jpg")).status_code == 404


async def test_a_file_comes_with_name_size_and_checksum(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    oa.send_file(lan, "bao-cao.docx", b"PK..")
    await oa.settled()
    payload = bot.heard[0]["message"]["attachments"][0]["payload"]
    assert (payload["name"], payload["size"], payload["type"]) == ("bao-cao.docx", "4", "docx")
    assert payload["checksum"] == hashlib.md5(b"PK..", usedforsecurity=False).hexdigest()


async def test_what_the_account_says_is_echoed_unless_it_is_switched_off(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    async with Caller(oa) as call:
        await call.say(lan.id, "Chọn giúp", attachment=buttons("Đã nhận"))
        oa.echoes = False
        await call.say(lan.id, "Không ai nghe")
    oa.admin_writes(lan, "Chào chị, em là Minh")
    await oa.settled()
    assert bot.names == ["oa_send_text", "oa_send_text"]
    assert (bot.heard[0]["sender"], bot.heard[0]["recipient"]) == ({"id": oa.oa_id}, {"id": lan.id})
    assert bot.heard[0]["message"]["msg_id"] == oa.sent(lan)[0].id
    assert bot.heard[1]["sender"]["admin_id"]


async def test_coming_and_going_and_the_wish_to_be_forgotten(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    oa.follow(lan, "message_invite")
    oa.chatnow(lan)
    oa.withdraw(lan)
    oa.unfollow(lan)
    await oa.settled()
    assert bot.names == ["follow", "user_click_chatnow", "user_withdraw", "unfollow"]
    assert bot.heard[0]["follower"] == {"id": lan.id}
    assert bot.heard[0]["source"] == "message_invite"
    assert [event["user_id"] for event in bot.heard[1:3]] == [lan.id] * 2
    assert all(event["oa_id"] == oa.oa_id for event in bot.heard)


async def test_details_receipts_and_marks(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    async with Caller(oa) as call:
        await call.say(lan.id, "Chào chị")
    message = oa.last(lan)
    oa.submit_info(lan, "Nguyễn Thị Lan", "84912345678")
    oa.read(lan, message)
    oa.react(lan, message, "/-strong")
    oa.any_event("widget_something_new", lan, extra={"a": 1})
    await oa.settled()
    told = dict(zip(bot.names, bot.heard, strict=True))
    assert told["user_submit_info"]["info"]["phone"] == "84912345678"
    assert "full_address" in told["user_submit_info"]["info"]
    assert told["user_received_message"]["message"] == {"msg_id": message.id}
    assert told["user_seen_message"]["message"] == {"msg_ids": [message.id]}
    assert told["user_reacted_message"]["message"] == {"msg_id": message.id, "react_icon": "/-strong"}
    assert told["widget_something_new"]["extra"] == {"a": 1}


async def test_the_other_sources_names_are_spoken_on_demand(oa: FakeZaloOa, bot: Bot, lan: Person) -> None:
    oa.dialect = OTHER
    hung = oa.user("Anh Hùng", follows=True)
    group = oa.group("Cụm 1", [lan, hung])
    oa.write_in_group(lan, group, "Chào cả nhà")
    oa.leave(hung, group)
    oa.withdraw(hung)
    oa.submit_info(lan)
    await oa.settled()
    told = dict(zip(bot.names, bot.heard, strict=True))
    assert told["user_send_group_text"]["message"]["conversation_id"] == group.id
    assert told["user_send_group_text"]["oaId"] == oa.oa_id
    assert told["user_leave_group"]["group_id"] == group.id
    assert told["user_withdraw"]["sender"] == {"id": hung.id}
    assert told["user_submit_info"]["info"]["city"] == "Hà Nội"
