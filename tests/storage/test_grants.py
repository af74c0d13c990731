"""Of the pairs of an account the last three are kept, the newest is in force."""

from __future__ import annotations

from datetime import UTC, datetime

from storage import grants
from storage.database import Database

NOW = datetime(2027, 5, 10, tzinfo=UTC)


def test_the_newest_of_the_last_three_pairs_is_in_force(database: Database) -> None:
    with database.transaction() as session:
        for number in range(5):
            grants.keep(session, "zalo_oa", "oa1", f"pair {number}", NOW)
        grants.keep(session, "zalo_oa", "oa2", "another account", NOW)
    with database.snapshot() as session:
        newest = grants.newest(session, "zalo_oa", "oa1")
        assert newest is not None
        assert newest.sealed == "pair 4"
        assert grants.count(session, "zalo_oa", "oa1") == 3
        assert grants.count(session, "zalo_oa", "oa2") == 1


def test_a_dead_pair_stays_the_newest_until_somebody_signs_in_again(database: Database) -> None:
    with database.transaction() as session:
        grant = grants.keep(session, "zalo_oa", "oa1", "pair", NOW)
        assert grant.id is not None
        grants.kill(session, grant.id)
    with database.transaction() as session:
        newest = grants.newest(session, "zalo_oa", "oa1")
        assert newest is not None
        assert newest.dead
        grants.keep(session, "zalo_oa", "oa1", "signed in", NOW)
    with database.snapshot() as session:
        newest = grants.newest(session, "zalo_oa", "oa1")
        assert newest is not None
        assert not newest.dead


def test_a_fact_replaces_what_was_known_under_its_name(database: Database) -> None:
    with database.transaction() as session:
        grants.note_fact(session, "zalo_oa", "oa1", "heard", {"variant": "app/oasecret/body"}, NOW)
    with database.transaction() as session:
        grants.note_fact(session, "zalo_oa", "oa1", "heard", {"variant": "oa/oasecret/body"}, NOW)
    with database.snapshot() as session:
        fact = grants.fact(session, "zalo_oa", "oa1", "heard")
        assert fact is not None
        assert (fact.value, fact.at) == ({"variant": "oa/oasecret/body"}, NOW)
        assert grants.fact(session, "zalo_oa", "oa2", "heard") is None
