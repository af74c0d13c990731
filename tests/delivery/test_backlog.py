"""A hundred thousand rows may wait: what delivery asks of the database must not become dearer with them.

Counted in steps of SQLite's virtual machine and not in seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from bot.channels.contract import Outcome, Part
from bot.delivery.pace import Pace
from bot.delivery.sender import IN_FLIGHT
from storage import outbox
from storage.database import Database
from storage.models import Outgoing
from storage.models.messages import OutgoingState
from tests.databases import fresh_database
from tests.delivery.post_office import EVENING, MORNING, SQUARE, PostOffice, Square

FEW, MANY = 50, 20_000
Work = Callable[[Session], Any]


def look(session: Session) -> list[tuple[Outgoing, bool]]:
    return outbox.due(session, SQUARE, MORNING, quiet=False, closed={"g0", "g1"}, limit=4)


def look_in_the_evening(session: Session) -> list[tuple[Outgoing, bool]]:
    return outbox.due(session, SQUARE, EVENING, quiet=True, closed=(), limit=4)


def claim(session: Session) -> None:
    assert len(outbox.claim(session, [row for row, _ in look(session)], MORNING)) == 4


@pytest.mark.parametrize("work", [look, look_in_the_evening, claim])
def test_a_claim_costs_the_same_however_many_rows_wait(work: Work, tmp_path: Path) -> None:
    few, many = (steps(backlog(tmp_path / str(count), count), work) for count in (FEW, MANY))
    assert many <= few * 1.1


def test_the_reply_comes_first_and_in_the_evening_alone(tmp_path: Path) -> None:
    office = PostOffice(fresh_database(tmp_path))
    office.push_to_many(FEW)
    office.push("late", urgent=True)
    office.reply("lan")
    with office.database.snapshot() as session:
        assert [row.to for row, _ in look(session)] == ["lan", "g2", "g3", "g4"]
        assert [row.to for row, _ in look_in_the_evening(session)] == ["lan", "late"]
    office.database.close()


def backlog(folder: Path, count: int) -> Database:
    folder.mkdir()
    office = PostOffice(fresh_database(folder))
    office.push_to_many(count)
    return office.database


def steps(database: Database, work: Work) -> int:
    """Of the virtual machine."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def watch(connection: Any, _: object) -> None:
        connection.set_progress_handler(count, 1)

    database.engine.dispose()
    event.listen(database.engine, "connect", watch)
    with database.transaction() as session:
        session.connection()
        counted = 0
        work(session)
    database.close()
    return counted


async def test_a_request_leaves_only_for_a_row_that_is_marked_and_few_are_marked_at_once(tmp_path: Path) -> None:
    """However fast it goes: whoever pulls the plug now leaves no more rows in doubt than requests in flight."""
    marked: list[set[str]] = []

    class Watched(Square):
        async def send(self, part: Part) -> Outcome:
            await asyncio.sleep(0)
            being_sent = {row.to for row in office.rows() if row.state == OutgoingState.SENDING}
            assert part.to in being_sent
            marked.append(being_sent)
            return await super().send(part)

    office = PostOffice(fresh_database(tmp_path), Watched(), pace=Pace(1e6, 1e6, 10**6))
    office.push_to_many(FEW)
    async with office.open():
        await office.until_idle()
    assert len(marked) == len(office.channel.requests) == FEW
    assert max(map(len, marked)) == IN_FLIGHT  # several at once, and never more
    office.database.close()
