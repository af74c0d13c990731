"""A push that may have arrived is put before a person, who looks and decides with one tap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from campaign.work import corrections, reckoning
from campaign.work.reach import everybody
from storage.models import Assignment, Duty, Outgoing, Push
from storage.models.messages import OutgoingState
from tests.stories.town import HOURS, Town, local


@pytest.fixture
def doubtful(town: Town) -> Town:
    """The power went while the push was on its way to the group of CS01."""
    town.group("nhom1", unit="CS01")
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    with town.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "nhom1")).one()
        row.state, row.external_ids = OutgoingState.UNKNOWN, []
        session.add(row)
    town.tick()
    return town


def state(town: Town) -> str:
    with town.database.snapshot() as session:
        rows = session.exec(select(Outgoing).where(Outgoing.to == "nhom1", col(Outgoing.push_id).is_not(None)))
        return rows.one().state


def test_an_editor_is_asked_once(doubtful: Town) -> None:
    doubtful.tick()
    asked = [text for text in doubtful.texts("ha") if "Chưa rõ thông báo" in text]
    assert asked == [
        "Chưa rõ thông báo “Gửi ảnh băng rôn” đã tới nhom1 hay chưa. Anh/chị mở nhóm xem giúp: "
        "chưa thấy thì bấm Gửi lại, thấy rồi thì bấm Bỏ qua."
    ]


def test_nobody_can_look_into_the_private_chat_of_somebody_else(town: Town) -> None:
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    with town.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "lan", col(Outgoing.push_id).is_not(None))).one()
        row.state, row.external_ids = OutgoingState.UNKNOWN, []
        session.add(row)
    town.tick()
    assert "đã tới Lan hay chưa. Anh/chị hỏi người ấy giúp: chưa thấy thì bấm Gửi lại" in town.last("ha").text


def test_sent_again_only_at_a_persons_word(doubtful: Town) -> None:
    doubtful.wait(24 * 3600)
    doubtful.tick()
    assert state(doubtful) == OutgoingState.UNKNOWN
    doubtful.presses("ha", "Gửi lại")
    assert state(doubtful) == OutgoingState.SENT


def test_let_go_because_it_is_there(doubtful: Town) -> None:
    doubtful.presses("ha", "Bỏ qua")
    assert state(doubtful) == OutgoingState.SENT
    doubtful.presses("ha", "Gửi lại")
    assert "đã có người xử lý" in doubtful.texts("ha")[-1]
    assert len([text for text in doubtful.texts("nhom1") if "Gửi ảnh băng rôn" in text]) == 1


def test_what_was_seen_there_is_nothing_to_phone_about_and_is_corrected_and_withdrawn(doubtful: Town) -> None:
    doubtful.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    doubtful.presses("ha", "Bỏ qua")
    with doubtful.database.transaction() as session:
        push = session.exec(select(Push)).one()
        to_phone = reckoning.to_phone(session, push, HOURS, doubtful.now, everybody)
        assert "CĐCS Nhà máy số 1" not in [one.unit for one in to_phone]
        corrections.correct(session, push, "Gửi ảnh băng rôn và cờ", doubtful.now)
    doubtful.tick()
    assert doubtful.last("nhom1").text == "Đính chính: Gửi ảnh băng rôn và cờ"
    with doubtful.database.transaction() as session:
        corrections.withdraw(session, session.exec(select(Push)).one(), doubtful.now)
    doubtful.tick()
    assert any("không còn hiệu lực" in text or "thu hồi" in text for text in doubtful.texts("nhom1"))


def test_it_arrived_when_it_was_sent_and_not_when_somebody_looked(town: Town) -> None:
    """What is typed afterwards answers the message that was read last, and the one in doubt counts as a request."""
    town.assign("Việc thứ nhất", local(5, 20, 16))
    town.tick()
    with town.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "lan")).one()
        row.state, row.external_ids, number = OutgoingState.UNKNOWN, [], row.id
        session.add(row)
    town.tick()
    town.wait(3600)
    town.assign("Việc thứ hai", local(5, 20, 16))
    town.tick()
    town.wait(1800)
    town.presses("ha", "Bỏ qua")
    town.wait(60)
    town.says("lan", "1")
    with town.database.snapshot() as session:
        seen = session.exec(select(Duty).where(col(Duty.seen_at).is_not(None))).one()
        assert session.get_one(Assignment, seen.assignment_id).title == "Việc thứ hai"
        assert session.get_one(Outgoing, number).progress == 1


def test_of_what_was_seen_there_the_known_half_is_not_taken_for_all(doubtful: Town) -> None:
    """The photos have their numbers, the words were in doubt: deleting the photos takes nothing back."""
    doubtful.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    with doubtful.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "nhom1")).one()
        row.external_ids, row.progress = ["album"], 1
        session.add(row)
    doubtful.presses("ha", "Bỏ qua")
    with doubtful.database.transaction() as session:
        corrections.withdraw(session, session.exec(select(Push)).one(), doubtful.now)
    doubtful.tick()
    assert "không còn hiệu lực" in doubtful.last("nhom1").text


def test_an_officer_cannot_decide(doubtful: Town) -> None:
    with doubtful.database.snapshot() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "nhom1")).one()
    doubtful.hears(doubtful.event("lan", kind="button", action=f"resend:{row.id}", press="p"))
    doubtful.deliver()
    assert state(doubtful) == OutgoingState.UNKNOWN


def test_nobody_is_asked_what_the_platform_may_still_tell(town: Town) -> None:
    """On a platform with a memory people are asked when it was asked often enough, or could say nothing."""
    town.remembers = True
    town.group("nhom1", unit="CS01")
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    with town.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "nhom1")).one()
        row.state, row.finished_at = OutgoingState.UNKNOWN, town.now
        session.add(row)
    town.tick()
    assert not any("Chưa rõ" in text for text in town.texts("ha"))
    with town.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "nhom1")).one()
        row.looked_at = town.now + timedelta(seconds=135)
        session.add(row)
    town.tick()
    assert any("Chưa rõ" in text for text in town.texts("ha"))
    town.presses("ha", "Gửi lại")
    assert state(town) == OutgoingState.SENT
