"""Which conversation an event belongs to. Buttons, numbers and words all lead to the same actions."""

from __future__ import annotations

import re
from datetime import datetime

import structlog
from sqlmodel import Session

from bot.channels.contract import Event
from campaign.message import Choice
from campaign.organisation import chats, invites
from campaign.problems import Refusal
from campaign.text import fold, fold_words
from handlers import (
    accounts,
    broadcasting,
    camps,
    contacting,
    correcting,
    correctpush,
    doorkeeping,
    doubting,
    extending,
    grouping,
    happenings,
    hidden,
    home,
    joining,
    linking,
    mydata,
    phoning,
    planchanges,
    planning,
    planrows,
    progress,
    publishing,
    pushflow,
    reviewing,
    sending,
    slogans,
    tasks,
)
from handlers.context import Actions, Context, House, Steps, Words
from storage.models import Incoming

CONVERSATIONS = (
    joining, home, tasks, sending, slogans, extending, reviewing, publishing, progress, broadcasting, pushflow, mydata,
    accounts, doubting, correctpush, contacting, doorkeeping, phoning, planning, planchanges, camps, planrows,
)  # fmt: skip
ACTIONS: Actions = {verb: act for module in CONVERSATIONS for verb, act in module.ACTIONS.items()}
WORDS: Words = {words: action for module in CONVERSATIONS for words, action in module.WORDS.items()}
STEPS: Steps = {step: take for module in CONVERSATIONS for step, take in module.STEPS.items()}
OPEN_IN_GROUPS = frozenset(
    ("seen", "done", "give", "more", "until", "duties")
)  # in a unit's own group anybody acts for it
MEANT_FOR_US = ("link.", "invite.")  # in a group, only an attempt to bind it is clearly spoken to the bot
log = structlog.get_logger()
NUMBER_AND_CODE = re.compile(r"(?P<number>\d{1,2})[.)]? +(?P<code>[A-Za-z]{2}-\d{4,})")
WHICH_CARD = "Có mấy tin đang chờ anh/chị chọn. Anh/chị gõ số kèm mã ghi trong tin, ví dụ: {number} {code}"
LIST = "reviews"
LONGEST_WORDS = max(len(words) for words in WORDS)


def handle(session: Session, incoming: Incoming, event: Event, now: datetime, house: House) -> None:
    """Change rows and queue answers for one event. Everything it does is in the caller's transaction."""
    assert incoming.id is not None
    context = Context(session, event, incoming.id, now, house)
    try:
        with session.begin_nested():  # what was refused half way changed nothing
            _dispatch(context)
    except Refusal as refusal:
        _refuse(context, refusal)
    context.end_press()
    if (context.person is None and not event.group) or event.kind in happenings.UNKEPT:
        incoming.payload = {}  # nothing about somebody who has not agreed is kept


def apologise(session: Session, incoming: Incoming, event: Event, now: datetime, house: House) -> None:
    """The event cannot be handled: say so, and that nothing is lost."""
    assert incoming.id is not None
    context = Context(session, event, incoming.id, now, house)
    if not event.group:
        context.say(home.SORRY, (home.HOME,))


def _refuse(context: Context, refusal: Refusal) -> None:
    log.info("refused", code=refusal.code, channel=context.event.channel, turn=context.turn)
    if refusal.code == invites.WRONG:
        invites.remember_wrong(context.session, context.place, context.now)
    if context.event.press:
        context.toast(refusal.sentence)
    elif not context.event.group:
        context.say(refusal.sentence, (home.HOME,))
    elif context.event.addressed or refusal.code.startswith(MEANT_FOR_US):
        context.say(refusal.sentence, under=True)


def _dispatch(context: Context) -> None:
    _note_sign_of_life(context)
    match context.event.kind:
        case "joined" | "left" | "renamed" | "migrated":
            linking.membership(context)
        case "button":
            perform(context, context.event.action)
        case "edited":
            correcting.edited(context)
        case "message" if context.event.group:
            _in_group(context)
        case "message":
            _in_private(context)
        case "other":
            log.info("heard.other", channel=context.event.channel, turn=context.turn)
        case _:
            happenings.follow(context)


def _note_sign_of_life(context: Context) -> None:
    """Messages and presses open the window in which a person may be written to; a follow does so in ``linking``."""
    event = context.event
    if event.kind in ("message", "button") and not event.group and context.chat is not None:
        chats.meet(context.session, event.channel, event.chat, min(event.at, context.now), group=False)


def perform(context: Context, action: str) -> None:
    """Do what a button or a choice says. Rights are checked by each action, now."""
    verb, _, argument = action.partition(":")
    act = ACTIONS.get(verb)
    if act is None:
        context.toast(home.OLD_BUTTON)
        return
    if context.person is None and not (verb in OPEN_IN_GROUPS if context.event.group else verb in joining.OPEN_TO_ALL):
        if context.event.group:
            raise Refusal("unit.unknown", tasks.NOT_MEMBER)
        joining.ask_for_code(context)
        return
    act(context, argument)


def _in_group(context: Context) -> None:
    if hidden.unreadable(context) or linking.try_link(context) or _answer_to_reply(context):
        return
    if context.step and context.event.text and _spoken_to_us(context) and _take_step(context):
        return
    grouping.hear(context)
    hidden.show_door(context)


def _spoken_to_us(context: Context) -> bool:
    """In a group people also talk to each other: a step takes only an answer under the bot's own message."""
    return context.event.addressed or context.answered_message() is not None


def _answer_to_reply(context: Context) -> bool:
    """In a group, "1" counts only as an answer under the bot's own message, or spoken to the bot by name; "1 TC-0001"
    is clear by itself."""
    text, row = context.event.text, context.answered_message()
    if NUMBER_AND_CODE.fullmatch(text) or (row is None and context.event.addressed):
        return _answer_by_number(context, text)
    choice = _choice(text, [Choice(**choice) for choice in row.message.get("choices", [])]) if row else None
    if choice is None or not _is_number(text):
        return False
    perform(context, choice.action)
    return True


def _answer_by_number(context: Context, text: str) -> bool:
    """A bare number is for what was offered last, "1 TC-0001" for the card with that code."""
    named = NUMBER_AND_CODE.fullmatch(text)
    if named is not None:
        choice = _choice(named["number"], context.choices_about(named["code"]))
    else:
        choice = _choice(text, context.last_choices()) if _is_number(text.rstrip(". )")) else None
    if choice is None:
        return False
    if named is None and (code := context.rival_code(choice)):
        context.say(WHICH_CARD.format(number=text.rstrip(". )"), code=code), under=context.event.group)
    else:
        perform(context, choice.action)
    return True


def _in_private(context: Context) -> None:
    if joining.try_enter(context):
        return
    if context.person is None:
        joining.stranger(context)
        return
    if hidden.unreadable(context):
        return
    if context.event.media:
        if not (context.step and _take_step(context)) and not planning.take_file(context):
            sending.media(context)
        return
    text = context.event.text
    if _answer_by_number(context, text):
        return
    if (action := _spoken_action(context, text)) is not None:
        perform(context, action)
    elif not (context.step and _take_step(context)) and not planning.take_paste(context):
        sending.words(context)


def _take_step(context: Context) -> bool:
    step = STEPS.get(context.step)
    return step is not None and step(context)


def _spoken_action(context: Context, text: str) -> str | None:
    """What a typed answer means: a choice just offered (by number or words), else a word of the menu.

    “Duyệt” is both: it shows what waits, as the guide says, and decides on no card that happens to be the last.
    """
    words = fold_words(text)
    known = WORDS.get(words) if len(words) <= LONGEST_WORDS else None
    if known != LIST and (choice := _choice(text, context.last_choices())) is not None:
        return choice.action
    return None if context.step in planning.HEARS_FIRST else known


def _is_number(text: str) -> bool:
    return len(text) <= 2 and text.isascii() and text.isdigit()


def _choice(text: str, choices: list[Choice]) -> Choice | None:
    if _is_number(text.rstrip(". )")):
        place = int(text.rstrip(". )")) - 1
        return choices[place] if 0 <= place < len(choices) else None
    folded = fold(text)
    return next((choice for choice in choices if fold(choice.label) == folded), None) if folded else None
