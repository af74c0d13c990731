"""Xem từng dòng: each row of a campaign beside the sentence it was read from, to keep, drop or change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from campaign.calendar import full, moment_in_full, weekday
from campaign.calendar import short as short_day
from campaign.message import Choice
from campaign.organisation import audience, clusters
from campaign.organisation.audience.grammar import Atom, AtomKind
from campaign.organisation.people import Right
from campaign.planning import campaigns, confirming
from campaign.planning.confirming import Ref, Row, RowKind
from campaign.planning.deadlines import in_words
from campaign.problems import Refusal
from handlers import camps
from handlers.context import BACK, HOME, Actions, Context, Steps, Words, number, short
from handlers.paging import from_plan
from storage.models import Assignment, Campaign, Cluster, Observance, Push, Slogan, Unit

HEADS = {RowKind.SLOGAN: "Khẩu hiệu", RowKind.OBSERVANCE: "Ngày kỷ niệm", RowKind.WORK: "Việc"}
OBSERVANCE = "{name}, {day}."
SENDING = "Gửi: {when}."
NOT_SENT = "Chưa có ngày gửi."
DEADLINE = "Hạn: {deadline}."
ADDRESSED = "Nơi nhận: {audience}."
NOBODY = "Nơi nhận: chưa rõ{printed}. Anh/chị bấm Đổi nơi nhận."
NO_ROWS = "Đợt này không có khẩu hiệu, ngày kỷ niệm hay việc nào để xem."
ALL_SEEN = "Đã xem hết các dòng. Anh/chị xem danh sách ngày gửi, rồi kích hoạt khi đã ưng ý."
KEPT_OUT = "Đã bỏ dòng đó."
CHANGED = "Đã sửa."
CHANGED_ALL = "Đã sửa cả {count} việc cùng ghi “{printed}”."
ASK_WORDS = "Anh/chị gõ lời mới cho khẩu hiệu: “{text}”"
ASK_DAY = "Tin này sẽ gửi {when}. Anh/chị chọn ngày khác, hoặc gõ như 12/5 hay 12/5 14h30."
ASK_WHO = "Ai nhận việc “{title}”? Chọn một mục, hoặc gõ mã đơn vị."
TOO_WIDE = "Nơi nhận này ngoài phạm vi của đợt. Anh/chị chọn nơi nhận trong đơn vị mình."
TOO_LONG = "Lời này dài quá {limit} chữ cái. Anh/chị rút gọn rồi gõ lại."
SLOGAN_LETTERS = 500
TITLE_LETTERS = 200
CLUSTERS_OFFERED = 3


# -- showing -----------------------------------------------------------------------------------------------------------


def show(context: Context, argument: str) -> None:
    """ "12" begins with the first row of campaign 12, "12:s45" shows one."""
    campaign, ref = _named(context, argument)
    refs = confirming.refs_of(context.session, campaign)
    if ref is None and not refs:
        return context.say(NO_ROWS, _after_rows(campaign))
    _say_row(context, campaign, ref or refs[0])
    return None


def _named(context: Context, argument: str) -> tuple[Campaign, Ref | None]:
    ref = argument.split(":")[1] if ":" in argument else ""
    return camps.here(context, argument), Ref.parse(ref) if ref else None


def _row(context: Context, argument: str) -> tuple[Campaign, Ref, Row]:
    campaign, ref = _named(context, argument)
    if ref is None:
        raise Refusal("row.unknown", confirming.GONE)
    return campaign, ref, confirming.row_of(context.session, campaign, ref)


def _say_row(context: Context, campaign: Campaign, ref: Ref, before: str = "") -> None:
    row = confirming.row_of(context.session, campaign, ref)
    if context.step in STEPS:
        context.leave()
    if isinstance(row, Push):
        text, choices = _text_of_push(context, row), _choices_of_push(context, campaign, row)
    else:
        text, choices = _text_of(context, campaign, ref, row), _choices_of(context, campaign, ref, row)
    source = from_plan(confirming.source_of(context.session, row), row.text if isinstance(row, Slogan) else "")
    context.say("\n".join(line for line in (before, text, source) if line), choices)


def _text_of(context: Context, campaign: Campaign, ref: Ref, row: Row) -> str:
    same = [other for other in confirming.refs_of(context.session, campaign) if other.kind == ref.kind]
    place = f" {same.index(ref) + 1}/{len(same)}" if ref in same else ""
    return f"{HEADS[ref.kind]}{place}: {_words_of(context, campaign, row)}"


def _words_of(context: Context, campaign: Campaign, row: Row) -> str:
    if isinstance(row, Slogan):
        return f"“{row.text}”"
    sending = _sending(context, confirming.push_of(context.session, campaign, row))
    if isinstance(row, Observance):
        counted = f"{row.name}, {row.ordinal} năm" if row.ordinal > 0 else row.name
        return f"{OBSERVANCE.format(name=counted, day=full(row.on_day))}\n{sending}"
    assert isinstance(row, Assignment)
    lines = [short(row.title, TITLE_LETTERS), _deadline(context, row), _addressed(context, row), sending]
    return "\n".join(line for line in lines if line)


def _sending(context: Context, push: Push | None) -> str:
    return SENDING.format(when=moment_in_full(push.due_at, context.house.hours)) if push else NOT_SENT


def _deadline(context: Context, row: Assignment) -> str:
    if row.deadline is None:
        return ""
    return DEADLINE.format(deadline=in_words(row.deadline, row.late_from, context.house.hours))


def _addressed(context: Context, row: Assignment) -> str:
    if row.audience:
        return ADDRESSED.format(audience=camps.audience_of(context, row.audience))
    return NOBODY.format(printed=f" (kế hoạch ghi “{short(row.audience_text, 60)}”)" if row.audience_text else "")


def _text_of_push(context: Context, push: Push) -> str:
    audience_line = ADDRESSED.format(audience=camps.audience_of(context, push.audience))
    return f"{_sending(context, push)}\n{audience_line}\n“{push.text}”"


def _choices_of(context: Context, campaign: Campaign, ref: Ref, row: Row) -> tuple[Choice, ...]:
    here = f"{campaign.id}:{ref}"
    words = (Choice("Sửa lời", f"rowwords:{here}"),) if isinstance(row, Slogan) else ()
    who = (Choice("Đổi nơi nhận", f"rowwho:{here}"),) if isinstance(row, Assignment) else ()
    moves = confirming.may_move(confirming.push_of(context.session, campaign, row))
    day = (Choice("Sửa ngày gửi", f"rowday:{here}"),) if moves else ()
    refs = confirming.refs_of(context.session, campaign)
    place = refs.index(ref) if ref in refs else 0
    back = replace(BACK, action=f"row:{campaign.id}:{refs[place - 1]}") if place else camps.back_to(campaign)
    keep, out = Choice("Giữ", f"rownext:{here}"), Choice("Bỏ dòng này", f"rowdrop:{here}")
    return (keep, out, *words, *who, *day, Choice("Giữ hết phần này", f"rowskip:{here}"), back, HOME)


def _choices_of_push(context: Context, campaign: Campaign, push: Push) -> tuple[Choice, ...]:
    ref = f"{campaign.id}:{Ref(RowKind.PUSH, push.id or 0)}"
    days = f"campdays:{campaign.id}:{camps.page_of(context, campaign, push)}"
    day = (Choice("Sửa ngày gửi", f"rowday:{ref}"),) if confirming.may_move(push) else ()
    return (Choice("Giữ", days), Choice("Bỏ dòng này", f"rowdrop:{ref}"), *day, replace(BACK, action=days), HOME)


# -- going on ----------------------------------------------------------------------------------------------------------


def keep(context: Context, argument: str) -> None:
    campaign, ref = _named(context, argument)
    _go_on(context, campaign, _following(context, campaign, ref))


def skip(context: Context, argument: str) -> None:
    """The rest of the section is fine: on to the next one."""
    campaign, ref = _named(context, argument)
    refs = confirming.refs_of(context.session, campaign)
    kinds = list(RowKind)
    later = [other for other in refs if ref and kinds.index(other.kind) > kinds.index(ref.kind)]
    _go_on(context, campaign, later[0] if later else None)


def _following(context: Context, campaign: Campaign, ref: Ref | None) -> Ref | None:
    refs = confirming.refs_of(context.session, campaign)
    return refs[refs.index(ref) + 1] if ref in refs[:-1] else None


def _go_on(context: Context, campaign: Campaign, ref: Ref | None, before: str = "") -> None:
    if ref is not None:
        return _say_row(context, campaign, ref, before)
    context.say(f"{before} {ALL_SEEN}".strip(), _after_rows(campaign))
    return None


def _after_rows(campaign: Campaign) -> tuple[Choice, ...]:
    days = Choice("Danh sách ngày gửi", f"campdays:{campaign.id}")
    return (days, *camps.start_choice(campaign), camps.back_to(campaign), HOME)


# -- changing ----------------------------------------------------------------------------------------------------------


def drop(context: Context, argument: str) -> None:
    campaign, ref, row = _row(context, argument)
    following = _following(context, campaign, ref)
    page = camps.page_of(context, campaign, row) if isinstance(row, Push) else 0
    confirming.drop(
        context.session, campaign, row, person_id=context.person_id, now=context.now, hours=context.house.hours
    )
    if ref.kind == RowKind.PUSH:
        return camps.days(context, f"{campaign.id}:{page}")
    _go_on(context, campaign, following, KEPT_OUT)
    return None


def ask_words(context: Context, argument: str) -> None:
    campaign, ref, row = _row(context, argument)
    confirming.check_open(campaign)
    if isinstance(row, Slogan):
        context.go("row.words", row=f"{campaign.id}:{ref}")
        context.say(ASK_WORDS.format(text=row.text), _back_to_row(campaign, ref))


def _back_to_row(campaign: Campaign, ref: Ref) -> tuple[Choice, ...]:
    return (replace(BACK, action=f"row:{campaign.id}:{ref}"), HOME)


def take_words(context: Context) -> bool:
    text = context.event.text
    if not text:
        return False
    campaign, ref, row = _row(context, str(context.data["row"]))
    if len(text) > SLOGAN_LETTERS:
        context.say(TOO_LONG.format(limit=SLOGAN_LETTERS), _back_to_row(campaign, ref))
    elif isinstance(row, Slogan):
        confirming.check_open(campaign)
        campaigns.set_slogan(
            context.session, row, text, person_id=context.person_id, now=context.now, hours=context.house.hours
        )
        _say_row(context, campaign, ref, CHANGED)
    return True


def ask_day(context: Context, argument: str) -> None:
    """ "12:w5" asks for a day, "12:w5:20270512" is the answer."""
    campaign, ref, row = _row(context, argument)
    push = confirming.push_of(context.session, campaign, row)
    if push is None or not confirming.may_move(push):
        return context.toast(confirming.FIXED)
    if chosen := "".join(argument.split(":")[2:3]):
        return _move(context, campaign, ref, push, confirming.on_day(push, _day(chosen), context.house.hours))
    choices = [
        Choice(f"{weekday(day)}, {short_day(day)}", f"rowday:{campaign.id}:{ref}:{day:%Y%m%d}")
        for day in confirming.other_days(push, context.now, context.house.hours)
    ]
    context.go("row.day", row=f"{campaign.id}:{ref}")
    when = moment_in_full(push.due_at, context.house.hours)
    context.say(ASK_DAY.format(when=when), (*choices, *_back_to_row(campaign, ref)))
    return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("push.when", confirming.WHEN) from error


def take_day(context: Context) -> bool:
    if not context.event.text:
        return False
    campaign, ref, row = _row(context, str(context.data["row"]))
    push = confirming.push_of(context.session, campaign, row)
    if push is None:
        raise Refusal("row.gone", confirming.GONE)
    _move(context, campaign, ref, push, confirming.moment_from(context.event.text, push, context.house.hours))
    return True


def _move(context: Context, campaign: Campaign, ref: Ref, push: Push, to: datetime) -> None:
    confirming.move(
        context.session, campaign, push, to, person_id=context.person_id, now=context.now, hours=context.house.hours
    )
    _say_row(context, campaign, ref, CHANGED)


def ask_who(context: Context, argument: str) -> None:
    """ "12:w5" asks who must do it, "12:w5:all" is the answer."""
    campaign, ref, row = _row(context, argument)
    if not isinstance(row, Assignment):
        return None
    if chosen := ":".join(argument.split(":")[2:]):
        return _address(context, campaign, ref, row, _offered(context, campaign, chosen))
    context.go("row.who", row=f"{campaign.id}:{ref}")
    choices = [Choice(label, f"rowwho:{campaign.id}:{ref}:{to}") for label, to in _offers(context, campaign)]
    context.say(ASK_WHO.format(title=short(row.title, 120)), (*choices, *_back_to_row(campaign, ref)))
    return None


def _offers(context: Context, campaign: Campaign) -> list[tuple[str, str]]:
    """Label and what the button says; a unit below the federation may address only its own."""
    office = context.session.get_one(Unit, campaign.unit_id)
    if office.parent_id is not None:
        return [(short(f"{office.name} và trực thuộc"), "under")]
    found = clusters.of_year(context.session, campaign.year)[:CLUSTERS_OFFERED]
    return [
        ("Tất cả đơn vị", "all"),
        ("Các công đoàn cơ sở", "kind:grassroots"),
        *((short(cluster.name), f"cluster:{cluster.id}") for cluster in found),
    ]


def _offered(context: Context, campaign: Campaign, chosen: str) -> str:
    """The audience that a button means."""
    if chosen == "under":
        return str(Atom(AtomKind.UNDER, context.session.get_one(Unit, campaign.unit_id).code))
    if not chosen.startswith("cluster:"):
        return chosen
    cluster = context.session.get(Cluster, number(chosen.removeprefix("cluster:")))
    if cluster is None:
        raise Refusal("row.no_cluster", "Cụm này không còn. Anh/chị chọn lại nơi nhận.")
    return str(Atom(AtomKind.CLUSTER, cluster.name))


def take_code(context: Context) -> bool:
    """A unit's code typed instead of a choice."""
    if not context.event.text:
        return False
    campaign, ref, row = _row(context, str(context.data["row"]))
    if isinstance(row, Assignment):
        _address(context, campaign, ref, row, str(Atom(AtomKind.UNIT, context.event.text.strip())))
    return True


def _address(context: Context, campaign: Campaign, ref: Ref, row: Assignment, to: str) -> None:
    confirming.check_open(campaign)
    _check_within(context, campaign, to)
    same = confirming.asked_alike(context.session, campaign, row)
    for work in same:
        campaigns.set_audience(
            context.session, work, to, person_id=context.person_id, now=context.now, hours=context.house.hours
        )
    said = CHANGED_ALL.format(count=len(same), printed=short(row.audience_text, 60)) if len(same) > 1 else CHANGED
    _say_row(context, campaign, ref, said)


def _check_within(context: Context, campaign: Campaign, to: str) -> None:
    """Every unit must lie under the campaign's own, and within the person's reach."""
    on = context.house.hours.day(context.now)
    resolved = audience.resolve(context.session, to, on)
    office = context.session.get_one(Unit, campaign.unit_id)
    own = {unit.id for unit in audience.units_of(context.session, str(Atom(AtomKind.UNDER, office.code)), on)}
    for unit in audience.units_of(context.session, resolved, on):
        if unit.id not in own or not context.may(Right.MANAGE, unit.id):
            raise Refusal("row.too_wide", TOO_WIDE)


ACTIONS: Actions = {
    "row": show, "rownext": keep, "rowskip": skip, "rowdrop": drop, "rowwords": ask_words, "rowday": ask_day,
    "rowwho": ask_who,
}  # fmt: skip
WORDS: Words = {}
STEPS: Steps = {"row.words": take_words, "row.day": take_day, "row.who": take_code}
