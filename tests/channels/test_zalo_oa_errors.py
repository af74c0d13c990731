"""The whole error tables of Zalo, walked through the real channel: what each number makes the channel do.

Where the pages say "call a human" of something that only paid messages need (wallet, template), a person is told and
the account goes on: free messages to groups must not wait for money.

The tables below are written down from the platform's pages, not from the channel. They are two, because the hosts give
the same number different meanings (-100). Every number is answered by the strict fake over HTTP.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.channels.contract import Outcome, Part, Refused, RetryAt, Sent, Unknown
from bot.channels.zalo_oa import errors
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.limits import Waits
from bot.clock import Clock
from bot.settings import ZaloOa
from campaign.hours import Hours
from storage.sealing import Sealer
from tests.databases import fresh_database
from tests.fakes.zalo_oa import LOCAL, OPENING, FakeZaloOa, faults

CS, TEMPLATE, GROUP = "/v3.0/oa/message/cs", "/v3.0/oa/message/template", "/v3.0/oa/group/message"
HOURS = Hours.parse("20:30-07:00", "11:30-13:30", "07:30", LOCAL)
QUICK = Waits(connect=1, read=0.3, write=1, upload=2, pool=1, lock=2, lock_look=0.01)


class What(StrEnum):
    """What the channel must make of a number."""

    REFRESH = "the token is renewed once, then asked again once"
    BACK_OFF = "soon again, with growing pauses"
    MINUTE = "the whole account waits for the next minute"
    TWICE = "soon again, but the second time it is refused"
    MORNING = "when the platform's night is over"
    DAY = "tomorrow"
    MONTH = "next month or later than today"
    UPLOAD = "uploaded once more, then refused"
    REFUSED = "refused for this recipient, with a reason"
    GONE = "nothing arrives there until somebody there acts"
    GROUP = "the group is closed, looked at again, and named to the admins with its package"
    TOLD = "refused for this recipient, and a person told"
    STOP = "the whole account stops, and a person is told"


W = What
OA: dict[int, What] = {
    -32: W.MINUTE, -100: W.UPLOAD, -200: W.TWICE, -201: W.REFUSED,
    -204: W.STOP, -205: W.STOP, -209: W.STOP, -212: W.STOP, -219: W.STOP, -223: W.STOP,
    -210: W.REFUSED, -211: W.DAY, -213: W.GONE, -214: W.BACK_OFF, -216: W.REFRESH, -217: W.REFUSED, -218: W.DAY,
    -220: W.REFRESH, -221: W.STOP, -224: W.STOP, -227: W.REFUSED, -230: W.REFUSED, -232: W.REFUSED, -233: W.REFUSED,
    -235: W.REFUSED, -234: W.MORNING, -237: W.GROUP, -238: W.STOP, -241: W.STOP, -240: W.REFUSED, -242: W.STOP,
    -244: W.REFUSED, -248: W.TOLD, -249: W.REFUSED, -320: W.TOLD, -321: W.TOLD, -403: W.GONE,
    # not in the table, but seen: the token under other numbers
    -124: W.REFRESH, -401: W.REFRESH,
}  # fmt: skip
ZBS: dict[int, What] = {
    -100: W.BACK_OFF, -108: W.REFUSED, -109: W.REFUSED, -117: W.REFUSED, -131: W.REFUSED,
    -1121: W.REFUSED, -1122: W.REFUSED, -1124: W.REFUSED,
    -114: W.REFUSED, -118: W.REFUSED, -119: W.REFUSED, -139: W.REFUSED, -140: W.REFUSED, -141: W.REFUSED,
    -115: W.TOLD, -137: W.TOLD, -124: W.REFRESH, -1241: W.STOP, -126: W.TOLD, -127: W.REFUSED, -133: W.MORNING,
    -135: W.TOLD, -1351: W.TOLD, -136: W.TOLD, -138: W.TOLD,
    -144: W.DAY, -1441: W.MONTH, -147: W.DAY, -1471: W.DAY, -1472: W.MONTH,
    -146: W.TOLD,
}  # fmt: skip
UNKNOWN = (-1, -999, -14002, -2_000_000_000, 777)
SENTENCE = re.compile(r"[A-ZĐÀ-Ỹ“].*[.…!]|.*loa zalo login", re.DOTALL)


@dataclass
class Office:
    """An OA with one follower and one group, and the channel that speaks for it."""

    oa: FakeZaloOa
    channel: ZaloOaChannel
    clock: Clock
    rung: list[tuple[str, str]] = field(default_factory=list)

    async def say(self, to: Any, text: str = "Họp lúc 8 giờ", *, key: str = "p1", **more: Any) -> Outcome:
        return await self.channel.send(Part(key=key, to=to.id, group=hasattr(to, "members"), text=text, **more))


@asynccontextmanager
async def office(folder: Path, **settings: Any) -> AsyncIterator[Office]:
    clock = Clock(OPENING, time.monotonic())
    async with FakeZaloOa(clock=clock.now) as oa:
        known = ZaloOa(
            enabled=True, app_id=oa.app_id, app_secret=SecretStr(oa.app_secret), oa_id=oa.oa_id,
            oa_secret_key=SecretStr(oa.oa_secret), access_token=SecretStr(oa.access_token),
            refresh_token=SecretStr(oa.refresh_token), api_base=oa.base_url, oauth_base=oa.oauth_url,
            business_base=oa.business_url, **settings,
        )  # fmt: skip
        rung: list[tuple[str, str]] = []

        async def ring(channel: str, code: str, sentence: str) -> None:
            rung.append((code, sentence))

        database = fresh_database(folder)
        channel = ZaloOaChannel(
            known, database, Sealer("khoa-thu-nghiem-dai", folder / "key"), clock, HOURS, "", ring, waits=QUICK
        )
        try:
            yield Office(oa, channel, clock, rung)
        finally:
            await channel.close()
            database.close()


# What each answer must look like


def later(outcome: Outcome) -> RetryAt:
    assert isinstance(outcome, RetryAt), outcome
    is_sentence(outcome.reason)
    return outcome


def is_sentence(reason: str) -> None:
    """A cadre can act on it: Vietnamese, not long, no number and no English."""
    assert SENTENCE.fullmatch(reason), reason
    assert len(reason) <= 350
    assert re.search(r"[àáảãạăâđèéêìíòóôơùúưýạ-ỹ]", reason), reason
    assert not re.search(r"-\d{2,}|error|exception|None", reason, re.IGNORECASE), reason


def local(moment: datetime) -> datetime:
    return moment.astimezone(LOCAL)


def check(what: What, outcome: Outcome, now: datetime) -> None:
    """The classes that show in one answer."""
    match what:
        case What.REFUSED | What.GONE | What.GROUP | What.STOP | What.TOLD | What.UPLOAD:
            assert isinstance(outcome, Refused), outcome
            is_sentence(outcome.reason)
            assert outcome.closes_channel == (what is What.STOP)
            assert outcome.gone == (what in (What.GONE, What.GROUP))
        case What.MINUTE:
            again = later(outcome)
            assert again.whole_account
            assert timedelta(seconds=30) <= again.when - now <= timedelta(seconds=90)
        case What.BACK_OFF | What.TWICE:
            again = later(outcome)
            assert not again.whole_account
            assert timedelta(0) < again.when - now <= timedelta(minutes=6)
        case What.MORNING:
            then = local(later(outcome).when)
            assert (6, 5) <= (then.hour, then.minute) <= (6, 35)
            assert then - local(now) < timedelta(days=1)
        case What.DAY:
            assert local(later(outcome).when).date() == local(now).date() + timedelta(days=1)
        case What.MONTH:
            assert local(later(outcome).when).date() > local(now).date()
        case _:
            raise AssertionError(what)


async def refuse(at: Office, code: int, path: str, to: Any, *, times: int | None = None, **more: Any) -> Outcome:
    """The outcome of a message to ``to``, which is always answered with this number."""
    at.oa.script(faults.error(code, as_text=abs(code) % 2 == 1), path=path, to=to.id, times=times)
    return await at.say(to, **more)


# The walk


def by_class(table: dict[int, What]) -> Any:
    """Every number of the table with either sign, those of one class together."""
    known = {what: [sign * code for code, one in table.items() if one is what for sign in (1, -1)] for what in What}
    cases = [pytest.param(what, codes, id=what.name.lower()) for what, codes in known.items() if codes]
    return pytest.mark.parametrize(("what", "codes"), cases)


async def walk(
    folder: Path, what: What, codes: list[int], visit: Callable[[Office, int], Any], **settings: Any
) -> None:
    """``visit`` each number; what a token or a rate leaves behind must not help the next one."""
    if what not in (What.REFRESH, What.MINUTE):
        async with office(folder, **settings) as at:
            for code in codes:
                await visit(at, code)
        return
    for code in codes:
        (folder / f"{code}").mkdir()
        async with office(folder / f"{code}", **settings) as at:
            await visit(at, code)


def judge(at: Office, what: What, code: int, to: Any, outcome: Outcome) -> None:
    """The class of the outcome, how often the platform was asked, and whether a person was told."""
    if what is What.REFRESH:
        later(outcome)
        assert at.oa.oauth.refreshes == 1, code
    else:
        check(what, outcome, at.clock.now())
    asked = [send for send in at.oa.sends if send.to == to.id]
    assert len(asked) == (2 if what is What.REFRESH else 1), code
    # of an account that stops, delivery tells; of a group, a text, a template, and of a token refused when it is
    # new, the channel
    assert bool(at.rung) == (what in (What.TOLD, What.REFRESH)), code
    at.rung.clear()


@by_class(OA)
async def test_every_number_of_the_account_host_in_a_private_chat(tmp_path: Path, what: What, codes: list[int]) -> None:
    async def visit(at: Office, code: int) -> None:
        lan = at.oa.user("Chị Lan", follows=True)
        judge(at, what, code, lan, await refuse(at, code, CS, lan, key=f"p{code}"))

    await walk(tmp_path, what, codes, visit)


@by_class(OA)
async def test_every_number_of_the_account_host_in_a_group(tmp_path: Path, what: What, codes: list[int]) -> None:
    async def visit(at: Office, code: int) -> None:
        group = at.oa.group("Cụm thi đua số 1", [at.oa.user("Chị Lan", follows=True)])
        judge(at, what, code, group, await refuse(at, code, GROUP, group, key=f"p{code}"))

    await walk(tmp_path, what, codes, visit)


@by_class(ZBS)
async def test_every_number_of_templates(tmp_path: Path, what: What, codes: list[int]) -> None:
    """Somebody was silent for eight days, so the words go by template, and that is refused."""

    async def visit(at: Office, code: int) -> None:
        lan = at.oa.user("Chị Lan", follows=True)
        lan.interacted = at.clock.now() - timedelta(days=8)
        outcome = await refuse(at, code, TEMPLATE, lan, key=f"p{code}")
        at.oa.sends[:] = [send for send in at.oa.sends if send.path == TEMPLATE]
        judge(at, what, code, lan, outcome)

    await walk(tmp_path, what, codes, visit, template_id="t-1")


def test_the_channel_knows_the_numbers_of_both_tables_and_no_others() -> None:
    assert set(errors.OA) == set(OA)
    assert set(errors.ZBS) == set(ZBS)


def test_one_number_two_hosts_two_meanings() -> None:
    shared = {code for code in OA.keys() & ZBS.keys() if OA[code] is not ZBS[code]}
    assert shared == {-100}
    assert errors.rule_of(-100).act is not errors.rule_of(-100, errors.ZBS).act


@pytest.mark.parametrize("path", [CS, GROUP])
async def test_a_number_nobody_knows_refuses_this_message_and_nothing_else(tmp_path: Path, path: str) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        to = at.oa.group("Cụm 1", [lan]) if path == GROUP else lan
        for code in UNKNOWN:
            check(What.REFUSED, await refuse(at, code, path, to, times=1, key=f"p{code}"), at.clock.now())
        assert isinstance(await at.say(to, key="p2"), Sent)


# What takes more than one answer


@pytest.mark.parametrize("code", [-216, 220, 401])
async def test_a_refused_token_is_renewed_once_and_the_message_arrives_once(tmp_path: Path, code: int) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        assert isinstance(await refuse(at, code, CS, lan, times=1), Sent)
        assert (at.oa.oauth.refreshes, at.oa.texts(lan)) == (1, ["Họp lúc 8 giờ"])


async def test_a_token_that_expired_is_renewed_and_nobody_notices(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        at.oa.advance(hours=26)  # here only: the channel thinks the token is fresh
        assert isinstance(await at.say(lan), Sent)
        assert at.oa.oauth.refreshes == 1


async def test_a_dead_grant_stops_the_account_and_tells_a_person(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        at.oa.oauth.revoke()
        again = later(await at.say(lan))
        assert again.whole_account
        assert [code for code, _ in at.rung] == ["zalo_oa.grant_dead"]
        assert "loa zalo login" in at.rung[0][1]
        later(await at.say(lan))
        assert at.oa.oauth.refused == [-118, -118]  # once more after the first answer, then never again


async def test_a_failure_without_a_reason_is_tried_twice(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        check(What.TWICE, await refuse(at, -200, CS, lan), at.clock.now())
        check(What.REFUSED, await at.say(lan), at.clock.now())
        check(What.TWICE, await at.say(lan, key="p2"), at.clock.now())


async def test_pauses_grow_from_one_try_to_the_next(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        first = later(await refuse(at, -214, CS, lan)).when - at.clock.now()
        pauses = [later(await at.say(lan)).when - at.clock.now() for _ in range(8)]
        assert pauses[1] > first
        assert max(pauses) <= timedelta(minutes=6)


async def test_after_a_rate_refusal_nothing_at_all_is_asked_for_a_minute(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        lan, hung = at.oa.user("Chị Lan", follows=True), at.oa.user("Anh Hùng", follows=True)
        at.oa.script(faults.rate_limited(), path=CS)
        check(What.MINUTE, await at.say(lan), at.clock.now())
        again = later(await at.say(hung, key="p2"))
        assert again.whole_account
        assert at.oa.called(CS) == 1


async def test_an_attachment_that_expired_there_is_uploaded_once_more(tmp_path: Path) -> None:
    photo = tmp_path / "hop.jpg"
    Image.new("RGB", (320, 240), "darkred").save(photo, "JPEG")
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        assert isinstance(await refuse(at, -100, CS, lan, times=1, photos=(photo,)), Sent)
        assert (at.oa.called("upload/image"), len(at.oa.sent(lan))) == (2, 1)
        check(What.UPLOAD, await refuse(at, -100, CS, lan, key="p2", photos=(photo,)), at.clock.now())
        assert at.oa.called("upload/image") == 3


@pytest.mark.parametrize("code", [-230, -232])
async def test_outside_the_window_the_template_is_taken_where_there_is_one(tmp_path: Path, code: int) -> None:
    async with office(tmp_path, template_id="t-1", template_field="noi_dung") as at:
        at.oa.templates["t-1"] = {
            "name": "Nhắc", "params": {"noi_dung": 100}, "tag": 2, "price": 200, "approved": True
        }  # fmt: skip
        lan = at.oa.user("Chị Lan", follows=True)
        assert isinstance(await refuse(at, code, CS, lan), Sent)
        assert (at.oa.last(lan).kind, at.oa.last(lan).text) == ("template", "Họp lúc 8 giờ")


async def test_a_group_whose_package_ended_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        off, on = at.oa.group("Cụm 1", [lan]), at.oa.group("Cụm 2", [lan])
        at.oa.lapse(off)
        outcome = await at.say(off)
        check(What.GROUP, outcome, at.clock.now())
        assert isinstance(outcome, Refused)
        assert "gói" in outcome.reason.lower()
        assert at.rung == []
        assert isinstance(await at.say(on), Sent)


# The platform's own refusals, not scripted ones


async def test_people_out_of_reach_are_refused_with_a_sentence_each(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        stranger, visitor, silent = at.oa.user("Lạ"), at.oa.user("Khách"), at.oa.user("Hoa", follows=True)
        banned, shy = at.oa.user("Khóa", follows=True), at.oa.user("Ngại", follows=True)
        visitor.interacted = silent.interacted = at.clock.now() - timedelta(days=8)
        banned.banned = True
        at.oa.restrict(shy)
        outcomes = [await at.say(p, key=p.id) for p in (stranger, visitor, silent, banned, shy)]
        reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, Refused)}
        assert len(reasons) == 4  # the two who were silent share theirs
        for reason in reasons:
            is_sentence(reason)


async def test_an_empty_wallet_refuses_what_costs_and_nothing_else(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        late, fresh = at.oa.user("Chị Hoa", follows=True), at.oa.user("Chị Lan", follows=True)
        group = at.oa.group("Cụm 1", [fresh])
        late.interacted = at.clock.now() - timedelta(days=3)
        at.oa.package_messages, at.oa.wallet = 0, 0
        outcome = await at.say(late)
        check(What.TOLD, outcome, at.clock.now())
        assert [code for code, _ in at.rung] == ["zalo_oa.no_money"]
        assert isinstance(await at.say(fresh, key="p2"), Sent)
        assert isinstance(await at.say(group, key="p3"), Sent)


# No number at all


@pytest.mark.parametrize("status", [500, 503])
async def test_a_server_that_did_nothing_is_asked_again(tmp_path: Path, status: int) -> None:
    async with office(tmp_path) as at:
        at.oa.script(faults.server_error(status), path=CS)
        later(await at.say(at.oa.user("Chị Lan", follows=True)))


LOST = (
    faults.server_error(502), faults.server_error(504), faults.hang(), faults.accept_then_drop(), faults.garbled(),
)  # fmt: skip


@pytest.mark.parametrize("trouble", LOST, ids=lambda fault: f"{fault.kind}{fault.code or ''}")
async def test_a_request_that_left_without_an_answer_is_in_doubt(tmp_path: Path, trouble: faults.Fault) -> None:
    async with office(tmp_path) as at:
        at.oa.script(trouble, path=CS)
        outcome = await at.say(at.oa.user("Chị Lan", follows=True))
        assert isinstance(outcome, Unknown)
        is_sentence(outcome.reason)


async def test_when_zalo_cannot_be_reached_nothing_was_sent(tmp_path: Path) -> None:
    async with office(tmp_path) as at:
        lan = at.oa.user("Chị Lan", follows=True)
        await at.oa.close()
        assert later(await at.say(lan)).whole_account
        await at.oa.open()
        assert isinstance(await at.say(lan), Sent)
