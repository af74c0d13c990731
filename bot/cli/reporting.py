"""loa submissions · loa status"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.cli.frame import house, show
from bot.cli.pushes import WORDS
from bot.core import Core
from campaign.work import coverage, submissions
from storage.models import Campaign, Chat, Incoming, Outgoing, Person, Submission, Unit
from storage.models.campaigns import CampaignState
from storage.models.messages import IncomingState, OutgoingState
from storage.models.work import SubmissionState

COUNTS = {
    "units": "Đơn vị", "people": "Người đã vào hệ thống", "chats": "Nhóm và trò chuyện",
    "chats_lost": "Nơi không còn tới được", "active_campaigns": "Đợt đang chạy",
    "inbox_waiting": "Tin đến chờ xử lý", "inbox_failed": "Tin đến không xử lý được",
}  # fmt: skip
STATES = {
    SubmissionState.WAITING: "chờ xác nhận", SubmissionState.DRAFT: "đang soạn", SubmissionState.SUBMITTED: "chờ duyệt",
    SubmissionState.RETURNED: "chờ bổ sung", SubmissionState.APPROVED: "đã duyệt",
    SubmissionState.DECLINED: "không đăng", SubmissionState.PUBLISHED: "đã đăng",
}  # fmt: skip


def register(root: typer.Typer) -> None:
    root.command("submissions", help="Tin, bài, ảnh đã gửi về.")(list_submissions)
    root.command("status", help="Tình hình chung.")(status)


def list_submissions(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with house() as core, core.database.snapshot() as session:
        rows = submissions.as_json(session)
        lines = [_submission_line(row) for row in rows]
        show(rows, as_json=as_json, text="\n".join(lines) or "Chưa có tin, bài nào.")


def _submission_line(row: dict[str, Any]) -> str:
    state = STATES[SubmissionState(row["state"])]
    return f"{row['code']}  {row['unit']:14} {state:12} {len(row['items'])} tệp  {row['text'][:60]}"


def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    from bot.app import quotas

    with house() as core, core.database.snapshot() as session:
        value = {**_status(session, core), "quotas": quotas(core)}
        lines = [f"Bây giờ: {core.hours.local(core.clock.now()):%H:%M ngày %d/%m/%Y}"]
        lines += [f"{words}: {value[name]}" for name, words in COUNTS.items()]
        lines += _outbox_lines(value["outbox"])
        lines += value["quotas"]
        lines += [f"{row['title'][:60]}: đã nộp {row['handed_in']}/{row['total']}" for row in value["assignments"]]
        show(value, as_json=as_json, text="\n".join(lines))


def _outbox_lines(counts: dict[str, int]) -> list[str]:
    text = ", ".join(f"{words} {counts[state]}" for state, words in WORDS.items() if counts[state])
    return [f"Tin gửi đi: {text}"] if text else []


def _status(session: Session, core: Core) -> dict[str, Any]:
    out = Counter(dict(session.exec(select(Outgoing.state, func.count()).group_by(Outgoing.state)).all()))
    out[OutgoingState.QUEUED] += out.pop(OutgoingState.HELD, 0)  # what a pause holds back is still queued
    root = session.exec(select(Unit).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))).first()
    rows = coverage.of_assignments(session, root.id, core.clock.now(), core.hours) if root and root.id else []
    return {
        "now": core.hours.local(core.clock.now()).isoformat(),
        "units": _count(session, select(func.count()).select_from(Unit).where(col(Unit.valid_to).is_(None))),
        "people": _count(session, select(func.count()).select_from(Person).where(col(Person.erased_at).is_(None))),
        "chats": _count(session, select(func.count()).select_from(Chat).where(col(Chat.active))),
        "chats_lost": _count(session, select(func.count()).select_from(Chat).where(col(Chat.active).is_(False))),
        "active_campaigns": _count(
            session, select(func.count()).select_from(Campaign).where(Campaign.state == CampaignState.ACTIVE)
        ),
        "inbox_waiting": _incoming(session, IncomingState.NEW),
        "inbox_failed": _incoming(session, IncomingState.FAILED),
        "outbox": {str(state): out[state] for state in OutgoingState if state != OutgoingState.HELD},
        "submissions": dict(session.exec(select(Submission.state, func.count()).group_by(Submission.state)).all()),
        "assignments": [
            {
                "id": row.assignment.id, "title": row.assignment.title, "deadline": row.assignment.deadline,
                "total": row.total, "seen": row.seen, "handed_in": row.handed_in, "on_time": row.on_time,
                "missing": [unit.code for unit in row.missing],
            }
            for row in rows
        ],
    }  # fmt: skip


def _count(session: Session, statement: Any) -> int:
    return int(session.exec(statement).one())


def _incoming(session: Session, state: IncomingState) -> int:
    return _count(session, select(func.count()).select_from(Incoming).where(Incoming.state == state))
