"""Chị Lan reads Zalo, has Telegram on an old phone and can open the web page: one copy reaches her, on one of them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from bot.channels.contract import Outcome, Refused, RetryAt, Sent, Unknown
from bot.delivery.recording import record
from campaign import outbox
from campaign.message import Message
from campaign.organisation import people
from campaign.rules import NAME, DeliveryRules
from campaign.work import pushes
from storage import outbox as due
from storage.database import Database
from storage.models import Chat, Outgoing, Person, Push
from storage.models.messages import OutgoingState, Priority
from tests.databases import fresh_database
from tests.delivery.post_office import HOURS, MORNING, PostOffice, Square, written_down

CHANNELS = ("oa", "square", "web")
GONE = Refused("Người này đã chặn trợ lý.", gone=True)
FULL = Refused("Hết lượt tin miễn phí.")


def settle(database: Database, *names: str, channels: tuple[str, ...] = CHANNELS, prefers: str = "") -> list[int]:
    """People with a private chat on each of the channels, heard from on the last of them last."""
    database.info[NAME] = DeliveryRules(prefer=CHANNELS)
    with database.transaction() as session:
        made = [Person(name=name, prefers=prefers, created_at=MORNING) for name in names]
        session.add_all(made)
        session.flush()
        for person in made:
            for channel in channels:
                place = f"{person.name}@{channel}"
                session.add(
                    Chat(
                        channel=channel, external_id=place, kind="private", person_id=person.id, created_at=MORNING,
                        heard_at=MORNING,
                    )
                )  # fmt: skip
        return [person.id for person in made if person.id is not None]


def announce(session: Session, numbers: list[int]) -> Push:
    """A push for these people, as ``release`` queues it."""
    push = Push(key="t", kind="adhoc", text="Họp 8h", due_at=MORNING, state="released")
    session.add(push)
    session.flush()
    for chat in people.private_chats(session, numbers):
        message = pushes.message_of(push, late_since=None, hours=HOURS)
        key = pushes.key_of(push, chat)
        outbox.say(session, key, chat, message, priority=Priority.PUSH, push_id=push.id, personal=False)
    return push


def rows(database: Database) -> list[Outgoing]:
    with database.snapshot() as session:
        return list(session.exec(select(Outgoing)))


def first_choice(database: Database, number: int) -> str:
    with database.snapshot() as session:
        (chat,) = people.private_chats(session, [number])
        return chat.channel


# -- which one first ---------------------------------------------------------------------------------------------------


def test_the_order_of_the_settings_holds_whoever_was_heard_last(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan", channels=("web", "square", "oa"))
    assert first_choice(office.database, lan) == "oa"


def test_what_the_person_asked_for_comes_before_the_order_of_the_settings(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan", prefers="web")
    assert first_choice(office.database, lan) == "web"


def test_a_channel_that_is_switched_off_or_out_of_reach_is_passed_over(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan")
    office.database.info[NAME] = DeliveryRules(CHANNELS, live=frozenset({"square", "web"}))
    assert first_choice(office.database, lan) == "square"
    office.database.info[NAME] = DeliveryRules(
        CHANNELS, reaches=lambda _, chats: [chat.channel == "web" for chat in chats]
    )
    assert first_choice(office.database, lan) == "web"


def test_somebody_out_of_reach_everywhere_still_gets_a_row_that_says_why(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan")
    office.database.info[NAME] = DeliveryRules(CHANNELS, reaches=lambda _, chats: [False] * len(chats))
    assert first_choice(office.database, lan) == "oa"


# -- falling over ------------------------------------------------------------------------------------------------------


async def test_who_blocked_one_channel_reads_it_on_the_next_and_it_counts_once(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan")
    zalo, telegram = Square(name="oa"), Square(name="square")
    zalo.answers["lan@oa"] = [GONE]
    with office.database.transaction() as session:
        push = announce(session, [lan])
    async with AsyncExitStack() as stack:
        for channel in (zalo, telegram):
            await stack.enter_async_context(office.open(office.sender(channel)))
        await office.until(lambda: telegram.requests)
        await office.until_idle()
    assert [part.to for part in telegram.requests] == ["lan@square"]
    with office.database.snapshot() as session:
        assert pushes.status(session, push.id or 0)["sent"] == 1
        assert sum(pushes.status(session, push.id or 0).values()) == 1
        lost = session.exec(select(Chat).where(Chat.external_id == "lan@oa")).one()
        assert (lost.active, lost.inactive_reason) == (False, GONE.reason)


async def test_what_still_waits_for_a_lost_chat_goes_the_other_way_too(office: PostOffice) -> None:
    """Three announcements wait when the first learns that Lan has left: none of them is thrown away."""
    (lan,) = settle(office.database, "lan", channels=("oa", "square"))
    zalo, telegram = Square(name="oa"), Square(name="square")
    zalo.answers["lan@oa"] = [GONE]
    with office.database.transaction() as session:
        (chat,) = people.private_chats(session, [lan])
        for number in range(3):
            message = Message(text=f"Tin {number}")
            outbox.say(session, f"p{number}", chat, message, priority=Priority.PUSH, personal=False)
    async with AsyncExitStack() as stack:
        for channel in (zalo, telegram):
            await stack.enter_async_context(office.open(office.sender(channel)))
        await office.until(lambda: len(telegram.requests) == 3)
    assert len(zalo.requests) == 1
    assert sorted(telegram.texts) == ["Tin 0", "Tin 1", "Tin 2"]


async def test_what_one_channel_would_send_next_month_leaves_today_on_another(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan", channels=("oa", "square"))
    zalo, telegram = Square(name="oa"), Square(name="square")
    zalo.answers["lan@oa"] = [RetryAt(office.clock.now() + timedelta(days=21), "Đã hết tin của tháng.")]
    with office.database.transaction() as session:
        push = announce(session, [lan])
    async with AsyncExitStack() as stack:
        for channel in (zalo, telegram):
            await stack.enter_async_context(office.open(office.sender(channel)))
        await office.until(lambda: telegram.requests)
        await office.until_idle()
    with office.database.snapshot() as session:
        assert pushes.status(session, push.id or 0)["sent"] == 1


async def test_a_reply_stays_where_it_was_asked(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan")
    zalo = Square(name="oa")
    zalo.answers["lan@oa"] = [FULL]
    with office.database.transaction() as session:
        (chat,) = people.private_chats(session, [lan])
        outbox.say(session, "in1:1", chat, Message(text="Việc của anh/chị: …"))
    async with office.open(office.sender(zalo)):
        await office.until_states(**{"in1:1": OutgoingState.REFUSED})


async def test_what_may_have_arrived_is_not_sent_on_another_channel(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan")
    zalo, telegram = Square(name="oa"), Square(name="square")
    zalo.answers["lan@oa"] = [Unknown("Mất kết nối khi đang gửi.")]
    with office.database.transaction() as session:
        announce(session, [lan])
    async with AsyncExitStack() as stack:
        for channel in (zalo, telegram):
            await stack.enter_async_context(office.open(office.sender(channel)))
        await office.until(lambda: rows(office.database)[0].state == OutgoingState.UNKNOWN)
        await asyncio.sleep(0.05)
    assert telegram.requests == []


def test_a_decision_leaves_the_words_it_answered_behind(office: PostOffice) -> None:
    (lan,) = settle(office.database, "lan")
    with office.database.transaction() as session:
        (chat,) = people.private_chats(session, [lan])
        message = Message(text="Đã duyệt", reply_to="m77")
        outbox.say(session, "decided:1", chat, message, priority=Priority.INTERACTIVE)
        session.flush()
        row = session.exec(select(Outgoing)).one()
        record(session, row, GONE, MORNING)
    (kept,) = rows(office.database)
    assert (kept.channel, kept.message) == ("square", {"text": "Đã duyệt"})


# -- whatever happens --------------------------------------------------------------------------------------------------

ANSWERS = st.sampled_from(("takes", "is gone", "refuses", "is in doubt"))
OUTCOMES: dict[str, Outcome] = {
    "takes": Sent(("m1",)),
    "is gone": GONE,
    "refuses": FULL,
    "is in doubt": Unknown("Mất kết nối."),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    answers=st.lists(st.tuples(ANSWERS, ANSWERS, ANSWERS), min_size=1, max_size=4), prefers=st.sampled_from(CHANNELS)
)
def test_each_person_gets_exactly_one_copy_or_one_refusal(answers: list[tuple[str, str, str]], prefers: str) -> None:
    with TemporaryDirectory() as folder:
        database = fresh_database(Path(folder))
        numbers = settle(database, *(f"p{place}" for place in range(len(answers))), prefers=prefers)
        script = {
            f"p{place}@{channel}": answer
            for place, three in enumerate(answers)
            for channel, answer in zip(CHANNELS, three, strict=True)
        }
        with database.transaction() as session:
            announce(session, numbers)
            taken = _send_all(session, script)
        for place, row in enumerate(sorted(rows(database), key=lambda row: row.id or 0)):
            person = f"p{place}"
            copies = [where for where in taken if where.startswith(f"{person}@")]
            order = sorted(CHANNELS, key=lambda channel: (channel != prefers, CHANNELS.index(channel)))
            wanted = next((c for c in order if script[f"{person}@{c}"] in ("takes", "is in doubt")), None)
            assert len(copies) == (1 if wanted and script[f"{person}@{wanted}"] == "takes" else 0)
            if wanted is None:
                assert (row.state, len(row.tried)) == (OutgoingState.REFUSED, len(CHANNELS) - 1)
            else:
                assert row.channel == wanted
                assert row.state == (OutgoingState.SENT if copies else OutgoingState.UNKNOWN)
        database.close()


def _send_all(session: Session, script: dict[str, str]) -> list[str]:
    """Every channel sends until nothing is left; returns where a copy arrived."""
    taken = []
    for _ in range(100):
        found = [due.due(session, channel, MORNING, quiet=False, closed=()) for channel in CHANNELS]
        waiting = [row for rows in found for row, _ in rows]
        if not waiting:
            return taken
        for row in waiting:
            (claimed,) = due.claim(session, [row], MORNING)
            if script[claimed.to] == "takes":
                taken.append(claimed.to)
            written_down(session, claimed, OUTCOMES[script[claimed.to]])
    raise AssertionError("a row goes round in circles")
