"""What asks for work stays at the top of the group until its deadline, and comes down by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import col, select
from structlog.testing import capture_logs

from bot.channels.contract import Refused, Sent
from campaign.organisation import chats
from campaign.rules import NAME, DeliveryRules
from campaign.work import corrections, pins, pushes
from storage.models import Assignment, Campaign, Duty, Outgoing, Push, Unit
from storage.models.messages import OutgoingState, Priority
from tests.delivery.post_office import ABILITIES, HOURS, MORNING, SQUARE, PostOffice

DEADLINE = MORNING + timedelta(days=3)
NO_RIGHT = Refused("Trợ lý chưa có quyền ghim.")


@pytest.fixture
def square(office: PostOffice) -> PostOffice:
    """A platform that pins, and two units with a group each that have work to do by Thursday."""
    office.channel.abilities = replace(ABILITIES, can_delete=True, can_pin=True)
    with office.database.transaction() as session:
        root = Unit(code="LD", name="LĐLĐ")
        session.add(root)
        session.flush()
        units = [Unit(code=f"CS{n}", name=f"CĐCS {n}", kind="Công đoàn cơ sở", parent_id=root.id) for n in range(2)]
        session.add_all(units)
        campaign = Campaign(
            name="Tháng", year=2027, unit_id=root.id or 0, state="active", start=date(2027, 5, 1), end=date(2027, 5, 31)
        )
        session.add(campaign)
        session.flush()
        session.add(
            Assignment(
                campaign_id=campaign.id or 0, title="Gửi ảnh", audience="kind:grassroots", deadline=DEADLINE,
                late_from=DEADLINE,
            )
        )  # fmt: skip
        for place, unit in enumerate(units):
            chats.bind(session, chats.meet(session, SQUARE, f"g{place}", MORNING, group=True), unit_id=unit.id)
    return office


def release(office: PostOffice, **fields: object) -> int:
    """The push of the assignment leaves; its number."""
    with office.database.transaction() as session:
        values = {"key": "t", "assignment_id": 1, "campaign_id": 1, "kind": "assignment", **fields}
        push = Push(audience="kind:grassroots", text="Gửi ảnh", due_at=MORNING, **values)  # type: ignore[arg-type]
        session.add(push)
        session.flush()
        pushes.release(session, push, MORNING, HOURS)
        assert push.id is not None
        return push.id


def take_down(office: PostOffice, at: datetime) -> int:
    with office.database.transaction() as session:
        return pins.take_down(session, at)


def deeds(office: PostOffice) -> list[tuple[str, str]]:
    """What was pinned and unpinned where, in order."""
    named = [(part.to, "pin" if part.pins else "unpin" if part.unpins else "") for part in office.channel.requests]
    return [(place, deed) for place, deed in named if deed]


async def test_pinned_when_it_has_arrived_and_taken_down_after_the_deadline(square: PostOffice) -> None:
    number = release(square)
    async with square.open():
        await square.until(lambda: len(deeds(square)) == 2)
        assert take_down(square, DEADLINE - timedelta(minutes=1)) == 0
        assert take_down(square, DEADLINE) == 2
        await square.until(lambda: len(deeds(square)) == 4)
        assert take_down(square, DEADLINE + timedelta(days=1)) == 0
    sent = {part.to: f"m{place}" for place, part in enumerate(square.channel.requests, 1) if part.text}
    assert sorted(deeds(square)) == [("g0", "pin"), ("g0", "unpin"), ("g1", "pin"), ("g1", "unpin")]
    assert {part.to: part.pins for part in square.channel.requests if part.pins} == sent
    assert {part.to: part.unpins for part in square.channel.requests if part.unpins} == sent
    with square.database.snapshot() as session:
        assert pushes.status(session, number)["sent"] == sum(pushes.status(session, number).values()) == 2
        rows = session.exec(select(Outgoing).where(col(Outgoing.key).like("%pin:%"))).all()
        assert {row.priority for row in rows} == {Priority.PUSH}


async def test_a_group_that_was_given_more_time_keeps_it_until_then(square: PostOffice) -> None:
    release(square)
    later = DEADLINE + timedelta(days=2)
    with square.database.transaction() as session:
        duty = session.exec(select(Duty).where(Duty.unit_id == 2)).one()
        duty.extended_to = later
        session.add(duty)
    async with square.open():
        await square.until(lambda: len(deeds(square)) == 2)
        assert take_down(square, DEADLINE) == 1
        assert take_down(square, later) == 1


async def test_work_that_was_put_off_for_all_or_dropped_moves_the_pin(square: PostOffice) -> None:
    release(square)
    async with square.open():
        await square.until(lambda: len(deeds(square)) == 2)
        with square.database.transaction() as session:
            work = session.get_one(Assignment, 1)
            work.deadline = DEADLINE + timedelta(days=7)
            session.add(work)
        assert take_down(square, DEADLINE) == 0
        with square.database.transaction() as session:
            work = session.get_one(Assignment, 1)
            work.dropped = True
            session.add(work)
        assert take_down(square, DEADLINE) == 2


async def test_what_is_withdrawn_does_not_stay_at_the_top(square: PostOffice) -> None:
    number = release(square)
    async with square.open():
        await square.until(lambda: len(deeds(square)) == 2)
        with square.database.transaction() as session:
            corrections.withdraw(session, session.get_one(Push, number), MORNING)
        assert take_down(square, MORNING) == 2


async def test_a_group_that_gives_no_right_costs_one_line_in_the_log(square: PostOffice) -> None:
    with capture_logs() as said:
        async with square.open():
            for key in ("a", "b"):
                square.channel.answers["g0"] = [Sent((key,)), NO_RIGHT]
                number = release(square, key=key)
                await square.until(lambda: not {row.state for row in square.rows()} & {"queued", "sending"})
                assert {row.state for row in square.rows() if row.push_id == number} == {OutgoingState.SENT}
    assert [row.state for row in square.rows() if row.key.startswith("pin:") and row.to == "g0"] == ["refused"] * 2
    assert [line["reason"] for line in said if line["event"] == "pin.refused"] == [NO_RIGHT.reason]


async def test_a_refused_pin_is_not_unpinned(square: PostOffice) -> None:
    release(square)
    with square.database.transaction() as session:
        for row in session.exec(select(Outgoing)):
            row.state, row.external_ids = OutgoingState.SENT, ["m1"]
            session.add(row)
            pins.begin(session, [row])
        session.flush()
        for row in session.exec(select(Outgoing).where(col(Outgoing.key).like("pin:%"))):
            row.state = OutgoingState.REFUSED
            session.add(row)
    assert take_down(square, DEADLINE) == 2
    assert not [row for row in square.rows() if row.key.startswith("unpin:")]


def test_a_pin_that_has_not_happened_by_the_deadline_does_not_happen(square: PostOffice) -> None:
    release(square)
    with square.database.transaction() as session:
        for row in session.exec(select(Outgoing)):
            row.state, row.external_ids = OutgoingState.SENT, ["m1"]
            session.add(row)
            pins.begin(session, [row])
            pins.begin(session, [row])  # written down twice, pinned once
    take_down(square, DEADLINE)
    found = [(row.key, row.state) for row in square.rows() if "pin" in row.key]
    assert found == [("pin:1", OutgoingState.CANCELLED), ("pin:2", OutgoingState.CANCELLED)]


@pytest.mark.parametrize(
    "rules", [DeliveryRules(pin_assignments=False), DeliveryRules(can=lambda channel, deed: False)]
)
def test_nothing_is_pinned_where_the_office_does_not_want_it_or_the_platform_cannot(
    square: PostOffice, rules: DeliveryRules
) -> None:
    square.database.info[NAME] = rules
    release(square)
    assert not any(row.pin for row in square.rows())


def test_an_announcement_is_pinned_only_when_somebody_says_until_when(square: PostOffice) -> None:
    number = release(square, kind="adhoc", assignment_id=None, campaign_id=None)
    assert not any(row.pin for row in square.rows())
    with square.database.transaction() as session:
        made = pushes.ad_hoc(session, "Nghỉ lễ", "kind:grassroots", MORNING, HOURS, pin_until=DEADLINE)
        assert made.id == number + 1
    assert {row.to for row in square.rows() if row.pin} == {"g0", "g1"}
