"""What dated pushes say. They are written when planned and read later, so they hold full dates and no "còn 3 ngày".

Slogans, names of days and tasks are quoted in the plan's own words and never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaign.calendar import full, numeric, short
from campaign.hours import Hours
from campaign.planning import deadlines
from campaign.work.duties import what
from storage.models import Assignment, Campaign, Observance, Slogan, Theme

LIMIT = 350  # what is read on a small phone without scrolling


def slogan(row: Slogan) -> str:
    return f"Khẩu hiệu hôm nay:\n{row.text}"


def observance(row: Observance) -> str:
    """With the ordinal that was computed; a day whose years nobody counts has none."""
    if row.ordinal > 0:
        years = f"({numeric(row.event_date)} - {numeric(row.on_day)})"
        said = f"Hôm nay, {short(row.on_day)}: kỷ niệm {row.ordinal} năm {row.name} {years}."
    else:
        said = f"Hôm nay, {numeric(row.on_day)}: {row.name}."
    return fitted(said, ["Mời đơn vị tuyên truyền trên bảng tin, loa nội bộ."], between=" ")


def assignment(row: Assignment, hours: Hours) -> str:
    lines = []
    if row.deadline is not None:
        lines.append(f"Hạn: {deadlines.in_words(row.deadline, row.late_from, hours)}.")
    quotas = dict.fromkeys(quota.get("text", "") for quota in row.quota)
    wanted = [text for text in quotas if text not in ("", row.title)]
    if wanted:
        lines.append(f"Chỉ tiêu: {'; '.join(wanted).rstrip(' .')}.")
    return "\n".join([f"Việc cần làm: {what(row).rstrip(' .')}.", *lines])


def window_start(campaign: Campaign, themes: Iterable[Theme], due: Sequence[Assignment], hours: Hours) -> str:
    return fitted(
        f"{_about(campaign)} diễn ra từ {full(campaign.start)} đến hết {full(campaign.end)}.",
        [*_theme_lines(themes), *_due_lines(due, hours)],
    )


def window_middle(campaign: Campaign, themes: Iterable[Theme], due: Sequence[Assignment], hours: Hours) -> str:
    return fitted(
        f"{_about(campaign)} đã đi được nửa chặng, kéo dài đến hết {full(campaign.end)}.",
        [*_due_lines(due, hours), *_theme_lines(themes)],
    )


def window_lastweek(campaign: Campaign, themes: Iterable[Theme], due: Sequence[Assignment], hours: Hours) -> str:
    return fitted(
        f"{_about(campaign)} còn tuần cuối, kết thúc {full(campaign.end)}. Mời đơn vị gửi nốt tin, ảnh chưa gửi.",
        _due_lines(due, hours),
    )


def window_end(campaign: Campaign, themes: Iterable[Theme], due: Sequence[Assignment], hours: Hours) -> str:
    return fitted(
        f"{_about(campaign)} kết thúc {full(campaign.end)}. Cảm ơn các đơn vị đã cùng tham gia.",
        _due_lines(due, hours),
    )


def fitted(first: str, more: Iterable[str], *, between: str = "\n") -> str:
    """``first`` and as many whole further lines as a small screen holds."""
    text = first
    for line in more:
        if len(text) + len(between) + len(line) <= LIMIT:
            text += between + line
    return text


def _about(campaign: Campaign) -> str:
    return f"Đợt “{campaign.name}”"


def _theme_lines(themes: Iterable[Theme]) -> list[str]:
    texts = dict.fromkeys(theme.text for theme in themes if theme.text and theme.kind in ("thang", "chu_de"))
    return [f"Chủ đề: “{text}”." for text in texts]


def _due_lines(due: Sequence[Assignment], hours: Hours) -> list[str]:
    """The nearest deadline in full and how many there are."""
    if not due or due[0].deadline is None:
        return []
    until = deadlines.in_words(due[0].deadline, due[0].late_from, hours)
    return [
        f"Việc gần hạn nhất: {due[0].title.rstrip(' .')}. Hạn: {until}.",
        f"Đợt này còn {len(due)} hạn việc; xem việc của đơn vị ở mục Việc của tôi.",
    ]
