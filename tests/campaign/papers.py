"""Small plan papers for the stories of this folder."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from campaign.hours import Hours
from campaign.planning import plans
from storage.models import Campaign, Unit
from tests.campaign.organisation import found, key_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS = Hours.parse("20:30-07:00", "11:30-13:30", "14:30", ZONE)
MAY_DAY = {
    "name": "Ngày Quốc tế Lao động",
    "event_date": "1886-05-01",
    "anniversary_date": "2026-05-01",
    "ordinal": 140,
}
MAY_SLOGANS = [
    "Nhiệt liệt hưởng ứng Tháng Công nhân năm 2026",
    "Chào mừng 140 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2026)",
    "Tháng Công nhân năm 2026: Gắn kết đoàn viên",
    "Vào ca đủ mũ, tan ca đủ người",
]
BANNERS = {
    "reporter": "Các công đoàn cơ sở",
    "recipient": "LĐLĐ tỉnh",
    "deadline": "2026-05-08T16:00",
    "operator": "before",
    "text": "gửi ảnh băng rôn đã treo về LĐLĐ tỉnh trước 16h00 ngày 08/5/2026",
    "source": {"line": 12, "text": "- Các CĐCS gửi ảnh băng rôn đã treo về LĐLĐ tỉnh trước 16h00 ngày 08/5/2026."},
}
REPORT = {
    "reporter": "Các công đoàn cơ sở",
    "recipient": "LĐLĐ tỉnh",
    "deadline": "2026-06-05",
    "operator": "before",
    "text": "báo cáo kết quả về LĐLĐ tỉnh trước ngày 05/6/2026",
}


def at(text: str) -> datetime:
    """A moment of the office's own clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


IN_APRIL = at("2026-04-10T09:00")


def paper(**changes: Any) -> dict[str, Any]:
    """The plan of a province for May 2026, with parts replaced."""
    document: dict[str, Any] = {
        "doc_type": "ke_hoach",
        "title": "Truyền thông Tháng Công nhân năm 2026",
        "campaigns": [
            {
                "name": "Tháng Công nhân năm 2026",
                "theme": "Gắn kết đoàn viên",
                "start": "2026-05-01",
                "end": "2026-05-31",
            }
        ],
        "theme_messages": [{"text": "Gắn kết đoàn viên", "kind": "chu_de"}],
        "slogans": [{"text": text} for text in MAY_SLOGANS],
        "anniversaries": [MAY_DAY],
        "report_deadlines": [BANNERS, REPORT],
    }
    return {**document, **changes}


def province(session: Session) -> Unit:
    """A federation with two grassroots unions right under it."""
    top = found(session, "LDLD", "Liên đoàn Lao động tỉnh", kind="Liên đoàn Lao động tỉnh")
    for code in ("CS01", "CS02"):
        found(session, code, f"CĐCS Công ty {code}", top, kind="Công đoàn cơ sở")
    return top


def imported(
    session: Session, document: dict[str, Any] | None = None, *, now: datetime = IN_APRIL, sha256: str = "a" * 64
) -> Campaign:
    """A draft of ``document`` in a new province."""
    return plans.import_plan(
        session,
        document or paper(),
        file_name="ke-hoach.json",
        sha256=sha256,
        unit_id=key_of(province(session)),
        now=now,
        hours=HOURS,
    )
