"""An admin on a phone puts an announcement right, or takes it back, and learns where that was not possible."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.scheduler import tick
from campaign.work import ladder
from storage.models import Outgoing, Push, Talk
from storage.models.messages import UNSENT, OutgoingState
from tests.stories.town import Town, local


@pytest.fixture
def office(town: Town) -> Town:
    """Quân administers; two units have groups; everybody has been asked to come at eight."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.group("g1", unit="CS01")
    town.group("g2", unit="CS02")
    announce(town)
    return town


def announce(town: Town) -> None:
    town.says("quan", "gửi thông báo")
    town.says("quan", "Họp lúc 8h.")
    town.presses("quan", "Tất cả đơn vị")
    if any("gõ đúng số" in text for text in town.texts("quan")):
        town.says("quan", "60")
    town.presses("quan", "Gửi ngay")


def turns(town: Town, *, refused: str = "") -> None:
    """The scheduler looks and delivery works, until nothing is left; ``refused`` is a place that lets nothing pass."""
    for _ in range(5):
        town.now += timedelta(seconds=6)
        with town.database.transaction() as session:
            tick(session, town.now, town.house)
        with town.database.transaction() as session:
            steps = select(Outgoing).where(Outgoing.to == refused, col(Outgoing.corrects_id).is_not(None))
            for row in session.exec(steps.where(col(Outgoing.state).in_(UNSENT))).all():
                row.state, row.finished_at, row.reason = OutgoingState.REFUSED, town.now, "Nhóm không cho gửi tin."
                session.add(row)
                ladder.settle(session, row, town.now)
        town.deliver() if not refused else _deliver_all_but(town, refused)


def _deliver_all_but(town: Town, place: str) -> None:
    with town.database.transaction() as session:
        for row in session.exec(select(Outgoing).where(col(Outgoing.state).in_(UNSENT), Outgoing.to != place)):
            row.state, row.finished_at, row.external_ids = OutgoingState.SENT, town.now, [f"out{row.id}"]
            session.add(row)


def test_a_wrong_hour_is_put_right_everywhere(office: Town) -> None:
    office.presses("quan", "Đính chính")
    assert "đang là:\n———\nHọp lúc 8h." in office.last("quan").text
    office.says("quan", "Họp lúc 9h.")
    assert any("Họp lúc 9h.\n———\n4 nơi đã nhận sẽ được sửa, 0 nơi chưa gửi" in text for text in office.texts("quan"))
    assert office.last("g1").text == "Họp lúc 8h."
    office.presses("quan", "Đính chính ngay")
    assert "Đang đính chính ở 4 nơi" in office.last("quan").text
    turns(office)
    for place in ("g1", "g2", "lan", "tuan"):
        assert office.last(place).text == "Họp lúc 9h."
    told = "Đã đính chính thông báo số 1 “Họp lúc 9h.”: sửa tại chỗ 4 nơi.\nNơi nào cũng xong."
    assert told in office.texts("quan")
    turns(office)
    assert office.texts("quan").count(told) == 1


def test_where_nothing_is_possible_is_named_for_the_phone(office: Town) -> None:
    office.presses("quan", "Đính chính")
    office.says("quan", "Họp lúc 9h.")
    office.presses("quan", "Đính chính ngay")
    turns(office, refused="g2")
    (told,) = [text for text in office.texts("quan") if text.startswith("Đã đính chính")]
    assert "sửa tại chỗ 3 nơi" in told
    assert "Không làm được ở 1 nơi, anh/chị gọi điện giúp:\n• g2: Nhóm không cho gửi tin." in told


def test_withdrawn_and_then_there_is_nothing_more_to_do(office: Town) -> None:
    office.presses("quan", "Thu hồi")
    assert any("Thu hồi thông báo số 1: “Họp lúc 8h.”?" in text for text in office.texts("quan"))
    office.presses("quan", "Thu hồi ngay")
    turns(office)
    assert any("Đã thu hồi thông báo số 1 “Họp lúc 8h.”: xóa 4 nơi." in text for text in office.texts("quan"))
    office.says("quan", "thông báo đã gửi")
    office.presses("quan", "1. Họp lúc 8h.")
    assert "Thông báo này đã được thu hồi." in office.last("quan").text
    assert office.last("quan").labels == ["Trang chủ"]
    for old in ("take:1", "phone:1"):
        office.hears(office.event("quan", kind="button", action=old, press=f"again {old}"))
        office.deliver()
        assert office.heard("quan")[-1].toast == f"again {old}"
        assert office.heard("quan")[-1].text == "Thông báo này đã được thu hồi."


def test_taking_back_the_words_does_not_take_back_the_work(office: Town) -> None:
    office.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    office.tick()
    office.says("quan", "thông báo đã gửi")
    office.presses("quan", "2. Gửi ảnh băng rôn")
    office.presses("quan", "Thu hồi")
    assert any("Việc kèm theo vẫn còn và vẫn được nhắc." in text for text in office.texts("quan"))


def test_above_fifty_places_the_number_is_typed(tmp_path: Path) -> None:
    town = Town.built_in(tmp_path, codes=tuple(f"CS{number:02}" for number in range(1, 61)))
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    for number in range(1, 61):
        town.group(f"g{number}", unit=f"CS{number:02}")
    announce(town)
    town.presses("quan", "Đính chính")
    town.says("quan", "Họp lúc 9h.")
    assert "Để xác nhận, anh/chị gõ đúng số 60." in town.last("quan").text
    town.says("quan", "6")
    assert "Số chưa đúng nên chưa đổi gì" in town.last("quan").text
    with town.database.snapshot() as session:
        asked = session.exec(select(Talk)).one().data["asked"]
    town.hears(town.event("quan", kind="button", action=f"fixgo:{asked}", press="early"))
    town.deliver()
    with town.database.snapshot() as session:
        assert session.get_one(Push, 1).text == "Họp lúc 8h."
    town.says("quan", "60")
    town.presses("quan", "Đính chính ngay")
    with town.database.snapshot() as session:
        assert session.get_one(Push, 1).text == "Họp lúc 9h."


def test_a_second_tap_corrects_nothing_twice_and_a_change_of_mind_changes_nothing(office: Town) -> None:
    office.presses("quan", "Thu hồi")
    office.presses("quan", "Bỏ")
    assert "chưa đổi gì" in office.last("quan").text
    office.presses("quan", "Thu hồi ngay")
    assert "chưa được xác nhận" in office.heard("quan")[-1].text
    with office.database.snapshot() as session:
        assert session.get_one(Push, 1).cancelled_at is None


@pytest.mark.parametrize("user", ["lan", "ha"])
def test_an_officer_and_an_editor_put_nothing_right(office: Town, user: str) -> None:
    for action in ("fix:1", "take:1", "fixlist:1:0"):
        office.hears(office.event(user, kind="button", action=action, press=f"{user}{action}"))
        office.deliver()
        assert office.heard(user)[-1].text != ""
        assert "Đính chính ngay" not in office.heard(user)[-1].labels
    with office.database.snapshot() as session:
        assert session.get_one(Push, 1).text == "Họp lúc 8h."
