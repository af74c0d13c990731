"""Gửi ảnh, tin bài: anything, in any order, at any time becomes one draft; asked is only what is missing."""

from __future__ import annotations

from dataclasses import asdict

from campaign import outbox
from campaign.message import Choice, Message
from campaign.organisation.people import Right
from campaign.problems import Refusal
from campaign.text import fold_words
from campaign.work import duties, submissions
from campaign.work.duties import what
from handlers import hidden, home
from handlers.context import HOME, Actions, Context, Steps, Words, number, short
from handlers.tasks import duty_here
from storage.models import Assignment, Duty, Item, Submission, Unit
from storage.models.work import SubmissionState

INVITE = "Anh/chị gửi ảnh, tệp hoặc gõ nội dung ngay tại đây. Gửi nhiều ảnh một lúc cũng được."
INVITE_FOR = "Anh/chị gửi ảnh hoặc gõ nội dung cho việc “{title}” ngay tại đây."
IN_GROUP = "Anh/chị trả lời tin này bằng ảnh, hoặc gửi ảnh vào nhóm kèm chữ #nop."
NO_UNIT = "Anh/chị chưa phụ trách gửi tin cho đơn vị nào. Anh/chị xin mã mời của đơn vị rồi nhập tại đây."
WHICH_UNIT = "Đã có {contents}. Anh/chị gửi cho đơn vị nào?"
WHICH_DUTY = "Đã có {contents} của {unit}. Phần này thuộc việc nào?"
READY = "Đã có {contents} của {unit}{duty}.{hint} Bấm Gửi khi đủ."
HINT = " Anh/chị nhắn thêm chú thích: ai, làm gì, ở đâu."
FOR_DUTY = " cho việc “{title}”"
OTHER = Choice("Tin, ảnh khác", "pick:0")
SEND = Choice("Gửi", "handin")
CHANGE = Choice("Chọn việc khác", "which")
DISCARD = Choice("Bỏ bản này", "discard")
RECEIPT = "Đã nhận {contents} của {unit}. Mã: {code}.{duty}\nBan biên tập sẽ xem và trả lời tại đây. Cảm ơn anh/chị!"
LATE_PART = "Đã nhận thêm {count} phần vào {code}."
DISCARDED = "Đã bỏ bản chưa gửi. Anh/chị có thể gửi lại bất cứ lúc nào."
NOTHING_OPEN = "Anh/chị chưa có bản nào đang soạn. Anh/chị gửi ảnh hoặc gõ nội dung để bắt đầu."
TOO_BIG = "Tệp “{name}” nặng {size} MB, quá mức {limit} MB của kênh này nên chưa lưu được. Anh/chị gửi bản nhẹ hơn."
POST_ENDED = "Anh/chị không còn phụ trách đơn vị này. Anh/chị chọn đơn vị khác, hoặc bàn giao bản này cho người mới."
THANKS = frozenset({"cam on", "cam on a", "cam on nhe", "ok", "oke", "da", "vang", "vang a", "da vang", "da ro", "tot"})
YOU_ARE_WELCOME = "Cảm ơn anh/chị!"
SHORTEST_NEWS = 12  # letters; a shorter text without photos is talk, not news


# -- parts arrive ------------------------------------------------------------------------------------------------------


def media(context: Context) -> bool:
    """Photos, files, voice, video in a private chat."""
    if _late_part(context):
        return True
    if not context.units() and _draft(context) is None:
        context.say(NO_UNIT, (HOME,))
        return True
    draft = _draft(context) or start_draft(context)
    if context.step != "draft":
        context.leave()
    if take_parts(context, draft) == len(submissions.items_of(context.session, draft)):
        _mark_received(context)
    if context.event.text:
        submissions.add_text(context.session, draft, context.event.text, context.now)
    if submissions.is_empty(context.session, draft):
        submissions.discard(context.session, draft, context.now)  # all of it was too large, and was answered
    else:
        ask(context, draft)
    return True


def _mark_received(context: Context) -> None:
    """A silent mark on the first photo of a sending. One for each would take the account's budget from answers."""
    if context.house.can_react(context.event.channel) and context.event.message_id:
        message = Message(reacts=context.event.message_id)
        outbox.say(context.session, f"mark:{context.turn}", context.address, message)


def words(context: Context) -> bool:
    """Text that is no menu word: a caption of the draft, or the beginning of one."""
    draft = _draft(context)
    said = fold_words(context.event.text)
    if said in THANKS:
        context.say(YOU_ARE_WELCOME, (SEND, HOME) if draft else (HOME,))
        return True
    if draft is None:
        letters = sum(letter.isalpha() for letter in said)
        if letters < SHORTEST_NEWS or not context.units():
            home.not_understood(context)
            return True
        draft = start_draft(context)
    submissions.add_text(context.session, draft, context.event.text, context.now)
    ask(context, draft)
    return True


def _late_part(context: Context) -> bool:
    """A part of an album that was handed in before this part arrived joins it."""
    event = context.event
    if not event.album:
        return False
    owner = submissions.of_album(context.session, event.channel, context.place, event.sender, event.album)
    if owner is None or owner.state != SubmissionState.SUBMITTED:
        return False
    if added := take_parts(context, owner):
        context.say_soon(f"late:{owner.id}", LATE_PART.format(count=added, code=owner.code))
    return True


def take_parts(context: Context, submission: Submission) -> int:
    """One row for each photo or file of the event; parts that the platform will not let us fetch are refused in words.

    Returns how many were new.
    """
    event, added = context.event, 0
    if not submission.code and not submissions.items_of(context.session, submission):
        submission.reply_to = event.message_id  # the decision goes under the first photo, not under the question
    limit = context.house.download_limit(event.channel)
    for part, media_ref in enumerate(event.media):
        item = Item(
            submission_id=0,
            channel=event.channel,
            chat=context.place,
            message_id=event.message_id,
            part=part,
            kind=media_ref.kind,
            album=event.album,
            caption=event.text[:1000],
            file_name=media_ref.file_name[:200],
            mime=media_ref.mime[:100],
            size=media_ref.size,
            ref=asdict(media_ref)["ref"],
        )
        if media_ref.size is not None and media_ref.size > limit:
            item.state, item.reason = "refused", "too big"
            _say_too_big(context, item, limit)
        added += submissions.add_item(context.session, submission, item, context.now)
    return added


def _say_too_big(context: Context, item: Item, limit: int) -> None:
    assert item.size is not None
    name = item.file_name or submissions.KIND_WORDS[item.kind]
    context.say(TOO_BIG.format(name=short(name), size=-(-item.size // 2**20), limit=limit // 2**20), under=True)


def _draft(context: Context) -> Submission | None:
    return submissions.draft_of(context.session, context.event.channel, context.place, context.event.sender)


def start_draft(context: Context, duty: Duty | None = None) -> Submission:
    """A new draft; with a single unit there is nothing to ask about the unit, with a single owed duty nothing about
    it.
    """
    units = context.units()
    if duty is None and len(units) == 1:
        owed = duties.owed_by(context.session, [units[0].id])
        duty = owed[0][0] if len(owed) == 1 and owed[0][1].kind in ("photo", "report", "news") else None
    draft = Submission(
        channel=context.event.channel,
        chat=context.place,
        sender=context.event.sender,
        to=context.event.chat,
        reply_to=context.event.message_id,
        person_id=context.person_id,
        unit_id=duty.unit_id if duty else units[0].id if len(units) == 1 else None,
        duty_id=duty.id if duty else None,
        created_at=context.now,
        touched_at=context.now,
    )
    context.session.add(draft)
    context.session.flush()
    return draft


# -- asking what is missing --------------------------------------------------------------------------------------------


def ask(context: Context, draft: Submission) -> None:
    """One question at a time: which unit, which duty, then the sum-up with "Gửi"."""
    context.session.flush()
    items = submissions.items_of(context.session, draft)
    gathered = submissions.contents(items, draft.text)
    topic = submissions.draft_topic(draft)
    if draft.unit_id is None:
        choices = [Choice(short(unit.name), f"forunit:{unit.id}") for unit in context.units()[:7]]
        return context.say_soon(topic, WHICH_UNIT.format(contents=gathered), (*choices, DISCARD))
    unit = context.session.get_one(Unit, draft.unit_id)
    owed = duties.owed_by(context.session, [draft.unit_id])
    if draft.duty_id is None and owed and not context.data.get("other"):
        choices = [Choice(short(what(assignment)), f"pick:{duty.id}") for duty, assignment in owed[:5]]
        return context.say_soon(topic, WHICH_DUTY.format(contents=gathered, unit=unit.name), (*choices, OTHER, DISCARD))
    hint = "" if draft.text else HINT
    text = READY.format(contents=gathered, unit=unit.name, duty=_for_duty(context, draft), hint=hint)
    change = (CHANGE,) if owed else ()
    context.say_soon(topic, text, (SEND, *change, DISCARD))
    return None


def _for_duty(context: Context, draft: Submission) -> str:
    duty = context.session.get(Duty, draft.duty_id) if draft.duty_id else None
    if duty is None:
        return ""
    return FOR_DUTY.format(title=short(what(context.session.get_one(Assignment, duty.assignment_id)), 60))


def _open_draft(context: Context) -> Submission:
    draft = _draft(context)
    if draft is None:
        raise Refusal("draft.none", NOTHING_OPEN)
    return draft


# -- answers -----------------------------------------------------------------------------------------------------------


def begin(context: Context, _: str = "") -> None:
    if not context.units():
        raise Refusal("draft.no_unit", NO_UNIT)
    if (draft := _draft(context)) is not None:
        return ask(context, draft)
    context.leave()
    context.say(INVITE, (HOME,))


def give(context: Context, argument: str) -> None:
    """ "Nộp ảnh/tin" under an assignment."""
    duty, assignment = duty_here(context, argument)
    if context.event.group:
        return hidden.how_to_give(context) if hidden.is_narrow(context) else context.toast(IN_GROUP)
    draft = _draft(context) or start_draft(context, duty)
    submissions.choose_duty(context.session, draft, duty.id)
    context.leave()
    if submissions.items_of(context.session, draft) or draft.text:
        return ask(context, draft)
    context.say(INVITE_FOR.format(title=short(what(assignment), 80)), (DISCARD, HOME))


def pick_duty(context: Context, argument: str) -> None:
    draft = _open_draft(context)
    submissions.choose_duty(context.session, draft, number(argument) or None)
    context.go("draft", other=not number(argument))
    ask(context, draft)


def pick_unit(context: Context, argument: str) -> None:
    draft = _open_draft(context)
    if number(argument) not in {unit.id for unit in context.units()}:
        raise Refusal("draft.not_your_unit", NO_UNIT)
    draft.unit_id, draft.duty_id = number(argument), None
    context.session.add(draft)
    ask(context, draft)


def change_duty(context: Context, _: str = "") -> None:
    draft = _open_draft(context)
    submissions.choose_duty(context.session, draft, None)
    context.leave()
    ask(context, draft)


def hand_in(context: Context, _: str = "") -> None:
    draft = _open_draft(context)
    _check_still_reports(context, draft.unit_id)
    submissions.hand_in(context.session, draft, context.now, context.house.hours)
    context.leave()
    context.say(receipt(context, draft), (Choice("Việc của tôi", "duties"), HOME))


def _check_still_reports(context: Context, unit_id: int | None) -> None:
    """A draft may have slept for weeks; the post may have ended meanwhile."""
    if unit_id is not None and not context.may(Right.REPORT, unit_id):
        raise Refusal("draft.post_ended", POST_ENDED)


def receipt(context: Context, submission: Submission) -> str:
    unit = context.session.get_one(Unit, submission.unit_id)
    items = submissions.items_of(context.session, submission)
    duty = _for_duty(context, submission)
    return RECEIPT.format(
        contents=submissions.contents(items, submission.text),
        unit=unit.name,
        code=submission.code,
        duty=f" Việc:{duty.removeprefix(' cho việc')}." if duty else "",
    )


def discard(context: Context, _: str = "") -> None:
    submissions.discard(context.session, _open_draft(context), context.now)
    context.leave()
    context.say(DISCARDED, (HOME,))


def add_more(context: Context, argument: str) -> None:
    """ "Gửi bổ sung" under a decision: a new draft for the same duty, of a submission that is the sender's own."""
    earlier = context.session.get(Submission, number(argument))
    if earlier is None or earlier.sender != context.event.sender or earlier.channel != context.event.channel:
        raise Refusal("draft.not_yours", NOTHING_OPEN)
    _check_still_reports(context, earlier.unit_id)
    duty = context.session.get(Duty, earlier.duty_id) if earlier.duty_id else None
    draft = _draft(context)
    if draft is not None and draft.unit_id not in (None, earlier.unit_id):
        return ask(context, draft)  # what is being written for another unit comes first
    draft = draft or start_draft(context, duty)
    draft.unit_id, draft.duty_id = earlier.unit_id, earlier.duty_id
    context.session.add(draft)
    context.go("draft", other=duty is None)
    context.say(INVITE, (DISCARD, HOME))


ACTIONS: Actions = {
    "send": begin, "give": give, "pick": pick_duty, "forunit": pick_unit, "which": change_duty, "handin": hand_in,
    "discard": discard, "addmore": add_more,
}  # fmt: skip
WORDS: Words = {
    "gui anh": "send", "gui tin": "send", "gui bai": "send", "gui tin bai": "send", "gui anh tin bai": "send",
    "nop": "send", "nop anh": "send", "nop bai": "send", "bao cao": "send", "gui bao cao": "send",
    "nop bao cao": "send",
    "gui": "handin", "gui di": "handin", "xong": "handin", "bo ban nay": "discard", "chon viec khac": "which",
}  # fmt: skip
STEPS: Steps = {}
