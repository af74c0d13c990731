"""The month's messages: counted from our own rows, shown, warned about in time, and waited out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.channels.contract import Recipient, Refused, RetryAt, Sent
from bot.channels.zalo_bot.facts import remember
from bot.channels.zalo_bot.quota import Month, Quota, month_of, read_month
from bot.clock import Clock
from bot.reaching import reach_of
from campaign.work.reach import Way
from storage.database import Database
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState
from tests.channels.zalo_bot_office import Office, office, part
from tests.fakes.zalo_bot import faults

MAY = datetime(2027, 5, 20, 3, 0, tzinfo=UTC)
KEYS = count()
SOMEBODY = Recipient("u1", False, None)
GROUP = Recipient("g1", True, None)


def may(moment: datetime = MAY) -> Clock:
    return Clock(moment, 0.0, monotonic=lambda: 0.0)


def limited(limit: int, **more: Any) -> dict[str, Any]:
    return {"settings": {"monthly_quota": limit}, "clock": may(), "monthly": limit} | more


def spoken(here: Office, messages: int, at: datetime = MAY, **more: Any) -> None:
    """Rows of the outbox, as delivery left them."""
    with here.database.transaction() as session:
        fields: dict[str, Any] = {
            "channel": "zalo_bot",
            "state": OutgoingState.SENT,
            "progress": 1,
            "finished_at": at,
            "first_tried_at": at,
        }
        session.add_all(Outgoing(key=f"k{next(KEYS)}", to="u1", message={}, **(fields | more)) for _ in range(messages))


async def test_months_are_vietnams() -> None:
    assert month_of(datetime(2027, 5, 31, 16, 59, tzinfo=UTC)) == datetime(2027, 4, 30, 17, 0, tzinfo=UTC)
    assert month_of(datetime(2027, 5, 31, 17, 0, tzinfo=UTC)) == datetime(2027, 5, 31, 17, 0, tzinfo=UTC)
    assert Month(month_of(datetime(2027, 12, 31, tzinfo=UTC))).end == datetime(2027, 12, 31, 17, 0, tzinfo=UTC)
    assert Month(month_of(MAY)).name == "05/2027"


async def test_the_count_is_what_left_this_month_and_what_may_have(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(100)) as here:
        spoken(here, 3)
        spoken(here, 1, progress=4)  # one message with three photos
        spoken(here, 2, state=OutgoingState.UNKNOWN, progress=0)
        spoken(here, 5, state=OutgoingState.REFUSED, progress=0)
        spoken(here, 7, at=MAY - timedelta(days=30))
        spoken(here, 9, channel="telegram")
        assert here.channel.quota.month().used == 9
        assert here.channel.left(MAY) == 91
        assert here.channel.quota.line == "Bot Zalo tháng 05/2027: đã gửi 9 tin trong 100 tin."


async def test_what_a_push_cannot_reach_is_known_before_it_is_sent(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(10)) as here:
        assert [here.channel.reach(one, MAY).way for one in (SOMEBODY, GROUP)] == [Way.FREE, Way.GROUP]
        spoken(here, 10)
        here.channel.quota._read_at = -1e9
        found = here.channel.reach(SOMEBODY, MAY)
        assert found.way is Way.NONE
        assert "10 tin" in found.reason
        assert here.channel.reach(GROUP, MAY).way is Way.NONE
        assert here.channel.reach(SOMEBODY, MAY + timedelta(days=12)).way is Way.FREE


async def test_a_push_to_more_than_the_month_has_left_names_those_it_will_not_reach(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(10)) as here:
        spoken(here, 5)
        spoken(here, 2, state=OutgoingState.QUEUED, progress=0, finished_at=None, first_tried_at=None)
        chats = [Chat(channel="zalo_bot", external_id=f"g{number}", created_at=MAY) for number in range(5)]
        chats.insert(1, Chat(channel="webchat", external_id="w", created_at=MAY))
        channels: Any = {"zalo_bot": here.channel, "webchat": WebChat()}
        with here.database.transaction() as session:
            session.add_all(chats)
            session.flush()
            found = reach_of(channels)(session, chats, MAY)
            next_month = reach_of(channels)(session, chats, MAY + timedelta(days=20))
        assert [reach.way for reach in found] == [Way.GROUP] * 4 + [Way.NONE] * 2
        assert "10 tin" in found[-1].reason
        assert {reach.way for reach in next_month} == {Way.GROUP}


class WebChat:
    """A channel without limits."""


async def test_without_a_limit_everybody_is_reached(tmp_path: Path) -> None:
    async with office(tmp_path, settings={"monthly_quota": 0}, clock=may()) as here:
        spoken(here, 5000)
        assert here.channel.left(MAY) is None
        assert here.channel.reach(SOMEBODY, MAY).way is Way.FREE
        assert here.channel.quota.line == "Bot Zalo tháng 05/2027: đã gửi 5000 tin."


async def test_the_admins_are_warned_at_eighty_and_ninety_five_percent_once_each(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(20)) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        spoken(here, 14)
        rung = []
        for _ in range(6):
            assert isinstance(await here.channel.send(part(lan, "x")), Sent)
            rung.append(list(here.codes))
        assert rung[0] == []
        assert rung[1] == rung[3] == ["zalo_bot.quota80"]
        assert rung[4] == rung[5] == ["zalo_bot.quota80", "zalo_bot.quota95"]
        assert "16 trong 20 tin" in here.alarms[0][1]


async def test_a_start_in_the_same_month_does_not_warn_again(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(10)) as here:
        spoken(here, 8)
        for _ in range(2):
            quota = Quota(10, here.channel.account, here.database, here.clock, here.ring)
            await quota.sent(0)
        assert here.codes == ["zalo_bot.quota80"]


async def test_when_the_month_is_used_up_in_the_middle_nothing_waits_for_weeks(tmp_path: Path) -> None:
    """An invitation for the 25th must not arrive on the first of June: it takes another channel, or somebody phones.
    The platform is not asked again for each of those who are left."""
    async with office(tmp_path, **limited(3)) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        outcomes = [await here.channel.send(part(lan, "x")) for _ in range(6)]
        assert [type(outcome) for outcome in outcomes] == [Sent, Sent, Sent, Refused, Refused, Refused]
        refused = outcomes[-1]
        assert isinstance(refused, Refused)
        assert (refused.gone, refused.closes_channel) == (False, False)
        assert "3 tin" in refused.reason
        assert "gọi điện" in refused.reason
        assert here.codes.count("zalo_bot.used_up") == 1
        assert here.zalo.quota_refusals == 1


async def test_a_larger_package_opens_the_month_again(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(3)) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        for _ in range(5):
            await here.channel.send(part(lan, "x"))
        here.zalo.monthly = here.channel.quota.limit = 10
        assert isinstance(await here.channel.send(part(lan, "x")), Sent)
        assert here.channel.reach(SOMEBODY, MAY).way is Way.FREE


async def test_when_the_month_is_used_up_at_its_end_everything_waits_for_the_next(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(3, clock=may(MAY + timedelta(days=10)))) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        outcomes = [await here.channel.send(part(lan, "x")) for _ in range(4)]
        assert [type(outcome) for outcome in outcomes] == [Sent, Sent, Sent, RetryAt]
        waits = outcomes[-1]
        assert isinstance(waits, RetryAt)
        assert waits.when == datetime(2027, 5, 31, 17, 0, tzinfo=UTC)
        assert waits.whole_account
        assert here.codes[-1] == "zalo_bot.used_up"
        assert here.zalo.quota_refusals == 1


async def test_a_package_smaller_than_believed_calls_a_person_and_is_asked_again(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(3000)) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        here.zalo.script(faults.error(429), method="sendMessage", times=6)
        waits = [await here.channel.send(part(lan, "x")) for _ in range(6)]
        assert all(isinstance(outcome, RetryAt) and outcome.when < MAY + timedelta(days=1) for outcome in waits)
        assert here.codes[0] == "zalo_bot.early"
        assert "monthly_quota" in here.alarms[0][1]
        assert here.channel.reach(SOMEBODY, MAY).way is Way.NONE
        assert isinstance(await here.channel.send(part(lan, "x")), Sent)
        assert here.channel.reach(SOMEBODY, MAY).way is Way.FREE


async def test_the_refusal_of_the_month_outlives_a_restart(tmp_path: Path) -> None:
    async with office(tmp_path, **limited(100)) as here:
        await here.channel.quota.refused(early=True)
        again = Quota(100, here.channel.account, here.database, here.clock)
        assert again.left(MAY) == 0
        june = Quota(100, here.channel.account, here.database, may(MAY + timedelta(days=20)))
        assert june.left(MAY + timedelta(days=20)) == 100


@pytest.mark.postgres
def test_a_database_server_counts_alike(postgres: Database) -> None:
    account = "987"
    with postgres.transaction() as session:
        for number, (state, progress) in enumerate([("sent", 3), ("unknown", 0), ("queued", 0), ("refused", 0)]):
            left = MAY if state != "queued" else None
            session.add(
                Outgoing(
                    key=f"k{number}", channel="zalo_bot", to="u1", message={}, state=state, progress=progress,
                    finished_at=left, first_tried_at=left,
                )
            )  # fmt: skip
        remember(session, account, "quota", {"month": "05/2027", "refused": True}, MAY)
        remember(session, account, "quota", {"month": "05/2027", "refused": False, "warned": 80}, MAY)
    with postgres.snapshot() as session:
        month = read_month(session, account, MAY)
    assert (month.used, month.waiting, month.refused) == (4, 1, False)
