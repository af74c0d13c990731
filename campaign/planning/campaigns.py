"""What a person does with a campaign: see it dated, change it, start it. Every change is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from campaign import audit
from campaign.calendar import full, moment_in_full
from campaign.hours import Hours
from campaign.organisation import audience as audiences
from campaign.planning import schedule
from campaign.planning.assignments import PROPOSED, unaddressed
from campaign.problems import Refusal
from campaign.text import clean, fold_words
from storage.insert import execute_counted
from storage.models import Assignment, Campaign, Push, Slogan, Theme
from storage.models.campaigns import CampaignState, PushKind, PushState


def find(session: Session, text: str) -> Campaign:
    """By number or by words of its name, with or without marks. Raises Refusal when none or several fit."""
    if text.strip().isdecimal() and (campaign := session.get(Campaign, int(text))) is not None:
        return campaign
    wanted = fold_words(text)
    every = session.exec(select(Campaign).order_by(col(Campaign.id))).all()
    found = [campaign for campaign in every if wanted and wanted in fold_words(campaign.name)]
    exact = [campaign for campaign in found if wanted == fold_words(campaign.name)]
    found = exact if len(exact) == 1 else found
    if not found:
        raise Refusal("campaign.unknown", f"Không thấy đợt nào tên “{text.strip()[:60]}”. Hãy xem danh sách các đợt.")
    if len(found) > 1:
        names = "; ".join(f"{campaign.id}: {campaign.name[:60]} ({campaign.year})" for campaign in found[:4])
        raise Refusal("campaign.several", f"Có {len(found)} đợt tên như vậy: {names}. Hãy chọn bằng số ở đầu.")
    return found[0]


def activate(session: Session, campaign: Campaign, *, person_id: int | None, now: datetime, hours: Hours) -> list[str]:
    """From now on its pushes leave at their moments. Returns what the person should know, e.g. what is already past.

    Raises Refusal when it was activated or closed before, also by somebody else a moment ago, and when it is over.
    """
    _check_can_start(campaign, now, hours)
    started = update(Campaign).where(col(Campaign.id) == campaign.id, col(Campaign.state) == CampaignState.DRAFT)
    if not execute_counted(session, started.values(state=CampaignState.ACTIVE, activated_at=now)):
        raise Refusal("campaign.active", "Đợt này vừa được người khác kích hoạt. Không cần làm gì thêm.")
    session.refresh(campaign)
    told = [*_settle_past(session, campaign, now, hours), *_still_open(session, campaign)]
    audit.note(session, now, "campaign.activate", f"campaign:{campaign.id}", person_id=person_id, told=told)
    return told


def _check_can_start(campaign: Campaign, now: datetime, hours: Hours) -> None:
    if campaign.state == CampaignState.ACTIVE:
        raise Refusal("campaign.active", f"Đợt “{campaign.name}” đang chạy rồi. Không cần kích hoạt lại.")
    if campaign.state == CampaignState.CLOSED:
        raise Refusal("campaign.closed", f"Đợt “{campaign.name}” đã khép lại. Hãy sao chép sang năm mới để dùng tiếp.")
    if campaign.end < hours.day(now):
        raise Refusal("campaign.over", f"Đợt này đã kết thúc {full(campaign.end)}. Hãy sao chép sang năm mới.")


def _settle_past(session: Session, campaign: Campaign, now: datetime, hours: Hours) -> list[str]:
    """Days went by between import and activation: work is asked for as soon as possible, the rest has lost its day."""
    past = [push for push in schedule.pushes_of(session, campaign, PushState.PLANNED) if push.due_at <= now]
    for push in past:
        if push.kind == PushKind.ASSIGNMENT:
            session.delete(push)  # planned anew below, under the same key and spread over the coming mornings
        else:
            push.state = PushState.DROPPED
            session.add(push)
    session.flush()
    planned = {push.key for push in schedule.plan_pushes(session, campaign, now=now, hours=hours)}
    moved = sum(push.key in planned for push in past)
    told = [f"{len(past) - moved} thông báo đã qua ngày nên được bỏ khỏi danh sách."] if len(past) > moved else []
    return [*told, f"{moved} việc đáng lẽ đã gửi sẽ được gửi vào các sáng làm việc tới."] if moved else told


def _still_open(session: Session, campaign: Campaign) -> list[str]:
    told, nobody = [], sum(not row.audience for row in schedule.assignments_of(session, campaign))
    if not schedule.pushes_of(session, campaign, PushState.PLANNED):
        told.append("Đợt này không còn thông báo nào sẽ gửi. Hãy xem lại danh sách ngày.")
    if nobody:
        told.append(f"{nobody} việc chưa rõ đơn vị nhận nên chưa gửi. Hãy chọn đơn vị nhận.")
    if campaign.warnings:
        told.append(f"Còn {len(campaign.warnings)} điều cần xem lại. Hãy xem trong danh sách của đợt.")
    return told


def drop_push(session: Session, push: Push, *, person_id: int | None, now: datetime) -> None:
    """Take a push out before it leaves. Raises Refusal when it has left."""
    _check_planned(push)
    push.state = PushState.DROPPED
    session.add(push)
    audit.note(session, now, "push.drop", f"push:{push.id}", person_id=person_id)


def move_push(
    session: Session,
    push: Push,
    to: datetime,
    hours: Hours,
    *,
    person_id: int | None,
    now: datetime,
    urgent: bool = False,
) -> None:
    """Let a push leave at another moment. Raises Refusal when it has left, for a past moment, and in quiet hours unless
    a person decides that it is urgent."""
    _check_planned(push)
    if to <= now:
        raise Refusal("push.past", "Thời điểm này đã qua. Hãy chọn một giờ sắp tới.")
    if hours.is_quiet(to) and not urgent:
        opens = moment_in_full(hours.next_open(to), hours)
        raise Refusal("push.quiet", f"Giờ này không gửi để khỏi làm phiền. Hãy chọn từ {opens} hoặc báo là gửi gấp.")
    audit.note(
        session, now, "push.move", f"push:{push.id}", person_id=person_id, before=_stamp(push.due_at), after=_stamp(to)
    )
    push.due_at, push.urgent = to, urgent
    session.add(push)


def _check_planned(push: Push) -> None:
    if push.state == PushState.DROPPED:
        raise Refusal("push.dropped", "Thông báo này đã được bỏ từ trước. Không cần làm gì thêm.")
    if push.state != PushState.PLANNED:
        raise Refusal("push.left", "Thông báo này đã gửi nên không sửa được nữa. Hãy gửi tin đính chính nếu cần.")


def set_audience(
    session: Session, assignment: Assignment, audience: str, *, person_id: int | None, now: datetime, hours: Hours
) -> None:
    """A person says who must do it; its push is planned, or goes to them instead.

    Raises Refusal for an audience that cannot be understood or found, and when the old one has been asked already.
    """
    chosen = str(audiences.resolve(session, audience, hours.day(now)))
    campaign = session.get_one(Campaign, assignment.campaign_id)
    if any(push.state == PushState.RELEASED for push in _asking(session, assignment)):
        raise Refusal(
            "assignment.asked", "Việc này đã gửi tới đơn vị. Hãy bỏ việc này rồi gửi tin mới cho đúng đơn vị."
        )
    asked = unaddressed(schedule.assignments_of(session, campaign))
    before, assignment.audience = assignment.audience, chosen
    session.add(assignment)
    session.flush()
    _settle_addressees(session, campaign, asked)
    schedule.plan_pushes(session, campaign, now=now, hours=hours)
    audit.note(
        session,
        now,
        "assignment.audience",
        f"assignment:{assignment.id}",
        person_id=person_id,
        before=before,
        after=chosen,
    )


def _settle_addressees(session: Session, campaign: Campaign, before: Sequence[str]) -> None:
    """Of the warnings about work for nobody, those that still hold are said with today's count."""
    _settle(session, campaign, lambda warning: warning in before)
    found = tuple(
        PROPOSED.format(row.audience_text) for row in schedule.assignments_of(session, campaign) if row.audience
    )
    _settle(session, campaign, lambda warning: warning.startswith(found))
    campaign.warnings = [*campaign.warnings, *unaddressed(schedule.assignments_of(session, campaign))]


def drop_assignment(
    session: Session, assignment: Assignment, *, person_id: int | None, now: datetime, hours: Hours
) -> None:
    """Nobody has to do it any more: it is neither asked for nor reminded of."""
    if assignment.dropped:
        raise Refusal("assignment.dropped", "Việc này đã được bỏ từ trước. Không cần làm gì thêm.")
    campaign = session.get_one(Campaign, assignment.campaign_id)
    asked = unaddressed(schedule.assignments_of(session, campaign))
    assignment.dropped = True
    session.add(assignment)
    for push in _asking(session, assignment):
        if push.state == PushState.PLANNED:
            push.state = PushState.DROPPED
            session.add(push)
    session.flush()
    _settle(session, campaign, lambda warning: f"“{assignment.title}”" in warning)
    _settle_addressees(session, campaign, asked)
    schedule.plan_pushes(session, campaign, now=now, hours=hours)
    audit.note(session, now, "assignment.drop", f"assignment:{assignment.id}", person_id=person_id)


def set_slogan(
    session: Session, slogan: Slogan, text: str, *, person_id: int | None, now: datetime, hours: Hours
) -> None:
    """Another wording, e.g. with the theme of the new year; a slogan that was put aside is used again."""
    before, slogan.text, slogan.withdrawn = slogan.text, _worded(text), False
    session.add(slogan)
    session.flush()
    campaign = session.get_one(Campaign, slogan.campaign_id)
    _settle(session, campaign, lambda warning: warning.startswith(f"Khẩu hiệu {slogan.position} "))
    schedule.plan_pushes(session, campaign, now=now, hours=hours)
    audit.note(
        session, now, "slogan.text", f"slogan:{slogan.id}", person_id=person_id, before=before, after=slogan.text
    )


def set_theme(session: Session, theme: Theme, text: str, *, person_id: int | None, now: datetime, hours: Hours) -> None:
    """The theme or message of the year, typed by a person."""
    before, theme.text = theme.text, _worded(text)
    session.add(theme)
    session.flush()
    campaign, of_old = session.get_one(Campaign, theme.campaign_id), f"năm trước là “{theme.source.get('before')}”"
    _settle(session, campaign, lambda warning: of_old in warning)
    schedule.plan_pushes(session, campaign, now=now, hours=hours)
    audit.note(session, now, "theme.text", f"theme:{theme.id}", person_id=person_id, before=before, after=theme.text)


def _worded(text: str) -> str:
    if not (words := clean(text)):
        raise Refusal("text.empty", "Nội dung đang để trống. Hãy nhập nội dung mới.")
    return words


def _settle(session: Session, campaign: Campaign, is_settled: Callable[[str], bool]) -> None:
    """A person has dealt with what a warning asked for: it need not be looked at again."""
    campaign.warnings = [warning for warning in campaign.warnings if not is_settled(warning)]
    session.add(campaign)


def _asking(session: Session, assignment: Assignment) -> Iterable[Push]:
    statement = select(Push).where(Push.assignment_id == assignment.id, Push.kind == PushKind.ASSIGNMENT)
    return session.exec(statement).all()


def _stamp(moment: datetime) -> str:
    return moment.isoformat()
