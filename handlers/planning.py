"""Nhập kế hoạch: a file or pasted text becomes a summary, and the summary a draft. Nothing leaves from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from bot.channels.contract import MediaRef
from campaign import outbox
from campaign.calendar import numeric
from campaign.message import Choice
from campaign.organisation import chats, people
from campaign.organisation.people import Right, open_posts
from campaign.planning import readings
from campaign.planning.document import Document, source_of
from campaign.planning.readings import NO_RIGHT, Known
from campaign.problems import Refusal
from campaign.text import fold_words
from campaign.work import submissions
from handlers import home, sending
from handlers.context import BACK, HOME, Actions, Context, Steps, Words, number, short
from handlers.paging import LINE_LETTERS, from_plan, numbers, page
from storage.models import PlanReading, Unit
from storage.models.campaigns import ReadingState

Answer = tuple[str, tuple[Choice, ...]]  # for whoever speaks outside a conversation: text and choices

ASK = (
    "Anh/chị gửi tệp kế hoạch (Word, PDF, Excel) hoặc dán nội dung vào đây. "
    "Dán nhiều tin cũng được, dán hết thì bấm Xong."
)
READING = "Đã nhận tệp “{name}”, đang đọc. Hệ thống sẽ gửi bản tóm tắt ngay tại đây."
READING_TEXT = "Đã nhận nội dung kế hoạch, đang đọc. Hệ thống sẽ gửi bản tóm tắt ngay tại đây."
OFFER = "Đã nhận tệp “{name}”. Anh/chị có muốn đọc tệp này thành kế hoạch không?"
OFFER_BOTH = "Đã nhận tệp “{name}”. Đây là kế hoạch cần nhập, hay tài liệu anh/chị nộp cho đơn vị?"
PASTED = "Đã nhận {count} chữ của kế hoạch. Anh/chị dán tiếp phần còn lại, hoặc bấm Xong để hệ thống đọc."
NOT_A_FILE = "Hệ thống chưa đọc được chữ trong ảnh, video. Anh/chị gửi tệp Word (.docx) hoặc dán nội dung vào đây."
TAKEN = "Tệp này đã được xử lý. Anh/chị gửi lại tệp nếu cần."
DROPPED = "Đã bỏ, chưa lập đợt nào. Anh/chị có thể gửi lại kế hoạch bất cứ lúc nào."
TOLD = "Đã đọc “{name}”: {summary}. Chưa gửi gì tới đơn vị nào. Anh/chị chọn bước tiếp theo."
KNOWN = "“{name}” không có gì khác đợt “{campaign}” đã lập. Anh/chị mở đợt đó để xem tiếp."
CHANGES = "“{name}” nói về đợt “{campaign}” đã lập và có khác: {summary}. Anh/chị xem thay đổi trước khi áp dụng."
DRAFTED = "Đã lập đợt nháp “{campaign}”, từ {start} đến {end}. Chưa gửi gì. Mời anh/chị xem từng dòng rồi kích hoạt."
LINES = "Kế hoạch ghi {total} dòng, đây là dòng {first}–{last}:"
LOOK = "Có {total} điều cần xem lại:"
NOTHING_TO_LOOK = "Không có điều gì cần xem lại."
LONG_PASTE = 300  # letters; a shorter text without a word before it is talk
SAME_DRAFT = timedelta(hours=1)  # a file that follows so soon belongs to what is being handed in
LINES_A_PAGE, CONCERNS_A_PAGE = 3, 3
LEAVING = frozenset({"trang chu", "menu", "quay lai", "huy", "thoi", "0"})
DONE = frozenset({"xong", "het", "da xong", "xong roi"})
PASTE_DONE = Choice("Xong", "plandone")
LEAVE = Choice("Trang chủ", "planhome")  # and forget what was pasted


def office(context: Context) -> Unit:
    """The unit for which this person makes campaigns. Raises Refusal when there is none."""
    for post in open_posts(context.session, context.person_id):
        if post.role in Right.MANAGE.value:
            return context.session.get_one(Unit, post.unit_id)
    raise Refusal("plan.no_right", NO_RIGHT)


# -- a plan comes in ---------------------------------------------------------------------------------------------------


def begin(context: Context, _: str = "") -> None:
    office(context)
    _forget_paste(context)
    context.go("plan")
    context.say(ASK, (Choice("Các đợt", "camps"), LEAVE))


def take(context: Context) -> bool:
    """What comes after "kế hoạch": a file, or text in as many messages as it takes."""
    if context.event.media:
        return _take_wanted(context)
    words = fold_words(context.event.text)
    if words in DONE:
        done(context)
    elif words in LEAVING:
        leave(context)
    else:
        _paste(context)
    return True


def _take_wanted(context: Context) -> bool:
    office(context)
    files = _documents(context)
    if not files:
        context.say(NOT_A_FILE, (LEAVE,))
        return True
    _forget_paste(context)
    context.leave()
    for file in files:
        reading = _open(context, ReadingState.ASKED, file)
        context.say(READING.format(name=short(reading.file_name)), under=True)
    return True


def take_file(context: Context) -> bool:
    """A document that nobody asked for: when it can be a plan, its sender says what it is. False: it is not for us."""
    if not people.may_anywhere(context.session, context.person_id, Right.MANAGE):
        return False
    reports = bool(context.units())
    if reports and _is_handing_in(context):
        return False
    files = _documents(context)
    for file in files:
        reading = _open(context, ReadingState.OFFERED, file)
        hand_in = (Choice("Nộp tài liệu này", f"planhand:{reading.id}"),) if reports else ()
        choices = (Choice("Đọc kế hoạch", f"planis:{reading.id}"), *hand_in, _drop_choice(reading))
        context.say((OFFER_BOTH if reports else OFFER).format(name=short(reading.file_name)), choices, under=True)
    return bool(files)


def _documents(context: Context) -> list[MediaRef]:
    """The documents of the event. Raises Refusal for one that the channel will not let us fetch."""
    limit = context.house.download_limit(context.event.channel)
    files = [item for item in context.event.media if item.kind == "document"]
    for file in files:
        if file.size is not None and file.size > limit:
            size = -(-file.size // 2**20)
            text = sending.TOO_BIG.format(name=short(file.file_name), size=size, limit=limit // 2**20)
            raise Refusal("plan.too_big", text)
    return files


def _is_handing_in(context: Context) -> bool:
    event = context.event
    draft = submissions.draft_of(context.session, event.channel, context.place, event.sender)
    return draft is not None and context.now - draft.touched_at < SAME_DRAFT


def _open(context: Context, state: ReadingState, file: MediaRef | None = None) -> PlanReading:
    event = context.event
    chat = context.chat or chats.meet(context.session, event.channel, event.chat, context.now, group=False)
    owner = office(context)
    assert context.person_id is not None
    assert owner.id is not None
    assert chat.id is not None
    reading = PlanReading(
        person_id=context.person_id,
        unit_id=owner.id,
        chat_id=chat.id,
        message_id=event.message_id,
        file_name=(file.file_name if file else "") or readings.PASTED_NAME,
        media=asdict(file) if file else {},
        text=event.text if file else "",  # a caption, in case the file is handed in
        state=state,
        created_at=context.now,
    )
    context.session.add(reading)
    context.session.flush()
    return reading


# -- pasted text -------------------------------------------------------------------------------------------------------


def take_paste(context: Context) -> bool:
    """A long text of somebody who makes campaigns and hands in nothing. False: it is not for us."""
    long = len(context.event.text) >= LONG_PASTE
    if not long or context.units() or not people.may_anywhere(context.session, context.person_id, Right.MANAGE):
        return False
    _paste(context)
    return True


def _paste(context: Context) -> None:
    office(context)
    if context.step != "plan":
        _forget_paste(context)  # of another day
    reading = _gathering(context) or _open(context, ReadingState.GATHERING)
    readings.add_text(context.session, reading, context.event.text)
    context.go("plan")
    text = PASTED.format(count=len(reading.text.split()))
    context.say_soon(_topic(reading), text, (PASTE_DONE, _drop_choice(reading)))


def done(context: Context, _: str = "") -> None:
    reading = _gathering(context)
    if reading is None:
        raise Refusal("reading.empty", "Chưa có nội dung nào. Anh/chị dán nội dung kế hoạch hoặc gửi tệp.")
    readings.check_right(context.session, reading)
    readings.ask(context.session, reading)
    outbox.cancel_about(context.session, _topic(reading))
    context.leave()
    context.say(READING_TEXT)


def leave(context: Context, _: str = "") -> None:
    _forget_paste(context)
    home.show(context)


def _forget_paste(context: Context) -> None:
    if (reading := _gathering(context)) is not None:
        readings.drop(context.session, reading, context.now)
        outbox.cancel_about(context.session, _topic(reading))


def _gathering(context: Context) -> PlanReading | None:
    return readings.gathering(context.session, context.person_id, context.chat.id if context.chat else None)


def _topic(reading: PlanReading) -> str:
    return f"paste:{reading.id}"


# -- its sender answers ------------------------------------------------------------------------------------------------


def _mine(context: Context, argument: str) -> PlanReading:
    return readings.of_person(context.session, context.person_id, number(argument.partition(":")[0]))


def read_it(context: Context, argument: str) -> None:
    reading = _mine(context, argument)
    if reading.state != ReadingState.OFFERED:
        return context.toast(TAKEN)
    readings.ask(context.session, reading)
    context.say(READING.format(name=short(reading.file_name)))
    return None


def hand_in(context: Context, argument: str) -> None:
    """It was no plan: from here on this is the message that brought the file."""
    reading = _mine(context, argument)
    if reading.state != ReadingState.OFFERED:
        return context.toast(TAKEN)
    file = MediaRef(**reading.media)
    context.event = replace(
        context.event, kind="message", message_id=reading.message_id, media=(file,), text=reading.text, reply_to=""
    )
    readings.drop(context.session, reading, context.now)
    sending.media(context)
    return None


def drop(context: Context, argument: str) -> None:
    reading = _mine(context, argument)
    if reading.state == ReadingState.DRAFTED:
        return context.toast(TAKEN)
    readings.drop(context.session, reading, context.now)
    outbox.cancel_about(context.session, _topic(reading))
    context.leave()
    context.say(DROPPED, (HOME,))
    return None


def _drop_choice(reading: PlanReading) -> Choice:
    return Choice("Bỏ", f"planoff:{reading.id}")


# -- what was read -----------------------------------------------------------------------------------------------------


def told(reading: PlanReading, known: Known | None) -> Answer:
    """The summary; where there is a campaign for it already, what would change there."""
    name = short(reading.file_name)
    if known is None:
        return TOLD.format(name=name, summary=reading.summary), _next_steps(reading)
    campaign = short(known.campaign.name, 80)
    new = (_draft_choice(reading, "Lập đợt mới"),) if reading.summary and not known.same_file else ()
    rest = (*new, Choice("Xem đợt đó", f"camp:{known.campaign.id}"), _drop_choice(reading), HOME)
    if known.revision.is_empty:
        return KNOWN.format(name=name, campaign=campaign), rest
    text = CHANGES.format(name=name, campaign=campaign, summary=known.revision.summary)
    return text, (Choice("Xem thay đổi", f"planchg:{reading.id}"), apply_choice(reading, known), *rest)


def apply_choice(reading: PlanReading, known: Known) -> Choice:
    """It names the changes that were shown, so that no others are applied."""
    return Choice("Áp dụng thay đổi", f"planapply:{reading.id}:{known.revision.mark}")


def _draft_choice(reading: PlanReading, label: str = "Lập đợt nháp") -> Choice:
    return Choice(label, f"planmake:{reading.id}")


def refused(reading: PlanReading) -> Answer:
    return reading.sentence, (Choice("Gửi tệp khác", "plan"), HOME)


def _next_steps(reading: PlanReading) -> tuple[Choice, ...]:
    look = (Choice("Điều cần xem lại", f"planlook:{reading.id}"),) if reading.concerns else ()
    return (
        _draft_choice(reading),
        Choice("Xem từng dòng", f"planlines:{reading.id}"),
        *look,
        _drop_choice(reading),
    )


def waiting(context: Context, argument: str) -> PlanReading:
    """What waits for a decision. Raises Refusal before it was read, and after it was used."""
    reading = _mine(context, argument)
    if reading.state != ReadingState.READ:
        used = reading.state == ReadingState.DRAFTED
        raise Refusal("reading.state", readings.USED if used else readings.NOT_READ)
    return reading


def summary(context: Context, argument: str) -> None:
    reading = waiting(context, argument)
    text, choices = told(reading, known_to(context, reading))
    context.say(text, choices)


def known_to(context: Context, reading: PlanReading) -> Known | None:
    if reading.campaign_id is None:
        return None
    return readings.known(context.session, reading, context.now, context.house.hours)


def lines(context: Context, argument: str) -> None:
    """What the plan says, before anything is made of it."""
    reading = waiting(context, argument)
    found = page(list(_lines(reading.document)), f"planlines:{reading.id}", numbers(argument)[1], LINES_A_PAGE)
    head = LINES.format(total=found.total, first=found.first, last=found.first + len(found.rows) - 1)
    back = replace(BACK, action=f"plansum:{reading.id}")
    context.say("\n".join([head, *found.rows]), (*found.turns, _draft_choice(reading), back, HOME))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    read = Document.of(document)
    for slogan in read.slogans:
        yield _line("Khẩu hiệu", slogan.text, slogan)
    for day in read.anniversaries:
        when = f" ({numeric(day.anniversary_date)})" if day.anniversary_date else ""
        yield _line("Ngày kỷ niệm", f"{day.name}{when}", day)
    for report in read.report_deadlines:
        yield _line("Hạn báo cáo", report.text, report)
    for due in read.other_deadlines:
        yield _line("Hạn việc", due.what or due.text, due)
    for unit in read.assignments:
        for task in unit.tasks:
            yield _line(f"Việc của {short(unit.unit, 60)}", task.text, task)


def _line(kind: str, text: str, item: Any) -> str:
    return f"• {kind}: {short(text, LINE_LETTERS)}\n  {from_plan(source_of(item), text, LINE_LETTERS)}"


def look(context: Context, argument: str) -> None:
    reading = waiting(context, argument)
    back = replace(BACK, action=f"plansum:{reading.id}")
    say_concerns(context, reading.concerns, f"planlook:{reading.id}", numbers(argument)[1], back)


def say_concerns(context: Context, concerns: list[str], action: str, wanted: int, back: Choice) -> None:
    found = page(concerns, action, wanted, CONCERNS_A_PAGE)
    rows = [f"{place}. {short(text, 200)}" for place, text in enumerate(found.rows, found.first)]
    text = "\n".join([LOOK.format(total=found.total), *rows]) if rows else NOTHING_TO_LOOK
    context.say(text, (*found.turns, back, HOME))


def make_draft(context: Context, argument: str) -> None:
    reading = _mine(context, argument)
    campaign = readings.draft(context.session, reading, context.now, context.house.hours)
    if not context.may(Right.MANAGE, campaign.unit_id):
        raise Refusal("plan.no_right", NO_RIGHT)
    start, end = numeric(campaign.start), numeric(campaign.end)
    text = DRAFTED.format(campaign=short(campaign.name, 120), start=start, end=end)
    look = (Choice("Điều cần xem lại", f"camplook:{campaign.id}"),) if campaign.warnings else ()
    context.say(
        text, (Choice("Xem từng dòng", f"row:{campaign.id}"), *look, Choice("Mở đợt", f"camp:{campaign.id}"), HOME)
    )


ACTIONS: Actions = {
    "plan": begin, "planhome": leave, "plandone": done, "planis": read_it, "planhand": hand_in,
    "planoff": drop, "plansum": summary, "planlines": lines, "planlook": look, "planmake": make_draft,
}  # fmt: skip
WORDS: Words = {
    "ke hoach": "plan", "nhap ke hoach": "plan", "gui ke hoach": "plan", "doc ke hoach": "plan", "tao dot": "plan",
}  # fmt: skip
STEPS: Steps = {"plan": take}
HEARS_FIRST = frozenset(STEPS)  # in a paste any word may come; the step knows those that are meant for us
