"""A small town to tell stories in: a federation, grassroots unions, their people, their groups and a clock in hand.

Events go through the real router and rules; what would be sent is taken from the outbox and "delivered" by marking it
sent, as the sender does. No platform, no waiting: the clock moves when the story says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.channels.contract import Event, MediaRef
from bot.scheduler import tick
from campaign.hours import Hours
from campaign.message import Choice, Message
from campaign.organisation import chats, people
from campaign.organisation.people import Role
from campaign.text import fold
from campaign.work.reach import ReachOf, everybody
from handlers import router
from handlers.context import House
from storage.database import Database
from storage.insert import insert_new
from storage.models import (
    Account,
    Assignment,
    Campaign,
    Chat,
    Cluster,
    ClusterMember,
    Incoming,
    Item,
    Outgoing,
    Person,
    Push,
    Submission,
    Unit,
)
from storage.models.campaigns import CampaignState
from storage.models.messages import IncomingState, OutgoingState
from tests.databases import fresh_database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS = Hours.parse("20:30-07:00", "11:30-13:30", "14:00", ZONE)
MONDAY = datetime(2027, 5, 10, 8, 0, tzinfo=ZONE).astimezone(UTC)
CHANNEL = "square"  # the imaginary platform of the town
WAITING = (OutgoingState.QUEUED, OutgoingState.RETRY)


@dataclass(frozen=True)
class Heard:
    """A message as it arrived in a chat."""

    text: str
    choices: tuple[Choice, ...]
    photos: tuple[str, ...]
    reply_to: str
    toast: str
    id: str
    bold: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        return [choice.label for choice in self.choices]


@dataclass
class Town:
    """``codes``: grassroots unions under the federation LDLD, two to a cluster."""

    database: Database
    now: datetime = MONDAY
    codes: tuple[str, ...] = ("CS01", "CS02", "CS03", "CS04")
    download_limit: int = 20 * 2**20
    reach: ReachOf = everybody
    channels: tuple[str, ...] = ()  # whose addresses are known
    remembers: bool = False
    can_react: bool = False
    arrived: Callable[[Session, Event, datetime], bool] = lambda session, event, now: False
    _ids: Iterable[int] = field(default_factory=lambda: count(1000))

    @classmethod
    def built_in(cls, folder: Path, **options: object) -> Town:
        town = cls(fresh_database(folder, "town.sqlite3"), **options)  # type: ignore[arg-type]
        town._found()
        return town

    def _found(self) -> None:
        with self.database.transaction() as session:
            root = Unit(code="LDLD", name="LĐLĐ tỉnh Sông Xanh", kind="Liên đoàn Lao động tỉnh")
            session.add(root)
            session.flush()
            for number, code in enumerate(self.codes, 1):
                session.add(
                    Unit(code=code, name=f"CĐCS Nhà máy số {number}", kind="Công đoàn cơ sở", parent_id=root.id)
                )
            session.flush()
            for start in range(0, len(self.codes), 2):
                cluster = Cluster(year=2027, name=f"Cụm {start // 2 + 1}")
                session.add(cluster)
                session.flush()
                for code in self.codes[start : start + 2]:
                    session.add(ClusterMember(cluster_id=cluster.id, unit_id=self.unit(code, session).id))

    # -- people and places ---------------------------------------------------------------------------------------------

    @property
    def house(self) -> House:
        return House(
            name="LĐLĐ tỉnh Sông Xanh",
            short_name="LĐLĐ tỉnh",
            you="anh/chị",
            hours=HOURS,
            soon=lambda seconds: self.now + timedelta(seconds=seconds),
            links=lambda code: {name: f"https://{name}.example/{code}" for name in self.channels if code},
            download_limit=lambda channel: self.download_limit,
            forget=lambda session, channel, user: None,
            reach=self.reach,
            remembers=lambda channel: self.remembers,
            can_react=lambda channel: self.can_react,
            arrived=self.arrived,
        )

    def unit(self, code: str, session: Session) -> Unit:
        return session.exec(select(Unit).where(Unit.code == code)).one()

    def settle(self, user: str, code: str, role: Role = Role.OFFICER) -> None:
        """``user`` has joined, with a private chat of the same id."""
        with self.database.transaction() as session:
            person = people.by_account(session, CHANNEL, user)
            if person is None:
                person = Person(name=user.capitalize(), created_at=self.now)
                session.add(person)
                session.flush()
                assert person.id is not None
                session.add(Account(channel=CHANNEL, external_id=user, person_id=person.id, name=person.name))
                chat = chats.meet(session, CHANNEL, user, self.now, group=False)
                chats.bind(session, chat, person_id=person.id)
            unit = self.unit(code, session)
            assert unit.id is not None
            people.enter(session, person, unit.id, role, self.now)

    def group(self, name: str, *, unit: str = "", cluster: str = "", purpose: str = "work") -> None:
        with self.database.transaction() as session:
            chat = chats.meet(session, CHANNEL, name, self.now, group=True, title=name)
            unit_id = self.unit(unit, session).id if unit else None
            found = session.exec(select(Cluster).where(Cluster.name == cluster)).first() if cluster else None
            chats.bind(session, chat, unit_id=unit_id, cluster_id=found.id if found else None, purpose=purpose)

    def assign(
        self, title: str, deadline: datetime | None, *, audience: str = "kind:grassroots", kind: str = "photo"
    ) -> int:
        """An active campaign with one assignment whose push leaves at once; returns the assignment's id."""
        with self.database.transaction() as session:
            root = self.unit("LDLD", session)
            assert root.id is not None
            today = HOURS.day(self.now)
            campaign = session.exec(select(Campaign)).first() or Campaign(
                name="Tháng Công nhân", year=2027, unit_id=root.id, state=CampaignState.ACTIVE,
                start=today - timedelta(days=30), end=today + timedelta(days=60),
            )  # fmt: skip
            session.add(campaign)
            session.flush()
            assert campaign.id is not None
            work = Assignment(
                campaign_id=campaign.id,
                kind=kind,
                title=title,
                audience=audience,
                deadline=deadline,
                late_from=deadline,
            )
            session.add(work)
            session.flush()
            session.add(
                Push(
                    key=f"t:{work.id}",
                    kind="assignment",
                    campaign_id=campaign.id,
                    assignment_id=work.id,
                    audience=audience,
                    text=title,
                    due_at=self.now,
                )
            )
            assert work.id is not None
            return work.id

    # -- things happen -------------------------------------------------------------------------------------------------

    def hears(self, heard: Event) -> None:
        """The inbox's work: store once, handle once."""
        heard = heard.cleaned()
        row = Incoming(
            channel=heard.channel, account=heard.account, event_id=heard.event_id, chat=heard.chat,
            payload=heard.as_json(), received_at=self.now,
        )  # fmt: skip
        with self.database.transaction() as session:
            if not insert_new(session, Incoming, [row]):
                return
        with self.database.transaction() as session:
            kept = session.exec(select(Incoming).where(Incoming.event_id == heard.event_id)).one()
            router.handle(session, kept, Event.from_json(kept.payload), self.now, self.house)
            kept.state = IncomingState.DONE
            session.add(kept)

    def event(self, user: str, chat: str = "", **parts: object) -> Event:
        number = str(next(self._ids))  # type: ignore[call-overload]
        group = bool(chat) and chat != user
        base: dict[str, object] = {
            "channel": CHANNEL, "account": "town", "event_id": number, "kind": "message", "chat": chat or user,
            "at": self.now, "group": group, "sender": user, "sender_name": user.capitalize(), "message_id": number,
        }  # fmt: skip
        return Event(**{**base, **parts})  # type: ignore[arg-type]

    def says(self, user: str, text: str, chat: str = "", **parts: object) -> None:
        self.hears(self.event(user, chat, text=text, **parts))
        self.deliver()

    def sends_photo(self, user: str, chat: str = "", *, settle: bool = True, **parts: object) -> Event:
        heard = self.photo(user, chat, **parts)
        self.hears(heard)
        if settle:
            self.wait(3)
        return heard

    def photo(self, user: str, chat: str = "", **parts: object) -> Event:
        heard = self.event(user, chat, **parts)
        ref = MediaRef("photo", {"file": heard.event_id}, size=100_000)
        return replace(heard, media=(ref,))

    def presses(self, user: str, label: str, chat: str = "") -> None:
        """Press the newest button with this label in the chat."""
        place = chat or user
        for heard in reversed(self.heard(place)):
            for choice in heard.choices:
                if fold(choice.label) == fold(label):
                    press = f"press{next(self._ids)}"  # type: ignore[call-overload]
                    self.hears(
                        self.event(user, chat, kind="button", action=choice.action, press=press, reply_to=heard.id)
                    )
                    return self.deliver()
        raise AssertionError(f"no button {label!r} in {place}: {[heard.labels for heard in self.heard(place)]}")

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.deliver()

    def sleep_until(self, moment: datetime) -> None:
        self.now = moment.astimezone(UTC)

    def tick(self) -> None:
        with self.database.transaction() as session:
            tick(session, self.now, self.house)
        self.deliver()

    def fetch(self) -> None:
        """What people sent has been brought in."""
        with self.database.transaction() as session:
            for item in session.exec(select(Item).where(Item.state == "pending")):
                digest = f"{item.id:064x}"
                item.state, item.sha256, item.share_sha256 = "stored", digest, digest
                session.add(item)

    def deliver(self) -> None:
        """Everything that may leave now has left, replies first."""
        quiet = HOURS.is_quiet(self.now)
        with self.database.transaction() as session:
            rows = session.exec(
                select(Outgoing)
                .where(col(Outgoing.state).in_(WAITING))
                .order_by(col(Outgoing.priority), col(Outgoing.id))
            ).all()
            for row in rows:
                held = quiet and row.priority > 1 and not row.urgent
                if held or (row.not_before is not None and row.not_before > self.now):
                    continue
                row.state, row.finished_at, row.external_ids = OutgoingState.SENT, self.now, [f"out{row.id}"]
                session.add(row)

    # -- what came of it -----------------------------------------------------------------------------------------------

    def heard(self, place: str) -> list[Heard]:
        """What arrived in a chat, oldest first."""
        with self.database.snapshot() as session:
            rows = session.exec(
                select(Outgoing)
                .where(Outgoing.to == place, Outgoing.state == OutgoingState.SENT)
                .order_by(col(Outgoing.finished_at), col(Outgoing.id))
            ).all()
        return [_heard(row) for row in rows]

    def last(self, place: str) -> Heard:
        """The newest message that is more than the end of a button's waiting."""
        return next(heard for heard in reversed(self.heard(place)) if heard.text or heard.photos)

    def texts(self, place: str) -> list[str]:
        return [heard.text for heard in self.heard(place) if heard.text]

    def submissions(self) -> list[Submission]:
        with self.database.snapshot() as session:
            return list(session.exec(select(Submission).order_by(col(Submission.id))))

    def items(self, submission: Submission) -> list[Item]:
        with self.database.snapshot() as session:
            return list(session.exec(select(Item).where(Item.submission_id == submission.id)))

    def chat(self, name: str) -> Chat | None:
        with self.database.snapshot() as session:
            return chats.find(session, CHANNEL, name)


def _heard(row: Outgoing) -> Heard:
    message = Message.from_json(row.message)
    bold = tuple(message.text[span.start : span.end] for span in message.spans if span.kind == "bold")
    return Heard(message.text, message.choices, message.photos, message.reply_to, message.toast, f"out{row.id}", bold)


def local(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A local moment of 2027, in UTC."""
    return datetime(2027, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)
