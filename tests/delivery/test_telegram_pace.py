"""The sender at its shipped pace against the strict Telegram: not one refusal, and nothing slower than it must be."""

from __future__ import annotations

import time
from pathlib import Path

from bot.app import pace_of
from bot.channels.telegram.channel import TelegramChannel
from bot.settings import Paces
from campaign.message import Message
from campaign.outbox import Address
from tests.channels.telegram_office import office as telegram_office
from tests.channels.telegram_office import picture
from tests.delivery.post_office import PostOffice, Square
from tests.fakes.telegram import STRICT, FakeTelegram, faults


def as_telegram(post: PostOffice, channel: TelegramChannel) -> None:
    """Rows are addressed to the real channel, at the pace that is shipped."""
    post.channel = Square(name=channel.name)
    post.pace = pace_of(Paces().telegram)


def groups(tg: FakeTelegram, count: int) -> list[str]:
    return [str(tg.group(f"Công đoàn {number}").id) for number in range(count)]


async def test_a_push_to_a_hundred_groups_with_albums_among_them_meets_no_refusal(
    office: PostOffice, tmp_path: Path
) -> None:
    office.media = {f"sha{number}": picture(tmp_path, f"{number}.jpg", 64, 48) for number in range(10)}
    album = Message(text="Ảnh hội thao", photos=tuple(office.media))
    async with telegram_office(flood=STRICT) as telegram:
        as_telegram(office, telegram.channel)
        hundred = groups(telegram.tg, 100)
        office.push(*hundred[:60])
        office.queue([Address("telegram", group, group=True) for group in hundred[60:63]], "", message=album)
        office.push(*hundred[63:])
        started = time.monotonic()
        async with office.open(office.sender(telegram.channel)):
            await office.until_idle(20)
        assert telegram.tg.rejected == 0
        assert telegram.tg.most_messages(1.0) <= 30
        assert {row.state for row in office.rows()} == {"sent"}
        assert sum(send.items for send in telegram.tg.delivered()) == 127
        assert time.monotonic() - started < 127 / 20


async def test_two_photos_and_a_long_text_for_one_group_keep_a_second_apart(office: PostOffice, tmp_path: Path) -> None:
    office.media = {f"sha{number}": picture(tmp_path, f"{number}.jpg", 64, 48) for number in range(2)}
    message = Message(text="Kế hoạch Tháng Công nhân. " * 60, photos=tuple(office.media))
    async with telegram_office(flood=STRICT) as telegram:
        as_telegram(office, telegram.channel)
        (group,) = groups(telegram.tg, 1)
        office.queue([Address("telegram", group, group=True)], "", message=message)
        async with office.open(office.sender(telegram.channel)):
            await office.until_idle()
        assert telegram.tg.rejected == 0
        assert len(telegram.tg.delivered()) == 2


async def test_after_a_refusal_nobody_knocks_until_telegram_has_calmed_down(office: PostOffice) -> None:
    async with telegram_office(flood=STRICT) as telegram:
        as_telegram(office, telegram.channel)
        telegram.tg.script(
            faults.too_many_requests(1), method="sendMessage", times=2
        )  # two chats: the account is meant
        office.push(*groups(telegram.tg, 10))
        async with office.open(office.sender(telegram.channel)):
            await office.until_idle(10)
        assert telegram.tg.flood.during_pause == 0
        assert {row.state for row in office.rows()} == {"sent"}
        refused = max(send.at for send in telegram.tg.sends if send.status == 429)
        under_way = refused + STRICT.grace
        assert not [send for send in telegram.tg.sends if under_way < send.at < refused + 1]
