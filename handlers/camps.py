"""Các đợt: which there are, what they will send and when, and the start that a person confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import col, select

from campaign.calendar import moment_in_full, numeric
from campaign.hours import Hours
from campaign.message import Choice
from campaign.organisation import audience
from campaign.organisation.people import Right
from campaign.planning import campaigns, confirming, listing, schedule
from campaign.planning.confirming import Ref, RowKind
from campaign.text import fold_words
from handlers.broadcasting import MANY
from handlers.context import BACK, HOME, Actions, Context, Steps, Words, number, short
from handlers.paging import LINE_LETTERS, from_plan, numbers, page
from handlers.planning import office, say_concerns
from storage.models import Campaign, Push
from storage.models.campaigns import CampaignState, PushKind, PushState

STATES = {CampaignState.DRAFT: "nháp", CampaignState.ACTIVE: "đang chạy", CampaignState.CLOSED: "đã khép lại"}
LIST = "Chọn một đợt để xem:"
NONE = "Chưa có đợt nào. Anh/chị gửi tệp kế hoạch để lập đợt đầu tiên."
OVERVIEW = "Đợt “{name}” ({state}), từ {start} đến {end}: {summary}."
DAYS = "{total} thông báo sẽ gửi, đây là số {first}–{last}:"
NO_DAYS = "Đợt này không còn thông báo nào sẽ gửi."
DAY_ROW = "{place}. {when}, {kind}, {audience}: {text}\n  {source}"
GO = "Đợt “{name}” sẽ gửi {pushes} thông báo tới {places} nhóm và cá nhân.{first}\n{ask}"
FIRST = "\nNhững lần đầu:\n{rows}"
ASK_NUMBER = "Để kích hoạt, anh/chị gõ đúng số {places}."
ASK_BUTTON = "Anh/chị bấm Kích hoạt ngay để bắt đầu."
NOBODY = "Chưa nơi nào liên kết với trợ lý; nơi nào liên kết sau sẽ nhận từ lúc đó."
WRONG = "Số chưa đúng nên đợt chưa chạy. Anh/chị gõ {places}, hoặc chọn Quay lại."
STARTED = "Đợt “{name}” bắt đầu chạy. Thông báo sẽ tự gửi đúng giờ."
CAMPS_A_PAGE, DAYS_A_PAGE, FIRST_PUSHES = 5, 3, 3


def here(context: Context, argument: str) -> Campaign:
    """The campaign that a button names. Raises Refusal for whoever may not make campaigns there."""
    return confirming.of_person(context.session, context.person_id, number(argument.partition(":")[0]))


def show_all(context: Context, argument: str = "") -> None:
    office(context)
    rows = context.session.exec(select(Campaign).order_by(col(Campaign.start).desc(), col(Campaign.id).desc())).all()
    mine = [row for row in rows if context.may(Right.MANAGE, row.unit_id)]
    found = page(mine, "camps", number(argument), CAMPS_A_PAGE)
    choices = [Choice(short(f"{row.name} ({_state(row)})"), f"camp:{row.id}") for row in found.rows]
    new = () if choices else (Choice("Nhập kế hoạch", "plan"),)
    context.say(LIST if choices else NONE, (*choices, *found.turns, *new, HOME))


def _state(campaign: Campaign) -> str:
    return STATES[CampaignState(campaign.state)]


def show(context: Context, argument: str) -> None:
    campaign = here(context, argument)
    text = OVERVIEW.format(
        name=short(campaign.name, 120),
        state=_state(campaign),
        start=numeric(campaign.start),
        end=numeric(campaign.end),
        summary=listing.summary(context.session, campaign),
    )
    rows = (Choice("Xem từng dòng", f"row:{campaign.id}"),) if campaign.state != CampaignState.CLOSED else ()
    look = (Choice("Điều cần xem lại", f"camplook:{campaign.id}"),) if campaign.warnings else ()
    days = Choice("Danh sách ngày gửi", f"campdays:{campaign.id}")
    context.say(text, (*rows, days, *look, *start_choice(campaign), replace(BACK, action="camps"), HOME))


def start_choice(campaign: Campaign) -> tuple[Choice, ...]:
    return (Choice("Kích hoạt", f"campgo:{campaign.id}"),) if campaign.state == CampaignState.DRAFT else ()


def back_to(campaign: Campaign) -> Choice:
    return replace(BACK, action=f"camp:{campaign.id}")


def look(context: Context, argument: str) -> None:
    campaign = here(context, argument)
    action = f"camplook:{campaign.id}"
    say_concerns(context, campaign.warnings, action, numbers(argument)[1], back_to(campaign))


# -- the dated list ----------------------------------------------------------------------------------------------------


def days(context: Context, argument: str) -> None:
    """What will leave, by moment; each row can be opened to be dropped or moved."""
    campaign = here(context, argument)
    planned = schedule.pushes_of(context.session, campaign, PushState.PLANNED)
    found = page(planned, f"campdays:{campaign.id}", numbers(argument)[1], DAYS_A_PAGE)
    rows = [_day_row(context, push, place) for place, push in enumerate(found.rows, found.first)]
    head = DAYS.format(total=found.total, first=found.first, last=found.first + len(rows) - 1) if rows else NO_DAYS
    may_edit = campaign.state != CampaignState.CLOSED
    edit = [
        Choice(f"Sửa dòng {place}", f"row:{campaign.id}:{Ref(RowKind.PUSH, push.id or 0)}")
        for place, push in enumerate(found.rows, found.first)
        if may_edit
    ]
    context.say("\n".join([head, *rows]), (*edit, *found.turns, *start_choice(campaign), back_to(campaign), HOME))


def _day_row(context: Context, push: Push, place: int) -> str:
    return DAY_ROW.format(
        place=place,
        when=moment_in_full(push.due_at, context.house.hours),
        kind=listing.KINDS[PushKind(push.kind)],
        audience=audience_of(context, push.audience),
        text=short(" ".join(push.text.split()), LINE_LETTERS),
        source=from_plan(confirming.source_of(context.session, push), limit=LINE_LETTERS),
    )


def audience_of(context: Context, expression: str) -> str:
    return audience.describe(context.session, expression, context.house.hours.day(context.now))


def page_of(context: Context, campaign: Campaign, push: Push) -> int:
    """The page of the dated list that shows this message."""
    before = [
        other
        for other in schedule.pushes_of(context.session, campaign, PushState.PLANNED)
        if (other.due_at, other.id or 0) < (push.due_at, push.id or 0)
    ]
    return len(before) // DAYS_A_PAGE


# -- the start ---------------------------------------------------------------------------------------------------------


def ask_start(context: Context, argument: str) -> None:
    """How much it sends, to how many, and when first. Many places ask for a typed number."""
    campaign = here(context, argument)
    if campaign.state != CampaignState.DRAFT:
        return _say_started_before(context, campaign)
    reach = confirming.reach(context.session, campaign, context.now, context.house.hours)
    many = reach.places > MANY
    ask = ASK_NUMBER.format(places=reach.places) if many else ASK_BUTTON if reach.places else NOBODY
    text = GO.format(
        name=short(campaign.name, 80),
        pushes=len(reach.pushes),
        places=reach.places,
        first=_first(reach.pushes[:FIRST_PUSHES], context.house.hours),
        ask=ask,
    )
    if many:
        context.go("camp.start", campaign=campaign.id, places=reach.places)
    now = () if many else (Choice("Kích hoạt ngay", f"campstart:{campaign.id}"),)
    context.say(text, (*now, Choice("Danh sách ngày gửi", f"campdays:{campaign.id}"), back_to(campaign), HOME))
    return None


def _first(found: Sequence[Push], hours: Hours) -> str:
    rows = [f"• {moment_in_full(push.due_at, hours)}: {listing.KINDS[PushKind(push.kind)]}" for push in found]
    return FIRST.format(rows="\n".join(rows)) if rows else ""


def _say_started_before(context: Context, campaign: Campaign) -> None:
    sentence = f"Đợt “{short(campaign.name, 80)}” {_state(campaign)}, không cần kích hoạt."
    context.say(sentence, (back_to(campaign), HOME))


def take_number(context: Context) -> bool:
    """The typed number: a slip of the thumb starts nothing."""
    if not context.event.text:
        return False
    places = int(context.data["places"])
    campaign = here(context, str(context.data["campaign"]))
    if fold_words(context.event.text).replace(" ", "") == str(places):
        _activate(context, campaign)
    else:
        context.say(WRONG.format(places=places), (back_to(campaign), HOME))
    return True


def start(context: Context, argument: str) -> None:
    campaign = here(context, argument)
    reach = confirming.reach(context.session, campaign, context.now, context.house.hours)
    if campaign.state == CampaignState.DRAFT and reach.places > MANY:
        return ask_start(context, argument)  # more places have joined since it was asked
    _activate(context, campaign)
    return None


def _activate(context: Context, campaign: Campaign) -> None:
    told = campaigns.activate(
        context.session, campaign, person_id=context.person_id, now=context.now, hours=context.house.hours
    )
    if context.step == "camp.start":
        context.leave()
    text = "\n".join([STARTED.format(name=short(campaign.name, 100)), *(f"• {line}" for line in told)])
    context.say(text, (Choice("Danh sách ngày gửi", f"campdays:{campaign.id}"), Choice("Tiến độ", "progress"), HOME))


ACTIONS: Actions = {
    "camps": show_all, "camp": show, "camplook": look, "campdays": days, "campgo": ask_start, "campstart": start,
}  # fmt: skip
WORDS: Words = {"cac dot": "camps", "dot": "camps", "danh sach dot": "camps"}
STEPS: Steps = {"camp.start": take_number}
