"""Gửi thông báo: words, audience, preview with the count, and a typed number before many chats are reached."""

from __future__ import annotations

from campaign import audit, markup
from campaign.message import Choice
from campaign.organisation import audience, clusters
from campaign.organisation.audience.grammar import Atom, AtomKind
from campaign.organisation.people import Right, open_posts
from campaign.problems import Refusal
from campaign.text import fold_words
from campaign.work import pushes, reckoning
from campaign.work.reckoning import Reckoning
from handlers import phoning, pushflow
from handlers.context import BACK, HOME, Actions, Context, Steps, Words, number, short
from storage.models import Cluster, Push, Unit
from storage.models.campaigns import PushKind

MANY = 50
ASK_TEXT = "Anh/chị gõ nội dung thông báo (nên dưới 350 chữ). Muốn in đậm, đặt **hai dấu sao** hai bên."
ASK_TO = "Gửi cho ai? Chọn một mục, hoặc gõ mã đơn vị."
PREVIEW = "Xem trước:\n———\n"
PREVIEW_END = "\n———\nGửi tới {audience}: {count} nhóm và cá nhân.\nDự kiến: {reckoning}"
NOBODY = "Chưa có nhóm hoặc cá nhân nào trong phạm vi này liên kết với trợ lý. Anh/chị chọn phạm vi khác."
CONFIRM = "Thông báo sẽ tới {count} nơi. Để xác nhận, anh/chị gõ đúng số {count}."
WRONG_COUNT = "Số chưa đúng nên chưa gửi gì. Anh/chị gõ {count} để gửi, hoặc bấm Bỏ."
QUIET = "Bây giờ ngoài giờ làm việc: thông báo sẽ tự gửi lúc {when}. Muốn gửi liền, chọn Gửi ngay."
PHONE = Choice("Ai phải gọi điện", "pushphone")
NOT_CONFIRMED = "Thông báo này chưa được xác nhận hoặc đã gửi rồi."
DROPPED = "Đã bỏ, chưa gửi gì."
NO_RIGHT = "Chỉ quản trị viên được gửi thông báo."
TOO_LONG = "Nội dung dài {length} chữ, quá 3.000 chữ. Anh/chị rút gọn rồi gõ lại."
DROP = Choice("Bỏ", "pushdrop")


def begin(context: Context, _: str = "") -> None:
    _office(context)
    context.go("push.text")
    context.say(ASK_TEXT, (Choice("Thông báo đã gửi", "pushes"), DROP, HOME))


def _office(context: Context) -> Unit:
    """The unit on whose behalf this person may broadcast. Raises Refusal when there is none."""
    for post in open_posts(context.session, context.person_id):
        if post.role in Right.MANAGE.value:
            return context.session.get_one(Unit, post.unit_id)
    raise Refusal("push.no_right", NO_RIGHT)


def take_text(context: Context) -> bool:
    text = context.event.text
    if not text:
        return False
    if len(text) > 3000:
        context.say(TOO_LONG.format(length=len(text)), (DROP,))
        return True
    context.go("push.to", text=text)
    _ask_to(context)
    return True


def _ask_to(context: Context) -> None:
    office = _office(context)
    whole = "all" if office.parent_id is None else f"under:{office.code}"
    found = clusters.of_year(context.session, context.house.hours.day(context.now).year)
    choices = [Choice("Tất cả đơn vị", f"pushto:{whole}")]
    choices += [Choice(short(cluster.name), f"pushto:cluster:{cluster.id}") for cluster in found[:5]]
    context.say(ASK_TO, (*choices, BACK, DROP))


def choose_audience(context: Context, argument: str) -> None:
    if context.step != "push.to":
        raise Refusal("push.no_text", "Anh/chị gõ nội dung thông báo trước: chọn mục Gửi thông báo.")
    office = _office(context)
    if argument.startswith("cluster:"):
        cluster = context.session.get(Cluster, number(argument.removeprefix("cluster:")))
        if cluster is None:
            raise Refusal("push.no_cluster", "Cụm này không còn. Anh/chị chọn lại phạm vi gửi.")
        argument = str(Atom(AtomKind.CLUSTER, cluster.name))
    elif argument not in ("all", f"under:{office.code}"):
        raise Refusal("push.not_offered", NO_RIGHT)
    _preview(context, argument)


def take_code(context: Context) -> bool:
    """A unit's code typed instead of a choice."""
    if not context.event.text:
        return False
    _preview(context, f"unit:{context.event.text.strip()}")
    return True


def _preview(context: Context, to: str) -> None:
    office = _office(context)
    draft = Push(key="preview", kind=PushKind.ADHOC, audience=to, text=str(context.data["text"]), due_at=context.now)
    _within_reach(context, to)
    house = context.house
    count = len(pushes.recipients(context.session, draft, house.hours, context.now, house.reach))
    if not count:
        return context.say(NOBODY, (BACK, DROP))
    described = audience.describe(context.session, to)
    reckoned = _reckon(context, draft)
    silent = bool(reckoned.unreached)
    kept = {"text": draft.text, "to": to, "count": count, "office": office.id, "silent": silent}
    context.go("push.confirm", **kept, asked=context.turn)
    end = PREVIEW_END.format(audience=described, count=count, reckoning=reckoned.sentence)
    shown = PREVIEW + markup.read(draft.text) + end
    context.say(shown)
    return _ask_to_confirm(context)


def _ask_to_confirm(context: Context) -> None:
    """The number where many are reached; whom to phone can be looked at first."""
    count, phone = int(context.data["count"]), (PHONE,) if context.data.get("silent") else ()
    if context.step == "push.confirm" and count > MANY:
        return context.say(CONFIRM.format(count=count), (*phone, DROP))
    return _ask_when(context, phone)


def _reckon(context: Context, draft: Push) -> Reckoning:
    house = context.house
    return reckoning.before(context.session, draft, house.hours, context.now, house.reach)


def whom_to_phone(context: Context, _: str = "") -> None:
    """Under the preview: those whom the announcement will not reach, in private only; nothing is sent yet."""
    if context.event.group:
        raise Refusal("phone.in_private", phoning.IN_PRIVATE)
    if context.step not in ("push.confirm", "push.ready"):
        raise Refusal("push.not_confirmed", NOT_CONFIRMED)
    data = context.data
    to = str(data["to"])
    _within_reach(context, to)
    draft = Push(key="preview", kind=PushKind.ADHOC, audience=to, text=str(data["text"]), due_at=context.now)
    unreached = _reckon(context, draft).unreached
    rest = len(unreached) - phoning.PAGE
    more = [f"… và {rest} nơi nữa."] if rest > 0 else []
    context.say("\n".join(["Không tới được:", *phoning.lines(unreached), *more]))
    return _ask_to_confirm(context)


def _within_reach(context: Context, to: str) -> None:
    """Every addressed unit must lie in the person's reach, and only the federation addresses everybody, or everybody
    with a role: a role names people wherever they are."""
    office = _office(context)
    if (to == "all" or audience.parse(to).roles) and office.parent_id is not None:
        raise Refusal("push.too_wide", NO_RIGHT)
    for unit in audience.units_of(context.session, to, context.house.hours.day(context.now)):
        if not context.may(Right.MANAGE, unit.id):
            raise Refusal("push.too_wide", NO_RIGHT)


def _ask_when(context: Context, more: tuple[Choice, ...] = ()) -> None:
    """The buttons name what was asked, so that one under an old preview does not send the new draft."""
    hours, asked = context.house.hours, context.data.get("asked")
    now = Choice("Gửi ngay", f"pushsend:now:{asked}")
    if not hours.is_quiet(context.now):
        return context.say("Anh/chị có gửi không?", (now, *more, DROP))
    when = f"{hours.local(hours.next_open(context.now)):%Hh%M ngày %d/%m}"
    return context.say(
        QUIET.format(when=when), (Choice(f"Gửi lúc {when}", f"pushsend:later:{asked}"), now, *more, DROP)
    )


def take_count(context: Context) -> bool:
    """The typed number: a slip of the thumb reaches nobody."""
    if not context.event.text:
        return False
    count = int(context.data["count"])
    if fold_words(context.event.text).replace(" ", "") == str(count):
        context.go("push.ready", **context.data)
        _ask_when(context)
    else:
        context.say(WRONG_COUNT.format(count=count), (DROP,))
    return True


def send(context: Context, argument: str) -> None:
    data = context.data
    how, _, asked = argument.partition(":")
    ready = context.step == "push.ready" or (context.step == "push.confirm" and int(data["count"]) <= MANY)
    if not ready or asked != str(data["asked"]):
        raise Refusal("push.not_confirmed", NOT_CONFIRMED)
    office = _office(context)
    _within_reach(context, str(data["to"]))
    push = pushes.ad_hoc(
        context.session, str(data["text"]), str(data["to"]), context.now, context.house.hours,
        urgent=how == "now", by=context.person_id, unit_id=office.id, reach=context.house.reach,
    )  # fmt: skip
    context.leave()
    audit.note(context.session, context.now, "push.sent", f"push:{push.id}", person_id=context.person_id, to=data["to"])
    pushflow.watch(context, push)


def drop(context: Context, _: str = "") -> None:
    context.leave()
    context.say(DROPPED, (HOME,))


ACTIONS: Actions = {
    "push": begin, "pushto": choose_audience, "pushsend": send, "pushdrop": drop, "pushphone": whom_to_phone,
}  # fmt: skip
WORDS: Words = {"gui thong bao": "push", "thong bao": "push", "giao viec": "push", "bo": "pushdrop"}
STEPS: Steps = {"push.text": take_text, "push.to": take_code, "push.confirm": take_count}
