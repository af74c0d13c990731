"""The answer to a request was lost. Echoes and histories tell what became of it; people are asked last."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import select

from bot.channels.contract import Abilities, Event, Outcome, Part, Refused, Sent, Unknown
from bot.clock import Clock
from bot.delivery.reconciling import Reconciler, take_echo
from bot.delivery.recording import record
from campaign.message import Message
from campaign.outbox import Address
from campaign.work import corrections, doubts
from storage import outbox
from storage.models import Outgoing, Push
from storage.models.messages import OutgoingState, Priority
from tests.delivery.post_office import ABILITIES, MORNING, SQUARE, PostOffice, Square

LOST = Unknown("Mất kết nối khi đang gửi.")
LONG = " ".join(f"Điều {number}: các đơn vị treo cờ Tổ quốc, khẩu hiệu, băng rôn." for number in range(1, 8))


@dataclass
class Chronicle(Square):
    """A platform that can be asked. ``history``: what it says of a chat, one answer after the other, the last for
    ever."""

    history: dict[str, list[tuple[str, ...] | None]] = field(default_factory=lambda: defaultdict(lambda: [None]))
    asked: list[tuple[str, str]] = field(default_factory=list)
    abilities: Abilities = ABILITIES

    async def said(self, part: Part, since: datetime) -> tuple[str, ...] | None:
        assert since >= MORNING
        self.asked.append((part.to, part.text))
        answers = self.history[part.to]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def chronicle(office: PostOffice, speed: float = 100) -> Chronicle:
    office.clock = Clock(MORNING, time.monotonic(), speed=speed)
    office.channel = Chronicle()
    return office.channel


def echo(office: PostOffice, chat: str, text: str, message_id: str = "e1") -> Event:
    now = office.clock.now()
    return Event(SQUARE, "office", message_id, "echo", chat, now, message_id=message_id, text=text)


def take(office: PostOffice, event: Event) -> bool:
    with office.database.transaction() as session:
        return take_echo(
            session, event, office.clock.now(), channels={SQUARE: office.channel}, open_media=office.open_media,
            speed=office.clock.speed,
        )  # fmt: skip


async def in_doubt(office: PostOffice, text: str = "Thông báo", chat: str = "g1") -> str:
    """A push to a group whose answer was lost on a platform that cannot be asked."""
    (key,) = office.push(chat, text=text)
    office.channel.answers[chat] = [LOST]
    async with office.open():
        await office.until_states(**{key: OutgoingState.UNKNOWN})
    return key


# -- echoes ------------------------------------------------------------------------------------------------------------


async def test_an_echo_proves_that_it_arrived(office: PostOffice) -> None:
    key = await in_doubt(office)
    assert take(office, echo(office, "g1", " Thông  báo "))
    row = office.row(key)
    assert (row.state, row.external_ids, row.reason) == (OutgoingState.SENT, ["e1"], "")


async def test_other_peoples_words_and_other_chats_prove_nothing(office: PostOffice) -> None:
    key = await in_doubt(office)
    assert not take(office, echo(office, "g1", "Cả nhà nhớ mang cờ"))
    assert not take(office, echo(office, "g2", "Thông báo"))
    long_ago = replace(echo(office, "g1", "Thông báo"), at=MORNING - timedelta(days=1))
    office.clock = Clock(MORNING + timedelta(days=1), time.monotonic())
    assert not take(office, long_ago)
    assert office.row(key).state == OutgoingState.UNKNOWN


async def test_the_echo_of_a_message_that_is_known_to_have_arrived_is_ignored(office: PostOffice) -> None:
    (first,) = office.push("g1")
    async with office.open():
        await office.until_states(**{first: OutgoingState.SENT})
    key = await in_doubt(office)  # the same words again
    assert not take(office, echo(office, "g1", "Thông báo", office.row(first).external_ids[0]))
    assert office.row(key).state == OutgoingState.UNKNOWN


async def test_after_the_echo_of_the_first_part_the_others_are_sent(office: PostOffice) -> None:
    key = await in_doubt(office, LONG)
    first = office.channel.texts[0]
    assert take(office, echo(office, "g1", first))
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    assert office.channel.texts.count(first) == 1
    assert "".join("".join(office.channel.texts).split()) == "".join(LONG.split())
    assert office.row(key).external_ids[0] == "e1"


async def test_an_echo_that_is_faster_than_the_answer_counts_once(office: PostOffice) -> None:
    async def echoed_first(part: Part) -> Outcome:
        assert take(office, echo(office, "g1", part.text, f"e{len(office.channel.requests)}"))
        return LOST if len(office.channel.requests) == 1 else Sent((f"e{len(office.channel.requests)}",))

    (key,) = office.push("g1", text=LONG)
    office.channel.answers["g1"] = [echoed_first, echoed_first, echoed_first]
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    row = office.row(key)
    assert row.external_ids == [f"e{number}" for number in range(1, row.progress + 1)]
    assert "".join("".join(office.channel.texts).split()) == "".join(LONG.split())


# -- histories ---------------------------------------------------------------------------------------------------------


async def test_what_the_history_shows_is_sent(office: PostOffice) -> None:
    channel = chronicle(office)
    (key,) = office.push("g1")
    channel.answers["g1"], channel.history["g1"] = [LOST], [("h1",)]
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    assert office.row(key).external_ids == ["h1"]
    assert channel.texts == ["Thông báo"]


class Looking:
    """The reconciler, made to look when the story says so. Rows were in doubt at MORNING."""

    def __init__(self, office: PostOffice) -> None:
        self.seconds = 0.0
        self.channel = chronicle(office)
        office.clock = Clock(MORNING, 0.0, monotonic=lambda: self.seconds)
        self.office = office
        self.reconciler = Reconciler(office.database, self.channel, office.clock, office.open_media)

    def lose(self, key: str) -> None:
        """The row left, and its answer never came."""
        with self.office.database.transaction() as session:
            row = session.exec(select(Outgoing).where(Outgoing.key == key)).one()
            assert outbox.claim(session, [row], self.office.clock.now())
            record(session, row, LOST, self.office.clock.now(), remembers=True)

    async def until(self, *seconds: float) -> list[str]:
        """How often the platform has been asked after each of these moments, and the state then."""
        found = []
        for self.seconds in seconds:
            await self.reconciler.look()
            found.append(f"{len(self.channel.asked)} {self.office.rows()[-1].state}")
        return found


async def test_what_the_history_does_not_show_is_sent_again_but_not_at_the_first_glance(office: PostOffice) -> None:
    """Histories lag: an empty one is believed after fifteen seconds."""
    looking = Looking(office)
    (key,) = office.push("g1")
    looking.lose(key)
    looking.channel.history["g1"] = [()]
    assert await looking.until(1, 5, 6, 15) == ["0 unknown", "1 unknown", "1 unknown", "2 queued"]
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})


async def test_what_was_corrected_meanwhile_is_not_missed_in_a_history_that_shows_the_old_words(
    office: PostOffice,
) -> None:
    """It arrived with the wrong hour, and "Đính chính: …" stands under it: the whole announcement again would be a
    double."""
    looking = Looking(office)
    with office.database.transaction() as session:
        push = Push(key="t", kind="adhoc", text="Họp lúc 8h", due_at=MORNING, state="released", released_at=MORNING)
        session.add(push)
        session.flush()
        number = push.id
    looking.lose(office.push("g1", text="Họp lúc 8h", push_id=number)[0])
    looking.channel.history["g1"] = [()]
    looking.seconds = 1
    with office.database.transaction() as session:
        corrections.correct(session, session.get_one(Push, number), "Họp lúc 9h", office.clock.now())
    assert (await looking.until(5, 15, 45, 135, 7200))[-1] == "4 unknown"


async def test_what_is_proved_to_have_arrived_is_pinned_as_well(office: PostOffice) -> None:
    looking = Looking(office)
    keys = office.push("g1", "g2", pin=True)
    for key in keys:
        looking.lose(key)
    looking.channel.history["g1"], looking.channel.history["g2"] = [("h1",)], [None]
    await looking.until(5)
    assert take(office, echo(office, "g2", "Thông báo"))
    pinned = {row.key: row.message.get("pins") for row in office.rows() if row.message.get("pins")}
    assert sorted(pinned.values()) == sorted(keys)


async def test_after_an_outage_one_look_is_enough(office: PostOffice) -> None:
    looking = Looking(office)
    looking.lose(office.push("g1")[0])
    looking.channel.history["g1"] = [()]
    assert await looking.until(7200) == ["1 queued"]


async def test_when_nobody_can_say_a_group_waits_for_a_person(office: PostOffice) -> None:
    looking = Looking(office)
    looking.lose(office.push("g1")[0])
    seen = await looking.until(5, 15, 45, 135, 1000)
    assert seen == ["1 unknown", "2 unknown", "3 unknown", "4 unknown", "4 unknown"]
    assert doubts.next_look(office.rows()[0]) is None


async def test_a_reply_is_looked_for_before_it_is_said_again(office: PostOffice) -> None:
    looking = Looking(office)
    looking.lose(office.reply("lan"))
    looking.channel.history["lan"] = [None, ("h1",)]
    assert await looking.until(5, 15) == ["1 unknown", "2 sent"]


async def test_a_reply_of_which_nobody_can_say_anything_is_said_again(office: PostOffice) -> None:
    looking = Looking(office)
    looking.lose(office.reply("lan"))
    assert await looking.until(5, 15, 45) == ["1 unknown", "2 unknown", "3 queued"]


async def test_after_a_crash_rows_in_flight_are_looked_for(office: PostOffice) -> None:
    """Of a reply and a push that were on their way when the power went, the reply had arrived."""
    looking = Looking(office)
    keys = [*office.push("g1"), office.reply("lan")]
    with office.database.transaction() as session:
        for row in session.exec(select(Outgoing)).all():
            assert outbox.claim(session, [row], office.clock.now())
        assert outbox.recover(session, SQUARE, office.clock.now(), remembers=True) == (0, 2)
    looking.channel.history["lan"], looking.channel.history["g1"] = [("h1",)], [()]
    await looking.until(5, 15)
    assert [office.row(key).state for key in keys] == [OutgoingState.QUEUED, OutgoingState.SENT]


async def test_a_pin_of_unknown_fate_is_simply_made_again(office: PostOffice) -> None:
    looking = Looking(office)
    looking.channel.abilities = replace(ABILITIES, can_pin=True)
    (key,) = office.push("g1")
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    pin = office.queue([Address(SQUARE, "g1", group=True)], "", Priority.PUSH, Message(pins=key))[0]
    looking.lose(pin)
    assert await looking.until(5) == ["0 queued"]


async def test_losses_that_never_end_are_given_to_a_person(office: PostOffice) -> None:
    looking = Looking(office)
    (key,) = office.push("g1")
    looking.channel.history["g1"] = [()]
    for _ in range(5):
        looking.lose(key)
        await looking.until(looking.seconds + 20)
    assert office.row(key).state == OutgoingState.UNKNOWN


async def test_while_the_media_store_is_away_nothing_is_sent_again(office: PostOffice) -> None:
    looking = Looking(office)
    office.queue([Address(SQUARE, "g1", group=True)], "", Priority.PUSH, Message(photos=("a" * 64,)))
    looking.lose(office.rows()[0].key)
    office.media_away = True
    looking.channel.history["g1"] = [()]
    assert await looking.until(5, 15, 45, 135) == ["0 unknown"] * 4


async def test_a_person_who_decides_while_the_platform_is_asked_is_not_overruled(office: PostOffice) -> None:
    looking = Looking(office)
    (key,) = office.push("g1")
    looking.lose(key)
    answers: list[tuple[str, ...] | None] = [()]

    async def a_person_is_faster(part: Part, since: datetime) -> tuple[str, ...] | None:
        with office.database.transaction() as session:
            row = session.exec(select(Outgoing).where(Outgoing.key == key)).one()
            assert doubts.let_go(session, row, office.clock.now(), by=None)
        return answers[0]

    looking.channel.said = a_person_is_faster  # type: ignore[method-assign]
    assert await looking.until(20) == ["0 sent"]


async def test_a_refusal_needs_no_looking(office: PostOffice) -> None:
    channel = chronicle(office)
    (key,) = office.push("g1")
    channel.answers["g1"] = [Refused("Nhóm đã khóa.")]
    async with office.open():
        await office.until_states(**{key: OutgoingState.REFUSED})
    assert channel.asked == []
