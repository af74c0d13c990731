"""The same work comes back every year: last year's campaign, re-anchored, waiting for a person to confirm it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, select

from campaign import audit
from campaign.calendar import full, known, ordinal, same_day_in
from campaign.hours import Hours
from campaign.organisation import audience
from campaign.planning import assignments, schedule
from campaign.planning.deadlines import Printed, due_day
from campaign.planning.rewording import Rewording, changes
from campaign.problems import Refusal
from campaign.text import fold_words
from storage.models import Assignment, Campaign, Observance, Slogan, Theme
from storage.models.campaigns import CampaignState

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Move:
    """From the year of ``old`` to that of ``new``."""

    old: Campaign
    new: Campaign
    reword: Rewording
    hours: Hours

    def day(self, day: date) -> date:
        return same_day_in(day, day.year + self.reword.shift)


def copy_campaign(session: Session, campaign: Campaign, year: int, *, now: datetime, hours: Hours) -> Campaign:
    """A draft for ``year`` made of ``campaign``: same days and months, ordinals computed anew, pushes planned.

    Every text that changed and everything that only a person can decide is in the draft's warnings. A copy for that
    year that was not closed is given back unchanged. Raises Refusal for the campaign's own year.
    """
    if year == campaign.year:
        raise Refusal("copy.same_year", f"Đợt này đã là của năm {year}. Hãy chọn một năm khác.")
    if (existing := _copied_before(session, campaign, year)) is not None:
        return existing
    move = _move(session, campaign, year, hours)
    session.add(move.new)
    session.flush()
    concerns = [concern for row, said in _rows(session, move) for concern in _stored(session, move, row, said)]
    session.flush()
    planned = schedule.plan_pushes(session, move.new, now=now, hours=hours)
    concerns += _about_work(session, move)
    move.new.warnings = [*concerns, *schedule.out_of_reach(session, move.new, planned, now, hours)]
    session.add(move.new)
    audit.note(session, now, "campaign.copy", f"campaign:{move.new.id}", source=campaign.id, year=year)
    session.flush()
    return move.new


def _copied_before(session: Session, campaign: Campaign, year: int) -> Campaign | None:
    return session.exec(
        select(Campaign).where(
            Campaign.copied_from_id == campaign.id, Campaign.year == year, Campaign.state != CampaignState.CLOSED
        )
    ).first()


def _move(session: Session, campaign: Campaign, year: int, hours: Hours) -> Move:
    shift = year - campaign.year
    years = set(range(campaign.start.year, campaign.end.year + 1))
    reword = Rewording(years, shift, schedule.observances_of(session, campaign))
    new = Campaign(
        name=reword(campaign.name),
        year=year,
        unit_id=campaign.unit_id,
        copied_from_id=campaign.id,
        start=same_day_in(campaign.start, campaign.start.year + shift),
        end=same_day_in(campaign.end, campaign.end.year + shift),
    )
    return Move(campaign, new, reword, hours)


Copied = tuple[Theme | Slogan | Observance | Assignment, list[str]]
"""A row for the new campaign, and what a person should know of it."""


def _rows(session: Session, move: Move) -> Iterator[Copied]:
    themes = schedule.themes_of(session, move.old)
    yield from _themes(themes, move)
    yield from _slogans(schedule.slogans_of(session, move.old), themes, move)
    yield from _observances(schedule.observances_of(session, move.old), move)
    yield from _assignments(schedule.assignments_of(session, move.old), move)


def _stored(session: Session, move: Move, row: Theme | Slogan | Observance | Assignment, said: list[str]) -> list[str]:
    assert move.new.id is not None
    row.campaign_id = move.new.id
    session.add(row)
    return said


def _themes(themes: Iterable[Theme], move: Move) -> Iterator[Copied]:
    """Months keep their names and days; themes and messages are given out anew every year, so they start empty."""
    asked: set[str] = set()
    for theme in themes:
        if theme.kind != "thang" and theme.text in asked:
            continue
        new = Theme(campaign_id=0, kind=theme.kind, name=move.reword(theme.name), source={"before": theme.text})
        new.start, new.end = (move.day(day) if day else None for day in (theme.start, theme.end))
        said = []
        if theme.text and theme.text not in asked:
            asked.add(theme.text)
            what = "Thông điệp" if theme.kind == "thong_diep" else "Chủ đề"
            said = [f"{what} năm {move.new.year} chưa có; năm trước là “{theme.text}”. Hãy nhập {what.lower()} mới."]
        yield new, said


def _slogans(slogans: Iterable[Slogan], themes: Iterable[Theme], move: Move) -> Iterator[Copied]:
    """A slogan with last year's theme is put aside: with the number of the new year it would say what is false."""
    old_themes = [f" {words} " for theme in themes if (words := fold_words(theme.text))]
    for slogan in slogans:
        text = move.reword(slogan.text)
        what = f"Khẩu hiệu {slogan.position}"
        new = Slogan(campaign_id=0, position=slogan.position, text=text, source=slogan.source)
        said = changes(what, slogan.text, text, move.reword.leftovers(slogan.text, text))
        if any(theme in f" {fold_words(slogan.text)} " for theme in old_themes):
            new.withdrawn = True
            said = [f"{what} nêu chủ đề năm {move.old.year} nên tạm cất: “{text}”. Hãy sửa theo chủ đề mới."]
        yield new, said


def _observances(observances: Iterable[Observance], move: Move) -> Iterator[Copied]:
    for row in observances:
        usual, said = known(row.name), []
        day, event = move.day(row.on_day), row.event_date
        if usual is not None and usual.lunar:
            day = usual.in_year(day.year)
            said = [f"{row.name} năm {day.year} là {full(day)} ({usual.day}/{usual.month} âm lịch). Hãy xác nhận."]
            event = day if row.ordinal <= 0 else event
        count = ordinal(event.year, day.year) if row.ordinal > 0 else 0
        yield (
            Observance(campaign_id=0, name=row.name, event_date=event, on_day=day, ordinal=count, source=row.source),
            said,
        )


# Work ---------------------------------------------------------------------------------------------------------------


def _assignments(rows: Iterable[Assignment], move: Move) -> Iterator[Copied]:
    rules: set[tuple[str, str]] = set()
    for row in rows:
        rule = row.source.get("recurrence", "") if row.deadline else ""
        if not rule:
            yield _shifted(row, move)
        elif (rule, row.title) not in rules:
            rules.add((rule, row.title))
            yield from _again(row, rule, move)


def _shifted(row: Assignment, move: Move) -> Copied:
    new, said = _reworded(row, move)
    if row.deadline is not None:
        start = move.day(move.hours.day(row.starts_at or row.deadline))
        assignments.set_deadline(new, _printed(row, move), row.operator, start, move.hours)
    elif row.starts_at is not None:
        new.starts_at = move.hours.at(move.day(move.hours.day(row.starts_at)), assignments.START_OF_DAY)
    return new, said


def _again(row: Assignment, rule: str, move: Move) -> Iterator[Copied]:
    """ "Every Friday" is every Friday of the new window, not the old Fridays' dates."""
    for number, printed in enumerate(assignments.occurrences(rule, move.new.start, move.new.end)):
        new, said = _reworded(row, move)
        start = assignments.period_start(rule, printed.day, move.new.start)
        assignments.set_deadline(new, printed, row.operator, start, move.hours)
        yield new, said if number == 0 else []


def _reworded(row: Assignment, move: Move) -> tuple[Assignment, list[str]]:
    title = move.reword(row.title)
    new = Assignment(
        campaign_id=0,
        position=row.position,
        kind=row.kind,
        title=title,
        audience=row.audience,
        audience_text=row.audience_text,
        quota=[{**quota, "text": move.reword(quota.get("text", ""))} for quota in row.quota],
        operator=row.operator,
        source=row.source,
    )
    return new, changes(f"Việc {row.position}", row.title, title, move.reword.leftovers(row.title, title))


def _printed(row: Assignment, move: Move) -> Printed:
    """The deadline as a plan of the new year would print it."""
    assert row.deadline is not None
    local, day = move.hours.local(row.deadline), move.day(due_day(row.deadline, row.late_from, move.hours))
    if row.late_from not in (None, row.deadline):
        return Printed(day)
    if local.time() == time():
        return Printed(day + DAY, time())  # 24:00
    return Printed(day, local.time())


def _about_work(session: Session, move: Move) -> list[str]:
    """Work for nobody, also because an audience has no units in the new year, and deadlines on awkward days."""
    work = schedule.assignments_of(session, move.new)
    audiences = {row.audience: row.audience_text for row in work if row.audience}
    return [
        *assignments.unaddressed(work),
        *(
            f"“{words or audience.describe(session, expression)}” chưa có đơn vị nào trong năm {move.new.year}. "
            "Hãy chọn đơn vị nhận."
            for expression, words in audiences.items()
            if not audience.units_of(session, expression, move.new.start)
        ),
        *assignments.awkward_days(work, move.hours),
    ]
