"""A small federation for the stories of this folder, built row by row so that each story says what it needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import event
from sqlmodel import Session

from campaign.organisation import units
from storage.models import Cluster, ClusterMember, Person, Post, Unit
from tests.databases import fresh_database

TODAY = date(2027, 4, 20)
NOW = datetime(2027, 4, 20, 2, 0, tzinfo=UTC)  # 9:00 in Việt Nam


@contextmanager
def office(folder: Path) -> Iterator[Session]:
    """A session on a fresh database; everything is rolled back at the end."""
    database = fresh_database(folder)
    try:
        with database.snapshot() as session:
            yield session
    finally:
        database.close()


def found(
    session: Session,
    code: str,
    name: str = "",
    parent: Unit | None = None,
    *,
    kind: str = "",
    members: int | None = None,
) -> Unit:
    """A new unit."""
    name = name or f"CĐCS {code}"
    unit = Unit(
        code=code,
        name=name,
        kind=kind,
        members=members,
        parent_id=parent.id if parent else None,
        search=units.search_text(name, code),
    )
    session.add(unit)
    session.flush()
    return unit


def compete(session: Session, name: str, *members: Unit, year: int = 2027) -> Cluster:
    """A new cluster."""
    cluster = Cluster(year=year, name=name)
    session.add(cluster)
    session.flush()
    for unit in members:
        session.add(ClusterMember(cluster_id=key_of(cluster), unit_id=key_of(unit)))
    session.flush()
    return cluster


def appoint(session: Session, name: str, unit: Unit, role: str) -> Post:
    """A new person in a post."""
    person = Person(name=name, created_at=NOW)
    session.add(person)
    session.flush()
    post = Post(person_id=key_of(person), unit_id=key_of(unit), role=role, since=NOW)
    session.add(post)
    session.flush()
    return post


def key_of(row: Unit | Cluster | Person) -> int:
    assert row.id is not None
    return row.id


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
