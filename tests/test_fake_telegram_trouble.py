"""Bad days at Telegram: floods, faults, cut lines, restarts; and scripting the fake from another process."""

import asyncio
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.fakes.telegram import BOT_TOKEN, STRICT, FakeTelegram, FakeTelegramThread, FloodRules, User, faults, jpeg
from tests.fakes.telegram.caller import Caller
from tests.fakes.telegram.errors import ApiError
from tests.fakes.telegram.floods import Flood, most_in_any_window

GROUP, LAN = -100_200, 5_100


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(flood=None) as fake:
        yield fake


@pytest.fixture
async def call(tg: FakeTelegram) -> AsyncIterator[Caller]:
    async with Caller(tg.base_url, tg.token) as caller:
        yield caller


@pytest.fixture
def lan(tg: FakeTelegram) -> User:
    person = tg.user("Lan")
    tg.start(person)
    return person


def send(flood: Flood, now: float, chat: int, *, items: int = 1, edit: bool = False) -> int:
    """0 when let through, else the seconds to wait."""
    try:
        flood.admit(now, chat, group=chat < 0, edit=edit, items=items)
    except ApiError as refusal:
        return refusal.parameters["retry_after"]
    return 0


def test_thirty_a_second_pass_and_the_next_one_stops_everybody() -> None:
    flood = Flood()
    assert [send(flood, n / 100, LAN + n) for n in range(30)] == [0] * 30
    assert send(flood, 0.3, LAN + 30) == 1
    assert send(flood, 0.4, LAN + 31) == 1
    assert flood.rejected == 2
    assert send(flood, 1.31, LAN + 32) == 0


def test_one_chat_takes_one_message_a_second() -> None:
    flood = Flood()
    assert [send(flood, t, LAN) for t in (0.0, 0.96, 1.5, 2.6)] == [0, 0, 1, 0]
    assert (flood.rejected, flood.rejected_by_chat) == (1, {LAN: 1})


def test_a_group_takes_twenty_a_minute_and_an_album_counts_each_picture() -> None:
    flood = Flood()
    assert [send(flood, t, GROUP, items=9) for t in (0, 2)] == [0, 0]
    assert send(flood, 4, GROUP, items=3) == 56
    assert send(flood, 5, LAN) == 0
    assert send(flood, 60, GROUP, items=3) == 0
    private = Flood()
    assert [send(private, t, LAN, items=10) for t in (0, 2, 4)] == [0, 0, 0]


def test_edits_in_a_group_have_their_own_minute() -> None:
    flood = Flood()
    assert [send(flood, n / 10, GROUP, edit=True) for n in range(20)] == [0] * 20
    assert send(flood, 2, GROUP, edit=True) == 58
    assert Flood().rejected == 0
    assert [send(Flood(), 0, LAN, edit=True) for _ in range(50)] == [0] * 50


def test_who_does_not_wait_waits_longer() -> None:
    flood = Flood()
    send(flood, 0, LAN)
    assert send(flood, 0.1, LAN) == 1
    assert send(flood, 0.2, LAN) == 1, "already under way: no penalty"
    assert [send(flood, t, LAN) for t in (0.5, 0.6, 0.7)] == [2, 4, 7]
    assert flood.during_pause == 3
    assert send(flood, 7.2, LAN) == 0
    assert send(flood, 7.3, LAN) == 1, "obedience wipes the slate"


def test_rules_can_be_changed_and_switched_off() -> None:
    flood = Flood(FloodRules(overall_per_second=2, chat_per_second=None, group_per_minute=None))
    assert [send(flood, 0, GROUP) for _ in range(3)] == [0, 0, 1]
    flood.rules = None
    assert [send(flood, 0, GROUP) for _ in range(100)] == [0] * 100
    flood.rules = STRICT
    flood.forget()
    assert send(flood, 0, GROUP) == 0


def test_the_busiest_second_is_found_wherever_it_begins() -> None:
    assert most_in_any_window([(0.0, 1), (0.9, 1), (1.0, 1), (1.8, 3)], 1.0) == 5
    assert most_in_any_window([(0.0, 1), (1.0, 1)], 1.0) == 1
    assert most_in_any_window([], 1.0) == 0


async def test_the_send_log_tells_how_fast_the_bot_was() -> None:
    ticks = iter(range(1000))
    async with FakeTelegram(monotonic=lambda: next(ticks) / 10) as tg, Caller(tg.base_url, tg.token) as call:
        lan, hoa = tg.user("Lan"), tg.user("Hoa")
        tg.start(lan)
        tg.start(hoa)
        answers = [await call("sendMessage", chat_id=c.id, text="a") for c in (lan, hoa, lan)]
        assert [a["ok"] for a in answers] == [True, True, False]
        assert answers[2]["parameters"] == {"retry_after": 1}
        assert [(s.status, s.retry_after) for s in tg.sends] == [(200, None), (200, None), (429, 1)]
        assert (tg.rejected, tg.most_messages(1.0), tg.most_messages(60, lan)) == (1, 2, 1)
        assert len(tg.sent()) == 2


async def test_trouble_hits_only_what_it_is_meant_for(tg: FakeTelegram, call: Caller, lan: User) -> None:
    hoa = tg.user("Hoa")
    tg.start(hoa)
    tg.script(faults.too_many_requests(9), method="sendMessage", chat=lan, skip=2, times=2)
    statuses = [(await call("sendMessage", chat_id=c.id, text="a"))["ok"] for c in (lan, hoa, lan, lan, lan, hoa, lan)]
    assert statuses == [True, True, True, False, False, True, True]
    tg.script(faults.no_rights(), chat=lan, times=None)
    assert not (await call("sendPhoto", {"photo": jpeg(64, 64)}, chat_id=lan.id))["ok"]
    tg.calm()
    assert (await call("sendPhoto", {"photo": jpeg(64, 64)}, chat_id=lan.id))["ok"]


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (faults.blocked(), 403, "bot was blocked by the user"),
        (faults.kicked(), 403, "bot was kicked"),
        (faults.deactivated(), 403, "user is deactivated"),
        (faults.chat_not_found(), 400, "chat not found"),
        (faults.no_rights(), 400, "not enough rights"),
        (faults.migrated(-1001), 400, "upgraded to a supergroup"),
        (faults.server_error(503), 503, "Internal Server Error"),
    ],
)
async def test_each_refusal_has_its_words_and_leaves_no_message(
    tg: FakeTelegram, call: Caller, lan: User, fault: faults.Fault, code: int, words: str
) -> None:
    tg.script(fault)
    response = await call.response("sendMessage", chat_id=lan.id, text="a")
    assert (response.status_code, response.json()["error_code"]) == (code, code)
    assert words in response.json()["description"]
    assert tg.sent() == []


async def test_a_proxy_answers_in_html(tg: FakeTelegram, call: Caller, lan: User) -> None:
    tg.script(faults.bad_gateway())
    response = await call.response("sendMessage", chat_id=lan.id, text="a")
    assert (response.status_code, response.text[:6], tg.sent()) == (502, "<html>", [])


@pytest.mark.parametrize(
    ("fault", "arrived"), [(faults.accept_then_drop(), 1), (faults.refuse_line(), 0)], ids=["accepted", "refused"]
)
async def test_a_cut_line_may_hide_a_delivery(
    tg: FakeTelegram, call: Caller, lan: User, fault: faults.Fault, arrived: int
) -> None:
    tg.script(fault)
    with pytest.raises(httpx.RemoteProtocolError):
        await call("sendMessage", chat_id=lan.id, text="a")
    assert (len(tg.sent(lan)), tg.calls[-1].status) == (arrived, 0)
    assert (await call("sendMessage", chat_id=lan.id, text="b"))["ok"]


async def test_a_server_can_be_slow_or_never_answer(tg: FakeTelegram, call: Caller, lan: User) -> None:
    tg.script(faults.slow(0.05))
    slow = asyncio.create_task(call("sendMessage", chat_id=lan.id, text="a"))
    await tg.until(lambda: len(tg.sent()) == 1)
    assert not slow.done()
    assert (await slow)["ok"]
    tg.script(faults.hang())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call("sendMessage", chat_id=lan.id, text="b"), 0.1)
    assert len(tg.sent()) == 1


async def test_an_album_can_break_in_the_middle(tg: FakeTelegram, call: Caller, lan: User) -> None:
    tg.script(faults.album_flood(8, done=1))
    files = {f"p{n}": jpeg(64, 64) for n in range(3)}
    media = json.dumps([{"type": "photo", "media": f"attach://p{n}"} for n in range(3)])
    answer = await call("sendMediaGroup", files, chat_id=lan.id, media=media)
    assert answer["error_code"] == 400
    assert "parameters" not in answer
    assert "#2" in answer["description"]
    assert "Too Many Requests: retry after 8" in answer["description"]
    assert len(tg.sent(lan)) == 1


async def test_an_album_trickles_in(tg: FakeTelegram, call: Caller, lan: User) -> None:
    start = (await call("getUpdates"))["result"][0]["update_id"]
    album = tg.send_album(lan, 3, gaps=0.02, repeat=[2])
    assert len(tg.updates.pending) == 2
    await tg.until(lambda: len(tg.updates.deliverable()) == 5)
    updates = (await call("getUpdates", offset=start + 1))["result"]
    numbers = [m.id for m in album]
    assert [u["message"]["message_id"] for u in updates] == [*numbers, numbers[2]]


async def test_a_killed_bot_is_no_rival_of_its_successor(tg: FakeTelegram, call: Caller, lan: User) -> None:
    await call("getUpdates", offset=10**9)
    async with Caller(tg.base_url, tg.token) as killed:
        poll = asyncio.create_task(killed("getUpdates", timeout=30))
        await tg.until(lambda: tg.updates.is_polled)
        poll.cancel()
    await tg.until(lambda: not tg.updates.is_polled)
    successor = asyncio.create_task(call("getUpdates", timeout=5))
    await tg.until(lambda: tg.updates.is_polled)
    tg.say(lan, "Còn ai trực không?")
    assert [u["message"]["text"] for u in (await successor)["result"]] == ["Còn ai trực không?"]


async def test_telegram_goes_away_and_comes_back_with_all_it_knew(tg: FakeTelegram, call: Caller, lan: User) -> None:
    await call("sendMessage", chat_id=lan.id, text="a")
    port = tg.port
    await tg.close()
    with pytest.raises(httpx.TransportError):
        await call("sendMessage", chat_id=lan.id, text="b")
    tg.say(lan, "trong lúc mất mạng")
    await tg.open(port)
    assert [u["message"]["text"] for u in (await call("getUpdates"))["result"]] == ["/start", "trong lúc mất mạng"]
    assert [m.text for m in tg.sent(lan)] == ["a"]


def test_the_fake_lives_in_a_thread_beside_other_processes() -> None:
    with FakeTelegramThread(flood=None) as thread:
        lan = thread.do(lambda tg: tg.user("Lan"))
        thread.do(lambda tg: tg.start(lan, "may10"))
        address = f"{thread.base_url}/bot{thread.token}/sendMessage"
        answer = httpx.post(address, json={"chat_id": lan.id, "text": "Chào chị"}, trust_env=False)
        assert answer.json()["ok"]
        assert thread.until(lambda tg: [m.text for m in tg.sent(lan)]) == ["Chào chị"]
        with pytest.raises(TimeoutError):
            thread.until(lambda tg: tg.rejected, timeout=0.02)


@pytest.fixture
def alone() -> Iterator[httpx.Client]:
    """The fake as a process of its own; the client speaks to its root."""
    command = [sys.executable, "-m", "tests.fakes.telegram", "--no-flood"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address, token = process.stdout.readline().split()
        assert token == BOT_TOKEN
        with httpx.Client(verify=False, base_url=address, trust_env=False) as client:
            yield client
        process.kill()


def test_another_process_writes_the_script(alone: httpx.Client) -> None:
    def ctl(action: str, **arguments: Any) -> Any:
        response = alone.post(f"/ctl/{action}", json=arguments)
        assert response.is_success, response.text
        return response.json()

    def bot(method: str, **arguments: Any) -> Any:
        return alone.post(f"/bot{BOT_TOKEN}/{method}", json=arguments).json()

    lan = ctl("user", first_name="Lan")["id"]
    group = ctl("group", title="CĐCS May 10", members=[lan], bot="administrator")["id"]
    picture = jpeg(200, 100)
    ctl("send_photo", user=lan, chat=group, data=b64encode(picture).decode(), caption="Hội thao")
    album = ctl("send_album", user=lan, chat=group, photos=[b64encode(picture).decode()] * 2)
    heard = [u["message"] for u in bot("getUpdates")["result"]]
    assert [m["message_id"] for m in heard[1:]] == [m["message_id"] for m in album]
    path = bot("getFile", file_id=heard[0]["photo"][-1]["file_id"])["result"]["file_path"]
    assert alone.get(f"/file/bot{BOT_TOKEN}/{path}").content == picture
    bot(
        "sendMessage",
        chat_id=group,
        text="?",
        reply_markup={"inline_keyboard": [[{"text": "Rõ", "callback_data": "r"}]]},
    )
    bot("answerCallbackQuery", callback_query_id=ctl("press", user=lan, button="Rõ", chat=group)["id"], text="Cảm ơn")
    assert ctl("presses")[0]["answer"]["text"] == "Cảm ơn"
    ctl("fault", fault="too_many_requests", **{"with": {"seconds": 4}}, method="sendMessage", chat=group)
    assert bot("sendMessage", chat_id=group, text="a")["parameters"] == {"retry_after": 4}
    ctl("flood", rules={"chat_per_second": 1})
    assert [bot("sendMessage", chat_id=group, text="a")["ok"] for _ in range(2)] == [True, False]
    report = ctl("report")
    assert (report["delivered"], report["by_chat"], report["rejected"]) == (2, {str(group): 2}, 1)
    assert [m["text"] for m in ctl("sent", chat=group)] == ["?", "a"]
    assert ctl("migrate", chat=group)["type"] == "supergroup"
    assert alone.post("/ctl/press", json={"user": lan, "button": "Không"}).status_code == 400
    assert alone.post("/ctl/explode").status_code == 404
