"""Only the missing are reminded, once a day, never at night, and the database alone decides."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.work.duties import reminder_moments
from tests.stories.town import HOURS, Town, local

TITLE = "Gửi ảnh băng rôn"
OFFICERS = {"lan": "CS01", "tuan": "CS02", "mai": "CS03", "son": "CS04"}


def digests(town: Town, place: str) -> list[str]:
    return [text for text in town.texts(place) if text.startswith("Nhắc việc")]


def live_through(town: Town, until: datetime, step: timedelta = timedelta(hours=1)) -> None:
    """Ticks until that moment, as the running program would."""
    while town.now < until:
        town.sleep_until(min(until, town.now + step))
        town.tick()


def test_reminders_come_seven_three_and_one_day_before_and_on_the_day(town: Town) -> None:
    town.assign(TITLE, local(5, 27, 16))
    live_through(town, local(5, 28, 12))
    assert len(digests(town, "lan")) == 4
    assert [HOURS.local(moment).strftime("%d %H:%M") for moment in reminder_moments(local(5, 27, 16), HOURS)] == [
        "20 14:00", "24 14:00", "26 14:00", "27 14:00",
    ]  # fmt: skip


def test_a_deadline_in_the_morning_is_reminded_of_before_it(town: Town) -> None:
    assert HOURS.local(reminder_moments(local(5, 27, 9), HOURS)[-1]).strftime("%d %H:%M") == "27 07:30"


def test_before_day_d_reminds_until_the_day_before(town: Town) -> None:
    """ "trước ngày 27/5" is stored as the last moment of 26/5."""
    days = [HOURS.day(moment).day for moment in reminder_moments(local(5, 27), HOURS)]
    assert days == [19, 23, 25, 26]


def test_nobody_is_reminded_on_a_public_holiday(town: Town) -> None:
    """D−1 of a deadline on 2/5 is the first of May, and 30/4 is a holiday too: the reminder comes on 29/4."""
    days = {HOURS.day(moment).isoformat() for moment in reminder_moments(local(5, 2, 16), HOURS)}
    assert not days & {"2027-04-30", "2027-05-01"}
    assert "2027-04-29" in days


def test_who_has_sent_gets_no_reminder_and_the_other_does(town: Town) -> None:
    town.assign(TITLE, local(5, 11, 16))
    town.tick()
    town.sends_photo("lan")
    town.presses("lan", "Gửi")
    live_through(town, local(5, 11, 18))
    assert digests(town, "lan") == []
    assert len(digests(town, "tuan")) == 2


def test_a_digest_that_waits_is_taken_back_when_the_photo_arrives(town: Town) -> None:
    town.assign(TITLE, local(5, 11, 16))
    town.tick()
    town.sleep_until(local(5, 10, 14))
    with town.database.transaction() as session:
        from bot.scheduler import tick

        tick(session, town.now, town.house)  # the digest is queued, the line to the platform is down
    from tests.stories.town import Heard  # noqa: F401

    event = town.photo("lan")
    town.hears(event)
    with town.database.transaction() as session:
        from campaign.work import submissions

        draft = submissions.draft_of(session, "square", "square:lan", "lan")
        assert draft is not None
        submissions.hand_in(session, draft, town.now, HOURS)
    town.wait(5)
    assert digests(town, "lan") == []
    assert len(digests(town, "tuan")) == 1


def test_done_stops_the_reminders(town: Town) -> None:
    town.assign(TITLE, local(5, 11, 16))
    town.tick()
    town.presses("tuan", "Đã làm xong")
    live_through(town, local(5, 11, 18))
    assert digests(town, "tuan") == []


def test_one_digest_for_everything_owed_in_all_campaigns(town: Town) -> None:
    town.assign(TITLE, local(5, 11, 16))
    town.assign("Báo cáo nhanh", local(5, 11, 17), kind="report")
    town.tick()
    live_through(town, local(5, 10, 20))
    assert len(digests(town, "lan")) == 1
    assert TITLE in digests(town, "lan")[0]
    assert "Báo cáo nhanh" in digests(town, "lan")[0]


def test_twenty_hours_of_outage_lose_and_double_nothing(town: Town) -> None:
    """Down over the reminder of D−3: it comes as soon as the program is back in open hours."""
    town.assign(TITLE, local(5, 27, 16))
    live_through(town, local(5, 24, 10))
    before = len(digests(town, "lan"))
    town.sleep_until(local(5, 25, 6))
    town.tick()
    assert len(digests(town, "lan")) == before, "not before seven in the morning"
    live_through(town, local(5, 25, 20))
    assert len(digests(town, "lan")) == before + 1


def test_two_processes_ticking_at_once_remind_once(town: Town) -> None:
    town.assign(TITLE, local(5, 11, 16))
    town.tick()
    town.sleep_until(local(5, 10, 14))
    town.tick()
    town.tick()
    other = Town(town.database, now=town.now)
    other.tick()
    assert len(digests(town, "lan")) == 1


def test_a_unit_without_officers_is_reminded_in_its_own_group(town: Town) -> None:
    town.group("nhom4", unit="CS04")
    town.assign(TITLE, local(5, 11, 16))
    live_through(town, local(5, 10, 16))
    assert len(digests(town, "nhom4")) == 1


def test_a_granted_extension_moves_the_reminders(town: Town) -> None:
    town.assign(TITLE, local(5, 11, 16))
    town.tick()
    town.presses("lan", "Xin gia hạn")
    town.presses("lan", "Thêm 3 ngày")
    town.presses("ha", "Đồng ý")
    assert "Đã đồng ý gia hạn" in town.last("lan").text
    live_through(town, local(5, 14, 18))
    days = len(digests(town, "lan"))
    assert days == 3, "D−3 (11/5), D−1 (13/5) and the day (14/5) of the new deadline"


# What may happen to a unit in a campaign, in any order and at any time.
HAPPENINGS = st.tuples(
    st.sampled_from(sorted(OFFICERS)),
    st.sampled_from(["photo", "done", "ack", "sleep", "tick", "outage", "double", "return"]),
    st.integers(min_value=1, max_value=40),
)


@pytest.mark.filterwarnings("ignore")
@settings(
    max_examples=int(os.environ.get("LOA_HISTORIES", "8")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(HAPPENINGS, min_size=5, max_size=25), days=st.integers(min_value=2, max_value=12))
def test_whatever_happens_the_sent_are_left_alone_and_nobody_gets_two_a_day(history: list, days: int) -> None:  # type: ignore[type-arg]
    with TemporaryDirectory() as folder:
        town = Town.built_in(Path(folder))
        for user, code in OFFICERS.items():
            town.settle(user, code)
        town.settle("ha", "LDLD", "editor")  # type: ignore[arg-type]
        town.assign(TITLE, town.now + timedelta(days=days))
        town.assign("Báo cáo nhanh", town.now + timedelta(days=days, hours=5), kind="report", audience="unit:CS01")
        town.tick()
        given_in: dict[str, datetime] = {}
        for user, happening, hours in history:
            _happen(town, user, happening, hours, given_in)
        live_through(town, town.now + timedelta(days=days + 1), timedelta(hours=5))
        _check(town, given_in)
        town.database.close()


def _happen(town: Town, user: str, happening: str, hours: int, given_in: dict[str, datetime]) -> None:
    match happening:
        case "photo":
            town.sends_photo(user)
            if "Gửi ảnh băng rôn" in town.last(user).labels:
                town.presses(user, "Gửi ảnh băng rôn")
                town.wait(3)
            if "Gửi" in town.last(user).labels:
                town.presses(user, "Gửi")
                if user != "lan":  # Lan owes a second thing
                    given_in[user] = town.now
        case "done":
            town.presses(user, "Đã làm xong")
            if user != "lan":
                given_in.setdefault(user, town.now)
        case "ack":
            town.presses(user, "Đã nhận")
        case "sleep":
            live_through(town, town.now + timedelta(hours=hours), timedelta(hours=2))
        case "tick":
            town.tick()
        case "outage":
            town.wait(hours * 3600)
        case "double":
            town.tick()
            town.tick()


def _check(town: Town, given_in: dict[str, datetime]) -> None:
    from sqlmodel import col, select

    from storage.models import Outgoing

    with town.database.snapshot() as session:
        rows = session.exec(
            select(Outgoing).where(col(Outgoing.key).startswith("digest:"), Outgoing.state == "sent")
        ).all()
    seen: set[tuple[str, str]] = set()
    for row in rows:
        assert row.finished_at is not None
        day = (row.to, HOURS.day(row.finished_at).isoformat())
        assert day not in seen, f"two digests on one day: {day}"
        seen.add(day)
        assert not HOURS.is_quiet(row.finished_at)
        sent_in = given_in.get(row.to)
        assert sent_in is None or row.finished_at <= sent_in, f"{row.to} was reminded after sending"
