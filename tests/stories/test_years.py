"""After years a database holds hundreds of thousands of messages that are done with. Nothing may become dearer with
them: not the turn of every second, not the answer to a person. Counted in steps of SQLite's virtual machine.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert

from bot.scheduler import tick
from campaign.outbox import cancel_about
from storage.models import Outgoing
from storage.models.messages import OutgoingState
from tests.stories.town import CHANNEL, Town

FEW, MANY = 100, 20_000
Deed = Callable[[Town], object]


def a_second_passes(town: Town) -> None:
    with town.database.transaction() as session:
        tick(session, town.now, town.house)


def somebody_asks(town: Town) -> None:
    town.hears(town.event("lan", text="việc của tôi"))


def a_question_is_settled(town: Town) -> None:
    with town.database.transaction() as session:
        cancel_about(session, "draft:1")


@pytest.mark.parametrize("deed", [a_second_passes, somebody_asks, a_question_is_settled])
def test_what_was_said_in_years_past_costs_nothing_today(deed: Deed, tmp_path: Path) -> None:
    few, many = (steps(town_after(count, tmp_path / str(count)), deed) for count in (FEW, MANY))
    assert many <= few * 1.1


def town_after(count: int, folder: Path) -> Town:
    folder.mkdir()
    town = Town.built_in(folder)
    town.settle("lan", "CS01")
    same = Outgoing(key="", channel=CHANNEL, to="", message={"text": "x"}, state=OutgoingState.SENT, priority=3)
    row = {**same.model_dump(exclude={"id"}), "finished_at": town.now}
    rows = [{**row, "key": f"old{number}", "to": f"g{number % 50}"} for number in range(count)]
    with town.database.transaction() as session:
        session.execute(insert(Outgoing), rows)
    return town


def steps(town: Town, deed: Deed) -> int:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def watch(connection: Any, _: object) -> None:
        connection.set_progress_handler(count, 1)

    deed(town)  # what is done once only
    town.database.engine.dispose()
    event.listen(town.database.engine, "connect", watch)
    counted = 0
    deed(town)
    town.database.close()
    return counted
