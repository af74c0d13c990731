"""A plan becomes one draft campaign: everything the plan says, dated, with what a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlmodel import Session, col, select

from campaign import audit
from campaign.calendar import known, numeric, ordinal, same_day_in
from campaign.hours import Hours
from campaign.organisation import audience
from campaign.planning import assignments, schedule
from campaign.planning.document import Anniversary, Document, source_of
from campaign.problems import Refusal
from campaign.text import clean_name
from storage.models import Campaign, Observance, Plan, Slogan, Theme
from storage.models.campaigns import CampaignState

RESULTS_REPORT = "bao_cao"
NAME_LIMIT = 120  # a name is said inside messages


@dataclass(frozen=True)
class Window:
    """Local days, both included."""

    start: date
    end: date


def import_plan(
    session: Session,
    document: dict[str, Any],
    *,
    file_name: str,
    sha256: str,
    unit_id: int,
    now: datetime,
    hours: Hours,
) -> Campaign:
    """Keep the plan whole and make one draft campaign of it, with its pushes planned.

    A file that was imported before and whose campaign is not closed gives that campaign back, unchanged (ask
    ``imported_before`` first to be able to say so). Raises Refusal for a wrong shape, for a results report and for a
    plan without anything to announce or without any day.
    """
    if (existing := imported_before(session, sha256)) is not None:
        return existing
    read = Document.of(document)
    window = _window(_checked(read))
    plan = _keep(session, read, document, file_name, sha256, now)
    campaign = Campaign(
        name=_name(read), year=window.start.year, unit_id=unit_id, plan_id=plan.id, start=window.start, end=window.end
    )
    session.add(campaign)
    session.flush()
    concerns = _fill(session, campaign, read, now, hours)
    planned = schedule.plan_pushes(session, campaign, now=now, hours=hours)
    campaign.warnings = [*concerns, *schedule.out_of_reach(session, campaign, planned, now, hours)]
    audit.note(session, now, "plan.import", f"campaign:{campaign.id}", file=file_name, sha256=sha256)
    session.flush()
    return campaign


def imported_before(session: Session, sha256: str) -> Campaign | None:
    """The campaign that this file gave, unless it is closed: then the same file may start a new one."""
    return session.exec(
        select(Campaign)
        .join(Plan, col(Plan.id) == Campaign.plan_id)
        .where(Plan.sha256 == sha256, Campaign.state != CampaignState.CLOSED)
        .order_by(col(Campaign.id))
    ).first()


def _checked(read: Document) -> Document:
    if read.doc_type == RESULTS_REPORT:
        raise Refusal(
            "plan.report",
            "Đây là báo cáo kết quả, không phải kế hoạch, nên không tạo đợt truyền thông. Hãy gửi tệp kế hoạch.",
        )
    if not (read.campaigns or read.slogans or read.report_deadlines or read.other_deadlines):
        raise Refusal(
            "plan.empty",
            "Không thấy đợt truyền thông, khẩu hiệu hay hạn việc nào trong tệp này. Hãy kiểm tra lại tệp kế hoạch.",
        )
    return read


def _window(read: Document) -> Window:
    """From the months of action; a plan without them runs from its first dated activity or deadline to the last."""
    days = [day for wave in read.campaigns for day in (wave.start, wave.end) if day]
    days = days or [day for activity in read.activities for day in (activity.start, activity.end) if day]
    days = days or list(_deadline_days(read))
    if not days:
        raise Refusal(
            "plan.no_days",
            "Kế hoạch không ghi thời gian thực hiện. Hãy bổ sung ngày bắt đầu, ngày kết thúc rồi nhập lại.",
        )
    return Window(min(days), max(days))


def _deadline_days(read: Document) -> Iterable[date]:
    for item in (*read.report_deadlines, *read.other_deadlines):
        if item.deadline:
            try:
                yield date.fromisoformat(item.deadline[:10])
            except ValueError:
                continue


def _name(read: Document) -> str:
    """Two months of action name the campaign; more of them, or none, leave it to the title of the plan."""
    joined = " và ".join(wave.name for wave in read.campaigns)
    fits = 0 < len(read.campaigns) <= 2 and 0 < len(joined) <= NAME_LIMIT
    return clean_name(joined if fits else read.title or joined, NAME_LIMIT) or "Đợt truyền thông"


def _keep(
    session: Session, read: Document, document: dict[str, Any], file_name: str, sha256: str, now: datetime
) -> Plan:
    plan = Plan(
        sha256=sha256,
        file_name=file_name,
        title=read.title,
        number=read.number,
        issuing_org=read.issuing_org,
        date_issued=read.date_issued,
        document=document,
        imported_at=now,
    )
    session.add(plan)
    session.flush()
    return plan


def _fill(session: Session, campaign: Campaign, read: Document, now: datetime, hours: Hours) -> list[str]:
    """Add everything that hangs on the campaign; returns what a person should look at."""
    on = hours.day(now)
    recognise = cache(lambda words: audience.from_words(session, words, on))  # the same words come again and again
    describe = partial(audience.describe, session, on=on)
    frame = assignments.Frame(campaign.start, campaign.end, hours, recognise, describe)
    rows, concerns = assignments.of_plan(read, frame)
    observances, doubts = _observances(read.anniversaries, Window(campaign.start, campaign.end))
    for row in (*_themes(read), *_slogans(read), *observances, *rows):
        row.campaign_id = campaign.id
        session.add(row)
    session.flush()
    return [*(warning.text for warning in read.warnings if warning.text), *doubts, *concerns]


def _themes(read: Document) -> Iterable[Theme]:
    for wave in read.campaigns:
        yield Theme(
            kind="thang",
            name=wave.name,
            text=wave.theme,
            start=wave.start,
            end=wave.end,
            source=source_of(wave),
            campaign_id=0,
        )
    for message in read.theme_messages:
        if message.text:
            yield Theme(kind=message.kind, text=message.text, source=source_of(message), campaign_id=0)


def _slogans(read: Document) -> Iterable[Slogan]:
    """Each wording once, in the order of the plan."""
    lines = {line.text: line for line in reversed(read.slogans) if line.text}
    for position, line in enumerate(reversed(lines.values()), start=1):
        yield Slogan(position=position, text=line.text, source=source_of(line), campaign_id=0)


def _observances(anniversaries: Iterable[Anniversary], window: Window) -> tuple[list[Observance], list[str]]:
    rows, concerns = [], []
    for anniversary in anniversaries:
        row = _observance(anniversary, window)
        if row is None:
            concerns.append(f"Chưa rõ ngày của “{anniversary.name}” nên chưa có thông báo. Hãy gửi tin riêng khi cần.")
            continue
        rows.append(row)
        concerns += _doubts(row)
    return rows, concerns


def _observance(anniversary: Anniversary, window: Window) -> Observance | None:
    """The plan's own dates come first, then the days everybody keeps. None: no day at all."""
    event, day, usual = anniversary.event_date, anniversary.anniversary_date, known(anniversary.name)
    if day is None and event is not None:
        day = _within(window, partial(same_day_in, event))
    if day is None and usual is not None:
        day = _within(window, usual.in_year)
    if day is None:
        return None
    if event is None:
        base = usual.base if usual else day.year - anniversary.ordinal if anniversary.ordinal else None
        event = same_day_in(day, base or day.year)  # without a base nobody counts the years: the ordinal is 0
    return Observance(
        name=anniversary.name,
        event_date=event,
        on_day=day,
        ordinal=ordinal(event.year, day.year),
        printed=anniversary.ordinal,
        source=source_of(anniversary),
        campaign_id=0,
    )


def _within(window: Window, in_year: Callable[[int], date]) -> date:
    """The day in the year of the window that holds it: a campaign of Tết begins in one year and ends in the next."""
    days = [in_year(year) for year in range(window.start.year, window.end.year + 1)]
    return next((day for day in days if window.start <= day <= window.end), days[0])


def _doubts(row: Observance) -> Iterable[str]:
    usual = known(row.name)
    if row.printed is not None and row.printed != row.ordinal:
        yield (
            f"Kế hoạch ghi “{row.printed} năm” {row.name}, nhưng từ {row.event_date.year} đến {row.on_day.year} là "
            f"{row.ordinal} năm. Thông báo sẽ ghi {row.ordinal} năm."
        )
    if usual and usual.base and usual.base != row.event_date.year and row.ordinal > 0:
        yield f"{row.name} thường tính từ năm {usual.base}, kế hoạch tính từ {row.event_date.year}. Hãy xem lại."
    if row.ordinal and (row.event_date.day, row.event_date.month) != (row.on_day.day, row.on_day.month):
        yield f"{row.name}: ngày gốc {numeric(row.event_date)} không khớp ngày kỷ niệm {numeric(row.on_day)}."
