"""What a conversation knows about the event it answers, and the verbs it answers with."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot.channels.contract import Event
from campaign import outbox
from campaign.hours import Hours
from campaign.markup import Marked
from campaign.message import Choice, Message
from campaign.organisation import chats, people
from campaign.outbox import Address
from campaign.work.reach import ReachOf, everybody
from storage.models import Chat, Outgoing, Person, Talk, Unit
from storage.models.messages import OutgoingState, Priority

Actions = dict[str, Callable[["Context", str], None]]  # verb of a button → what it does
Words = dict[str, str]  # folded words people type → action
Steps = dict[str, Callable[["Context"], bool]]  # step of a conversation → takes the next thing said, False: not for it

BACK = Choice("Quay lại", "back")
HOME = Choice("Trang chủ", "home")
QUESTION_SECONDS = 600.0
LATE_SECONDS = 300.0
LOOK_BACK = 20  # messages of a chat in which an answered question is looked for
CODE = re.compile(r"\bTC-\d{4,}\b")
SHORT_LABEL = 40
ANSWERS_TO_STRANGERS = 20  # a day; whoever has an invitation is in after three
LARGEST_ID = 2**31 - 1  # of an integer column on PostgreSQL


@dataclass(frozen=True)
class House:
    """The installation: who speaks, when, and how people get in."""

    name: str
    short_name: str
    you: str  # "anh/chị" or "đồng chí"
    hours: Hours
    soon: Callable[[float], datetime]  # the moment after so many real seconds
    links: Callable[[str], dict[str, str]]  # code → address on each channel
    download_limit: Callable[[str], int]  # channel → bytes of a file it lets us fetch
    forget: Callable[[Session, str, str], None]  # session, channel, user: what the channel itself keeps of a person
    remembers: Callable[[str], bool] = lambda channel: False  # can its platform be asked what became of a message?
    arrived: Callable[[Session, Event, datetime], bool] = lambda session, event, now: False  # takes an echo as a proof
    reach: ReachOf = everybody  # whom messages reach at a moment, and at what price
    can_react: Callable[[str], bool] = lambda channel: False  # can a message there be marked as received?
    can_edit: Callable[[str], bool] = bool  # channel → whether a message there can be changed after it was sent
    channel_words: Callable[[str], str] = str  # a channel as people call it
    # Where group photos do not come to the bot: the address of its private chat, perhaps empty; None elsewhere.
    door: Callable[[str], str | None] = lambda channel: None
    address: str = ""  # of the web page, when people can open it

    def polite(self, text: str) -> str:
        """Texts are written with "anh/chị"; an installation may prefer "đồng chí"."""
        if self.you == "anh/chị":
            return text
        return text.replace("anh/chị", self.you).replace("Anh/chị", self.you.capitalize())

    def message(self, words: str | Marked, choices: Sequence[Choice] = (), **parts: Any) -> Message:
        """What we say: a ``str`` in our own words, a ``Marked`` in those of an author, which are not ours to change
        (and another length would move the spans away from their letters).
        """
        marked = words if isinstance(words, Marked) else Marked(self.polite(words))
        return Message(text=marked.text, spans=marked.spans, choices=tuple(choices), **parts)


@dataclass
class Context:
    """One event being handled, in one transaction."""

    session: Session
    event: Event
    turn: int  # the inbox row: makes the keys of answers deterministic
    now: datetime
    house: House
    person: Person | None = field(init=False)
    chat: Chat | None = field(init=False)
    _said: int = 0

    def __post_init__(self) -> None:
        self.person = (
            people.by_account(self.session, self.event.channel, self.event.sender) if self.event.sender else None
        )
        self.chat = chats.find(self.session, self.event.channel, self.event.chat)

    # -- who and where -------------------------------------------------------------------------------------------------

    @property
    def person_id(self) -> int | None:
        return self.person.id if self.person else None

    @property
    def place(self) -> str:
        return chats.place(self.event.channel, self.event.chat)

    @property
    def address(self) -> Address:
        return Address(self.event.channel, self.event.chat, self.event.group, self.chat.id if self.chat else None)

    def units(self) -> list[Unit]:
        """The units this person reports for."""
        return people.reporting_units(self.session, self.person_id)

    def may(self, right: people.Right, unit_id: int | None) -> bool:
        return people.may(self.session, self.person_id, right, unit_id)

    # -- speaking ------------------------------------------------------------------------------------------------------

    def say(
        self,
        words: str | Marked,
        choices: Sequence[Choice] = (),
        *,
        under: bool = False,
        key: str = "",
        must: bool = False,
        **parts: Any,
    ) -> None:
        """Answer in this chat. ``under``: as a reply to the message that is being handled. ``key``: only once ever.
        ``must``: also to strangers who have been answered often enough.
        """
        if not must and self._is_enough():
            return
        reply_to = self.event.message_id if under else ""
        message = self.house.message(words, choices, reply_to=reply_to, **parts)
        own = self._key()
        outbox.say(self.session, key or own, self.address, message)

    def _is_enough(self) -> bool:
        """Whether somebody who came without an invitation, or a group that is nobody's, had all the answers of a day:
        on some platforms each costs money, or one of the month's few messages.
        """
        chat = self.chat
        if self.person is not None or (chat and (chat.unit_id or chat.cluster_id or chat.person_id)):
            return False
        lately = or_(col(Outgoing.finished_at).is_(None), col(Outgoing.finished_at) > self.now - timedelta(days=1))
        place = (Outgoing.channel == self.event.channel, Outgoing.to == self.event.chat)
        said = self.session.exec(select(Outgoing.id).where(*place, lately).limit(ANSWERS_TO_STRANGERS)).all()
        return len(said) >= ANSWERS_TO_STRANGERS

    @property
    def has_spoken(self) -> bool:
        return self._said > 0

    def say_soon(
        self, topic: str, text: str, choices: Sequence[Choice] = (), *, seconds: float = 2.0, **parts: Any
    ) -> None:
        """Answer when nothing more has come for a moment; an unsent answer on the same topic is replaced."""
        if self._is_enough():
            return
        message = self.house.message(text, choices, **parts)
        outbox.say_again(self.session, topic, self.turn, self.address, message, not_before=self.house.soon(seconds))

    def toast(self, text: str) -> None:
        """A short notice for whoever pressed a button; in words when it was typed instead."""
        if self.event.press:
            toast = Message(text=self.house.polite(text), toast=self.event.press)
            outbox.say(self.session, self._key(), self.address, toast)
        elif not self.event.group:
            self.say(text, (HOME,))

    def end_press(self) -> None:
        """Take the waiting mark off the button, when nothing else did."""
        if self.event.press and not self._said:
            outbox.say(self.session, self._key(), self.address, Message(toast=self.event.press))

    def tell(self, to: Chat | Address, key: str, text: str, choices: Sequence[Choice] = (), **parts: Any) -> None:
        """Say something in another chat because of what happened here."""
        message = self.house.message(text, choices, **parts)
        outbox.say(self.session, key, to, message, priority=Priority.INTERACTIVE)

    def _key(self) -> str:
        self._said += 1
        return f"in{self.turn}:{self._said}"

    # -- remembering ---------------------------------------------------------------------------------------------------

    @property
    def talk(self) -> Talk | None:
        return self.session.get(Talk, (self.place, self.event.sender))

    @property
    def step(self) -> str:
        return self.talk.step if self.talk else ""

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.talk.data) if self.talk else {}

    def go(self, step: str, **data: Any) -> None:
        """The next thing this sender says in this chat belongs to ``step``."""
        talk = self.talk or Talk(chat=self.place, sender=self.event.sender, updated_at=self.now)
        talk.step, talk.data, talk.updated_at, talk.person_id = step, data, self.now, self.person_id
        self.session.add(talk)
        self.session.flush()

    def leave(self) -> None:
        """The step is over."""
        if (talk := self.talk) is not None:
            self.session.delete(talk)
            self.session.flush()

    # -- what people answer to -----------------------------------------------------------------------------------------

    def last_choices(self) -> list[Choice]:
        """The choices last offered in this chat, for answers typed as "1" or in words.

        A push may slip in between a question and its answer: then the answer still belongs to the question.
        """
        offer = self._last_offer()
        return list(offer[1]) if offer else []

    def rival_code(self, choice: Choice) -> str:
        """When a bare number could decide on the wrong card: the code of the newest card that offers the same words."""
        offer = self._last_offer()
        if offer is None or offer[0].priority != Priority.INTERACTIVE:
            return ""
        cards = [(_code(row), choices) for row, choices in self.offers() if row.priority == Priority.INTERACTIVE]
        alike = [
            (code, other)
            for code, choices in cards
            for other in choices
            if code and other.label == choice.label
        ]  # fmt: skip
        return alike[0][0] if len({other.action for _, other in alike}) > 1 else ""

    def choices_about(self, code: str) -> list[Choice]:
        """What the newest message here that names ``code`` offered."""
        return next((list(choices) for row, choices in self.offers() if _code(row) == code.upper()), [])

    def offers(self) -> list[tuple[Outgoing, tuple[Choice, ...]]]:
        """What this chat was given to choose from before this was said, newest first; not what a later message has
        replaced.
        """
        rows = self.session.exec(
            select(Outgoing)
            .where(
                Outgoing.channel == self.event.channel,
                Outgoing.to == self.event.chat,
                Outgoing.state == OutgoingState.SENT,
                col(Outgoing.finished_at) <= self._said_at,
            )
            .order_by(col(Outgoing.finished_at).desc(), col(Outgoing.id).desc())
            .limit(LOOK_BACK)
        ).all()
        replaced = {row.message.get("edits") for row in rows}
        messages = [(row, Message.from_json(row.message)) for row in rows if row.key not in replaced]
        return [(row, message.choices) for row, message in messages if message.choices]

    def _last_offer(self) -> tuple[Outgoing, tuple[Choice, ...]] | None:
        offers = self.offers()
        recently = self._said_at - (self.house.soon(QUESTION_SECONDS) - self.now)
        asked = [
            offer
            for offer in offers
            if offer[0].priority == Priority.REPLY and offer[0].finished_at and offer[0].finished_at > recently
        ]
        return asked[0] if asked else offers[0] if offers else None

    @property
    def _said_at(self) -> datetime:
        """Now, but for what reaches us long after it was said: a "1" from before an outage answers no later question.
        Clocks that differ a little are no delay.
        """
        late = self.now - self.event.at > self.house.soon(LATE_SECONDS) - self.now
        return self.event.at if late else self.now

    def answered_message(self) -> Outgoing | None:
        """The bot's own message that this one replies to."""
        if not self.event.reply_to:
            return None
        rows = self.session.exec(
            select(Outgoing)
            .where(
                Outgoing.channel == self.event.channel,
                Outgoing.to == self.event.chat,
                Outgoing.state == OutgoingState.SENT,
            )
            .order_by(col(Outgoing.id).desc())
            .limit(500)
        )
        return next((row for row in rows if self.event.reply_to in row.external_ids), None)


def _code(row: Outgoing) -> str:
    found = CODE.search(str(row.message.get("text", "")))
    return found[0] if found else ""


def short(text: str, limit: int = SHORT_LABEL) -> str:
    """Fit for a button or a line: cut at a word, marked with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0] + "…"


def number(argument: str) -> int:
    """The id in a button's action; 0 for anything else, which no row has."""
    wanted = int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 12 else 0
    return wanted if wanted <= LARGEST_ID else 0
