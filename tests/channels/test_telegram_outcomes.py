"""Everything that can go wrong with a request, and what is then known about the message."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.channels.contract import Outcome, Refused, RetryAt, Sent, Unknown
from bot.channels.patience import Patience
from bot.channels.telegram.limits import Waits
from tests.channels.telegram_office import Office, office, part, picture
from tests.fakes.telegram import STRICT, faults
from tests.fakes.telegram.faults import Fault


def real_seconds(here: Office, outcome: Outcome) -> float:
    assert isinstance(outcome, RetryAt)
    return (outcome.when - here.clock.now()).total_seconds()


@pytest.mark.parametrize(
    ("fault", "gone", "word"),
    [
        (faults.blocked(), True, "chặn bot"),
        (faults.deactivated(), True, "đã bị xoá"),
        (faults.kicked(), True, "thêm bot vào lại"),
        (faults.chat_not_found(), True, "Không tìm thấy"),
        (faults.no_rights(), False, "mở quyền"),
    ],
)
async def test_a_refusal_says_what_to_do_and_whether_the_chat_is_lost(fault: Fault, gone: bool, word: str) -> None:
    async with office() as here:
        group = here.tg.group("CĐCS May 10")
        here.tg.script(fault)
        outcome = await here.channel.send(part(group, "Chào"))
        assert isinstance(outcome, Refused)
        assert outcome.gone is gone
        assert word in outcome.reason
        assert "Forbidden" not in outcome.reason
        assert isinstance(await here.channel.send(part(group, "Chào")), Sent)


async def test_somebody_who_never_opened_the_bot() -> None:
    async with office() as here:
        outcome = await here.channel.send(part(here.tg.user("Tâm"), "Chào"))
        assert isinstance(outcome, Refused)
        assert outcome.gone
        assert "Bắt đầu" in outcome.reason


async def test_a_bot_put_out_of_the_group_and_a_group_that_silences_it() -> None:
    async with office() as here:
        left, silent = here.tg.group("Nhóm cũ"), here.tg.group("Nhóm im lặng")
        here.tg.remove_bot(left)
        here.tg.silence_bot(silent)
        first, second = await here.channel.send(part(left, "a")), await here.channel.send(part(silent, "a"))
        assert isinstance(first, Refused)
        assert isinstance(second, Refused)
        assert (first.gone, second.gone) == (True, False)


async def test_an_upgraded_group_is_followed_at_once() -> None:
    async with office() as here:
        group = here.tg.group("CĐCS May 10")
        new = here.tg.migrate(group, announce=False)
        outcome = await here.channel.send(part(group, "Chào"))
        assert isinstance(outcome, RetryAt)
        assert outcome.moved_to == str(new.id)
        assert real_seconds(here, outcome) <= 0
        assert isinstance(await here.channel.send(part(outcome.moved_to, "Chào")), Sent)


async def test_one_busy_group_waits_and_the_others_keep_pace() -> None:
    async with office() as here:
        group, other = here.tg.group("Nhóm sôi nổi"), here.tg.group("Nhóm khác")
        here.tg.script(faults.too_many_requests(8), chat=group)
        outcome = await here.channel.send(part(group, "Chào"))
        assert isinstance(outcome, RetryAt)
        assert not outcome.whole_account
        assert 8 <= real_seconds(here, outcome) <= 9
        assert isinstance(await here.channel.send(part(other, "Chào")), Sent)


async def test_when_a_second_chat_is_refused_too_the_whole_account_pauses() -> None:
    async with office() as here:
        here.tg.script(faults.too_many_requests(8), times=None)
        groups = [here.tg.group(f"Nhóm {n}") for n in range(2)]
        outcomes = [await here.channel.send(part(group, "Chào")) for group in groups]
        assert [isinstance(o, RetryAt) and o.whole_account for o in outcomes] == [False, True]


async def test_a_pause_longer_than_any_chats_limit_is_meant_for_the_account() -> None:
    async with office() as here:
        here.tg.script(faults.too_many_requests(300))
        outcome = await here.channel.send(part(here.tg.group("Nhóm"), "Chào"))
        assert isinstance(outcome, RetryAt)
        assert outcome.whole_account


async def test_a_real_flood_of_one_group_stays_with_that_group() -> None:
    async with office(flood=STRICT) as here:
        group, other = here.tg.group("Nhóm A"), here.tg.group("Nhóm B")
        outcomes = [await here.channel.send(part(group, f"Tin {n}")) for n in range(2)]
        assert isinstance(outcomes[1], RetryAt)
        assert not outcomes[1].whole_account
        assert isinstance(await here.channel.send(part(other, "Tin")), Sent)


async def test_half_an_album_may_be_visible_so_it_is_never_sent_again_blindly(tmp_path: Path) -> None:
    photos = tuple(picture(tmp_path, f"a{n}") for n in range(4))
    async with office() as here:
        group = here.tg.group("CĐCS May 10")
        here.tg.script(faults.album_flood(retry_after=8, done=2))
        outcome = await here.channel.send(part(group, "Ảnh", photos=photos))
        assert isinstance(outcome, Unknown)
        assert "có thể đã hiện một phần" in outcome.reason
        assert len(here.tg.sent(group)) == 2


@pytest.mark.parametrize(
    "fault",
    [faults.accept_then_drop(), faults.refuse_line(), faults.hang(), faults.bad_gateway(), faults.slow(0.4)],
)
async def test_the_request_left_and_no_answer_came(fault: Fault) -> None:
    async with office() as here:
        group = here.tg.group("CĐCS May 10")
        here.tg.script(fault, method="sendMessage")
        outcome = await here.channel.send(part(group, "Chào"))
        assert isinstance(outcome, Unknown)
        assert "kiểm tra" in outcome.reason


async def test_trouble_at_telegram_itself_is_tried_again() -> None:
    async with office() as here:
        group = here.tg.group("CĐCS May 10")
        here.tg.script(faults.server_error(500))
        outcome = await here.channel.send(part(group, "Chào"))
        assert isinstance(outcome, RetryAt)
        assert not outcome.whole_account
        assert here.tg.sent(group) == []


async def test_while_telegram_cannot_be_reached_everybody_waits_longer_and_longer() -> None:
    async with office() as here:
        group, port = here.tg.group("CĐCS May 10"), here.tg.port
        await here.tg.close()
        outcomes = await asyncio.gather(*(here.channel.send(part(group, "Chào")) for _ in range(3)))
        assert all(isinstance(o, RetryAt) and o.whole_account for o in outcomes)
        assert all(4 < real_seconds(here, o) <= 5 for o in outcomes)
        await here.tg.open(port)
        assert isinstance(await here.channel.send(part(group, "Chào")), Sent)


async def test_a_revoked_token_refuses_nobodys_message() -> None:
    async with office() as here:
        here.tg.token = "7000000001:another"
        outcome = await here.channel.send(part(here.tg.group("Nhóm"), "Chào"))
        assert isinstance(outcome, RetryAt)
        assert outcome.whole_account
        assert "@BotFather" in outcome.reason


async def test_a_provider_that_shows_its_own_page_lets_nothing_through() -> None:
    """The host answers 404 with a page of its own, as a provider that blocks Telegram does."""
    async with office() as here:
        address = f"{here.tg.base_url}/blocked"
        async with office(settings={"api_base": address}) as blocked:
            outcome = await blocked.channel.send(part(-100, "Chào"))
        assert isinstance(outcome, RetryAt)
        assert outcome.whole_account


def test_pauses_grow_once_per_failure_and_not_once_per_request() -> None:
    now = [0.0]
    patience = Patience(Waits().first_pause, Waits().longest_pause, lambda: now[0])
    assert [patience.failed(), patience.failed()] == [1, 1]
    grown = []
    for _ in range(6):
        now[0] += patience.failed()
        grown.append(patience.failed())
    assert grown == [2, 4, 8, 16, 30, 30]
    patience.succeeded()
    assert patience.failed() == 1
