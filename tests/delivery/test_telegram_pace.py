"""The sender at its shipped pace against the strict Telegram: not one refusal, and nothing slower than it must be."""

from __future__ import annotations

import time
from pathlib import Path

from bot.app import pace_of
from bot.delivery.sender import Sender
from bot.settings import Paces
from campaign.message import Message
from campaign.outbox import Address
from tests.channels.telegram_office import Office, picture
from tests.channels.telegram_office import office as telegram_office
from tests.delivery.post_office import PostOffice, Square
from tests.fakes.telegram import STRICT, FakeTelegram, faults


def on_telegram(post: PostOffice, telegram: Office) -> Sender:
    """The sender for the real channel at the pace that is shipped. It reads the channel's clock, so pushes here are
    urgent: it may be night.
    """
    post.channel = Square(name=telegram.channel.name)
    post.pace, post.clock = pace_of(Paces().telegram), telegram.clock
    return post.sender(telegram.channel)


def groups(tg: FakeTelegram, count: int) -> list[str]:
    return [str(tg.group(f"Công đoàn {number}").id) for number in range(count)]


async def test_a_push_to_a_hundred_groups_with_albums_among_them_meets_no_refusal(
    office: PostOffice, tmp_path: Path
) -> None:
    office.media = {f"sha{number}": picture(tmp_path, f"{number}.jpg", 64, 48) for number in range(10)}
    album = Message(text="Ảnh hội thao", photos=tuple(office.media))
    async with telegram_office(flood=STRICT) as telegram:
        sender = on_telegram(office, telegram)
        hundred = groups(telegram.tg, 100)
        office.push(*hundred[:60], urgent=True)
        office.queue(
            [Address("telegram", group, group=True) for group in hundred[60:63]], "", message=album, urgent=True
        )
        office.push(*hundred[63:], urgent=True)
        started = time.monotonic()
        async with office.open(sender):
            await office.until_idle(20)
        assert telegram.tg.rejected == 0
        assert telegram.tg.most_messages(1.0) <= 30
        assert {row.state for row in office.rows()} == {"sent"}
        assert sum(send.items for send in telegram.tg.delivered()) == 127
        assert time.monotonic() - started < 127 / 4


async def test_two_photos_and_a_long_text_for_one_group_keep_a_second_apart(office: PostOffice, tmp_path: Path) -> None:
    office.media = {f"sha{number}": picture(tmp_path, f"{number}.jpg", 64, 48) for number in range(2)}
    message = Message(text="Kế hoạch Tháng Công nhân. " * 60, photos=tuple(office.media))
    async with telegram_office(flood=STRICT) as telegram:
        sender = on_telegram(office, telegram)
        (group,) = groups(telegram.tg, 1)
        office.queue([Address("telegram", group, group=True)], "", message=message, urgent=True)
        async with office.open(sender):
            await office.until_idle()
        assert telegram.tg.rejected == 0
        assert len(telegram.tg.delivered()) == 2


async def test_after_a_refusal_nobody_knocks_until_telegram_has_calmed_down(office: PostOffice) -> None:
    async with telegram_office(flood=STRICT) as telegram:
        sender = on_telegram(office, telegram)
        telegram.tg.script(
            faults.too_many_requests(1), method="sendMessage", times=2
        )  # two chats: the account is meant
        office.push(*groups(telegram.tg, 10), urgent=True)
        async with office.open(sender):
            await office.until_idle(10)
        assert telegram.tg.flood.during_pause == 0
        assert {row.state for row in office.rows()} == {"sent"}
        refused = max(send.at for send in telegram.tg.sends if send.status == 429)
        under_way = refused + STRICT.grace
        assert not [send for send in telegram.tg.sends if under_way < send.at < refused + 1]
