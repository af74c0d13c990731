"""What a document changes in a campaign: the earlier plan, the later one and what people made of the earlier.

Three sides, because people correct a draft: a wording they typed, a unit they chose and work they dropped stay, unless
the later document itself says something new about them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from campaign.calendar import full, moment_in_full
from campaign.hours import Hours
from campaign.planning.document import Document
from campaign.planning.plans import RESULTS_REPORT
from campaign.planning.revising import amending, pairing, rows
from campaign.planning.revising.changes import Change, Kind, Revision, What
from campaign.planning.revising.differences import Differences
from campaign.problems import Refusal
from storage.models import Campaign, Plan
from storage.models.campaigns import CampaignState


def compare(
    session: Session,
    campaign: Campaign,
    document: dict[str, Any],
    *,
    now: datetime,
    hours: Hours,
    file_name: str = "",
    sha256: str = "",
) -> Revision:
    """What ``document`` (the whole plan again, or a dispatch that amends it) changes in ``campaign``.

    Nothing is written. Raises Refusal for a closed campaign, a results report, a wrong shape, a whole plan without any
    day, and a dispatch about a campaign that has no plan.
    """
    _check(campaign, Document.of(document))
    assert campaign.id is not None
    plan = session.get(Plan, campaign.plan_id) if campaign.plan_id else None
    later = amending.whole_plan(plan.document if plan else None, document)
    before, after = Document.of(plan.document) if plan else None, Document.of(later.document)
    new = rows.of_document(session, after, now, hours)
    earlier = rows.of_document(session, before, now, hours) if before else None
    old = earlier or rows.of_campaign(session, campaign)
    differences = Differences(session, campaign, later.replaced, hours)
    changes = tuple(differences.between(old, new, stored=earlier is None))
    concerns = [sentence for sentence in new.concerns if sentence not in old.concerns]
    questions = [
        *later.questions,
        *differences.questions,
        *_too_late(changes, now, hours),
        *_events(before, after),
        *concerns,
    ]
    return Revision(
        campaign_id=campaign.id,
        plan_id=campaign.plan_id,
        document=later.document,
        changes=changes,
        questions=tuple(dict.fromkeys(questions)),
        quiet=tuple(differences.quiet),
        settled=tuple(sentence for sentence in old.concerns if sentence not in new.concerns),
        file_name=file_name,
        sha256=sha256 or digest_of(document),
    )


def digest_of(document: dict[str, Any]) -> str:
    """For a document whose file is not at hand, e.g. a pasted message."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _check(campaign: Campaign, read: Document) -> None:
    if campaign.state == CampaignState.CLOSED:
        raise Refusal(
            "campaign.closed", f"Đợt “{campaign.name}” đã khép lại nên không sửa nữa. Hãy nhập thành đợt mới."
        )
    if read.doc_type == RESULTS_REPORT:
        raise Refusal("plan.report", "Đây là báo cáo kết quả, không sửa đổi kế hoạch. Hãy gửi kế hoạch hoặc công văn.")


def _too_late(changes: Iterable[Change], now: datetime, hours: Hours) -> Iterator[str]:
    for change in changes:
        deadline = change.values.get("deadline")
        if change.kind == Kind.ASSIGNMENT and change.what != What.GONE and deadline and deadline <= now:
            yield (
                f"Hạn mới của “{change.values.get('title') or change.before.split('; hạn ')[0]}” đã qua "
                f"({moment_in_full(deadline, hours)}) nên sẽ không có lời nhắc. Hãy hỏi lại nơi ban hành."
            )


def _events(old: Document | None, new: Document) -> Iterator[str]:
    """Events have no messages of their own, so a person must tell people when one moves or is called off."""
    pairs = pairing.pair(
        old.activities if old else [],
        new.activities if old else [],
        lambda event: (event.title, event.start, event.end),
        lambda one, other: pairing.words_alike(one.title, other.title),
    )
    for before, after in pairs:
        if before and after and before.start and after.start and before.start != after.start:
            yield (
                f"“{after.title}” dời từ {full(before.start)} sang {full(after.start)}. "
                "Đợt không có tin riêng cho việc này, hãy báo đơn vị."
            )
        elif before and not after and before.start:
            yield (f"Văn bản mới không còn “{before.title}” ({full(before.start)}). Hãy xem có cần báo đơn vị không.")
