"""Duyệt: an editor decides, once, and the decision goes back to whoever sent."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from campaign import audit
from campaign.hours import Hours
from campaign.organisation import people
from campaign.problems import Refusal
from campaign.work import duties
from storage.models import Duty, Person, Publication, Review, Submission
from storage.models.work import SubmissionState

DECISIONS = {
    "approved": SubmissionState.APPROVED,
    "returned": SubmissionState.RETURNED,
    "declined": SubmissionState.DECLINED,
}
WORDS = {"approved": "Đã duyệt", "returned": "Đề nghị bổ sung", "declined": "Không đăng", "published": "Đã đăng"}


def for_editor(session: Session, person_id: int | None, submission_id: int) -> Submission:
    """The one gate to a submission for deciding on it. Raises Refusal without the right over its unit."""
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None or submission.code is None:
        raise Refusal("review.missing", "Tin này không còn trong hệ thống.")
    if not people.may(session, person_id, people.Right.REVIEW, submission.unit_id):
        raise Refusal("review.no_right", "Chỉ biên tập viên được duyệt tin này.")
    return submission


def last_decision(session: Session, submission: Submission) -> tuple[Review, str] | None:
    """The newest decision and the name of who took it."""
    review = session.exec(
        select(Review).where(Review.submission_id == submission.id).order_by(col(Review.id).desc())
    ).first()
    if review is None:
        return None
    person = session.get(Person, review.person_id) if review.person_id else None
    return review, person.name if person else "quản trị"


def decide(
    session: Session,
    person_id: int | None,
    submission_id: int,
    decision: str,
    now: datetime,
    hours: Hours,
    reason: str = "",
) -> Review | None:
    """Record a decision; None when the submission was already decided (a double tap, or a colleague was faster)."""
    submission = for_editor(session, person_id, submission_id)
    if submission.state != SubmissionState.SUBMITTED:
        return None
    assert submission.id is not None
    review = Review(submission_id=submission.id, person_id=person_id, decision=decision, reason=reason, at=now)
    submission.state = DECISIONS[decision]
    session.add_all([review, submission])
    _tell_duty(session, submission, decision, now, hours)
    audit.note(session, now, f"submission.{decision}", f"submission:{submission.code}", person_id=person_id)
    session.flush()
    return review


def _tell_duty(session: Session, submission: Submission, decision: str, now: datetime, hours: Hours) -> None:
    duty = session.get(Duty, submission.duty_id) if submission.duty_id else None
    if duty is None:
        return
    if decision == "approved":
        duties.mark(session, duty, "approved", now, hours)
    elif not _another_stands(session, submission):
        duties.reopen(session, duty, now, hours)


def _another_stands(session: Session, submission: Submission) -> bool:
    """Whether the unit has another submission for the same duty that is not refused."""
    standing = (SubmissionState.SUBMITTED, SubmissionState.APPROVED, SubmissionState.PUBLISHED)
    statement = select(Submission.id).where(
        Submission.duty_id == submission.duty_id, Submission.id != submission.id, col(Submission.state).in_(standing)
    )
    return session.exec(statement).first() is not None


def publish(
    session: Session, person_id: int | None, submission_id: int, outlet: str, url: str, now: datetime, hours: Hours
) -> Submission:
    """Record where an approved submission appeared. Raises Refusal when it was not approved by a person first."""
    submission = for_editor(session, person_id, submission_id)
    if submission.state not in (SubmissionState.APPROVED, SubmissionState.PUBLISHED):
        raise Refusal("publish.not_approved", "Tin chưa được duyệt nên chưa đăng được. Anh/chị duyệt trước.")
    assert submission.id is not None
    session.add(Publication(submission_id=submission.id, outlet=outlet, url=url, at=now, person_id=person_id))
    submission.state = SubmissionState.PUBLISHED
    session.add(submission)
    if submission.duty_id is not None:
        duties.mark(session, session.get_one(Duty, submission.duty_id), "published", now, hours)
    audit.note(session, now, "submission.published", f"submission:{submission.code}", person_id=person_id, url=url)
    return submission
