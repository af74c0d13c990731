"""Which campaign a document is about."""

from __future__ import annotations

import re
from typing import Any

from sqlmodel import Session, col, select

from campaign.planning.document import Document
from campaign.planning.revising.pairing import words_alike
from campaign.text import fold_words
from storage.models import Campaign, Plan
from storage.models.campaigns import CampaignState

SAME_TITLE = 90
_SERIAL = re.compile(r"\d+\s*/\s*\S+")  # a draft has a blank serial: "/KH-LĐLĐ" names no document
_REFERENCE = re.compile(r"\b\d+\s*/\s*[A-ZĐ][\wĐ-]*")


def campaign_of(session: Session, document: dict[str, Any]) -> Campaign | None:
    """The open campaign of the plan that this is a later edition of, or that this dispatch amends; the newest of
    several. Raises Refusal for a wrong shape."""
    read = Document.of(document)
    statement = (
        select(Campaign, Plan)
        .join(Plan, col(Plan.id) == Campaign.plan_id)
        .where(Campaign.state != CampaignState.CLOSED)
        .order_by(col(Campaign.id).desc())
    )
    known = list(session.exec(statement))
    amended = _amended_numbers(document)
    for same in (_by_number, _by_title):
        for campaign, plan in known:
            if same(read, plan, campaign) or (same is _by_number and _number(plan.number) in amended):
                return campaign
    return None


def _number(text: str) -> str:
    return "".join(text.split()).casefold() if _SERIAL.match(text) else ""


def _by_number(read: Document, plan: Plan, campaign: Campaign) -> bool:
    same_office = fold_words(read.issuing_org) == fold_words(plan.issuing_org)
    return (
        bool(_number(read.number))
        and _number(read.number) == _number(plan.number)
        and same_office
        and (_year(read) in (None, _year_of(plan), campaign.year))
    )


def _by_title(read: Document, plan: Plan, campaign: Campaign) -> bool:
    """A corrected edition often has another number, or none yet."""
    if read.issuing_org and plan.issuing_org and fold_words(read.issuing_org) != fold_words(plan.issuing_org):
        return False
    alike = words_alike(read.title, plan.title) >= SAME_TITLE
    return (
        alike and _numbers(read.title) == _numbers(plan.title) and _year(read) in (None, _year_of(plan), campaign.year)
    )


def _year(read: Document) -> int | None:
    return read.date_issued.year if read.date_issued else None


def _year_of(plan: Plan) -> int | None:
    return plan.date_issued.year if plan.date_issued else None


def _numbers(text: str) -> list[str]:
    """ "Tháng Công nhân năm 2026" and "… năm 2027" differ by one letter and mean two campaigns."""
    return re.findall(r"\d+", text)


def _amended_numbers(document: dict[str, Any]) -> set[str]:
    """Plans that a dispatch says it changes; a plan that only cites its superior's plan changes nothing there."""
    if not document.get("amendments"):
        return set()
    cited = [str(basis.get("number") or "") for basis in document.get("legal_bases") or [] if isinstance(basis, dict)]
    return {_number(number) for number in [*cited, *_REFERENCE.findall(str(document.get("title") or ""))]} - {""}
