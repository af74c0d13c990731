"""Bad days at Zalo: rates, faults, cut lines, codes of either table, restarts; the fake in a thread."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.fakes.zalo_oa import FakeZaloOa, FakeZaloOaThread, Limits, Person, faults
from tests.fakes.zalo_oa.caller import Caller
from tests.fakes.zalo_oa.rates import Meter


@pytest.fixture
async def oa() -> AsyncIterator[FakeZaloOa]:
    async with FakeZaloOa() as fake:
        yield fake


@pytest.fixture
async def call(oa: FakeZaloOa) -> AsyncIterator[Caller]:
    async with Caller(oa) as caller:
        yield caller


@pytest.fixture
def lan(oa: FakeZaloOa) -> Person:
    return oa.user("Chị Lan", follows=True)


def test_a_minute_takes_so_many_and_the_next_minute_again() -> None:
    meter = Meter(3)
    assert [meter.admit(t) for t in (0, 1, 2, 3, 59.9)] == [True, True, True, False, False]
    assert meter.headers() == {"X-RateLimit-Limit": "3", "X-RateLimit-Remain": "0"}
    assert [meter.admit(t) for t in (60, 60.5, 61)] == [True, False, True]
    assert meter.rejected == 3
    assert Meter(None).headers() == {}


async def test_the_rate_stands_in_the_headers_of_every_answer() -> None:
    seconds = [0.0]
    async with FakeZaloOa(limits=Limits(per_minute=2), monotonic=lambda: seconds[0]) as oa:
        headers = {"access_token": oa.access_token}
        async with httpx.AsyncClient(verify=False, trust_env=False, base_url=oa.base_url, headers=headers) as http:
            answers = [await http.get("/v2.0/oa/getoa") for _ in range(3)]
            assert [a.json()["error"] for a in answers] == [0, 0, -32]
            assert [a.headers["X-RateLimit-Remain"] for a in answers] == ["1", "0", "0"]
            assert {a.headers["X-RateLimit-Limit"] for a in answers} == {"2"}
            seconds[0] = 61.0
            assert (await http.get("/v2.0/oa/getoa")).json()["error"] == 0
        assert (oa.rejected, oa.most_calls()) == (1, 3)


async def test_any_code_can_come_next_for_one_person_only(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    hung = oa.user("Anh Hùng", follows=True)
    oa.script(faults.error(-218), path="message/cs", to=lan)
    assert (await call.say(hung.id, "Chào"))["error"] == 0
    assert (await call.say(lan.id, "Chào"))["error"] == -218
    assert (await call.say(lan.id, "Chào"))["error"] == 0
    assert [send.code for send in oa.sends] == [0, -218, 0]
    assert len(oa.accepted(lan)) == 1


async def test_faults_skip_repeat_and_end(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    fault = oa.script(faults.error(-200), times=None, skip=1)
    assert [(await call.say(lan.id, "Chào"))["error"] for _ in range(3)] == [0, -200, -200]
    assert fault.hits == 2
    oa.calm(fault)
    assert (await call.say(lan.id, "Chào"))["error"] == 0


async def test_codes_may_come_without_their_minus(oa: FakeZaloOa, call: Caller) -> None:
    oa.positive_codes = True
    answer = await call.post("/v3.0/oa/quota/message", {}, {"access_token": "old"})
    assert answer["error"] == 216
    oa.script(faults.error(401))
    assert (await call.get("/v2.0/oa/getoa"))["error"] == 401


async def test_an_account_that_was_closed_says_so_to_everything(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    oa.broken = -204
    assert (await call.say(lan.id, "Chào"))["error"] == -204
    assert (await call.get("/v2.0/oa/getoa"))["error"] == -204
    oa.broken = 0
    assert (await call.say(lan.id, "Chào"))["error"] == 0


async def test_a_proxys_page_is_no_answer(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    oa.script(faults.server_error(502))
    answer = await call.http.post(
        f"{oa.base_url}/v3.0/oa/message/cs", json={}, headers={"access_token": oa.access_token}
    )
    assert (answer.status_code, answer.text[:6]) == (502, "<html>")
    assert oa.sent() == []
    assert oa.sends[0].code is None


async def test_a_dropped_line_leaves_the_message_there_and_echoed(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    oa.script(faults.accept_then_drop(), path="message/cs")
    with pytest.raises(httpx.RemoteProtocolError):
        await call.say(lan.id, "Có tới không?")
    assert (oa.texts(lan), oa.last(lan).lost) == (["Có tới không?"], True)
    assert oa.deliveries[-1].body["message"]["msg_id"] == oa.last(lan).id
    items = (await call.ask("/v2.0/oa/conversation", user_id=lan.id, offset=0, count=10))["data"]
    assert items[0]["message_id"] == oa.last(lan).id
    assert [(c.status, c.code) for c in oa.calls if c.path.endswith("cs")] == [(0, None)]


async def test_a_refused_line_and_a_hanging_one_leave_nothing(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    oa.script(faults.refuse_line())
    with pytest.raises(httpx.RemoteProtocolError):
        await call.say(lan.id, "Chào")
    oa.script(faults.hang())
    call.http.timeout = httpx.Timeout(0.1)
    with pytest.raises(httpx.ReadTimeout):
        await call.say(lan.id, "Chào")
    assert oa.sent() == []


async def test_an_answer_that_is_no_json_hides_a_message_that_arrived(
    oa: FakeZaloOa, call: Caller, lan: Person
) -> None:
    oa.script(faults.garbled())
    with pytest.raises(ValueError):
        await call.say(lan.id, "Chào")
    assert oa.last(lan).lost


async def test_a_lost_answer_to_a_refresh_has_spent_the_token(oa: FakeZaloOa, call: Caller) -> None:
    old = oa.pair
    oa.script(faults.accept_then_drop(), path="oa/access_token")
    with pytest.raises(httpx.RemoteProtocolError):
        await call.token(grant_type="refresh_token", refresh_token=old.refresh)
    assert (await call.token(grant_type="refresh_token", refresh_token=old.refresh))["error"] == -118


async def test_many_speak_to_many_at_once_and_nobody_is_mixed_up(oa: FakeZaloOa, call: Caller) -> None:
    people = [oa.user(f"Người {n}", follows=True) for n in range(30)]
    await asyncio.gather(*(call.say(p.id, f"Chào {p.name}") for p in people))
    assert [oa.texts(p) for p in people] == [[f"Chào {p.name}"] for p in people]
    assert oa.called("message/cs") == 30
    assert len(oa.bodies("message/cs")) == 30
    assert len({message.id for message in oa.sent()}) == 30


async def test_zalo_comes_back_at_the_same_addresses_with_all_it_knew(lan: Person, oa: FakeZaloOa) -> None:
    addresses = (oa.base_url, oa.oauth_url, oa.business_url, oa.media_url)
    await oa.close()
    async with Caller(oa) as call:
        with pytest.raises(httpx.ConnectError):
            await call.say(lan.id, "Chào")
        await oa.open()
        assert (oa.base_url, oa.oauth_url, oa.business_url, oa.media_url) == addresses
        assert (await call.say(lan.id, "Chào"))["error"] == 0


def test_the_fake_lives_in_a_thread_as_well() -> None:
    with FakeZaloOaThread() as zalo:
        lan = zalo.do(lambda oa: oa.user("Lan", follows=True))
        body = {"recipient": {"user_id": lan.id}, "message": {"text": "Chào chị"}}
        headers = {"access_token": zalo.oa.access_token}
        url = f"{zalo.oa.base_url}/v3.0/oa/message/cs"
        assert httpx.post(url, json=body, headers=headers, trust_env=False).json()["error"] == 0
        assert zalo.until(lambda oa: oa.texts(lan)) == ["Chào chị"]
        assert not zalo.save_webhook("http://127.0.0.1:9/")
