"""Insert what is not there yet: the one idiom behind "doing it twice changes nothing"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

CHUNK = 500  # SQLite allows 32,766 values in one statement


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[SQLModel]) -> int:
    """Insert ``rows``; those that collide with a unique key are left out. Returns how many were new.

    Core instead of ORM: a push to ten thousand chats is one statement per chunk.
    """
    if not rows:
        return 0
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    added = 0
    values = [
        row.model_dump(exclude={"id"} if "id" in type(row).model_fields and _unset(row) else None) for row in rows
    ]
    for start in range(0, len(values), CHUNK):
        statement = insert(table).values(values[start : start + CHUNK]).on_conflict_do_nothing()
        added += execute_counted(session, statement)
    return added


def execute_counted(session: Session, statement: UpdateBase) -> int:
    """Run an insert, update or delete; how many rows it touched."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def _unset(row: SQLModel) -> bool:
    return "id" in type(row).model_fields and getattr(row, "id", None) is None
