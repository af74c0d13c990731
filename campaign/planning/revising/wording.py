"""How rows are shown beside each other: only what differs, in the words of the plan."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from campaign.calendar import full, numeric
from campaign.hours import Hours
from campaign.planning import deadlines
from campaign.work.duties import what
from storage.models import Assignment, Observance, Theme


def window(start: date, end: date) -> str:
    return f"từ {full(start)} đến hết {full(end)}"


def theme(row: Theme) -> str:
    named = ": ".join(part for part in (row.name, row.text) if part)
    return f"{named}, {window(row.start, row.end)}" if row.start and row.end else named


def observance(row: Observance) -> str:
    return f"{row.name}, {numeric(row.on_day)}" + (f", kỷ niệm {row.ordinal} năm" if row.ordinal > 0 else "")


def assignment(row: Assignment, fields: Collection[str], hours: Hours) -> str:
    """The work, and of its deadline, people and quota those that are among ``fields``."""
    said = [what(row).rstrip(" .")]
    if "deadline" in fields or "late_from" in fields:
        said.append(f"hạn {deadlines.in_words(row.deadline, row.late_from, hours)}" if row.deadline else "chưa có hạn")
    if "audience_text" in fields:
        said.append(f"người làm: {row.audience_text or 'chưa ghi'}")
    if "quota" in fields:
        texts = dict.fromkeys(quota.get("text", "") for quota in row.quota)
        said.append(f"chỉ tiêu: {'; '.join(text for text in texts if text) or 'không có'}")
    return "; ".join(said)
