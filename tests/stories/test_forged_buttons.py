"""What stands behind a button can be typed, guessed and pressed by somebody else: every verb, by people without the
right to it. Nothing of others changes, and nothing of others is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from handlers import router
from handlers.router import ACTIONS, OPEN_IN_GROUPS
from storage.media import Media
from storage.models import (
    Account,
    Assignment,
    Campaign,
    Chat,
    Consent,
    Correction,
    Duty,
    Extension,
    Incoming,
    Observance,
    Outgoing,
    Person,
    Plan,
    PlanReading,
    Post,
    Publication,
    Push,
    Receipt,
    Review,
    Slogan,
    Submission,
    Theme,
    Unit,
)
from storage.models.campaigns import PushState
from storage.models.messages import IncomingState, OutgoingState
from tests.stories.plans import PLAN, read, sends_file
from tests.stories.town import Town, local

SECRET, NUMBER = "Chuyện riêng của nhà máy số một", "0901 234 567"
ARGUMENTS = ("", "1", "2", "d1", "1:1", "1:returned:0", "1:2:lan", "now:1")
GUARDED: tuple[type[SQLModel], ...] = (
    Account, Assignment, Campaign, Consent, Correction, Duty, Extension, Observance, Person, Plan, PlanReading, Post,
    Publication, Push, Receipt, Review, Slogan, Theme, Unit,
)  # fmt: skip
OWN = {"erase", "eraseyes", "send", "handin", "discard", "addmore", "way"}  # what people do with what is theirs
INTRUDERS = [
    ("tuan", ""), ("tuan", "g1"), ("la", ""), ("la", "g1"), ("mai", ""), ("sep", "g1"),
]  # fmt: skip


@pytest.fixture
def busy(town: Town, media: Media) -> Town:
    """One of everything that can be decided about. Tuấn reports for CS02, Mai administers CS02, "sếp" only looks on."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.settle("mai", "CS02", "admin")  # type: ignore[arg-type]
    town.settle("sep", "CS02", "leader")  # type: ignore[arg-type]
    town.group("g1", unit="CS01")
    town.sleep_until(local(4, 12, 8))
    town.assign("Gửi ảnh băng rôn", local(4, 20, 16), audience="unit:CS01")
    town.tick()
    town.presses("lan", "Xin gia hạn")
    town.presses("lan", "Thêm 2 ngày")
    town.says("lan", f"{SECRET}: công nhân treo băng rôn sáng nay.")
    town.wait(5)
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    for number in (12, 13):
        sends_file(town, "quan", name=f"Kế hoạch {number}.txt")
        town.presses("quan", "Đọc kế hoạch")
        read(town, media, PLAN.replace("12/KH", f"{number}/KH").encode())
        if number == 12:
            town.presses("quan", "Lập đợt nháp")
    with town.database.transaction() as session:
        one = town.unit("CS01", session)
        one.contact_name, one.contact_phone = "Bà Sáu", "+84901234567"
        row = session.exec(select(Outgoing).where(Outgoing.to == "g1")).one()
        row.state, row.attempts = OutgoingState.UNKNOWN, 1
        session.add_all([one, row])
    town.tick()
    return town


def guarded(town: Town, intruder: str) -> dict[str, list[Any]]:
    with town.database.snapshot() as session:
        kept = {table.__name__: [row.model_dump() for row in session.exec(select(table))] for table in GUARDED}
        kept["doubt"] = _doubt(session)
        kept["bound"] = [(chat.external_id, chat.unit_id, chat.person_id, chat.purpose) for chat in _others(session)]
        own = session.exec(select(Account.person_id).where(Account.external_id == intruder)).first()
        told = select(Submission)
        kept["news"] = [row.model_dump() for row in session.exec(told) if own is None or row.person_id != own]
        kept["Receipt"] = [row for row in kept["Receipt"] if row["unit_id"] != town.unit("CS02", session).id]
        return kept


def _doubt(session: Session) -> list[Any]:
    return list(session.exec(select(Outgoing.state).where(Outgoing.to == "g1", Outgoing.push_id != None)))  # noqa: E711


def _others(session: Session) -> list[Chat]:
    return [chat for chat in session.exec(select(Chat)) if chat.external_id != "la"]


def press(town: Town, user: str, chat: str, actions: list[str]) -> None:
    """One after the other, in one transaction: nothing else happens meanwhile."""
    with town.database.transaction() as session:
        for action in actions:
            heard = town.event(user, chat, kind="button", action=action, addressed=bool(chat))
            row = Incoming(
                channel=heard.channel, account=heard.account, event_id=heard.event_id, chat=heard.chat, payload={},
                received_at=town.now, state=IncomingState.DONE,
            )  # fmt: skip
            session.add(row)
            session.flush()
            router.handle(session, row, heard, town.now, town.house)


@pytest.mark.parametrize(("user", "chat"), INTRUDERS)
def test_no_verb_obeys_whoever_has_no_right_to_it(busy: Town, user: str, chat: str) -> None:
    open_to_all = OPEN_IN_GROUPS if chat == "g1" else frozenset()
    before = guarded(busy, user)
    verbs = sorted(set(ACTIONS) - OWN - open_to_all)
    press(busy, user, chat, [f"{verb}:{argument}".rstrip(":") for verb in verbs for argument in ARGUMENTS])
    after = guarded(busy, user)
    for name, rows in before.items():
        assert after[name] == rows, name
    busy.deliver()
    said = "\n".join(text for place in {user, chat or user} for text in busy.texts(place))
    assert SECRET not in said
    assert NUMBER not in said


def test_nobody_has_received_what_was_not_sent_yet(busy: Town) -> None:
    with busy.database.snapshot() as session:
        planned = session.exec(select(Push.id).where(Push.state == PushState.PLANNED)).first()
    busy.hears(busy.event("lan", kind="button", action=f"seen:{planned}"))
    with busy.database.snapshot() as session:
        assert session.exec(select(Receipt).where(Receipt.push_id == planned)).all() == []
