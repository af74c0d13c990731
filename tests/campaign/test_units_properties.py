"""Whatever the reforms of a union are, nobody falls off its tree."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from campaign.organisation import units
from storage.models import Chat, Post, Unit
from tests.campaign.organisation import NOW, appoint, compete, found, key_of, office

FIRST_DAY = date(2025, 7, 1)
SIZE = 9

# A tree as the parent of each unit after the first, and a history of attempts to merge or close.
trees = st.tuples(*(st.integers(0, place) for place in range(SIZE - 1)))
steps = st.lists(
    st.tuples(st.sampled_from(["merge", "close"]), st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=12
)


def settle(session: Session, tree: tuple[int, ...]) -> list[Unit]:
    everyone = [found(session, "U0")]
    for place, parent in enumerate(tree, start=1):
        everyone.append(found(session, f"U{place}", parent=everyone[parent]))
    for unit in everyone:
        appoint(session, f"Cán bộ {unit.code}", unit, "officer")
        session.add(Chat(channel="web", external_id=unit.code, unit_id=unit.id, created_at=NOW))
    compete(session, "Cụm 1", *everyone[1::2], year=2025)
    session.flush()
    return everyone


def reform(session: Session, everyone: list[Unit], history: list[tuple[str, int, int]]) -> int:
    """How many of the attempts were carried out, one a day."""
    done = 0
    for day, (what, first, second) in enumerate(history):
        on = FIRST_DAY + timedelta(days=day)
        try:
            if what == "merge":
                units.merge(session, everyone[first], everyone[second], on=on, now=NOW)
            else:
                units.close(session, everyone[first], on)
        except units.UnitRefusal:
            continue
        done += 1
    session.expire_all()
    return done


@settings(max_examples=10, deadline=None)
@given(trees, steps)
def test_after_any_reforms_every_open_unit_hangs_under_open_units_only(
    tree: tuple[int, ...], history: list[tuple[str, int, int]]
) -> None:
    with TemporaryDirectory() as folder, office(Path(folder)) as session:
        everyone = settle(session, tree)
        done = reform(session, everyone, history)

        still_open = units.open_units(session, None)
        assert len(still_open) == SIZE - done
        for unit in still_open:
            line = units.ancestors(session, key_of(unit))
            assert all(units.is_open(session.get_one(Unit, key), None) for key in line)
            assert all(key_of(unit) in units.descendants(session, key, None) for key in line)


@settings(max_examples=10, deadline=None)
@given(trees, steps)
def test_after_any_mergers_no_cadre_and_no_group_is_left_behind(
    tree: tuple[int, ...], history: list[tuple[str, int, int]]
) -> None:
    with TemporaryDirectory() as folder, office(Path(folder)) as session:
        everyone = settle(session, tree)
        reform(session, everyone, [step for step in history if step[0] == "merge"])

        homes = {chat.unit_id for chat in session.exec(select(Chat))}
        assert homes <= {unit.id for unit in units.open_units(session, None)}
        for unit in everyone:
            heir = units.successor(session, unit)
            assert units.is_open(heir, None)
            officer = session.exec(select(Post).where(Post.unit_id == unit.id)).first()
            assert officer is not None
            own = session.exec(select(Post).where(Post.person_id == officer.person_id)).all()
            assert [post.unit_id for post in own if post.until is None] == [
                units.successor(session, session.get_one(Unit, own[0].unit_id)).id
            ]
