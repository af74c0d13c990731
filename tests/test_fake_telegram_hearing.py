"""What the fake lets the bot hear: privacy mode, acknowledgement, duplicates, kinds of updates."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.telegram import Chat, FakeTelegram, User, jpeg
from tests.fakes.telegram.caller import Caller
from tests.fakes.telegram.loopback import serve

NOON = datetime(2026, 5, 7, 5, 0, tzinfo=UTC)


class Watch:
    """A wall clock that a test turns by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def tg(watch: Watch) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(flood=None, clock=watch) as fake:
        yield fake


@pytest.fixture
async def call(tg: FakeTelegram) -> AsyncIterator[Caller]:
    async with Caller(tg.base_url, tg.token) as caller:
        yield caller


@pytest.fixture
def lan(tg: FakeTelegram) -> User:
    """A chair who has started the bot."""
    person = tg.user("Lan")
    tg.start(person)
    return person


async def heard(call: Caller) -> list[str]:
    """What the bot now hears, once: texts of messages, acknowledged at once."""
    updates = (await call("getUpdates"))["result"]
    await call("getUpdates", offset=updates[-1]["update_id"] + 1 if updates else 0)
    return [u["message"].get("text", "service") for u in updates if "message" in u]


async def test_privacy_mode_hides_what_is_not_for_the_bot(tg: FakeTelegram, call: Caller, lan: User) -> None:
    await heard(call)
    group = tg.group("CĐCS May 10", [lan])
    for text in ("nộp bài", "/nop", "/nop@loa_cong_doan_bot", "/nop@other_bot", "@loa_cong_doan_bot ơi"):
        tg.say(lan, text, group)
    assert await heard(call) == ["/nop@loa_cong_doan_bot"]
    sent = (await call("sendMessage", chat_id=group.id, text="a"))["result"]["message_id"]
    tg.say(lan, "/nop", group)
    tg.say(lan, "trả lời", group, reply_to=sent)
    rival = tg.user("Bot khác", is_bot=True)
    tg.join(group, rival)
    tg.say(rival, "xin chào", group)
    tg.say(lan, "/nop sau bot khác", group)
    assert await heard(call) == ["/nop", "trả lời", "service"]
    album = tg.send_album(lan, 3, "ảnh", group, reply_to=sent)
    assert [u["message"]["message_id"] for u in (await call("getUpdates"))["result"]] == [album[0].id]


async def test_privacy_ends_for_an_admin_or_after_adding_the_bot_again(
    tg: FakeTelegram, call: Caller, lan: User
) -> None:
    group = tg.group("CĐCS May 10", [lan])
    tg.set_privacy(False)
    assert (await call("getMe"))["result"]["can_read_all_group_messages"] is True
    await heard(call)
    tg.say(lan, "một", group)
    assert await heard(call) == []
    tg.promote_bot(group)
    tg.say(lan, "hai", group)
    tg.demote_bot(group)
    tg.say(lan, "ba", group)
    assert await heard(call) == ["hai"]
    tg.remove_bot(group)
    tg.say(lan, "bốn", group)
    tg.add_bot(group)
    tg.say(lan, "năm", group)
    assert await heard(call) == ["service", "service", "năm"]


async def test_updates_wait_until_acknowledged(tg: FakeTelegram, call: Caller, lan: User, watch: Watch) -> None:
    for number in range(4):
        tg.say(lan, f"tin {number}")
    first = (await call("getUpdates", limit=2))["result"]
    assert (await call("getUpdates", limit=2))["result"] == first
    rest = (await call("getUpdates", offset=first[1]["update_id"] + 1))["result"]
    assert [u["message"]["text"] for u in rest] == ["tin 1", "tin 2", "tin 3"]
    assert [u["message"]["text"] for u in (await call("getUpdates", offset=-1))["result"]] == ["tin 3"]
    watch.now += timedelta(hours=25)
    assert (await call("getUpdates"))["result"] == []


async def test_a_webhook_keeps_the_order_of_a_chat_and_blocks_no_other(
    tg: FakeTelegram, call: Caller, lan: User
) -> None:
    order, hoa = [], tg.user("Hoa")

    async def hook(request: Request) -> Response:
        message = (await request.json())["message"]
        order.append(message["text"])
        return Response(status_code=503 if message["from"]["id"] == lan.id and len(order) < 5 else 204)

    await heard(call)
    tg.say(lan, "một")
    tg.say(lan, "hai")
    tg.say(hoa, "của chị Hoa")
    tg.webhook.retry_seconds = 0.01
    async with serve(Starlette(routes=[Route("/hook", hook, methods=["POST"])])) as address:
        await call("setWebhook", url=f"{address}/hook")
        await tg.until(lambda: not tg.updates.pending)
        await call("deleteWebhook")
    assert sorted(order[:2]) == ["của chị Hoa", "một"]
    assert order[2:] == ["một", "một", "một", "hai"]


async def test_an_update_can_come_twice_or_late(tg: FakeTelegram, call: Caller, lan: User) -> None:
    await heard(call)
    with tg.holding() as held:
        tg.say(lan, "một")
        tg.edit(lan, tg.say(lan, "hai"), "hai hai")
    assert await heard(call) == []
    tg.publish(held[2])
    tg.publish(held[0])
    tg.repeat()
    updates = (await call("getUpdates"))["result"]
    assert ["edited_message" in u for u in updates] == [True, False, False]
    assert updates[1] == updates[2]
    assert (await call("getUpdates", offset=updates[-1]["update_id"] + 1))["result"] == []
    tg.repeat()
    assert (await call("getUpdates", offset=updates[-1]["update_id"] + 1))["result"] == updates[2:]


async def test_only_wanted_kinds_come(tg: FakeTelegram, call: Caller, lan: User) -> None:
    group = tg.group("CĐCS May 10", [lan], bot="administrator")
    hoa = tg.user("Hoa")
    await heard(call)
    tg.join(group, hoa)
    assert [set(u) - {"update_id"} for u in (await call("getUpdates"))["result"]] == [{"message"}]
    await heard(call)
    await call("getUpdates", allowed_updates=["chat_member"])
    tg.leave(group, hoa)
    (update,) = (await call("getUpdates"))["result"]
    assert update["chat_member"]["new_chat_member"]["status"] == "left"
    await call("getUpdates", offset=update["update_id"] + 1, allowed_updates=[])
    tg.say(lan, "một", group)
    assert await heard(call) == ["một"]


async def test_an_album_may_hold_photos_films_and_papers(tg: FakeTelegram, call: Caller, lan: User) -> None:
    await heard(call)
    tg.send_album(lan, [jpeg(64, 64), ("clip.mp4", b"....ftyp"), ("bao cao.docx", b"PK")])
    messages = [u["message"] for u in (await call("getUpdates"))["result"]]
    assert [next(k for k in ("photo", "video", "document") if k in m) for m in messages] == [
        "photo",
        "video",
        "document",
    ]


async def test_an_answer_finds_the_message_taken_back(tg: FakeTelegram, call: Caller, lan: User) -> None:
    hers = tg.say(lan, "gửi nhầm")
    tg.delete(lan, hers)
    answer = await call("sendMessage", chat_id=lan.id, text="Đã nhận", reply_parameters={"message_id": hers.id})
    assert answer["description"] == "Bad Request: message to be replied not found"


async def test_people_send_other_things_too(tg: FakeTelegram, call: Caller, lan: User) -> None:
    await heard(call)
    tg.send_video(lan, b"....ftypmp42", "clip")
    tg.send_voice(lan, b"OggS")
    tg.send_document(lan, "bao cao.xlsx", b"PK")
    tg.send_other(lan, {"contact": {"phone_number": "0900000000", "first_name": "Lan"}})
    video, voice, document, contact = [u["message"] for u in (await call("getUpdates"))["result"]]
    assert (video["video"]["mime_type"], video["caption"]) == ("video/mp4", "clip")
    assert voice["voice"]["file_size"] == 4
    assert document["document"]["file_name"] == "bao cao.xlsx"
    assert contact["contact"]["first_name"] == "Lan"
    for kind, method in (("video", "sendVideo"), ("voice", "sendVoice")):
        assert (await call(method, {kind: b"OggS"}, chat_id=lan.id))["result"][kind]["file_size"] == 4


def test_nobody_speaks_where_they_are_not(tg: FakeTelegram) -> None:
    group: Chat = tg.group("CĐCS May 10")
    with pytest.raises(LookupError, match="not a member"):
        tg.say(tg.user("Hoa"), "chen ngang", group)
    with pytest.raises(LookupError, match="not a member"):
        tg.press(tg.user("Hoa"), "Nhận việc", group)
