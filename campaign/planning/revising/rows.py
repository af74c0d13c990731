"""The rows that a document means, made exactly as the import makes them but kept out of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial

from sqlmodel import Session

from campaign.hours import Hours
from campaign.organisation import audience
from campaign.planning import assignments, plans, schedule
from campaign.planning.document import Document
from storage.models import Assignment, Campaign, Observance, Slogan, Theme

Row = Theme | Slogan | Observance | Assignment


@dataclass(frozen=True)
class Rows:
    """What hangs on a campaign; ``concerns``: what a person should look at, without who is not recognised."""

    start: date
    end: date
    themes: list[Theme]
    slogans: list[Slogan]
    observances: list[Observance]
    work: list[Assignment]
    concerns: list[str] = field(default_factory=list)


def of_document(session: Session, read: Document, now: datetime, hours: Hours) -> Rows:
    """Raises Refusal ``plan.no_days`` for a document without any day."""
    window = plans._window(read)
    on = hours.day(now)
    recognise = cache(lambda words: audience.from_words(session, words, on))
    describe = partial(audience.describe, session, on=on)
    work, about_work = assignments.of_plan(
        read, assignments.Frame(window.start, window.end, hours, recognise, describe)
    )
    observances, doubts = plans._observances(read.anniversaries, window)
    unnamed = assignments.unaddressed(work)
    said = [*(warning.text for warning in read.warnings if warning.text), *doubts, *about_work]
    return Rows(
        window.start,
        window.end,
        list(plans._themes(read)),
        list(plans._slogans(read)),
        observances,
        work,
        [sentence for sentence in said if sentence not in unnamed],
    )


def of_campaign(session: Session, campaign: Campaign) -> Rows:
    """What is in use now, without what was withdrawn or dropped."""
    return Rows(
        campaign.start,
        campaign.end,
        schedule.themes_of(session, campaign),
        schedule.slogans_of(session, campaign),
        schedule.observances_of(session, campaign),
        schedule.assignments_of(session, campaign),
    )
