"""A push on its way is stopped, goes on, is cut short, and stops by itself when too many places refuse it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlmodel import Session, select

from bot.channels.contract import Outcome, Part, Refused, RetryAt, Sent, Unknown
from campaign.problems import Refusal
from campaign.rules import NAME, DeliveryRules
from campaign.work import flow, pushes
from storage import outbox
from storage.models import AuditEntry, Outgoing, Push
from storage.models.messages import OutgoingState
from tests.delivery.post_office import MORNING, PostOffice, written_down

FULL = Refused("Nhóm chưa cho trợ lý gửi tin.")


def announce(office: PostOffice, groups: int) -> int:
    """A released push to ``g0``, ``g1``, …; its number."""
    with office.database.transaction() as session:
        push = Push(
            key="t", kind="adhoc", text="Họp 8h", due_at=MORNING, state="released", released_at=MORNING
        )  # fmt: skip
        session.add(push)
        session.flush()
        assert push.id is not None
        number = push.id
    office.push(*(f"g{place}" for place in range(groups)), push_id=number, personal=False)
    return number


def steer(office: PostOffice, number: int, deed: str) -> object:
    with office.database.transaction() as session:
        return getattr(flow, deed)(session, session.get_one(Push, number), office.clock.now())


def counts(office: PostOffice, number: int) -> dict[str, int]:
    with office.database.snapshot() as session:
        return pushes.status(session, number)


async def test_paused_at_thirty_seven_percent_it_goes_on_and_repeats_nobody(office: PostOffice) -> None:
    number = announce(office, 200)
    async with office.open():
        await office.until(lambda: len(office.channel.requests) >= 74)
        steer(office, number, "pause")
        await office.until(lambda: not counts(office, number)["sending"])
        sent = counts(office, number)["sent"]
        await asyncio.sleep(0.1)
        assert counts(office, number)["sent"] == sent == len(office.channel.requests)
        assert counts(office, number)["queued"] == 200 - sent > 0
        assert steer(office, number, "resume") == 200 - sent
        await office.until_idle()
    assert counts(office, number)["sent"] == 200
    assert set(Counter(part.to for part in office.channel.requests).values()) == {1}


async def test_what_is_in_flight_at_the_pause_arrives_and_what_must_go_again_waits(office: PostOffice) -> None:
    number = announce(office, 2)
    office.push("g2", push_id=number, not_before=office.clock.after(60))
    go = asyncio.Event()

    async def slowly(outcome: Outcome) -> Outcome:
        await go.wait()
        return outcome

    async def arrives(_: Part) -> Outcome:
        return await slowly(Sent(("m1",)))

    async def must_go_again(_: Part) -> Outcome:
        return await slowly(RetryAt(office.clock.now(), "Bận."))

    office.channel.answers["g0"], office.channel.answers["g1"] = [arrives], [must_go_again]
    async with office.open():
        await office.until(lambda: len(office.channel.requests) == 2)
        steer(office, number, "pause")
        go.set()
        await office.until_states(k1=OutgoingState.SENT, k2=OutgoingState.HELD)
        steer(office, number, "resume")
        await office.until_states(k2=OutgoingState.SENT)


async def test_cancelled_half_way_those_who_have_it_keep_it(office: PostOffice) -> None:
    number = announce(office, 100)
    async with office.open():
        await office.until(lambda: len(office.channel.requests) >= 30)
        sent, taken = steer(office, number, "cancel")  # type: ignore[misc]
        await office.until_idle()
    found = counts(office, number)
    in_flight = 100 - sent - taken
    assert (found["sent"], found["cancelled"]) == (sent + in_flight, taken)
    assert in_flight <= 4
    assert len(office.channel.requests) == found["sent"]


def test_a_paused_push_can_be_cancelled_and_then_has_nothing_left(office: PostOffice) -> None:
    number = announce(office, 3)
    steer(office, number, "pause")
    assert steer(office, number, "pause") == 3  # a second tap changes nothing
    assert steer(office, number, "cancel") == (0, 3)
    for deed in ("pause", "cancel", "resume"):
        with pytest.raises(Refusal):
            steer(office, number, deed)
    with office.database.snapshot() as session:
        said = [entry.action for entry in session.exec(select(AuditEntry))]
    assert said == ["push.paused", "push.cancelled"]


def test_a_push_that_is_not_due_is_dropped_and_not_paused(office: PostOffice) -> None:
    with office.database.transaction() as session:
        session.add(Push(key="t", kind="adhoc", text="Họp", due_at=MORNING))
    with pytest.raises(Refusal, match="chưa tới giờ"):
        steer(office, 1, "pause")
    assert steer(office, 1, "cancel") == (0, 0)
    with office.database.snapshot() as session:
        assert session.get_one(Push, 1).state == "dropped"


def test_the_status_counts_what_is_held_back_as_queued(office: PostOffice) -> None:
    """Programs that read ``loa push status --json`` know nothing of pauses."""
    number = announce(office, 3)
    before = counts(office, number)
    steer(office, number, "pause")
    assert counts(office, number) == before
    assert set(before) == {"queued", "sending", "sent", "retry", "refused", "unknown", "cancelled"}


def test_a_send_that_was_given_back_during_the_pause_waits_with_the_others(office: PostOffice) -> None:
    number = announce(office, 1)
    with office.database.transaction() as session:
        assert outbox.claim(session, [session.get_one(Outgoing, 1)], MORNING)
    with office.database.transaction() as session, pytest.raises(Refusal):
        flow.pause(session, session.get_one(Push, number), MORNING)
    with office.database.transaction() as session:
        push = session.get_one(Push, number)
        push.paused_at = MORNING
        session.add(push)
        outbox.unclaim(session, 1, attempts=1)
        flow.hold_back(session)
    assert office.row("k1").state == OutgoingState.HELD


# -- stopping by itself ------------------------------------------------------------------------------------------------


def answer(session: Session, *outcomes: Outcome) -> None:
    """The next rows are sent, with these outcomes."""
    for outcome in outcomes:
        ((row, _),) = outbox.due(session, "square", MORNING, quiet=False, closed=())
        (claimed,) = outbox.claim(session, [row], MORNING)
        written_down(session, claimed, outcome)


def test_it_stops_when_refusals_pass_both_marks_and_names_the_commonest_reason(office: PostOffice) -> None:
    office.database.info[NAME] = DeliveryRules(pause_after=4, pause_share=0.5)
    announce(office, 20)
    with office.database.transaction() as session:
        answer(session, *[Sent(("m",))] * 4, *[Refused("Đã rời nhóm.")] * 1, *[FULL] * 3)
        assert flow.pause_refused(session, MORNING) == []  # four of eight is not more than a half
        answer(session, FULL)
        ((push, found),) = flow.pause_refused(session, MORNING)
        assert (found.count, found.answered, found.reason) == (5, 9, FULL.reason)
        assert push.pause_reason == FULL.reason
        session.flush()
        states = Counter(session.exec(select(Outgoing.state)))
        assert states[OutgoingState.HELD] == 11
        assert flow.pause_refused(session, MORNING) == []


def test_a_few_refusals_at_the_very_start_stop_nothing(office: PostOffice) -> None:
    office.database.info[NAME] = DeliveryRules(pause_after=10, pause_share=0.3)
    announce(office, 20)
    with office.database.transaction() as session:
        answer(session, *[FULL] * 9)
        assert flow.pause_refused(session, MORNING) == []


def test_what_a_person_has_seen_and_let_go_on_does_not_stop_it_again(office: PostOffice) -> None:
    office.database.info[NAME] = DeliveryRules(pause_after=2, pause_share=0.5)
    number = announce(office, 20)
    with office.database.transaction() as session:
        answer(session, *[FULL] * 3)
        assert len(flow.pause_refused(session, MORNING)) == 1
        flow.resume(session, session.get_one(Push, number), MORNING)
        session.flush()
        answer(session, FULL, Unknown("Mất kết nối."))
        assert flow.pause_refused(session, MORNING) == []
