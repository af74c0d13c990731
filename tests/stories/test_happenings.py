"""Things happen on a platform without anybody speaking to the bot: marks, comings and goings, withdrawals, proofs."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from campaign.message import Message
from campaign.organisation import people
from handlers.joining import NAMELESS
from storage.models import (
    Account,
    Chat,
    Consent,
    GroupPackage,
    Incoming,
    Outgoing,
    Person,
    Receipt,
    Talk,
    Unit,
)
from tests.stories.test_joining import invited
from tests.stories.town import CHANNEL, Town, local


@pytest.fixture
def square(town: Town) -> Town:
    """The house owns the group of Cụm 1; Quân administers the federation."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.group("nhom", cluster="Cụm 1")
    with town.database.transaction() as session:
        chat = session.exec(select(Chat).where(Chat.external_id == "nhom")).one()
        session.add(GroupPackage(chat_id=chat.id, members=7, checked_at=town.now))
    return town


def receipts(town: Town) -> list[str]:
    with town.database.snapshot() as session:
        return [session.get_one(Unit, row.unit_id).code for row in session.exec(select(Receipt))]


def doors(town: Town) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(group, let in, turned away) of everything that was decided."""
    with town.database.snapshot() as session:
        rows = session.exec(select(Outgoing).where(col(Outgoing.key).startswith("door:"))).all()
    messages = [(row.to, Message.from_json(row.message)) for row in rows]
    return [(to, message.lets_in, message.turns_away) for to, message in messages]


# -- marks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("icon", "units"), [("/-heart", ["CS01"]), ("/-strong", ["CS01"]), (":-((", []), ("", [])])
def test_a_heart_under_a_push_is_a_silent_receipt(town: Town, icon: str, units: list[str]) -> None:
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    push = town.last("lan")
    before = len(town.heard("lan"))
    town.hears(town.event("lan", kind="reacted", reply_to=push.id, details={"icon": icon}))
    town.deliver()
    assert receipts(town) == units
    assert len(town.heard("lan")) == before


def test_a_heart_elsewhere_or_of_somebody_without_a_unit_is_only_a_heart(town: Town) -> None:
    town.says("lan", "trang chủ")
    town.hears(town.event("lan", kind="reacted", reply_to=town.last("lan").id, details={"icon": "/-heart"}))
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    town.hears(town.event("ha", kind="reacted", reply_to=town.last("lan").id, details={"icon": "/-heart"}))
    assert receipts(town) == []


def test_the_first_photo_of_a_sending_is_marked_as_received(town: Town) -> None:
    town.can_react = True
    first = town.sends_photo("lan")
    town.sends_photo("lan")
    with town.database.snapshot() as session:
        marks = [row.message["reacts"] for row in session.exec(select(Outgoing)).all() if row.message.get("reacts")]
    assert marks == [first.message_id]
    assert "2 ảnh" in town.last("lan").text


# -- people at the door ------------------------------------------------------------------------------------------------


def test_an_officer_of_the_cluster_comes_in_by_himself(square: Town) -> None:
    square.hears(square.event("", "nhom", kind="asked", members=("tuan",)))
    assert doors(square) == [("nhom", ("tuan",), ())]
    assert not any("xin vào nhóm" in text for text in square.texts("quan"))


def test_about_a_stranger_an_admin_decides_once(square: Town) -> None:
    square.hears(square.event("", "nhom", kind="asked", members=("7001",)))
    square.deliver()
    assert doors(square) == []
    assert square.last("quan").labels == ["Cho vào", "Không cho vào"]
    square.presses("quan", "Không cho vào")
    square.presses("quan", "Cho vào")
    assert doors(square) == [("nhom", (), ("7001",))]
    assert "đã có người xử lý" in square.texts("quan")[-1]


def test_who_knocks_all_day_long_is_asked_about_once(square: Town) -> None:
    for _ in range(5):
        square.hears(square.event("", "nhom", kind="asked", members=("7001",)))
    square.hears(square.event("", "nhom", kind="asked", members=("7002",)))
    square.deliver()
    assert sum("xin vào nhóm" in text for text in square.texts("quan")) == 2
    square.wait(24 * 3600)
    square.hears(square.event("", "nhom", kind="asked", members=("7001",)))
    square.deliver()
    assert sum("xin vào nhóm" in text for text in square.texts("quan")) == 3


def test_who_was_turned_away_by_mistake_knocks_again_and_is_asked_about(square: Town) -> None:
    for _ in range(2):
        square.hears(square.event("", "nhom", kind="asked", members=("7001",)))
    square.deliver()
    square.presses("quan", "Không cho vào")
    for _ in range(2):
        square.hears(square.event("", "nhom", kind="asked", members=("7001",)))
    square.deliver()
    assert sum("xin vào nhóm" in text for text in square.texts("quan")) == 2
    square.presses("quan", "Cho vào")
    assert "Đang cho người này vào" in square.texts("quan")[-1]


def test_an_officer_of_another_cluster_and_an_editor_open_no_door(square: Town) -> None:
    square.settle("mai", "CS03")
    square.hears(square.event("", "nhom", kind="asked", members=("mai",)))
    square.deliver()
    assert doors(square) == []
    action = next(one.action for one in square.last("quan").choices)
    for user in ("lan", "ha"):
        square.hears(square.event(user, kind="button", action=action))
    assert doors(square) == []


def test_of_comings_and_goings_only_the_count_is_kept(square: Town) -> None:
    square.hears(square.event("", "nhom", kind="entered", members=("7001", "7002")))
    square.hears(square.event("", "nhom", kind="exited", members=("7003",)))
    with square.database.snapshot() as session:
        assert [row.members for row in session.exec(select(GroupPackage))] == [8]
        kept = " ".join(str(row.payload) for row in session.exec(select(Incoming)))
    assert "7001" not in kept
    assert "7003" not in kept


# -- details and withdrawal --------------------------------------------------------------------------------------------


def nameless(town: Town) -> None:
    with town.database.transaction() as session:
        lan = person(session, "lan")
        lan.name = NAMELESS
        session.add(lan)


def person(session: Session, user: str) -> Person:
    found = people.by_account(session, CHANNEL, user)
    assert found is not None
    return found


def test_a_given_name_fills_the_gap_and_a_number_is_asked_about(town: Town) -> None:
    nameless(town)
    given = {"name": "Nguyễn Thị Lan", "phone": "84901234567"}
    town.hears(town.event("lan", kind="details", details=given))
    town.deliver()
    with town.database.snapshot() as session:
        assert person(session, "lan").name == "Nguyễn Thị Lan"
        assert town.unit("CS01", session).contact_phone == ""
    town.presses("lan", "Ghi số này")
    with town.database.snapshot() as session:
        unit = town.unit("CS01", session)
        assert (unit.contact_phone, unit.contact_name) == ("+84901234567", "Nguyễn Thị Lan")


def test_who_refuses_leaves_no_number_behind(town: Town) -> None:
    town.hears(town.event("lan", kind="details", details={"name": "Ai đó", "phone": "0901234567"}))
    town.deliver()
    town.presses("lan", "Không ghi")
    with town.database.snapshot() as session:
        assert person(session, "lan").name == "Lan"
        assert town.unit("CS01", session).contact_phone == ""
        assert "901234567" not in " ".join(str(row.payload) for row in session.exec(select(Incoming)))
        assert session.exec(select(Talk)).all() == []


def test_of_a_stranger_nothing_is_kept(town: Town) -> None:
    given = {"name": "Người Lạ", "phone": "0901234567"}
    town.hears(town.event("nguoila", kind="details", details=given))
    with town.database.snapshot() as session:
        assert all(row.payload == {} for row in session.exec(select(Incoming)))
        assert session.exec(select(Person).where(Person.name == "Người Lạ")).all() == []
    assert town.heard("nguoila") == []


def test_somebody_who_withdraws_on_the_platform_is_forgotten_at_once(town: Town) -> None:
    town.says("lan", "trang chủ")
    town.hears(town.event("lan", kind="erase"))
    town.deliver()
    assert "Đã xóa dữ liệu" in town.last("lan").text
    with town.database.snapshot() as session:
        assert people.by_account(session, CHANNEL, "lan") is None
        assert session.exec(select(Account).where(Account.external_id == "lan")).all() == []
        assert all(row.withdrawn_at is not None for row in session.exec(select(Consent)))


def test_a_stranger_who_withdraws_before_consenting_leaves_no_trace(town: Town) -> None:
    code = invited(town, "CS01")
    town.says("nguoila", code)
    town.hears(town.event("nguoila", kind="erase"))
    with town.database.snapshot() as session:
        assert session.exec(select(Talk)).all() == []
        assert all(row.payload == {} for row in session.exec(select(Incoming).where(Incoming.chat == "nguoila")))
        said = session.exec(select(Outgoing).where(Outgoing.to == "nguoila")).all()
        assert said
        assert all(row.message == {} for row in said)


# -- what nothing follows ----------------------------------------------------------------------------------------------


def test_what_nobody_knows_is_kept_and_nothing_follows(town: Town) -> None:
    before = len(town.heard("lan"))
    town.hears(town.event("lan", kind="other", details={"what": "user_seen_message"}))
    town.deliver()
    assert len(town.heard("lan")) == before
    with town.database.snapshot() as session:
        kept = session.exec(select(Incoming).order_by(col(Incoming.id).desc())).first()
        assert kept is not None
        assert kept.payload["details"] == {"what": "user_seen_message"}


def test_an_echo_of_words_written_by_hand_in_the_console_proves_nothing(town: Town) -> None:
    taken: list[str] = []
    town.arrived = lambda session, event, now: taken.append(event.text) or True  # type: ignore[func-returns-value]
    town.hears(town.event("", "lan", kind="echo", text="Chào", group=False, details={"admin": "42"}))
    town.hears(town.event("", "lan", kind="echo", text="Thông báo", group=False))
    assert taken == ["Thông báo"]
