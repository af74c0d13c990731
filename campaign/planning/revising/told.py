"""What of a campaign has left already: those pushes are history, people can only be told again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from campaign.planning import schedule
from campaign.planning.revising.changes import Change, Kind
from campaign.planning.revising.rows import Row
from storage.models import Assignment, Campaign, Observance, Outgoing, Push, Slogan, Theme
from storage.models.campaigns import PushKind, PushState
from storage.models.messages import OutgoingState

NOWHERE = (OutgoingState.REFUSED, OutgoingState.CANCELLED)
TABLES: dict[Kind, type[Row]] = {
    Kind.SLOGAN: Slogan,
    Kind.OBSERVANCE: Observance,
    Kind.ASSIGNMENT: Assignment,
    Kind.THEME: Theme,
}
COLUMNS: dict[type[Row], str] = {
    Slogan: "slogan_id",
    Observance: "observance_id",
    Assignment: "assignment_id",
}


class Told:
    """The pushes of a campaign that have left, by what they speak of."""

    def __init__(self, session: Session, campaign: Campaign) -> None:
        self._session = session
        self._left = schedule.pushes_of(session, campaign, PushState.RELEASED)

    def of_window(self) -> list[Push]:
        return [push for push in self._left if push.kind == PushKind.WINDOW]

    def of_row(self, row: Row) -> list[Push]:
        """Announcements of the window quote the themes; everything else has messages of its own."""
        if isinstance(row, Theme):
            return [push for push in self.of_window() if row.text and row.text in push.text]
        return [push for push in self._left if getattr(push, COLUMNS[type(row)]) == row.id]

    def of_change(self, change: Change) -> list[Push]:
        """To be asked before the change is written."""
        if change.kind == Kind.WINDOW:
            return self.of_window()
        row = row_of(self._session, change)
        return self.of_row(row) if row is not None else []

    def places(self, pushes: Sequence[Push]) -> tuple[int, datetime | None]:
        """How many chats got these pushes, or will when their turn comes, and when the last of them did."""
        if not pushes:
            return 0, None
        statement = select(func.count(func.distinct(col(Outgoing.to))), func.max(col(Outgoing.finished_at))).where(
            col(Outgoing.push_id).in_([push.id for push in pushes]), col(Outgoing.state).not_in(NOWHERE)
        )
        count, last = self._session.exec(statement).one()
        return count, last


def row_of(session: Session, change: Change) -> Row | None:
    """The row that a change is about; None for what is added, and for what was erased since."""
    row = session.get(TABLES[change.kind], change.row_id) if change.row_id is not None else None
    return cast(Row | None, row)
