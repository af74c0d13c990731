"""A button further up says what it said when it was shown; it never does what was asked about since."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from storage.models import Outgoing, Push
from storage.models.messages import OutgoingState
from tests.stories.town import Town, local


@pytest.fixture
def office(town: Town) -> Town:
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.group("g1", unit="CS01")
    return town


def drafts(town: Town, text: str, to: str) -> None:
    town.says("quan", "gửi thông báo")
    town.says("quan", text)
    town.presses("quan", to)


def presses_the_one_above(town: Town, label: str) -> None:
    """The last but one message that offered ``label``."""
    offered = [choice.action for heard in town.heard("quan") for choice in heard.choices if choice.label == label]
    town.hears(town.event("quan", kind="button", action=offered[-2], press=f"old{label}"))
    town.deliver()


def announced(town: Town) -> list[str]:
    with town.database.snapshot() as session:
        return list(session.exec(select(Push.text).order_by(col(Push.id))))


def test_send_now_under_an_old_preview_does_not_send_the_new_draft(office: Town) -> None:
    drafts(office, "Chỉ báo cho cụm 1.", "Cụm 1")
    drafts(office, "Bản nháp cho tất cả.", "Tất cả đơn vị")
    presses_the_one_above(office, "Gửi ngay")
    assert announced(office) == []
    assert "chưa được xác nhận" in office.heard("quan")[-1].text
    office.presses("quan", "Gửi ngay")
    assert announced(office) == ["Bản nháp cho tất cả."]


def test_take_back_now_of_one_announcement_does_not_correct_another(office: Town) -> None:
    for text in ("Họp lúc 8h.", "Nộp ảnh băng rôn."):
        drafts(office, text, "Tất cả đơn vị")
        office.presses("quan", "Gửi ngay")
    for action in ("take:1", "take:2"):
        office.hears(office.event("quan", kind="button", action=action, press=action))
        office.deliver()
    presses_the_one_above(office, "Thu hồi ngay")
    with office.database.snapshot() as session:
        assert [push.cancelled_at for push in session.exec(select(Push))] == [None, None]
    office.presses("quan", "Thu hồi ngay")
    with office.database.snapshot() as session:
        assert session.get_one(Push, 1).cancelled_at is None
        assert session.get_one(Push, 2).cancelled_at is not None


def test_an_answer_to_the_first_doubt_does_not_settle_the_second(town: Town) -> None:
    """The message was sent again at somebody's word and its answer was lost again: now it may be there twice."""
    town.group("nhom1", unit="CS01")
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    for attempts in (1, 2):
        with town.database.transaction() as session:
            row = session.exec(select(Outgoing).where(Outgoing.to == "nhom1")).one()
            row.state, row.attempts = OutgoingState.UNKNOWN, attempts
            session.add(row)
        town.tick()
    first, second = [heard for heard in town.heard("ha") if "Chưa rõ thông báo" in heard.text]
    town.hears(town.event("ha", kind="button", action=first.choices[0].action, press="late"))
    town.deliver()
    with town.database.snapshot() as session:
        assert session.get_one(Outgoing, row.id).state == OutgoingState.UNKNOWN
    town.hears(town.event("ha", kind="button", action=second.choices[1].action, press="now"))
    with town.database.snapshot() as session:
        assert session.get_one(Outgoing, row.id).state == OutgoingState.SENT


def test_every_doubt_is_asked_about_however_many_there_are(town: Town) -> None:
    """The line broke in the middle of a large push: more is in doubt than is asked about at a time."""
    for number in range(50):
        town.group(f"nhom{number}", unit="CS01")
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    with town.database.transaction() as session:
        for row in session.exec(select(Outgoing).where(col(Outgoing.group))):
            row.state, row.attempts = OutgoingState.UNKNOWN, 1
            session.add(row)
    for _ in range(4):
        town.tick()
    asked = [text for text in town.texts("ha") if "Chưa rõ thông báo" in text]
    assert len(asked) == len(set(asked)) == 50
