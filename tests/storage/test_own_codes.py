"""A person's own code where several processes share a database: what one of them undoes, another may be doing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from sqlmodel import Session, select

from campaign.organisation import erasing, invites, people
from campaign.organisation.people import Role
from storage.database import Database
from storage.models import Account, Invite, Person, Unit

NOW = datetime(2027, 5, 10, 1, 0, tzinfo=UTC)


def lan_with_a_code(session: Session) -> None:
    unit, lan = Unit(code="CS01", name="CĐCS May 10"), Person(name="Lan", created_at=NOW)
    session.add_all([unit, lan])
    session.flush()
    assert unit.id is not None
    people.enter(session, lan, unit.id, Role.OFFICER, NOW)
    invites.create_for(session, lan, NOW)


def test_whoever_is_erased_while_they_add_an_account_keeps_none(postgres: Database) -> None:
    with postgres.transaction() as session:
        lan_with_a_code(session)
    used, erasing_begun = threading.Event(), threading.Event()

    def add() -> None:
        with postgres.transaction() as session:
            invite = session.exec(select(Invite)).one()
            invites.use(session, invite, "zalo:lan")
            used.set()
            erasing_begun.wait(5)
            threading.Event().wait(0.3)  # the other one reads, or waits for us
            session.add(Account(channel="zalo", external_id="lan", person_id=invite.person_id or 0))

    adding = threading.Thread(target=add)
    adding.start()
    used.wait(5)
    with postgres.transaction() as session:
        lan = session.exec(select(Person)).one()
        erasing_begun.set()
        erasing.erase(session, lan, NOW)
    adding.join()
    with postgres.snapshot() as session:
        assert session.exec(select(Account)).all() == []
