"""Making a revision so: rows, deadlines and what has not left; what has left is listed, never touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session, select

from campaign import audit
from campaign.hours import Hours
from campaign.planning import assignments, plans, schedule
from campaign.planning.document import Document
from campaign.planning.revising import replanning
from campaign.planning.revising.changes import Applied, Change, Kind, Revision, Sent, What
from campaign.planning.revising.rows import Row
from campaign.planning.revising.told import TABLES, Told, row_of
from campaign.problems import Refusal
from campaign.work import duties, reminders
from storage.models import Assignment, Campaign, Duty, Plan, Slogan
from storage.models.campaigns import CampaignState, PushState


def apply(
    session: Session,
    campaign: Campaign,
    revision: Revision,
    *,
    person_id: int | None,
    now: datetime,
    hours: Hours,
    actor: str = "",
) -> Applied:
    """Write a revision into its campaign; a second time changes nothing and gives an empty answer.

    Raises Refusal for a closed campaign, and when another document was applied since the comparison.
    """
    session.flush()
    session.refresh(campaign, with_for_update=True)
    if not _is_news(session, campaign, revision):
        return Applied()
    sent = tuple(_sent(session, campaign, revision.changes))
    unnamed = assignments.unaddressed(schedule.assignments_of(session, campaign))
    unreached = _out_of_reach(session, campaign, now, hours)
    moved = _rewrite(session, campaign, revision, now, hours)
    _settle_duties(session, revision.changes, now, hours)
    still = [
        *assignments.unaddressed(schedule.assignments_of(session, campaign)),
        *(line for line in _out_of_reach(session, campaign, now, hours) if line not in unreached),
    ]
    kept = [line for line in campaign.warnings if line not in (*revision.settled, *unnamed)]
    campaign.warnings = list(dict.fromkeys([*kept, *revision.questions, *still]))
    session.add(campaign)
    audit.note(
        session,
        now,
        "plan.revise",
        f"campaign:{campaign.id}",
        person_id=person_id,
        actor=actor,
        file=revision.file_name,
        sha256=revision.sha256,
        changes=[[change.kind, change.what, change.before, change.after] for change in revision.changes],
        sent=[push_id for item in sent for push_id in item.push_ids],
    )
    session.flush()
    news = [line for line in still if line not in unnamed]
    told = [f"{moved} thông báo chưa gửi đã đổi theo."] if moved else []
    return Applied(revision.changes, sent, (*told, *news, *revision.questions))


def _is_news(session: Session, campaign: Campaign, revision: Revision) -> bool:
    if campaign.state == CampaignState.CLOSED:
        raise Refusal(
            "campaign.closed", f"Đợt “{campaign.name}” đã khép lại nên không sửa nữa. Hãy nhập thành đợt mới."
        )
    plan = session.get(Plan, campaign.plan_id) if campaign.plan_id else None
    if plan is not None and plan.document == revision.document:
        return False
    if campaign.plan_id != revision.plan_id:
        raise Refusal("revision.stale", "Đợt này vừa được sửa theo một văn bản khác. Hãy so lại rồi mới áp dụng.")
    return True


def _rewrite(session: Session, campaign: Campaign, revision: Revision, now: datetime, hours: Hours) -> int:
    """Returns how many coming pushes are other than before."""
    coming = replanning.coming(session, campaign)
    every = (*revision.changes, *revision.quiet)
    replanning.clear(session, campaign, every)
    for change in every:
        _write(session, campaign, change)
    read = Document.of(revision.document)
    plan = plans._keep(session, read, revision.document, revision.file_name, revision.sha256, now)
    campaign.plan_id = plan.id
    session.add(campaign)
    session.flush()
    return replanning.plan(session, campaign, coming, now, hours)


def _write(session: Session, campaign: Campaign, change: Change) -> None:
    if change.kind == Kind.WINDOW:
        for name, value in change.values.items():
            setattr(campaign, name, value)
        return
    if change.what == What.ADDED:
        session.add(TABLES[change.kind](**{**change.values, "campaign_id": campaign.id}))
        return
    row = row_of(session, change)
    if row is None:
        return
    if change.what == What.GONE:
        _withdraw(session, row)
    else:
        for name, value in change.values.items():
            setattr(row, name, value)
        session.add(row)


def _withdraw(session: Session, row: Row) -> None:
    """Slogans and work stay for history; nothing else remembers themes and days."""
    if isinstance(row, Assignment):
        row.dropped = True
    elif isinstance(row, Slogan):
        row.withdrawn = True
    else:
        return session.delete(row)
    session.add(row)


# Units that were asked already --------------------------------------------------------------------------------------


def _settle_duties(session: Session, changes: Iterable[Change], now: datetime, hours: Hours) -> None:
    """Reminders follow the new deadline; a digest that waits to leave is written anew."""
    touched: set[int] = set()
    for change in changes:
        if change.kind == Kind.ASSIGNMENT and change.row_id is not None:
            touched |= _settle_work(session, session.get_one(Assignment, change.row_id), now, hours)
    session.flush()
    for unit_id in sorted(touched):
        reminders.refresh(session, unit_id, now, hours)


def _settle_work(session: Session, work: Assignment, now: datetime, hours: Hours) -> set[int]:
    """The units that have it; an extension that is no longer than the new deadline has no more use."""
    units = set()
    for duty in session.exec(select(Duty).where(Duty.assignment_id == work.id)):
        if duty.extended_to and work.deadline and duty.extended_to <= work.deadline:
            duty.extended_to = None
        duty.next_reminder_at = duties.next_reminder(duty, work, now, hours)
        session.add(duty)
        units.add(duty.unit_id)
    return units


# What a person is told ----------------------------------------------------------------------------------------------


def _sent(session: Session, campaign: Campaign, changes: Iterable[Change]) -> Iterator[Sent]:
    told = Told(session, campaign)
    for change in changes:
        pushes = told.of_change(change)
        places, last = told.places(pushes)
        if places:
            yield Sent(change, tuple(push.id for push in pushes if push.id), places, last)


def _out_of_reach(session: Session, campaign: Campaign, now: datetime, hours: Hours) -> list[str]:
    planned = schedule.pushes_of(session, campaign, PushState.PLANNED)
    return schedule.out_of_reach(session, campaign, planned, now, hours)
