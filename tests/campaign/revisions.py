"""What the stories about later plans and dispatches share."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from campaign.planning import campaigns, revising, schedule
from campaign.planning.revising import Applied, Revision
from campaign.work import pushes
from storage.models import Assignment, Campaign, Chat, Duty, Push, Unit
from storage.models.campaigns import PushState
from tests.campaign.papers import HOURS, IN_APRIL, REPORT, at, imported, paper

IN_MAY = at("2026-05-12T15:00")
LATER_REPORT = {**REPORT, "deadline": "2026-06-12", "text": "báo cáo kết quả về LĐLĐ tỉnh trước ngày 12/6/2026"}


def running(session: Session, document: dict[str, Any] | None = None, *, until: datetime = IN_MAY) -> Campaign:
    """A campaign whose two units have a group each, started in April; what was due ``until`` then has left."""
    campaign = imported(session, document)
    for unit in session.exec(select(Unit).where(col(Unit.parent_id).is_not(None))):
        session.add(Chat(channel="telegram", external_id=f"-{unit.id}", unit_id=unit.id, created_at=IN_APRIL))
    session.flush()
    campaigns.activate(session, campaign, person_id=None, now=IN_APRIL, hours=HOURS)
    while due := [push for push in pushes.due(session, until) if push.state == PushState.PLANNED]:
        pushes.release_due(session, due[0].due_at, HOURS)
        session.flush()
    return campaign


def compared(
    session: Session, campaign: Campaign, document: dict[str, Any], now: datetime = IN_MAY, **of_file: str
) -> Revision:
    return revising.compare(session, campaign, document, now=now, hours=HOURS, **of_file)


def applied(session: Session, campaign: Campaign, document: dict[str, Any], now: datetime = IN_MAY) -> Applied:
    """As a person does it: look, then say yes."""
    revision = compared(session, campaign, document, now)
    return revising.apply(session, campaign, revision, person_id=None, now=now, hours=HOURS)


def said(revision: Revision) -> list[tuple[str, str, str, str]]:
    return [(change.kind, change.what, change.before, change.after) for change in revision.changes]


def work(session: Session, campaign: Campaign, words: str) -> Assignment:
    return next(row for row in schedule.assignments_of(session, campaign) if words.lower() in row.title.lower())


def asking(session: Session, row: Assignment) -> Push:
    return session.exec(select(Push).where(Push.assignment_id == row.id)).one()


def duties_of(session: Session, row: Assignment) -> list[Duty]:
    return list(session.exec(select(Duty).where(Duty.assignment_id == row.id)))


def everything(session: Session) -> dict[str, list[Any]]:
    """Every row that a revision may touch, for "nothing has changed"."""
    tables = {**Campaign.metadata.tables}
    return {
        name: [tuple(row) for row in session.connection().execute(table.select()).all()]
        for name, table in tables.items()
    }


def with_slogans(*texts: str) -> dict[str, Any]:
    return paper(slogans=[{"text": text} for text in texts])
