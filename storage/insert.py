"""Insert what is not there yet: the one idiom behind "doing it twice changes nothing"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import CursorResult, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

AT_ONCE = 500


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[SQLModel]) -> int:
    """Insert ``rows``; those that collide with a unique key are left out. Returns how many were new.

    Core instead of ORM, one statement for all: a push to ten thousand chats must not hold the database for seconds.
    """
    kinds: dict[bool, list[dict[str, Any]]] = {}
    for row in rows:
        unset = _unset(row)
        kinds.setdefault(unset, []).append(row.model_dump(exclude={"id"} if unset else None))
    return sum(insert_values(session, table, values) for values in kinds.values())


def insert_values(session: Session, table: type[SQLModel], values: Iterable[Mapping[str, Any]]) -> int:
    """As ``insert_new``, of rows that are given by their columns: ten thousand objects take longer to make than to
    insert. They are asked for as they are inserted, so that they need not all be in memory.
    """
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    target = table.metadata.tables[str(table.__tablename__)]
    # One short statement for all rows: a driver that has to read a statement with thousands of values takes seconds.
    statement, every = insert(target).on_conflict_do_nothing(), {"preserve_rowcount": True}
    connection, waiting, new = session.connection(), iter(values), 0
    while some := list(islice(waiting, AT_ONCE)):
        new += connection.execute(statement, some, execution_options=every).rowcount
    return new


def execute_counted(session: Session, statement: UpdateBase) -> int:
    """Run an insert, update or delete; how many rows it touched."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def _unset(row: SQLModel) -> bool:
    return "id" in type(row).model_fields and getattr(row, "id", None) is None
