"""Doing it twice changes nothing, on either database."""

from __future__ import annotations

from sqlalchemy import event
from sqlmodel import func, select

from storage.database import Database
from storage.insert import insert_new
from storage.models import Outgoing, Unit
from storage.models.messages import OutgoingState


def row(key: str, to: str = "g1") -> Outgoing:
    return Outgoing(key=key, channel="square", to=to, message={"text": "Thông báo"})


def test_only_new_rows_are_counted_and_kept(database: Database) -> None:
    with database.transaction() as session:
        assert insert_new(session, Outgoing, [row("a"), row("b")]) == 2
    with database.transaction() as session:
        assert insert_new(session, Outgoing, [row("b", to="elsewhere"), row("c")]) == 1
    with database.snapshot() as session:
        assert dict(session.exec(select(Outgoing.key, Outgoing.to)).all()) == {"a": "g1", "b": "g1", "c": "g1"}


def test_a_row_twice_in_one_call_is_kept_once(database: Database) -> None:
    with database.transaction() as session:
        assert insert_new(session, Outgoing, [row("a"), row("a")]) == 1


def test_nothing_to_insert_is_nothing(database: Database) -> None:
    with database.transaction() as session:
        assert insert_new(session, Outgoing, []) == 0


def test_values_come_back_as_they_were_given(database: Database) -> None:
    with database.transaction() as session:
        insert_new(session, Outgoing, [row("a")])
    with database.snapshot() as session:
        kept = session.exec(select(Outgoing)).one()
        assert (kept.message, kept.state, kept.external_ids) == ({"text": "Thông báo"}, OutgoingState.QUEUED, [])


def test_rows_with_and_without_numbers_go_together(database: Database) -> None:
    with database.transaction() as session:
        assert insert_new(session, Unit, [Unit(id=70, code="A", name="A"), Unit(code="B", name="B")]) == 2
        assert session.exec(select(Unit.id).where(Unit.code == "A")).one() == 70


def test_two_thousand_rows_are_in_before_anybody_notices(sqlite: Database) -> None:
    """A push to everybody holds the database while it is queued, and a reply waits behind it. A statement with
    thousands of values took seconds to read; a short one that is given hundreds of rows at a time takes none."""
    asked: list[tuple[bool, int]] = []

    @event.listens_for(sqlite.engine, "before_cursor_execute")
    def _(_1: object, _2: object, statement: str, _3: object, _4: object, many: bool) -> None:
        asked.append((many, statement.count("?")))

    with sqlite.transaction() as session:
        assert insert_new(session, Outgoing, [row(f"k{number}") for number in range(2000)]) == 2000
    statements = [one for one in asked if one[1]]
    assert len(statements) <= 4
    assert all(many and values < 50 for many, values in statements)


def test_more_rows_than_a_statement_has_room_for_are_all_counted(database: Database) -> None:
    rows = [row(f"k{number}") for number in range(2000)]
    with database.transaction() as session:
        assert insert_new(session, Outgoing, rows[:1200]) == 1200
        assert insert_new(session, Outgoing, rows) == 800
        assert session.exec(select(func.count()).select_from(Outgoing)).one() == 2000
