"""What becomes of a row of the outbox, whatever the platform answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.channels.contract import Outcome, Part, Refused, RetryAt, Sent, Unknown
from bot.clock import Clock
from bot.delivery.pace import Gate, Pace
from bot.delivery.sender import IN_FLIGHT
from campaign.message import Choice, FilePart, Message
from campaign.outbox import Address
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority
from tests.delivery.post_office import EVENING, SQUARE, PostOffice


def too_fast(
    office: PostOffice, seconds: float, *, whole_account: bool = False
) -> Callable[[Part], Awaitable[Outcome]]:
    async def answer(part: Part) -> Outcome:
        return RetryAt(office.clock.after(seconds), "Gửi chậm lại.", whole_account=whole_account)

    return answer


def chat_of(office: PostOffice, name: str) -> Chat:
    with office.database.snapshot() as session:
        return session.exec(select(Chat).where(Chat.external_id == name)).one()


async def test_every_group_gets_its_push_and_the_row_remembers_the_platforms_number(office: PostOffice) -> None:
    keys = office.push("g1", "g2", "g3")
    async with office.open():
        await office.until_idle()
    assert {office.row(key).state for key in keys} == {OutgoingState.SENT}
    assert sorted(office.row(key).external_ids[0] for key in keys) == ["m1", "m2", "m3"]
    assert sorted(part.to for part in office.channel.requests) == ["g1", "g2", "g3"]


# -- what the platform may answer --------------------------------------------------------------------------------------


async def test_a_push_to_a_group_with_an_unknown_fate_waits_for_a_person(office: PostOffice) -> None:
    (key,) = office.push("g1")
    office.channel.answers["g1"] = [Unknown("Mất kết nối khi đang gửi.")]
    async with office.open():
        await office.until_states(**{key: OutgoingState.UNKNOWN})
        await asyncio.sleep(0.05)
    assert office.row(key).reason == "Mất kết nối khi đang gửi."
    assert len(office.channel.requests) == 1


async def test_a_reply_with_an_unknown_fate_is_said_again_a_minute_later(office: PostOffice) -> None:
    key = office.reply("lan")
    office.channel.answers["lan"] = [Unknown("Mất kết nối.")]
    office.clock = Clock(office.clock.origin, time.monotonic(), speed=600)
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    assert office.channel.texts == ["Đã nhận", "Đã nhận"]
    assert office.channel.moments[1] - office.channel.moments[0] >= 60 / 600


async def test_a_reply_whose_fate_stays_unknown_five_times_is_given_to_a_person(office: PostOffice) -> None:
    key = office.reply("lan")
    office.channel.answers["lan"] = [Unknown("Mất kết nối.")] * 9
    office.clock = Clock(office.clock.origin, time.monotonic(), speed=6000)
    async with office.open():
        await office.until_states(**{key: OutgoingState.UNKNOWN})
    assert len(office.channel.requests) == 5


async def test_a_group_that_removed_the_bot_is_left_alone_until_it_speaks_again(office: PostOffice) -> None:
    office.chat("g1")
    (key,) = office.push("g1")
    office.channel.answers["g1"] = [Refused("Trợ lý đã bị đưa khỏi nhóm.", gone=True)]
    async with office.open():
        await office.until_states(**{key: OutgoingState.REFUSED})
    chat = chat_of(office, "g1")
    assert not chat.active
    assert chat.inactive_reason == "Trợ lý đã bị đưa khỏi nhóm."


async def test_a_message_that_is_refused_does_not_cost_the_chat(office: PostOffice) -> None:
    office.chat("g1")
    (key,) = office.push("g1")
    office.channel.answers["g1"] = [Refused("Ảnh quá lớn.")]
    async with office.open():
        await office.until_states(**{key: OutgoingState.REFUSED})
    assert chat_of(office, "g1").active


async def test_pushes_that_waited_for_a_lost_group_are_not_sent(office: PostOffice) -> None:
    chat_id = office.chat("g1")
    office.queue([Address(SQUARE, "g1", group=True, chat_id=chat_id)] * 2, "Thông báo")
    office.channel.answers["g1"] = [Refused("Trợ lý đã bị đưa khỏi nhóm.", gone=True)]
    async with office.open():
        await office.until_idle()
    assert sorted(row.state for row in office.rows()) == [OutgoingState.CANCELLED, OutgoingState.REFUSED]
    assert len(office.channel.requests) == 1


async def test_a_group_that_was_upgraded_gets_its_push_under_its_new_number(office: PostOffice) -> None:
    office.chat("g1")
    keys = office.push("g1") + office.push("g1")
    office.channel.answers["g1"] = [RetryAt(office.clock.now(), "Nhóm có mã mới.", moved_to="g1-new")]
    async with office.open():
        await office.until_idle()
    assert [part.to for part in office.channel.requests] == ["g1", "g1-new", "g1-new"]
    assert {office.row(key).to for key in keys} == {"g1-new"}
    assert chat_of(office, "g1-new").active


async def test_a_429_for_one_chat_lets_the_others_speak(office: PostOffice) -> None:
    slow, *others = office.push("g1", "g2", "g3", "g4")
    office.channel.answers["g1"] = [too_fast(office, 0.3)]
    async with office.open():
        await office.until_states(**dict.fromkeys(others, OutgoingState.SENT))
        assert office.row(slow).state == OutgoingState.RETRY
        await office.until_states(**{slow: OutgoingState.SENT})
    assert [part.to for part in office.channel.requests] == ["g1", "g2", "g3", "g4", "g1"]
    assert office.channel.moments[4] - office.channel.moments[0] >= 0.3


async def test_a_429_for_the_account_silences_all_chats_until_it_ends(office: PostOffice) -> None:
    office.pace = Pace(per_second=50, per_chat=50, per_group_minute=1000)
    office.channel.answers["g1"] = [too_fast(office, 0.4, whole_account=True)]
    office.push(*(f"g{number}" for number in range(1, 20)))
    async with office.open():
        await office.until_idle()
    refused = office.channel.moments[0]
    # What was in flight beside the refused one cannot be called back; nothing else leaves.
    silent = [moment for moment in office.channel.moments if moment - refused < 0.4]
    assert len(silent) <= IN_FLIGHT
    assert len(office.channel.requests) == 20


async def test_after_two_days_of_trying_a_row_is_given_up(office: PostOffice) -> None:
    (key,) = office.push("g1")
    office.channel.answers["g1"] = [RetryAt(office.clock.now(), "Chưa kết nối được.")] * 4
    with office.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.key == key)).one()
        row.first_tried_at = office.clock.now() - timedelta(days=2, minutes=1)
        session.add(row)
    async with office.open():
        await office.until_states(**{key: OutgoingState.REFUSED})
    assert office.row(key).reason == "Chưa kết nối được."


async def test_what_could_leave_next_month_only_is_given_up_today(office: PostOffice) -> None:
    """The month's templates are used up on the 10th: an invitation for the 20th must not arrive in June."""
    (key,) = office.push("g1")
    office.channel.answers["g1"] = [RetryAt(office.clock.now() + timedelta(days=21), "Đã hết hạn mức trong tháng.")]
    async with office.open():
        await office.until_states(**{key: OutgoingState.REFUSED})
    assert office.row(key).reason == "Đã hết hạn mức trong tháng."


async def test_a_message_that_waits_for_tomorrow_does_not_silence_its_chat(office: PostOffice) -> None:
    """A paid template must wait for the next day; the answer to what the same person asks costs nothing and leaves."""
    (key,) = office.push("lan")
    office.channel.answers["lan"] = [RetryAt(office.clock.now() + timedelta(hours=20), "Đã hết hạn mức trong ngày.")]
    async with office.open():
        await office.until_states(**{key: OutgoingState.RETRY})
        reply = office.reply("lan")
        await office.until_states(**{reply: OutgoingState.SENT})
    assert office.row(key).state == OutgoingState.RETRY


async def test_a_channel_that_breaks_costs_no_other_message(office: PostOffice) -> None:
    broken, *others = office.push("g1", "g2", "g3")
    office.channel.answers["g1"] = [RuntimeError("a bug in the channel")]
    async with office.open():
        await office.until_idle()
    assert office.row(broken).state == OutgoingState.UNKNOWN
    assert {office.row(key).state for key in others} == {OutgoingState.SENT}


# -- hours -------------------------------------------------------------------------------------------------------------


async def test_in_the_evening_only_answers_and_what_a_person_made_urgent_leave(office: PostOffice) -> None:
    office.clock = Clock(EVENING, time.monotonic())
    (push,) = office.push("g1")
    (urgent,) = office.push("g2", urgent=True)
    place = Address(SQUARE, "lan", group=False)
    (reminder,) = office.queue([place], "Nhắc việc", Priority.REMINDER)
    (decision,) = office.queue([place], "Đã duyệt", Priority.INTERACTIVE)
    reply = office.reply("tuan")
    async with office.open():
        await office.until_states(**dict.fromkeys((urgent, decision, reply), OutgoingState.SENT))
        await asyncio.sleep(0.3)
    assert {office.row(push).state, office.row(reminder).state} == {OutgoingState.QUEUED}


async def test_what_waited_overnight_leaves_when_the_quiet_hours_end(office: PostOffice) -> None:
    office.clock = Clock(EVENING, time.monotonic(), speed=40_000)
    (key,) = office.push("g1")
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    finished = office.row(key).finished_at
    assert finished is not None
    assert finished >= EVENING.replace(hour=0) + timedelta(days=1)  # seven o'clock in Việt Nam


async def test_a_row_waits_for_its_moment(office: PostOffice) -> None:
    (key,) = office.push("g1", not_before=office.clock.after(0.4))
    async with office.open():
        await asyncio.sleep(0.2)
        assert office.channel.requests == []
        await office.until_states(**{key: OutgoingState.SENT})


# -- who comes first ---------------------------------------------------------------------------------------------------


async def test_a_reply_leaves_within_a_second_while_ten_thousand_pushes_wait(office: PostOffice) -> None:
    office.pace = Pace(per_second=28.5, per_chat=1, per_group_minute=20)
    office.push_to_many(10_000)
    async with office.open() as sender:
        await office.until(lambda: len(office.channel.requests) > 10)
        before, asked = len(office.channel.requests), time.monotonic()
        office.reply("lan")
        sender.poke()
        await office.until(lambda: "lan" in {part.to for part in office.channel.requests})
        took = time.monotonic() - asked
    place = [part.to for part in office.channel.requests].index("lan")
    assert place - before <= 4  # no more than were already on their way
    assert took < 1


async def test_a_chat_that_may_not_speak_does_not_hold_up_those_behind_it(office: PostOffice) -> None:
    """Hundreds of groups have had their minute's share, and each has more waiting."""
    gate = Gate(office.pace)
    closed = [f"g{number}" for number in range(500)]
    for group in closed:
        gate.pause_chat(group, 60)
    office.push(*closed, *closed, *closed)
    (key,) = office.push("free")
    async with office.open(office.sender(gate=gate)):
        await office.until_states(**{key: OutgoingState.SENT})
    assert office.channel.texts == ["Thông báo"]


async def test_two_messages_for_one_chat_never_overtake_each_other(office: PostOffice) -> None:
    async def slowly(part: Part) -> Outcome:
        await asyncio.sleep(0.05)
        return Sent(("m1",))

    office.channel.answers["lan"] = [slowly]
    office.reply("lan", "một")
    office.reply("lan", "hai")
    async with office.open():
        await office.until_idle()
    assert office.channel.texts == ["một", "hai"]


# -- several parts -----------------------------------------------------------------------------------------------------


def photos(office: PostOffice, folder: Path, count: int) -> tuple[str, ...]:
    for number in range(count):
        file = folder / f"{number}.jpg"
        file.write_bytes(b"photo")
        office.media[f"sha{number}"] = file
    return tuple(f"sha{number}" for number in range(count))


def long_album(office: PostOffice, folder: Path, **more: object) -> str:
    """Five photos and more words than fit under them: three requests."""
    message = Message(text="Thông báo dài. " * 8, photos=photos(office, folder, 5))
    (key,) = office.queue([Address(SQUARE, "g1", group=True)], "", message=message, **more)
    return key


async def test_a_message_of_three_parts_leaves_in_order(office: PostOffice, tmp_path: Path) -> None:
    key = long_album(office, tmp_path)
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    assert [len(part.photos) for part in office.channel.requests] == [3, 2, 0]
    assert [part.key for part in office.channel.requests] == [key, f"{key}/1", f"{key}/2"]
    assert office.row(key).external_ids == ["m1", "m2", "m3"]


async def test_what_failed_half_way_goes_on_with_the_rest(office: PostOffice, tmp_path: Path) -> None:
    key = long_album(office, tmp_path)
    office.channel.answers["g1"] = [Sent(("a", "b", "c")), RetryAt(office.clock.now(), "Bận."), Sent(("d", "e"))]
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    assert [len(part.photos) for part in office.channel.requests] == [3, 2, 2, 0]
    assert office.row(key).external_ids[:5] == ["a", "b", "c", "d", "e"]


async def test_a_personal_message_cut_off_between_parts_goes_on_after_the_crash(
    office: PostOffice, tmp_path: Path
) -> None:
    key = long_album(office, tmp_path, personal=True)
    with office.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.key == key)).one()
        row.state, row.progress, row.external_ids = OutgoingState.SENDING, 1, ["a", "b", "c"]
        session.add(row)
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    assert [len(part.photos) for part in office.channel.requests] == [2, 0]


async def test_parts_of_one_message_keep_the_pace_of_their_chat(office: PostOffice, tmp_path: Path) -> None:
    office.pace = Pace(per_second=1000, per_chat=5, per_group_minute=1000)
    key = long_album(office, tmp_path)
    async with office.open():
        await office.until_states(**{key: OutgoingState.SENT})
    first, second, third = office.channel.moments
    assert second - first >= 0.15  # a fifth of a second, less what a busy machine blurs
    assert third - second >= 0.15


async def test_a_missing_photo_is_refused_in_words(office: PostOffice) -> None:
    (key,) = office.queue([Address(SQUARE, "g1", group=True)], "", message=Message(text="Ảnh", photos=("lost",)))
    async with office.open():
        await office.until_states(**{key: OutgoingState.REFUSED})
    assert office.row(key).reason == "Không tìm thấy ảnh hoặc tệp kèm theo."
    assert office.channel.requests == []


async def test_a_disk_that_is_away_for_a_moment_costs_no_message(
    office: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.sender.UNPREPARED_SECONDS", 0.1)
    office.media_away = True
    photo = photos(office, tmp_path, 1)
    (key,) = office.queue([Address(SQUARE, "g1", group=True)], "", message=Message(text="Ảnh", photos=photo))
    async with office.open():
        await office.until_states(**{key: OutgoingState.RETRY})
        assert office.channel.requests == []
        office.media_away = False
        await office.until_states(**{key: OutgoingState.SENT})


async def test_a_correction_changes_the_message_that_was_sent(office: PostOffice) -> None:
    (key,) = office.push("g1", text="Họp lúc 8h")
    async with office.open():
        await office.until_idle()
        correction = Message(text="Họp lúc 9h", choices=(Choice("Đã nhận", "seen:1"),), edits=key)
        office.queue([Address(SQUARE, "g1", group=True)], "", message=correction)
        await office.until_idle()
    assert [part.edits for part in office.channel.requests] == ["", "m1"]


async def test_a_correction_of_what_was_never_sent_is_a_message_of_its_own(office: PostOffice) -> None:
    office.queue([Address(SQUARE, "g1", group=True)], "", message=Message(text="Họp lúc 9h", edits="never"))
    async with office.open():
        await office.until_idle()
    assert [(part.text, part.edits) for part in office.channel.requests] == [("Họp lúc 9h", "")]


async def test_a_document_goes_with_its_name(office: PostOffice, tmp_path: Path) -> None:
    (sha,) = photos(office, tmp_path, 1)
    message = Message(text="Kế hoạch", files=(FilePart(sha, "Kế hoạch.docx"),))
    office.queue([Address(SQUARE, "lan", group=False)], "", Priority.REPLY, message)
    async with office.open():
        await office.until_idle()
    (part,) = office.channel.requests
    assert part.file is not None
    assert part.file.name == "Kế hoạch.docx"
