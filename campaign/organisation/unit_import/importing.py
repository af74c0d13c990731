"""Writing the table into the tree, in bulk: ten thousand units take seconds, and a second time nothing is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from campaign import audit
from campaign.organisation import units
from campaign.organisation.unit_import import tables
from campaign.organisation.unit_import.fitting import Fitting, Known
from campaign.organisation.unit_import.memberships import Memberships
from campaign.organisation.unit_import.rows import RowProblem, UnitRow, read_rows
from campaign.organisation.unit_import.tables import Column
from storage.models import Unit, UnitName

CHUNK = 500
Progress = Callable[[int, int], None]

# What a column may change in a unit that exists already; name, superior and cluster have their own ways.
_PLAIN = {
    Column.KIND: ("kind", "kind"),
    Column.MEMBERS: ("members", "members"),
    Column.CONTACT: ("contact_name", "contact"),
    Column.PHONE: ("contact_phone", "phone"),
}
_CHANGING = ("name", "search", "parent_id", *(attribute for attribute, _ in _PLAIN.values()))


@dataclass
class ImportResult:
    """What became of the rows. ``written`` is False when a strict import stopped at the first look."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    written: bool = True


def import_units(
    session: Session,
    path: Path,
    *,
    year: int,
    today: date,
    now: datetime,
    strict: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Bring the table at ``path`` into the tree; clusters are those of ``year``, new names hold from ``today``.

    A column that is there speaks for every row, an empty cell too; a column that is not there changes nothing, and
    units that the table does not name stay as they are. Rows with problems are left out; ``strict``: one of them stops
    all. ``progress`` is told how many rows are done, of how many. Raises UnreadableTable.
    """
    session.flush()
    table = tables.read(path)
    stored = {unit.code.casefold(): unit for unit in session.exec(select(Unit))}
    layers, problems = _fit(table, stored)
    result = ImportResult(problems=problems, ignored_columns=table.ignored)
    if strict and problems:
        result.written = False
        return result
    writing = _Writing(session, table, stored, year, today, result)
    total = len(table.rows)
    for done, chunk in _chunks(layers, total - sum(map(len, layers))):
        writing.write(chunk)
        if progress is not None:
            progress(done, total)
    if result.created or result.updated:
        counts = {"created": result.created, "updated": result.updated, "left_out": len(problems)}
        audit.note(session, now, "units.imported", f"file:{path.name}", counts=counts, year=year)
    session.flush()
    session.expire_all()  # written behind the back of objects that the caller may hold
    return result


def _fit(table: tables.Table, stored: dict[str, Unit]) -> tuple[list[list[UnitRow]], list[RowProblem]]:
    reading = read_rows(table)
    codes = {unit.id: unit.code for unit in stored.values()}
    known = {
        key: Known(
            unit.code,
            codes.get(unit.parent_id, "").casefold(),
            is_open=unit.valid_to is None,
            heir=codes.get(unit.merged_into_id, ""),
        )
        for key, unit in stored.items()
    }
    fitting = Fitting(reading.rows, known, reading.refused, moves=Column.PARENT in table.places)
    layers = fitting.settle()
    return layers, sorted([*reading.problems, *fitting.problems], key=lambda problem: problem.row_number)


def _chunks(layers: Sequence[Sequence[UnitRow]], done: int) -> Iterator[tuple[int, Sequence[UnitRow]]]:
    """Pieces that can be written at once, with the number of rows that are done after each."""
    for layer in layers:
        for start in range(0, len(layer), CHUNK):
            chunk = layer[start : start + CHUNK]
            done += len(chunk)
            yield done, chunk


class _Writing:
    """Knows what is stored, and writes only what differs."""

    def __init__(
        self,
        session: Session,
        table: tables.Table,
        stored: dict[str, Unit],
        year: int,
        today: date,
        result: ImportResult,
    ) -> None:
        self._session, self._columns, self._today, self._result = session, set(table.places), today, result
        self._stored = stored
        self._by_id = {unit.id: unit for unit in stored.values()}
        self._ids = {key: unit.id for key, unit in stored.items() if unit.id is not None}
        self._places = Memberships(session, year) if Column.CLUSTER in self._columns else None

    def write(self, chunk: Sequence[UnitRow]) -> None:
        """Rows whose superiors have been written before."""
        new = [row for row in chunk if row.key not in self._stored]
        self._create(new)
        touched = self._change([row for row in chunk if row.key in self._stored])
        moved = self._places.settle({self._ids[row.key]: row.cluster for row in chunk}) if self._places else set()
        touched |= moved - {self._ids[row.key] for row in new}
        self._result.created += len(new)
        self._result.updated += len(touched)
        self._result.unchanged += len(chunk) - len(new) - len(touched)

    def _create(self, rows: Sequence[UnitRow]) -> None:
        if not rows:
            return
        values = [self._new(row) for row in rows]
        made = self._session.execute(insert(Unit).returning(col(Unit.id), col(Unit.code)), values)
        self._ids |= {code.casefold(): unit_id for unit_id, code in made}

    def _new(self, row: UnitRow) -> dict[str, Any]:
        plain = {attribute: getattr(row, part) for attribute, part in _PLAIN.values()}
        return {
            "code": row.code,
            "name": row.name,
            "search": units.search_text(row.name, row.code),
            "parent_id": self._ids.get(row.parent_key),
            **plain,
        }

    def _change(self, rows: Sequence[UnitRow]) -> set[int]:
        """Update what differs; the ids of units that were touched."""
        changes = {self._ids[row.key]: change for row in rows if (change := self._difference(row))}
        renamed = [self._stored[row.key] for row in rows if "name" in changes.get(self._ids[row.key], ())]
        self._session.add_all(
            UnitName(unit_id=unit.id, name=unit.name, until=self._today) for unit in renamed if unit.id is not None
        )
        if changes:  # after the old names were noted: this also brings the loaded units up to date
            self._session.execute(update(Unit), [self._whole(unit_id, change) for unit_id, change in changes.items()])
        return set(changes)

    def _whole(self, unit_id: int, change: dict[str, Any]) -> dict[str, Any]:
        """The change with what stays: rows of one shape go to the database as one statement."""
        unit = self._by_id[unit_id]
        return {"id": unit_id} | {attribute: getattr(unit, attribute) for attribute in _CHANGING} | change

    def _difference(self, row: UnitRow) -> dict[str, Any]:
        unit = self._stored[row.key]
        change = {
            attribute: getattr(row, part)
            for column, (attribute, part) in _PLAIN.items()
            if column in self._columns and getattr(unit, attribute) != getattr(row, part)
        }
        if row.name != unit.name:
            change |= {"name": row.name, "search": units.search_text(row.name, unit.code)}
        parent_id = self._ids.get(row.parent_key)
        if Column.PARENT in self._columns and parent_id != unit.parent_id:
            change["parent_id"] = parent_id
        return change
