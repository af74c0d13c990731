"""Duyệt tin, bài: a card in the admin chat with "Duyệt", "Đề nghị bổ sung", "Không đăng"; the answer returns by
itself.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from campaign import outbox
from campaign.message import Choice, FilePart, Message
from campaign.organisation import people, units
from campaign.organisation.people import Right
from campaign.text import clean
from campaign.work import reviews, submissions
from campaign.work.duties import what
from handlers.answering import tell_decision
from handlers.context import HOME, Actions, Context, House, Steps, Words, number, short
from storage.models import Assignment, Chat, Duty, Item, Person, Submission, Unit
from storage.models.messages import Priority
from storage.models.work import SubmissionState

CARD = "{code} · {unit}{person}\n{contents}{duty}"
CARD_TEXT = 700  # letters of the text shown on a card
MORE_PARTS = "Bổ sung cho {code} của {unit}: {contents}."
DECIDED = "{card}\n{decision} bởi {name} lúc {when}.{reason}"
ALREADY = "{code} đã được xử lý: {decision} bởi {name}."
ASK_REASON = {
    "returned": "Anh/chị cần đơn vị bổ sung gì cho {code}? Chọn một ý hoặc gõ một câu.",
    "declined": "Vì sao không đăng {code}? Chọn một ý hoặc gõ một câu.",
}
UNDER_THIS = "(Câu gõ tay: trả lời ngay dưới tin này.)"
REASONS = {
    "returned": ("Thiếu chú thích ảnh", "Ảnh mờ hoặc tối", "Thiếu ngày, địa điểm", "Ảnh chưa đúng việc được giao"),
    "declined": ("Trùng tin đã đăng", "Không thuộc nội dung đợt này", "Ảnh không rõ", "Tin đã cũ"),
}
QUEUE = "Còn {count} tin, bài chờ duyệt. Tin cũ nhất trước:"
QUEUE_EMPTY = "Không còn tin, bài nào chờ duyệt."
SETTLE_SECONDS = 6.0
STUCK_SECONDS = 300.0  # after so long a card goes out without the parts that could not be fetched


def card_choices(submission_id: int | None) -> tuple[Choice, ...]:
    return (
        Choice("Duyệt", f"approve:{submission_id}"),
        Choice("Đề nghị bổ sung", f"return:{submission_id}"),
        Choice("Không đăng", f"decline:{submission_id}"),
    )


# -- cards go out ------------------------------------------------------------------------------------------------------


def send_cards(session: Session, now: datetime, house: House) -> int:
    """Give editors what has come in and has settled; a part that came later gets a card of its own. Returns how
    many.
    """
    settle = house.soon(SETTLE_SECONDS) - now
    rows = session.exec(
        select(Submission).where(
            Submission.state == SubmissionState.SUBMITTED, col(Submission.touched_at) <= now - settle
        )
    ).all()
    return sum(_send_card(session, row, now, house) for row in rows)


def _send_card(session: Session, submission: Submission, now: datetime, house: House) -> int:
    items = submissions.items_of(session, submission)
    stuck = now - submission.touched_at > house.soon(STUCK_SECONDS) - now
    if submission.carded > len(items) or (not stuck and any(item.state == "pending" for item in items)):
        return 0
    new = items[max(0, submission.carded - 1) :]
    chats = admin_chats(session, submission.unit_id)
    for chat in chats:
        key = card_key(submission, chat) if not submission.carded else f"{card_key(submission, chat)}+{len(items)}"
        message = _card(session, submission, new, house, first=not submission.carded)
        outbox.say(session, key, chat, message, priority=Priority.INTERACTIVE)
    if chats:
        submission.carded = len(items) + 1
        session.add(submission)
    return len(chats)


def card_key(submission: Submission, chat: Chat) -> str:
    return f"card:{submission.id}:{chat.id}"


def admin_chats(session: Session, unit_id: int | None) -> list[Chat]:
    """Where the editors responsible for a unit decide: the nearest admin group above it, else their private chats."""
    if unit_id is None:
        return []
    groups = session.exec(select(Chat).where(Chat.purpose == "admin", col(Chat.active))).all()
    for ancestor in units.ancestors(session, unit_id):
        if nearest := [chat for chat in groups if chat.unit_id == ancestor]:
            return nearest
    return people.private_chats(session, {person.id for person in people.holders(session, Right.REVIEW, unit_id)})


def _card(session: Session, submission: Submission, items: list[Item], house: House, *, first: bool) -> Message:
    kept = [item for item in items if item.share_sha256]
    photos = tuple(item.share_sha256 for item in kept if item.kind == "photo" and item.share_sha256)
    files = tuple(
        FilePart(item.share_sha256, item.file_name or item.kind, item.kind)
        for item in kept
        if item.kind != "photo" and item.share_sha256
    )
    text = card_text(session, submission) if first else _more_text(session, submission, items)
    choices = card_choices(submission.id) if first else ()
    return Message(text=house.polite(text), choices=choices, photos=photos, files=files)


def card_text(session: Session, submission: Submission) -> str:
    unit = session.get_one(Unit, submission.unit_id)
    person = session.get(Person, submission.person_id) if submission.person_id else None
    duty = session.get(Duty, submission.duty_id) if submission.duty_id else None
    title = what(session.get_one(Assignment, duty.assignment_id)) if duty else ""
    head = CARD.format(
        code=submission.code,
        unit=unit.name,
        person=f" · {person.name}" if person else "",
        contents=submissions.contents(submissions.items_of(session, submission), submission.text),
        duty=f" · {short(title, 60)}" if title else "",
    )
    return f"{head}\n{short(submission.text, CARD_TEXT)}".strip()


def _more_text(session: Session, submission: Submission, items: list[Item]) -> str:
    unit = session.get_one(Unit, submission.unit_id)
    return MORE_PARTS.format(code=submission.code, unit=unit.name, contents=submissions.contents(items))


# -- editors answer ----------------------------------------------------------------------------------------------------


def approve(context: Context, argument: str) -> None:
    _decide(context, number(argument), "approved", "")


def ask_for_more(context: Context, argument: str) -> None:
    _ask_reason(context, number(argument), "returned")


def decline(context: Context, argument: str) -> None:
    _ask_reason(context, number(argument), "declined")


def _ask_reason(context: Context, submission_id: int, decision: str) -> None:
    submission = reviews.for_editor(context.session, context.person_id, submission_id)
    if submission.state != SubmissionState.SUBMITTED:
        return _say_already(context, submission)
    context.go("reason", submission=submission.id, decision=decision)
    choices = [
        Choice(reason, f"because:{submission.id}:{decision}:{place}") for place, reason in enumerate(REASONS[decision])
    ]
    asked = ASK_REASON[decision].format(code=submission.code)
    return context.say(f"{asked} {UNDER_THIS}" if context.event.group else asked, choices)


def because(context: Context, argument: str) -> None:
    """A reason chosen by button: "12:returned:0"."""
    submission_id, _, rest = argument.partition(":")
    decision, _, place = rest.partition(":")
    reasons = REASONS.get(decision, ())
    if number(place) < len(reasons):
        _decide(context, number(submission_id), decision, reasons[number(place)])


def typed_reason(context: Context) -> bool:
    """A reason in the editor's own words."""
    data = context.data
    if not context.event.text:
        return False
    _decide(context, int(data["submission"]), str(data["decision"]), clean(context.event.text)[:500])
    return True


def _decide(context: Context, submission_id: int, decision: str, reason: str) -> None:
    review = reviews.decide(
        context.session, context.person_id, submission_id, decision, context.now, context.house.hours, reason
    )
    submission = context.session.get_one(Submission, submission_id)
    if context.step == "reason":
        context.leave()
    if review is None:
        return _say_already(context, submission)
    _close_cards(context, submission, decision, reason)
    tell_decision(context, submission, decision, reason)
    context.toast(f"{submission.code}: {reviews.WORDS[decision]}.")
    return None


def _say_already(context: Context, submission: Submission) -> None:
    last = reviews.last_decision(context.session, submission)
    decision, name = (reviews.WORDS[last[0].decision], last[1]) if last else ("đã đăng", "biên tập viên")
    context.toast(ALREADY.format(code=submission.code, decision=decision, name=name))


def _close_cards(context: Context, submission: Submission, decision: str, reason: str) -> None:
    """Every copy of the card shows the decision and loses its buttons, so that nobody decides twice."""
    text = DECIDED.format(
        card=card_text(context.session, submission),
        decision=reviews.WORDS[decision],
        name=context.person.name if context.person else "biên tập viên",
        when=f"{context.house.hours.local(context.now):%Hh%M ngày %d/%m}",
        reason=f" Ý kiến: {reason}" if reason else "",
    )
    after = (Choice("Đã đăng, ghi đường dẫn", f"publish:{submission.id}"),) if decision == "approved" else ()
    for chat in admin_chats(context.session, submission.unit_id):
        card = card_key(submission, chat)
        context.tell(chat, f"{card}:{decision}:{context.turn}", text, after, edits=card)


def renew_card(context: Context, submission: Submission) -> None:
    """The sender corrected the words: what the editor decides on must be what will be kept."""
    text = card_text(context.session, submission)
    for chat in admin_chats(context.session, submission.unit_id):
        card = card_key(submission, chat)
        context.tell(chat, f"{card}:edited:{context.turn}", text, card_choices(submission.id), edits=card)


def queue(context: Context, _: str = "") -> None:
    """What waits for this editor."""
    rows = context.session.exec(
        select(Submission).where(Submission.state == SubmissionState.SUBMITTED).order_by(col(Submission.id))
    ).all()
    mine = [row for row in rows if context.may(Right.REVIEW, row.unit_id)]
    if not mine:
        return context.say(QUEUE_EMPTY, (HOME,))
    choices = [
        Choice(f"{row.code} {short(context.session.get_one(Unit, row.unit_id).name, 28)}", f"review:{row.id}")
        for row in mine[:6]
    ]
    context.say(QUEUE.format(count=len(mine)), (*choices, HOME))


def show(context: Context, argument: str) -> None:
    """One submission again, with its photos."""
    submission = reviews.for_editor(context.session, context.person_id, number(argument))
    message = _card(
        context.session, submission, submissions.items_of(context.session, submission), context.house, first=True
    )
    if submission.state != SubmissionState.SUBMITTED:
        message = Message(text=message.text, photos=message.photos, files=message.files)
    context.say(message.text, message.choices, photos=message.photos, files=message.files)


ACTIONS: Actions = {
    "approve": approve, "return": ask_for_more, "decline": decline, "because": because,
    "reviews": queue, "review": show,
}  # fmt: skip
WORDS: Words = {
    "duyet": "reviews",
    "duyet tin": "reviews",
    "duyet bai": "reviews",
    "duyet tin bai": "reviews",
    "cho duyet": "reviews",
}
STEPS: Steps = {"reason": typed_reason}
