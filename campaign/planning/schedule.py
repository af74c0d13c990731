"""The dated pushes that a campaign implies. Each occurrence has a key, so planning twice changes nothing.

Planning again brings the words of what has not left up to date and leaves moments alone; what a person moved or dropped
keeps its row. What is already past when it is planned is not made at all: nobody decided to drop it, and a row that
cannot leave would only trouble who reads the list. The exception is work whose deadline is still ahead: it is asked for
on the next working morning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from campaign import markup
from campaign.calendar import full, numeric, working_day_from, working_day_until
from campaign.hours import Hours
from campaign.planning import push_texts, rotation
from storage.insert import insert_new
from storage.models import Assignment, Campaign, Observance, Push, Slogan, Theme, Unit
from storage.models.campaigns import LatePolicy, PushKind, PushState

# Spread over the morning, so that a chat does not get everything at once.
OBSERVANCE_AT, SLOGAN_AT, ASSIGNMENT_AT, WINDOW_AT = time(7, 30), time(8), time(8, 30), time(9)
A_DAY = 1  # new assignments for one audience on one day; more of them are overlooked
BREATH = timedelta(days=3)  # spreading leaves at least this long to a deadline
MARGIN = timedelta(days=14)  # 30/4 belongs to a campaign of May, a founding day in October does not
LAST_WEEK = timedelta(days=6)
HAS_LAST_WEEK, HAS_MIDDLE = 14, 21  # days a window must have for these announcements to be apart
DAY = timedelta(days=1)


def plan_pushes(session: Session, campaign: Campaign, *, now: datetime, hours: Hours) -> list[Push]:
    """Insert the pushes that are not there yet, refresh the words of the others; returns all planned ones by moment."""
    everyone = everybody(session, campaign)
    slogans, observances = slogans_of(session, campaign), observances_of(session, campaign)
    work, themes = assignments_of(session, campaign), themes_of(session, campaign)
    rows = [
        *_observances(campaign, observances, everyone, hours),
        *_slogans(campaign, slogans, observances, everyone, hours),
        *_window(campaign, themes, work, everyone, hours),
    ]
    rows += _assignments(campaign, work, now, hours)
    planned = {push.key: push for push in pushes_of(session, campaign, PushState.PLANNED)}
    for row in rows:
        if (push := planned.get(row.key)) is not None:
            push.text, push.spans, push.audience, push.slogan_id = row.text, row.spans, row.audience, row.slogan_id
            session.add(push)
    insert_new(session, Push, [row for row in rows if row.key not in planned and row.due_at > now])
    return pushes_of(session, campaign, PushState.PLANNED)


def everybody(session: Session, campaign: Campaign) -> str:
    """The audience of what concerns the whole campaign: the unit it belongs to and all under it."""
    unit = session.get_one(Unit, campaign.unit_id)
    return "all" if unit.parent_id is None else f"under:{unit.code}"


def slogans_of(session: Session, campaign: Campaign) -> list[Slogan]:
    statement = select(Slogan).where(Slogan.campaign_id == campaign.id, col(Slogan.withdrawn).is_(False))
    return list(session.exec(statement.order_by(col(Slogan.position), col(Slogan.id))))


def observances_of(session: Session, campaign: Campaign) -> list[Observance]:
    statement = select(Observance).where(Observance.campaign_id == campaign.id)
    return list(session.exec(statement.order_by(col(Observance.on_day), col(Observance.id))))


def assignments_of(session: Session, campaign: Campaign) -> list[Assignment]:
    statement = select(Assignment).where(Assignment.campaign_id == campaign.id, col(Assignment.dropped).is_(False))
    return list(session.exec(statement.order_by(col(Assignment.position), col(Assignment.id))))


def themes_of(session: Session, campaign: Campaign) -> list[Theme]:
    return list(session.exec(select(Theme).where(Theme.campaign_id == campaign.id).order_by(col(Theme.id))))


def pushes_of(session: Session, campaign: Campaign, *states: PushState) -> list[Push]:
    statement = select(Push).where(Push.campaign_id == campaign.id)
    if states:
        statement = statement.where(col(Push.state).in_(states))
    return list(session.exec(statement.order_by(col(Push.due_at), col(Push.id))))


def out_of_reach(
    session: Session, campaign: Campaign, planned: Sequence[Push], now: datetime, hours: Hours
) -> list[str]:
    """What the plan names and no push will say, for the eyes of a person."""
    if campaign.end < hours.day(now):
        return [f"Đợt này đã kết thúc {full(campaign.end)}. Để dùng lại, hãy sao chép sang năm mới."]
    said = {push.observance_id for push in planned}
    outside = [row for row in observances_of(session, campaign) if not _near(row, campaign)]
    gone = [row for row in observances_of(session, campaign) if _near(row, campaign) and row.id not in said]
    return [
        *(f"{row.name} ({numeric(row.on_day)}) nằm ngoài thời gian của đợt nên không có thông báo." for row in outside),
        *(f"{row.name} ({numeric(row.on_day)}) đã qua nên không có thông báo." for row in gone),
    ]


def _push(campaign: Campaign, name: str, kind: PushKind, due_at: datetime, text: str, audience: str) -> Push:
    words = markup.read(text)
    return Push(
        key=f"c{campaign.id}:{name}",
        kind=kind,
        campaign_id=campaign.id,
        unit_id=campaign.unit_id,
        audience=audience,
        text=words.text,
        spans=words.stored(),
        due_at=due_at,
    )


def _open_at(day: date, clock: time, hours: Hours) -> datetime:
    return hours.next_open(hours.at(day, clock))


# Observances and slogans keep their day, holidays too: that is what they are for -----------------------------------


def _near(row: Observance, campaign: Campaign) -> bool:
    return campaign.start - MARGIN <= row.on_day <= campaign.end + MARGIN


def _observances(campaign: Campaign, rows: Iterable[Observance], everyone: str, hours: Hours) -> Iterator[Push]:
    for row in rows:
        if _near(row, campaign):
            due_at = _open_at(row.on_day, OBSERVANCE_AT, hours)
            push = _push(campaign, f"obs:{row.id}", PushKind.OBSERVANCE, due_at, push_texts.observance(row), everyone)
            push.observance_id, push.late_policy = row.id, LatePolicy.SKIP
            yield push


def _slogans(
    campaign: Campaign, slogans: Sequence[Slogan], observances: Iterable[Observance], everyone: str, hours: Hours
) -> Iterator[Push]:
    texts = [slogan.text for slogan in slogans]
    found = {row.on_day: rotation.concerning(row, texts) for row in observances}
    wished = {day: number for day, number in found.items() if number is not None}
    for day, number in rotation.rotate_lasting(days_of(campaign), len(slogans), wished).items():
        slogan, due_at = slogans[number], _open_at(day, SLOGAN_AT, hours)
        text = push_texts.slogan(slogan)
        push = _push(campaign, f"slogan:{day.isoformat()}", PushKind.SLOGAN, due_at, text, everyone)
        push.slogan_id, push.late_policy = slogan.id, LatePolicy.SKIP
        yield push


def days_of(campaign: Campaign) -> list[date]:
    return [campaign.start + DAY * number for number in range((campaign.end - campaign.start).days + 1)]


# The window: start, middle, last week, end --------------------------------------------------------------------------


def _window(
    campaign: Campaign, themes: Sequence[Theme], work: Iterable[Assignment], everyone: str, hours: Hours
) -> Iterator[Push]:
    dated = [(row.deadline, row.position, row) for row in work if row.deadline and row.audience]
    for name, day in window_days(campaign, hours).items():
        due_at = _open_at(day, WINDOW_AT, hours)
        ahead = [row for deadline, _, row in sorted(dated, key=lambda due: due[:2]) if deadline > due_at]
        text = getattr(push_texts, f"window_{name}")(campaign, themes, ahead, hours)
        push = _push(campaign, f"window:{name}", PushKind.WINDOW, due_at, text, everyone)
        push.late_policy = LatePolicy.MERGE
        yield push


def window_days(campaign: Campaign, hours: Hours) -> dict[str, date]:
    """On working days: a start on 1/5 is told on the next one, an end on a Sunday on the Friday before."""
    length = (campaign.end - campaign.start).days + 1
    days = {"start": working_day_from(campaign.start, hours)}
    if length >= HAS_MIDDLE:
        days["middle"] = working_day_from(campaign.start + DAY * (length // 2), hours)
    if length >= HAS_LAST_WEEK:
        days["lastweek"] = working_day_from(campaign.end - LAST_WEEK, hours)
    end = working_day_until(campaign.end, hours)
    if end > max(days.values()):
        days["end"] = end
    return days


# Assignments: on working days, not too many at once -----------------------------------------------------------------


def _assignments(campaign: Campaign, rows: Iterable[Assignment], now: datetime, hours: Hours) -> Iterator[Push]:
    """What has a deadline chooses its day first."""
    taken: Counter[tuple[str, date]] = Counter()
    far = hours.at(date.max - DAY, time())
    for row in sorted(rows, key=lambda row: (row.deadline is None, row.starts_at or far, row.deadline or far)):
        day = asking_day(row, now, hours)
        if day is None or not row.audience:
            continue
        day = _spread(day, row, taken, hours)
        taken[row.audience, day] += 1
        yield _asking(campaign, row, _open_at(day, ASSIGNMENT_AT, hours), hours)


def _asking(campaign: Campaign, row: Assignment, due_at: datetime, hours: Hours) -> Push:
    text = push_texts.assignment(row, hours)
    push = _push(campaign, f"asg:{row.id}", PushKind.ASSIGNMENT, due_at, text, row.audience)
    push.assignment_id = row.id
    return push


def asking_day(row: Assignment, now: datetime, hours: Hours) -> date | None:
    """The working day on which to ask for it; None when it is too late to ask.

    A start on a holiday moves to the next working day, or back when that would come after the deadline.
    """
    if row.starts_at is None or (row.deadline is not None and row.deadline <= now):
        return None
    start = working_day_from(hours.day(row.starts_at), hours)
    if row.deadline is not None and hours.at(start, ASSIGNMENT_AT) >= row.deadline:
        start = working_day_until(hours.day(row.starts_at), hours)
    if _open_at(start, ASSIGNMENT_AT, hours) > now:
        return start
    return _next_chance(row, now, hours)


def _next_chance(row: Assignment, now: datetime, hours: Hours) -> date | None:
    """The start has passed: the next working morning before the deadline; without one only a person can still ask."""
    day = hours.day(now)
    if _open_at(day, ASSIGNMENT_AT, hours) <= now:
        day += DAY
    day = working_day_from(day, hours)
    return None if row.deadline is not None and hours.at(day, ASSIGNMENT_AT) >= row.deadline else day


def _spread(day: date, row: Assignment, taken: Counter[tuple[str, date]], hours: Hours) -> date:
    """``day`` or a later working day on which this audience gets fewer new assignments, well before the deadline."""
    later = day
    while taken[row.audience, later] >= A_DAY:
        later = working_day_from(later + DAY, hours)
        if row.deadline is not None and hours.at(later, ASSIGNMENT_AT) > row.deadline - BREATH:
            return day
    return later
