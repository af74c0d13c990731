"""What the Official Account does about its own groups by itself: packages are looked after, doors are opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from bot.channels.contract import GroupTrouble, OwnsGroups, Part, Refused, Sent
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.limits import Waits
from bot.clock import Clock
from bot.delivery.recording import record
from bot.settings import ZaloOa
from campaign.organisation import chats, circles
from storage.database import Database
from storage.models import Chat, GroupPackage, Outgoing
from storage.sealing import sealer_for
from tests.databases import fresh_database
from tests.fakes.zalo_oa import OPENING, FakeZaloOa, Group
from tests.stories.town import HOURS


@dataclass
class Hand:
    """Seconds that have passed for the house."""

    passed: float = 0.0


@dataclass
class House:
    oa: FakeZaloOa
    channel: ZaloOaChannel
    database: Database
    hand: Hand

    def meet(self, group: Group) -> None:
        with self.database.transaction() as session:
            chats.meet(session, "zalo_oa", group.id, OPENING, group=True, title="?")

    def chat(self, group: Group) -> tuple[Chat, GroupPackage]:
        with self.database.snapshot() as session:
            chat = session.exec(select(Chat).where(Chat.external_id == group.id)).one()
            return chat, session.get_one(GroupPackage, chat.id)

    async def days_later(self, days: float) -> None:
        self.hand.passed += days * 86_400
        self.oa.advance(days=days)
        await self.channel.groups.look_after_packages()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = fresh_database(tmp_path)
    async with FakeZaloOa() as oa:
        hand = Hand()
        clock = Clock(OPENING, 0.0, monotonic=lambda: hand.passed)
        settings = ZaloOa(
            enabled=True, app_id=oa.app_id, oa_id=oa.oa_id, app_secret=SecretStr(oa.app_secret),
            access_token=SecretStr(oa.access_token), refresh_token=SecretStr(oa.refresh_token),
            api_base=oa.base_url, oauth_base=oa.oauth_url, business_base=oa.business_url,
        )  # fmt: skip
        sealer = sealer_for("k" * 32, database)
        channel = ZaloOaChannel(settings, database, sealer, clock, HOURS, "", waits=Waits(read=2))
        yield House(oa, channel, database, hand)
        await channel.close()
    database.close()


async def test_it_is_known_how_long_a_group_is_paid_for(house: House) -> None:
    group = house.oa.group("Cụm một", [house.oa.user("Hoa", admin=True)])
    house.meet(group)
    await house.days_later(0)
    chat, package = house.chat(group)
    assert (chat.title, package.package, package.members) == ("Cụm một", "gmf50", 2)
    assert package.valid_until == group.package.valid_through
    assert package.link == group.link


async def test_a_lapsed_group_is_locked_until_it_is_paid_for_again(house: House) -> None:
    group = house.oa.group("Cụm một", [house.oa.user("Hoa", admin=True)])
    house.meet(group)
    house.oa.lapse(group)
    outcome = await house.channel.send(Part("k1", group.id, group=True, text="Thông báo"))
    assert isinstance(outcome, Refused)
    assert outcome.gone
    with house.database.transaction() as session:
        chats.lose(session, "zalo_oa", group.id, outcome.reason)
    await house.days_later(1)
    chat, package = house.chat(group)
    assert (chat.active, package.enabled) == (False, False)
    assert package.ends_on is not None
    assert package.ends_on - group.package.valid_through == timedelta(days=45)
    house.oa.renew(group)
    await house.days_later(1)
    chat, package = house.chat(group)
    assert (chat.active, package.enabled, package.ends_on) == (True, True, None)


async def test_a_refusal_for_a_lapsed_package_leads_to_one_warning_that_names_the_group(house: House) -> None:
    group = house.oa.group("Cụm một", [house.oa.user("Hoa", admin=True)])
    house.meet(group)
    await house.days_later(0)
    house.oa.lapse(group)
    part = Part("k1", group.id, group=True, text="Thông báo")
    outcome = await house.channel.send(part)
    assert isinstance(outcome, Refused)
    with house.database.transaction() as session:
        chat = session.exec(select(Chat)).one()
        row = Outgoing(key="k1", channel="zalo_oa", to=group.id, group=True, chat_id=chat.id, message={"text": "x"})
        session.add(row)
        session.flush()
        record(session, row, outcome, OPENING)
    await house.days_later(0)
    with house.database.transaction() as session:
        named = circles.warnings(session, HOURS.day(OPENING))
        assert [chat.title for chat, _ in named.pop(circles.LOCKED)] == ["Cụm một"]
        assert not circles.warnings(session, HOURS.day(OPENING))


async def test_a_group_that_is_gone_is_lost_and_asked_about_no_more_today(house: House) -> None:
    group = house.oa.group("Cụm một", [house.oa.user("Hoa", admin=True)])
    house.meet(group)
    house.oa.put_out(group)
    await house.days_later(0.5)
    asked = len(house.oa.calls)
    await house.days_later(0)
    assert len(house.oa.calls) == asked
    chat, package = house.chat(group)
    assert (chat.active, package.valid_until) == (False, None)
    assert "Zalo OA không còn ở trong nhóm này" in chat.inactive_reason


async def test_the_door_is_opened_and_closed_by_delivery(house: House) -> None:
    group = house.oa.group("Cụm một", [house.oa.user("Hoa", admin=True)])
    lan, tuan = house.oa.user("Lan"), house.oa.user("Tuấn")
    house.oa.enter(lan, group)
    house.oa.enter(tuan, group)
    assert await house.channel.send(Part("k1", group.id, group=True, lets_in=(lan.id,))) == Sent(())
    assert await house.channel.send(Part("k2", group.id, group=True, turns_away=(tuan.id,))) == Sent(())
    assert lan.id in group.members
    assert tuan.id not in {**group.members, **group.waiting}
    settled = await house.channel.send(Part("k3", group.id, group=True, lets_in=(lan.id,)))
    assert isinstance(settled, Refused)


async def test_who_cannot_be_invited_is_named_with_the_reason(house: House) -> None:
    group = house.oa.group("Cụm một", [house.oa.user("Hoa", admin=True)])
    people = [house.oa.user(f"n{number}", follows=number != 7) for number in range(23)]
    failed = await house.channel.groups.invite(group.id, [person.id for person in people])
    assert [*failed] == [people[7].id]
    assert failed[people[7].id].endswith(".")
    assert len(group.members) == 23


async def test_without_an_admin_of_the_account_no_group_is_made(house: House) -> None:
    with pytest.raises(GroupTrouble, match="quản trị viên OA"):
        await house.channel.groups.create("Nhóm", "", house.oa.package().id)
    assert isinstance(house.channel, OwnsGroups)
    assert house.oa.groups == {}
