"""A wrong hour in an announcement: every chat that has it gets it right, the kindest way that works there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.channels.contract import Outcome, Part, Refused, RetryAt, Sent, Unknown
from campaign import outbox
from campaign.organisation import chats
from campaign.problems import Refusal
from campaign.rules import NAME, DeliveryRules
from campaign.work import corrections, doubts, flow, pushes
from campaign.work.corrections import Failure, Result
from storage.models import AuditEntry, Chat, Correction, Outgoing, Push
from storage.models.messages import OutgoingState, Priority
from tests.delivery.post_office import ABILITIES, HOURS, MORNING, SQUARE, PostOffice

WRONG, RIGHT = "Họp lúc 8h ngày 12/5.", "Họp lúc 9h ngày 12/5."
TOO_OLD = Refused("Tin đã quá 48 giờ.")
KICKED = Refused("Trợ lý đã bị đưa ra khỏi nhóm.", gone=True)


@pytest.fixture
def square(office: PostOffice) -> PostOffice:
    """A platform that edits, deletes and pins."""
    office.channel.abilities = replace(ABILITIES, can_delete=True, can_pin=True)
    return office


def announce(office: PostOffice, groups: int, text: str = WRONG, photos: tuple[str, ...] = ()) -> int:
    """A released push to ``g0``, ``g1``, …, queued as ``release`` does it; its number."""
    with office.database.transaction() as session:
        push = Push(
            key="t", kind="adhoc", text=text, photos=list(photos), due_at=MORNING, state="released",
            released_at=MORNING,
        )  # fmt: skip
        session.add(push)
        session.flush()
        for place in range(groups):
            chat = chats.meet(session, SQUARE, f"g{place}", MORNING, group=True, title=f"Tổ {place}")
            message = pushes.message_of(push, late_since=None, hours=HOURS)
            key = pushes.key_of(push, chat)
            outbox.say(session, key, chat, message, priority=Priority.PUSH, push_id=push.id, personal=False)
        assert push.id is not None
        return push.id


def correct(office: PostOffice, number: int, text: str = RIGHT) -> None:
    with office.database.transaction() as session:
        corrections.correct(session, session.get_one(Push, number), text, office.clock.now())


def withdraw(office: PostOffice, number: int) -> None:
    with office.database.transaction() as session:
        corrections.withdraw(session, session.get_one(Push, number), office.clock.now())


async def follow(office: PostOffice) -> None:
    """The scheduler's turns, until the last correction is over."""
    async with asyncio.timeout(20):
        while True:
            with office.database.transaction() as session:
                over = corrections.follow_up(session, office.clock.now())
                for made in over:
                    made.told_at = office.clock.now()
                    session.add(made)
                left = session.exec(select(Correction).where(Correction.told_at == None)).first()  # noqa: E711
            if left is None:
                return
            await asyncio.sleep(0.02)


def result(office: PostOffice) -> Result:
    with office.database.snapshot() as session:
        made = session.exec(select(Correction).order_by(Correction.id.desc())).first()  # type: ignore[union-attr]
        assert made is not None
        return corrections.result(session, made)


def asked(office: PostOffice, place: str, after: int = 0) -> list[Part]:
    return [part for part in office.channel.requests[after:] if part.to == place]


# -- the ladder --------------------------------------------------------------------------------------------------------


async def test_many_chats_of_which_twenty_are_too_old_and_four_are_lost(square: PostOffice) -> None:
    """Failure 10: nobody is left with the wrong hour without somebody knowing the name of the place."""
    number = announce(square, 300)
    async with square.open():
        await square.until_idle(20)
        before = len(square.channel.requests)
        for place in range(20):
            square.channel.answers[f"g{place}"] = [TOO_OLD]
        for place in range(20, 22):
            square.channel.answers[f"g{place}"] = [KICKED]
        for place in range(22, 24):
            square.channel.answers[f"g{place}"] = [TOO_OLD, Refused("Nhóm không cho gửi tin.")]
        correct(square, number)
        await follow(square)
    found = result(square)
    assert (found.edited, found.answered, found.under_way) == (276, 20, 0)
    assert found.failures == (
        Failure("Tổ 20", KICKED.reason), Failure("Tổ 21", KICKED.reason),
        Failure("Tổ 22", "Nhóm không cho gửi tin."), Failure("Tổ 23", "Nhóm không cho gửi tin."),
    )  # fmt: skip
    edit, answer = asked(square, "g0", before)
    assert (edit.text, bool(edit.edits), edit.choices[0].label) == (RIGHT, True, "Đã nhận")
    assert (answer.text, answer.reply_to, answer.edits) == (f"Đính chính: {RIGHT}", edit.edits, "")
    assert [part.edits != "" for part in asked(square, "g99", before)] == [True]


async def test_withdrawn_is_deleted_else_emptied_else_answered(square: PostOffice) -> None:
    number = announce(square, 3)
    async with square.open():
        await square.until_idle()
        before = len(square.channel.requests)
        square.channel.answers["g1"] = [TOO_OLD]
        square.channel.answers["g2"] = [TOO_OLD, TOO_OLD]
        withdraw(square, number)
        await follow(square)
    assert [bool(part.deletes) for part in asked(square, "g0", before)] == [True]
    emptied = asked(square, "g1", before)[1]
    assert (emptied.text, bool(emptied.edits), emptied.choices) == ("Thông báo này đã được thu hồi.", True, ())
    answered = asked(square, "g2", before)[2]
    assert answered.text == f"Thu hồi: thông báo “{WRONG}” không còn hiệu lực. Mời đơn vị không làm theo."
    assert answered.reply_to != ""
    found = result(square)
    assert (found.deleted, found.edited, found.answered, found.failures) == (1, 1, 1, ())


async def test_where_the_platform_can_neither_edit_nor_delete_no_request_is_spent_on_asking(square: PostOffice) -> None:
    square.database.info[NAME] = DeliveryRules(can=lambda channel, deed: False)
    number = announce(square, 2)
    async with square.open():
        await square.until_idle()
        withdraw(square, number)
        await follow(square)
    assert [part.text.split(":")[0] for part in square.channel.requests[2:]] == ["Thu hồi", "Thu hồi"]
    assert result(square).answered == 2


async def test_a_sender_that_finds_out_itself_goes_down_the_ladder_too(square: PostOffice) -> None:
    """The rules may not know the platform yet: then its own abilities refuse."""
    square.channel.abilities = replace(ABILITIES, can_edit=False, can_delete=False)
    number = announce(square, 1)
    async with square.open():
        await square.until_idle()
        withdraw(square, number)
        await follow(square)
    assert [part.text.split(":")[0] for part in square.channel.requests[1:]] == ["Thu hồi"]


# -- what has not left, what is in doubt, what is on its way -----------------------------------------------------------


async def test_what_has_not_left_leaves_with_the_right_words_and_is_not_corrected_again(square: PostOffice) -> None:
    number = announce(square, 40)
    async with square.open():
        await square.until(lambda: len(square.channel.requests) >= 10)
        with square.database.transaction() as session:
            flow.pause(session, session.get_one(Push, number), MORNING)
        await square.until(lambda: not any(row.state == OutgoingState.SENDING for row in square.rows()))
        told = len(square.channel.requests)
        correct(square, number)
        with square.database.transaction() as session:
            flow.resume(session, session.get_one(Push, number), MORNING)
        await follow(square)
        await square.until_idle()
    texts = Counter((part.text, bool(part.edits)) for part in square.channel.requests)
    assert texts == {(WRONG, False): told, (RIGHT, True): told, (RIGHT, False): 40 - told}
    assert (result(square).edited, result(square).before) == (told, 40 - told)


def test_a_late_label_stays_before_the_right_words(square: PostOffice) -> None:
    number = announce(square, 1)
    with square.database.transaction() as session:
        row = session.exec(select(Outgoing)).one()
        row.message = {**row.message, "text": f"(Tin gửi muộn)\n{WRONG}"}
        session.add(row)
    correct(square, number, "Họp lúc **9h**.")
    (row,) = square.rows()
    assert row.message["text"] == "(Tin gửi muộn)\nHọp lúc 9h."
    (span,) = row.message["spans"]
    assert row.message["text"][span["start"] : span["end"]] == "9h"


async def test_what_was_being_sent_at_that_moment_is_corrected_when_it_has_arrived(square: PostOffice) -> None:
    number = announce(square, 2)
    go = asyncio.Event()
    square.channel.answers["g0"] = [_when(go, Sent(("old",)))]
    square.channel.answers["g1"] = [_when(go, RetryAt(square.clock.now(), "Bận."))]
    async with square.open():
        await square.until(lambda: len(square.channel.requests) == 2)
        correct(square, number)
        with square.database.transaction() as session:
            assert corrections.follow_up(session, MORNING) == []  # not over while something is in flight
        go.set()
        await follow(square)
    assert [(part.text, part.edits) for part in asked(square, "g0")] == [(WRONG, ""), (RIGHT, "old")]
    assert asked(square, "g1")[-1].text == RIGHT


def _when(go: asyncio.Event, outcome: Outcome) -> Callable[[Part], Awaitable[Outcome]]:
    async def answer(_: Part) -> Outcome:
        await go.wait()
        return outcome

    return answer


async def test_where_nobody_knows_whether_it_arrived_it_is_answered(square: PostOffice) -> None:
    number = announce(square, 1)
    square.channel.answers["g0"] = [Unknown("Mất kết nối khi đang gửi.")]
    async with square.open():
        await square.until(lambda: square.rows()[0].state == OutgoingState.UNKNOWN)
        correct(square, number)
        await follow(square)
    (answer,) = asked(square, "g0")[1:]
    assert (answer.text, answer.reply_to) == (f"Đính chính: {RIGHT}", "")
    with square.database.transaction() as session:  # should somebody send it again, it says the right thing
        row = session.exec(select(Outgoing).where(Outgoing.push_id == number)).one()
        assert row.message["text"] == RIGHT
    withdraw(square, number)
    with square.database.transaction() as session, pytest.raises(Refusal, match="đã được thu hồi"):
        doubts.resend(session, session.get_one(Outgoing, row.id), MORNING, by=None)


async def test_a_correction_in_doubt_is_repeated_as_an_edit_and_listed_as_an_answer(square: PostOffice) -> None:
    """An edit twice does no harm; an answer twice is noise, so a person looks."""
    number = announce(square, 1)
    async with square.open():
        await square.until_idle()
        square.channel.answers["g0"] = [TOO_OLD, Unknown("Mất kết nối khi đang gửi.")]
        correct(square, number)
        await follow(square)
    assert result(square).failures == (Failure("Tổ 0", "Mất kết nối khi đang gửi."),)
    with square.database.snapshot() as session:
        edit = session.exec(select(Outgoing).where(Outgoing.key == "fix1:1:edit")).one()
        assert edit.personal


async def test_those_who_never_got_it_are_left_in_peace(square: PostOffice) -> None:
    number = announce(square, 2)
    square.channel.answers["g0"] = [Refused("Nhóm không cho gửi tin.")]
    async with square.open():
        await square.until_idle()
        correct(square, number)
        await follow(square)
    assert len(asked(square, "g0")) == 1
    assert result(square).failures == ()


async def test_a_chat_that_was_lost_meanwhile_is_named_without_being_asked(square: PostOffice) -> None:
    number = announce(square, 1)
    async with square.open():
        await square.until_idle()
        with square.database.transaction() as session:
            chats.lose(session, SQUARE, "g0", "Trợ lý đã bị đưa ra khỏi nhóm.")
        correct(square, number)
        await follow(square)
    assert len(square.channel.requests) == 1
    assert result(square).failures == (Failure("Tổ 0", "Trợ lý đã bị đưa ra khỏi nhóm."),)


# -- photos, long texts ------------------------------------------------------------------------------------------------


def photo(office: PostOffice, folder: Path, count: int) -> tuple[str, ...]:
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(b"photo")
        office.media[f"sha{number}"] = folder / f"{number}.jpg"
    return tuple(f"sha{number}" for number in range(count))


async def test_words_under_a_photo_are_put_right_where_they_stand(square: PostOffice, tmp_path: Path) -> None:
    number = announce(square, 1, photos=photo(square, tmp_path, 1))
    async with square.open():
        await square.until_idle()
        correct(square, number)
        await follow(square)
    edit = square.channel.requests[-1]
    assert (edit.text, edit.edits, edit.photos) == (RIGHT, "m1", ())


async def test_of_an_album_with_words_behind_it_the_words_are_put_right(square: PostOffice, tmp_path: Path) -> None:
    number = announce(square, 1, photos=photo(square, tmp_path, 3))
    square.channel.answers["g0"] = [Sent(("a", "b", "c")), Sent(("words",))]
    async with square.open():
        await square.until_idle()
        correct(square, number)
        await follow(square)
    assert square.channel.requests[-1].edits == "words"


async def test_words_that_do_not_fit_where_they_stand_are_answered(square: PostOffice, tmp_path: Path) -> None:
    number = announce(square, 1, photos=photo(square, tmp_path, 1))
    async with square.open():
        await square.until_idle()
        correct(square, number, "Họp lúc 9h tại hội trường lớn của nhà văn hóa công nhân.")
        await follow(square)
    assert square.channel.requests[-1].text.startswith("Đính chính: Họp lúc 9h tại")


# -- twice -------------------------------------------------------------------------------------------------------------


async def test_a_second_correction_works_on_top_of_the_first(square: PostOffice) -> None:
    """In g1 the first could only be answered: then it is that answer which is put right."""
    number = announce(square, 2)
    async with square.open():
        await square.until_idle()
        square.channel.answers["g1"] = [TOO_OLD, Sent(("answer",))]
        correct(square, number)
        await follow(square)
        before = len(square.channel.requests)
        correct(square, number, "Họp lúc 10h.")
        await follow(square)
    (edit,) = asked(square, "g0", before)
    assert (edit.text, bool(edit.edits)) == ("Họp lúc 10h.", True)
    (edit,) = asked(square, "g1", before)
    assert (edit.text, edit.edits) == ("Đính chính: Họp lúc 10h.", "answer")
    with square.database.snapshot() as session:
        assert session.get_one(Push, number).text == "Họp lúc 10h."
        entries = [entry.detail for entry in session.exec(select(AuditEntry))]
        assert [(entry["before"], entry["after"]) for entry in entries] == [(WRONG, RIGHT), (RIGHT, "Họp lúc 10h.")]


async def test_withdrawing_takes_the_answers_of_earlier_corrections_along(square: PostOffice) -> None:
    number = announce(square, 1)
    async with square.open():
        await square.until_idle()
        square.channel.answers["g0"] = [TOO_OLD, Sent(("answer",))]
        correct(square, number)
        await follow(square)
        before = len(square.channel.requests)
        withdraw(square, number)
        await follow(square)
    assert {part.deletes for part in asked(square, "g0", before)} == {"m1", "answer"}
    assert result(square).deleted == 1  # one place


async def test_an_earlier_correction_that_is_still_waiting_is_said_no_more(square: PostOffice) -> None:
    number = announce(square, 1)
    async with square.open():
        await square.until_idle()
        square.channel.answers["g0"] = [RetryAt(square.clock.after(60), "Bận.")]
        correct(square, number)
        with square.database.transaction() as session:
            corrections.follow_up(session, MORNING)
        await square.until(lambda: len(square.channel.requests) == 2)
        await square.until_states(**{"fix1:1:edit": OutgoingState.RETRY})
        correct(square, number, "Họp lúc 10h.")
        with square.database.transaction() as session:
            corrections.follow_up(session, MORNING)
    assert square.row("fix1:1:edit").state == OutgoingState.CANCELLED
    assert square.row("fix2:1:edit").message["text"] == "Họp lúc 10h."


def test_following_up_twice_asks_nothing_twice(square: PostOffice) -> None:
    number = announce(square, 2)
    with square.database.transaction() as session:
        for row in session.exec(select(Outgoing)):
            row.state, row.external_ids = OutgoingState.SENT, [f"m{row.id}"]
            session.add(row)
    correct(square, number)
    for _ in range(3):
        with square.database.transaction() as session:
            corrections.follow_up(session, MORNING)
    assert sorted(row.key for row in square.rows() if row.corrects_id) == ["fix1:1:edit", "fix1:2:edit"]


# -- what cannot be ----------------------------------------------------------------------------------------------------


def test_nothing_is_put_right_without_words_with_the_same_words_or_after_a_withdrawal(square: PostOffice) -> None:
    number = announce(square, 1)
    for text, sentence in (("  ", "còn trống"), (WRONG, "giống hệt")):
        with pytest.raises(Refusal, match=sentence):
            correct(square, number, text)
    withdraw(square, number)
    (row,) = square.rows()
    assert (row.state, row.reason) == (OutgoingState.CANCELLED, "Đã thu hồi trước khi gửi.")
    for deed in (correct, withdraw):
        with pytest.raises(Refusal, match="đã được thu hồi"):
            deed(square, number)


def test_a_push_that_is_not_due_gets_new_words_and_a_withdrawn_one_never_leaves(square: PostOffice) -> None:
    with square.database.transaction() as session:
        session.add_all([Push(key=key, kind="adhoc", audience="all", text=WRONG, due_at=MORNING) for key in ("a", "b")])
    correct(square, 1)
    withdraw(square, 2)
    with square.database.snapshot() as session:
        assert session.get_one(Push, 1).text == RIGHT
        assert session.get_one(Push, 2).state == "dropped"
        assert [push.id for push in pushes.due(session, MORNING)] == [1]


def test_the_status_of_the_push_counts_no_corrections(square: PostOffice) -> None:
    number = announce(square, 2)
    with square.database.transaction() as session:
        for row in session.exec(select(Outgoing)):
            row.state, row.external_ids = OutgoingState.SENT, [f"m{row.id}"]
            session.add(row)
    correct(square, number)
    with square.database.transaction() as session:
        corrections.follow_up(session, MORNING)
        assert pushes.status(session, number)["sent"] == 2
        assert sum(pushes.status(session, number).values()) == 2
        assert _chat(session, "g0").active


def _chat(session: Session, name: str) -> Chat:
    return session.exec(select(Chat).where(Chat.external_id == name)).one()
