"""A later edition of a plan, or a dispatch that amends it: what it changes in its campaign, and applying that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from campaign.message import Choice
from campaign.planning import readings
from campaign.planning.readings import Known
from campaign.planning.revising import Change
from campaign.planning.revising.changes import Sent
from campaign.problems import Refusal
from handlers.context import BACK, HOME, Actions, Context, Steps, Words, short
from handlers.paging import LINE_LETTERS, from_plan, numbers, page
from handlers.planning import apply_choice, known_to, waiting
from storage.models import PlanReading

CHANGE_LINES = "{total} thay đổi, đây là số {first}–{last}:"
ASKED = "• Cần hỏi lại: {}"
OTHER_CHANGES = "Đợt vừa được sửa. Anh/chị xem lại các thay đổi rồi áp dụng."
APPLIED = "Đã áp dụng vào đợt “{campaign}”: {summary}."
CORRECT = "{total} nội dung đã gửi trước đó, cần gửi tin đính chính. Mời anh/chị dùng lời này:"
AFTER_APPLYING = "Anh/chị muốn làm gì tiếp?"
CHANGES_A_PAGE, CORRECTIONS, TOLD, OFFERED = 3, 5, 3, 4


def changes(context: Context, argument: str) -> None:
    """Each difference to the campaign, with the sentence that says so, then what no rule can decide."""
    reading = waiting(context, argument)
    known = _changed(context, reading)
    rows = [*(_change_row(change) for change in known.revision.changes), *map(ASKED.format, known.revision.questions)]
    found = page(rows, f"planchg:{reading.id}", numbers(argument)[1], CHANGES_A_PAGE)
    head = CHANGE_LINES.format(total=found.total, first=found.first, last=found.first + len(found.rows) - 1)
    back = replace(BACK, action=f"plansum:{reading.id}")
    context.say("\n".join([head, *found.rows]), (*found.turns, apply_choice(reading, known), back, HOME))


def _changed(context: Context, reading: PlanReading) -> Known:
    known = known_to(context, reading)
    if known is None or known.revision.is_empty:
        raise Refusal("reading.same", "Không còn thay đổi nào để áp dụng. Anh/chị mở mục Các đợt để xem tiếp.")
    return known


def _change_row(change: Change) -> str:
    source = from_plan({"text": change.source}, change.after, LINE_LETTERS)
    return f"• {short(change.sentence, 2 * LINE_LETTERS)}\n  {source}"


def apply(context: Context, argument: str) -> None:
    """ "12:6f1c…": the changes that were shown, by their mark. What has left is listed, with words to correct it."""
    reading = waiting(context, argument)
    known = _changed(context, reading)
    if known.revision.mark != argument.partition(":")[2]:
        context.toast(OTHER_CHANGES)
        return changes(context, str(reading.id))
    applied = readings.apply(context.session, reading, known, context.now, context.house.hours)
    text = APPLIED.format(campaign=short(known.campaign.name, 80), summary=known.revision.summary)
    context.say("\n".join([text, *(f"• {short(line, 200)}" for line in applied.told[:TOLD])]))
    if applied.sent_already:
        rows = [f"• {short(sent.correction, 200)}" for sent in applied.sent_already[:CORRECTIONS]]
        context.say("\n".join([CORRECT.format(total=len(applied.sent_already)), *rows]))
    steps = _to_put_right(applied.sent_already)
    context.say(AFTER_APPLYING, (Choice("Xem đợt đó", f"camp:{known.campaign.id}"), *steps, HOME))
    return None


def _to_put_right(sent: Sequence[Sent]) -> list[Choice]:
    """The announcements that say what holds no more, each with the road to put it right; or a new one for all."""
    found = sorted({push_id for item in sent for push_id in item.push_ids})
    choices = [Choice(f"Đính chính thông báo {push_id}", f"fix:{push_id}") for push_id in found[:OFFERED]]
    return [*choices, Choice("Gửi thông báo", "push")] if sent else []


ACTIONS: Actions = {"planchg": changes, "planapply": apply}
WORDS: Words = {}
STEPS: Steps = {}
