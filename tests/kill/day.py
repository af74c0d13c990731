"""A working day of a federation on Telegram: what it has, what people do in it, and what must have come of it."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, col, func, select

from campaign.organisation import chats, people
from campaign.organisation.people import Role
from storage import migrate
from storage.database import Database
from storage.media import Media
from storage.models import (
    Account,
    Assignment,
    AuditEntry,
    Campaign,
    Chat,
    Incoming,
    Item,
    Outgoing,
    Person,
    Push,
    Receipt,
    Review,
    Submission,
    Unit,
)
from storage.models.campaigns import CampaignState
from storage.models.messages import IncomingState, OutgoingState
from tests.fakes.telegram import Chat as Group
from tests.fakes.telegram import FakeTelegram, FakeTelegramThread, Message, User, jpeg
from tests.kill.orders import House

CHANNEL = "telegram"
MORNING = datetime(2027, 5, 10, 1, 0, tzinfo=UTC)  # eight o'clock on a Monday in Việt Nam
# Pushes, one after the other. `make kill` lives through the whole day of two hundred events and pushes and dies about
# seven hundred times; the usual run stops early, to keep the suite short.
HOURS_OF_WORK = int(os.environ.get("LOA_KILL_HOURS", "2"))
GROUPS, OFFICERS = 14, 6
CHATS = GROUPS + OFFICERS  # a push goes to all of them: 140 rows in a whole day
CLOSED = (
    OutgoingState.SENT,
    OutgoingState.UNKNOWN,
    OutgoingState.CANCELLED,
)
"""Cancelled: a question that its answer has overtaken."""


@dataclass
class Expected:
    """What people did, as it must be found in the rows."""

    receipts: set[tuple[int, int]] = field(default_factory=set)  # push, unit
    submissions: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)  # unit, text, SHA-256 of items
    approved: int = 0


@dataclass
class Day:
    telegram: FakeTelegramThread
    database: Database
    media: Media
    officers: list[User] = field(default_factory=list)
    workers: list[User] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    expected: Expected = field(default_factory=Expected)
    admins: Group = field(init=False)
    editor: User = field(init=False)
    work: int = field(init=False)

    # -- what there is -------------------------------------------------------------------------------------------------

    def begin(self, now: datetime) -> None:
        self.telegram.do(self._settle)
        with self.database.transaction() as session:
            self._found(session, now)

    def _settle(self, tg: FakeTelegram) -> None:
        tg.set_privacy(False)
        self.officers = [tg.user(f"Cán bộ {number}") for number in range(OFFICERS)]
        self.workers = [tg.user(f"Đoàn viên {number}") for number in range(GROUPS)]
        self.groups = [
            tg.group(f"Công đoàn {number}", [worker], supergroup=True) for number, worker in enumerate(self.workers)
        ]
        self.editor = tg.user("Hà")
        self.admins = tg.group("Ban biên tập", [self.editor], supergroup=True)
        for officer in self.officers:
            tg.chats[officer.id].started = True

    def _found(self, session: Session, now: datetime) -> None:
        root = Unit(code="LDLD", name="LĐLĐ tỉnh", kind="Liên đoàn Lao động tỉnh")
        session.add(root)
        session.flush()
        assert root.id is not None
        for number, group in enumerate(self.groups):
            unit = Unit(code=f"CS{number:02d}", name=f"CĐCS số {number}", kind="Công đoàn cơ sở", parent_id=root.id)
            session.add(unit)
            session.flush()
            chat = chats.meet(session, CHANNEL, str(group.id), now, group=True, title=group.title)
            chats.bind(session, chat, unit_id=unit.id)
            assert unit.id is not None
            if number < OFFICERS:
                _join(session, self.officers[number], unit.id, Role.OFFICER, now)
        _join(session, self.editor, root.id, Role.EDITOR, now)
        admins = chats.meet(session, CHANNEL, str(self.admins.id), now, group=True)
        chats.bind(session, admins, unit_id=root.id, purpose="admin")
        campaign = Campaign(
            name="Tháng Công nhân", year=2027, unit_id=root.id, state=CampaignState.ACTIVE,
            start=now.date(), end=now.date().replace(month=6),
        )  # fmt: skip
        session.add(campaign)
        session.flush()
        assert campaign.id is not None
        work = Assignment(campaign_id=campaign.id, kind="photo", title="Gửi ảnh hội thao", audience="kind:grassroots")
        session.add(work)
        session.flush()
        assert work.id is not None
        self.work = work.id

    # -- what happens --------------------------------------------------------------------------------------------------

    def push(self, hour: int, now: datetime) -> None:
        """A thông báo to all groups and officers; the second one with a photo and more words than fit under it."""
        long = hour == 1
        photos = [self.media.put_bytes(jpeg(64, 48, seed=hour))] if long else []
        text = f"Thông báo số {hour}." + " Mời các đơn vị tham gia hội thao Tháng Công nhân." * (24 if long else 1)
        with self.database.transaction() as session:
            session.add(
                Push(
                    key=f"hour:{hour}", kind="assignment", assignment_id=self.work, audience="kind:grassroots",
                    text=text, photos=photos, due_at=now,
                )
            )  # fmt: skip

    def talk(self, hour: int) -> None:
        """Ten things people say and do within the hour."""
        self.telegram.do(lambda tg: self._talk(tg, hour))

    def _talk(self, tg: FakeTelegram, hour: int) -> None:
        officer, unit = self.officers[hour % OFFICERS], hour % OFFICERS
        photo = tg.send_photo(officer, jpeg(96, 64, seed=1000 + hour))
        tg.say(officer, f"Hội thao ngày thứ {hour}, nhà máy số {unit}")
        tg.say(officer, "Gửi")
        self._expect(f"CS{unit:02d}", f"Hội thao ngày thứ {hour}, nhà máy số {unit}", [photo])
        album_at = (hour + 3) % GROUPS
        pictures = [jpeg(96, 64, seed=2000 + 10 * hour + number) for number in range(3)]
        words = f"#nop Hội thi thợ giỏi lần {hour}"
        worker, group = self.workers[album_at], self.groups[album_at]
        self._expect(f"CS{album_at:02d}", words, tg.send_album(worker, pictures, words, group))
        tg.say(self.workers[-1], "Trưa nay ăn gì các bác?", self.groups[-1])
        self._acknowledge(tg, hour)
        self._approve(tg)

    def _expect(self, unit: str, text: str, messages: list[Message]) -> None:
        digests = tuple(sorted(hashlib.sha256(m.media.best.data).hexdigest() for m in messages if m.media))
        self.expected.submissions.append((unit, text, digests))

    def _acknowledge(self, tg: FakeTelegram, hour: int) -> None:
        """Two groups in which the newest thông báo is to be seen press "Đã nhận" under it."""
        places = [(number + 2 * hour) % GROUPS for number in range(GROUPS)]
        pressed = 0
        for place in places:
            shown = [button.data for message in self.groups[place].messages for button in message.buttons]
            if pressed < 2 and (seen := [data for data in shown if data and data.startswith("seen:")]):
                tg.press(self.workers[place], seen[-1], self.groups[place])
                self.expected.receipts.add((int(seen[-1].partition(":")[2]), place))
                pressed += 1

    def _approve(self, tg: FakeTelegram) -> None:
        """The editor approves one card that nobody has decided on."""
        decided = {press.data for press in tg.presses}
        for message in self.admins.messages:
            for button in message.buttons:
                if button.data and button.data.startswith("approve:") and button.data not in decided:
                    tg.press(self.editor, button.data, self.admins, message=message)
                    self.expected.approved += 1
                    return

    @property
    def heard(self) -> int:
        return self.telegram.do(lambda tg: len(tg.updates.published))

    # -- what must have come of it -------------------------------------------------------------------------------------

    def check_effects(self) -> None:
        """Each effect of what people did is there exactly once."""
        with self.database.snapshot() as session:
            incoming = session.exec(select(Incoming.state, func.count()).group_by(Incoming.state)).all()
            assert dict(incoming) == {IncomingState.DONE: self.heard}
            units = {unit.id: unit.code for unit in session.exec(select(Unit))}
            receipts = [(row.push_id, units[row.unit_id]) for row in session.exec(select(Receipt))]
            assert sorted(receipts) == sorted((push, f"CS{unit:02d}") for push, unit in self.expected.receipts)
            found = [_told(session, units, row) for row in session.exec(select(Submission))]
            assert sorted(found) == sorted(self.expected.submissions)
            assert session.exec(select(func.count()).select_from(Review)).one() == self.expected.approved
            audit = Counter(session.exec(select(AuditEntry.action)))
            assert audit["submission.handed_in"] == len(self.expected.submissions)
            assert audit["submission.approved"] == self.expected.approved
            kept = session.exec(select(Item)).all()
        assert all(item.sha256 and item.sha256 in self.media for item in kept)

    def check_words(self, in_doubt: set[int]) -> Counter[str]:
        """What was said: nothing lost, nothing twice in a group, in doubt only what was being sent at a kill.

        Returns the rows of pushes by state.
        """
        with self.database.snapshot() as session:
            rows = session.exec(select(Outgoing)).all()
        # An edit shows under the message that it changes (under the last photo, where only the album of a card is known
        # to have arrived), so what a message said first counts. Where nothing is known, it is a message of its own,
        # which may begin with all the words of the other.
        numbers = {row.key: set(row.external_ids) for row in rows}
        edits = [row for row in rows if row.message.get("edits")]
        alone = [row for row in edits if not row.external_ids or set(row.external_ids) - numbers[row.message["edits"]]]
        states = Counter(
            (row.to, _beginning(row), row.personal, row.state) for row in rows if not row.message.get("edits")
        )
        assert {row.state for row in rows} <= set(CLOSED)
        assert {row.id for row in rows if row.state == OutgoingState.UNKNOWN} <= in_doubt
        shown = self.telegram.do(_shown)
        for to, beginning, personal in {key[:3] for key in states if key[1]}:
            times = sum(versions[0].startswith(beginning) for versions in shown.get(to, []))
            sent, unknown = (states[to, beginning, personal, state] for state in CLOSED[:2])
            edited = sum(row.to == to and str(row.message["text"]).startswith(beginning) for row in alone)
            assert sent <= times, f"lost: {beginning}"
            assert personal or times <= sent + unknown + edited, (
                f"said {times} times, not {sent + unknown}: {beginning}"
            )
            assert not (personal and unknown), f"neither said nor said again: {beginning}"
        pushes = [row for row in rows if row.push_id]
        assert not any(row.personal for row in pushes)
        return Counter(row.state for row in pushes)

    def pushes_that_arrived(self) -> int:
        """How many of them are to be seen, if only in part, whatever their rows say."""
        with self.database.snapshot() as session:
            rows = session.exec(select(Outgoing.to, Outgoing.message).where(col(Outgoing.push_id).is_not(None))).all()
        shown = self.telegram.do(_shown)
        photos = self.telegram.do(lambda tg: {str(message.chat.id) for message in tg.spoken if message.media})
        return sum(
            any(versions[0].startswith(message["text"][:60]) for versions in shown.get(to, []))
            or (bool(message.get("photos")) and to in photos)
            for to, message in rows
        )


def _beginning(row: Outgoing) -> str:
    """How its text begins; toasts are seen by nobody but who pressed."""
    return "" if row.message.get("toast") else str(row.message.get("text", ""))[:60]


def _join(session: Session, user: User, unit_id: int, role: Role, now: datetime) -> None:
    person = Person(name=user.first_name, created_at=now)
    session.add(person)
    session.flush()
    assert person.id is not None
    session.add(Account(channel=CHANNEL, external_id=str(user.id), person_id=person.id, name=person.name))
    chat: Chat = chats.meet(session, CHANNEL, str(user.id), now, group=False)
    chats.bind(session, chat, person_id=person.id)
    people.enter(session, person, unit_id, role, now)


def _told(session: Session, units: dict[int | None, str], row: Submission) -> tuple[str, str, tuple[str, ...]]:
    assert row.code is not None
    items = session.exec(select(Item).where(Item.submission_id == row.id))
    return units[row.unit_id], row.text, tuple(sorted(item.sha256 or "" for item in items))


def _shown(tg: FakeTelegram) -> dict[str, list[list[str]]]:
    """By chat, what each message of the bot ever said: later edits, and what they replaced."""
    shown: dict[str, list[list[str]]] = {}
    for message in tg.spoken:
        contents = [*message.versions, message.content]
        texts = [content.text.text if content.text else content.caption.text for content in contents]
        shown.setdefault(str(message.chat.id), []).append(texts)
    return shown


@contextmanager
def a_day(folder: Path) -> Iterator[tuple[Day, House]]:
    database = Database(f"sqlite:///{folder}/loa.sqlite3")
    migrate.upgrade(database)
    media = f"file://{folder}/media"
    with FakeTelegramThread(flood=None) as telegram:
        day = Day(telegram, database, Media(media))
        day.begin(MORNING)
        yield day, House(str(database.url), media, telegram.base_url, telegram.token, time.monotonic())
    database.close()
