"""Column types and naming shared by all tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Batch migrations on SQLite can only drop what has a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. SQLite forgets zones, so this refuses naive values and puts UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment(**options: Any) -> Any:
    """A required moment."""
    return Field(sa_type=UtcDateTime, **options)


def maybe_moment(**options: Any) -> Any:
    return Field(default=None, sa_type=UtcDateTime, nullable=True, **options)


def json_column(default: type = dict) -> Any:
    """A JSON value; the program replaces it whole and never mutates it in place."""
    # Not ``default`` itself: pydantic looks at the signature for every row, which for a built-in takes a tenth of a
    # millisecond.
    return Field(default_factory=lambda: default(), sa_type=JSON, nullable=False)


def link(target: str, **options: Any) -> Any:
    """A required foreign key, indexed because every one of ours is searched by."""
    return Field(foreign_key=target, index=True, **options)


def maybe_link(target: str, **options: Any) -> Any:
    return Field(default=None, foreign_key=target, index=True, **options)
