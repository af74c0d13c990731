"""What the clock shows, in one process and in several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import BadClock, parse_clock

MOMENT = "2027-04-25T07:00:00+07:00"


def test_processes_that_start_one_after_the_other_show_the_same_fast_time() -> None:
    """Without the moment on the wall each would begin at seven, whenever it starts."""
    wall = datetime.now(UTC) - timedelta(seconds=20)
    first, second = (parse_clock(f"{MOMENT}@600#{wall.isoformat()}") for _ in range(2))
    assert abs(first.now() - second.now()) < timedelta(seconds=600)
    shown = first.now() - datetime.fromisoformat(MOMENT)
    assert timedelta(seconds=12_000) <= shown < timedelta(seconds=24_000)


def test_a_wall_moment_still_to_come_lets_all_start_together() -> None:
    wall = datetime.now(UTC) + timedelta(hours=1)
    assert parse_clock(f"{MOMENT}#{wall.isoformat()}").now() < datetime.fromisoformat(MOMENT)


def test_without_it_the_clock_starts_when_the_process_does() -> None:
    assert timedelta(0) <= parse_clock(f"{MOMENT}@600").now() - datetime.fromisoformat(MOMENT) < timedelta(hours=10)


@pytest.mark.parametrize(
    "text", ["2027-04-25T07:00:00", f"{MOMENT}@0", f"{MOMENT}#yesterday", f"{MOMENT}#2026-11-25T03:00:00", "@600"]
)
def test_a_clock_that_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(BadClock):
        parse_clock(text)
