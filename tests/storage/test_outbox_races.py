"""On a server others write between two statements of the sender: what leaves is what the row says when it is claimed.

SQLite has one writer at a time, so there is nothing to race with.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from campaign import outbox as saying
from campaign.message import Message
from campaign.outbox import Address
from storage import outbox
from storage.database import Database
from storage.models import Outgoing
from storage.models.messages import OutgoingState

pytestmark = pytest.mark.postgres
NOW = datetime(2027, 5, 10, 2, tzinfo=UTC)
GROUP = Address("square", "g1", group=True)
TOPIC = "got:1"


def receipt(session: Session, text: str, turn: int = 1) -> str:
    return saying.say_again(session, TOPIC, turn, GROUP, Message(text=text), not_before=NOW + timedelta(seconds=2))


@pytest.fixture
def waiting(postgres: Database) -> Database:
    """A receipt that may leave."""
    with postgres.transaction() as session:
        receipt(session, "Đã nhận 1 ảnh.")
    return postgres


def due(session: Session, later: timedelta = timedelta(seconds=5)) -> list[Outgoing]:
    return [row for row, _ in outbox.due(session, "square", NOW + later, quiet=False, closed=())]


def rows(database: Database) -> list[tuple[str, str]]:
    with database.snapshot() as session:
        found = session.exec(select(Outgoing).order_by(col(Outgoing.id))).all()
        return [(row.message["text"], row.state) for row in found]


def test_what_was_put_off_since_it_was_read_does_not_leave_yet(waiting: Database) -> None:
    with waiting.transaction() as session:
        (found,) = due(session)
        with waiting.transaction() as other:
            other.get_one(Outgoing, found.id).not_before = NOW + timedelta(minutes=1)
        assert outbox.claim(session, [found], NOW + timedelta(seconds=5)) == []
    assert rows(waiting) == [("Đã nhận 1 ảnh.", OutgoingState.QUEUED)]


def test_what_was_reworded_since_it_was_read_leaves_with_the_new_words(waiting: Database) -> None:
    with waiting.transaction() as session:
        (found,) = due(session)
        with waiting.transaction() as other:
            other.get_one(Outgoing, found.id).message = Message(text="Đã nhận 2 ảnh.").as_json()
        (claimed,) = outbox.claim(session, [found], NOW + timedelta(seconds=5))
        assert claimed.message["text"] == "Đã nhận 2 ảnh."


def test_what_is_leaving_is_not_reworded_but_said_again(waiting: Database) -> None:
    """Else the row would say two photos, the chat one, and nobody would ever hear of the second."""
    done = threading.Event()

    def second_photo() -> None:
        with waiting.transaction() as other:
            receipt(other, "Đã nhận 2 ảnh.", turn=2)
        done.set()

    with waiting.transaction() as session:
        (claimed,) = outbox.claim(session, due(session), NOW + timedelta(seconds=5))
        meanwhile = threading.Thread(target=second_photo)
        meanwhile.start()
        time.sleep(0.3)
        assert not done.is_set(), "it waits until the claim is written"
    meanwhile.join(10)
    assert claimed.message["text"] == "Đã nhận 1 ảnh."
    assert rows(waiting) == [("Đã nhận 1 ảnh.", OutgoingState.SENDING), ("Đã nhận 2 ảnh.", OutgoingState.QUEUED)]


def test_what_is_leaving_is_not_cancelled(waiting: Database) -> None:
    with waiting.transaction() as session:
        outbox.claim(session, due(session), NOW + timedelta(seconds=5))
        meanwhile = threading.Thread(target=cancel, args=(waiting,))
        meanwhile.start()
        time.sleep(0.3)
    meanwhile.join(10)
    assert rows(waiting) == [("Đã nhận 1 ảnh.", OutgoingState.SENDING)]


def cancel(database: Database) -> None:
    with database.transaction() as session:
        saying.cancel_about(session, TOPIC)
