"""An admin on a phone watches an announcement leave, stops it, lets it go on, cuts it short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import col, select

from campaign.rules import NAME, DeliveryRules
from storage.models import Outgoing, Push
from storage.models.campaigns import PushKind
from storage.models.messages import OutgoingState, Priority
from tests.stories.town import Town, local


@pytest.fixture
def office(town: Town) -> Town:
    """Quân administers; every unit has a group."""
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    for number, code in enumerate(town.codes, 1):
        town.group(f"g{number}", unit=code)
    return town


def announce(office: Town, words: str = "Mời các đơn vị treo cờ") -> None:
    """Said and released, but nothing has left yet."""
    office.says("quan", "gửi thông báo")
    office.says("quan", words)
    office.presses("quan", "Tất cả đơn vị")
    choice = next(choice for choice in office.last("quan").choices if choice.label == "Gửi ngay")
    office.hears(office.event("quan", kind="button", action=choice.action, press="go"))


def leaves(office: Town, *places: str, state: str = OutgoingState.SENT, reason: str = "") -> None:
    """The announcement reaches these places, and the bot's answers reach Quân."""
    with office.database.transaction() as session:
        for row in session.exec(select(Outgoing).where(Outgoing.state == OutgoingState.QUEUED)):
            if row.priority != Priority.PUSH:
                row.state, row.finished_at, row.external_ids = OutgoingState.SENT, office.now, [f"out{row.id}"]
            elif row.to in places:
                row.state, row.finished_at, row.reason = state, office.now, reason
            session.add(row)


def pass_time(office: Town, seconds: float = 6) -> None:
    """The clock moves, the scheduler looks, its answers arrive; the announcement itself goes no further."""
    from bot.scheduler import tick

    office.now = office.now.fromtimestamp(office.now.timestamp() + seconds, office.now.tzinfo)
    with office.database.transaction() as session:
        tick(session, office.now, office.house)
    leaves(office)


def presses(office: Town, label: str) -> None:
    found = [c for heard in office.heard("quan") for c in heard.choices if c.label == label]
    press = f"p{office.now.timestamp()}{label}"
    office.hears(office.event("quan", kind="button", action=found[-1].action, press=press))
    leaves(office)


def shown(office: Town) -> list[Outgoing]:
    with office.database.snapshot() as session:
        rows = session.exec(select(Outgoing).where(col(Outgoing.key).startswith("prog:")).order_by(col(Outgoing.id)))
        return list(rows)


def test_the_author_sees_one_message_that_changes_in_place(office: Town) -> None:
    announce(office)
    leaves(office)
    assert office.last("quan").text == "Thông báo số 1: “Mời các đơn vị treo cờ”\nĐã gửi 0/6"
    assert office.last("quan").labels == ["Tạm dừng", "Hủy phần còn lại", "Đính chính", "Thu hồi", "Trang chủ"]
    leaves(office, "g1", "g2")
    pass_time(office, 1)
    assert len(shown(office)) == 1  # not every second
    pass_time(office, 6)
    assert office.last("quan").text.endswith("Đã gửi 2/6")
    leaves(office, "g3", state=OutgoingState.REFUSED, reason="Đã rời nhóm.")
    leaves(office, "g4", state=OutgoingState.UNKNOWN)
    leaves(office, "lan", "tuan")
    pass_time(office, 1)  # the last form does not wait
    assert office.texts("quan")[-2].endswith("Đã gửi 4/6 · chưa rõ 1 · không tới được 1\nĐã gửi xong.")
    rows = shown(office)
    assert [row.message.get("edits", "") for row in rows] == ["", "prog:1:0", "prog:1:0"]
    pass_time(office, 60)
    assert len(shown(office)) == 3


def test_where_nothing_can_be_edited_only_the_beginning_and_the_end_are_said(
    office: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = Town.house.fget
    assert house is not None
    silent = property(lambda town: replace(house(town), can_edit=lambda channel: False))
    monkeypatch.setattr(Town, "house", silent)
    announce(office)
    leaves(office)
    assert "Đã xếp gửi thông báo số 1 tới 6 nơi" in office.last("quan").text
    leaves(office, "g1")
    pass_time(office, 30)
    assert len(shown(office)) == 1
    leaves(office, "g2", "g3", "g4", "lan", "tuan")
    pass_time(office, 30)
    assert office.last("quan").text.endswith("Đã gửi 6/6\nĐã gửi xong.")
    assert "Ai phải gọi điện" in office.last("quan").labels  # units without any chat are not among the six
    assert [row.message.get("edits", "") for row in shown(office)] == ["", ""]


def test_pause_go_on_and_cut_short_by_buttons(office: Town) -> None:
    announce(office)
    leaves(office, "g1")
    presses(office, "Tạm dừng")
    assert "Đang tạm dừng: 5 nơi chờ." in office.last("quan").text
    assert office.last("quan").labels[0] == "Tiếp tục gửi"
    leaves(office, "g2")
    assert office.heard("g2") == []
    presses(office, "Tiếp tục gửi")
    leaves(office, "g2")
    assert len(office.heard("g2")) == 1
    presses(office, "Hủy phần còn lại")
    assert "4 nơi chưa gửi sẽ không nhận" in office.last("quan").text
    presses(office, "Đồng ý hủy")
    assert office.last("quan").text.endswith("Đã gửi 2/6 · đã hủy 4\nĐã hủy phần chưa gửi.")


def test_it_stops_by_itself_and_tells_the_author_why(office: Town) -> None:
    office.database.info[NAME] = DeliveryRules(pause_after=2, pause_share=0.5)
    announce(office)
    leaves(office, "g1", "g2", state=OutgoingState.REFUSED, reason="Nhóm chưa cho trợ lý gửi tin.")
    pass_time(office, 1)
    told = [heard for heard in office.heard("quan") if "tự tạm dừng" in heard.text]
    assert "2/2 nơi không nhận, 4 nơi chưa gửi. Lý do nhiều nhất: Nhóm chưa cho trợ lý gửi tin." in told[0].text
    assert told[0].labels[:2] == ["Tiếp tục gửi", "Hủy phần còn lại"]
    pass_time(office, 60)
    assert len([heard for heard in office.heard("quan") if "tự tạm dừng" in heard.text]) == 1


def test_a_push_of_the_plan_has_no_author_so_those_who_decide_are_told(office: Town) -> None:
    office.database.info[NAME] = DeliveryRules(pause_after=2, pause_share=0.5)
    office.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    pass_time(office, 1)
    leaves(office, "g1", "g2", state=OutgoingState.REFUSED, reason="Đã rời nhóm.")
    pass_time(office, 1)
    assert any("tự tạm dừng" in text for text in office.texts("quan"))
    assert any("tự tạm dừng" in text for text in office.texts("ha"))


def test_an_editor_and_an_officer_stop_nothing(office: Town) -> None:
    announce(office)
    for user in ("ha", "lan"):
        for action in ("pushpause:1", "pushstop:1", "pushshow:1"):
            office.hears(office.event(user, kind="button", action=action, press=f"{user}{action}"))
            leaves(office)
            assert "Chỉ quản trị viên" in office.heard(user)[-1].text
    with office.database.snapshot() as session:
        assert session.get_one(Push, 1).paused_at is None


def test_what_was_sent_is_found_again_in_the_list(office: Town) -> None:
    announce(office)
    leaves(office, "g1")
    office.says("quan", "thông báo đã gửi")
    assert office.last("quan").labels[0] == "1. Mời các đơn vị treo cờ"
    presses(office, "1. Mời các đơn vị treo cờ")
    assert "Thông báo số 1" in office.last("quan").text


def test_in_the_list_work_is_told_apart_by_its_own_words(office: Town) -> None:
    with office.database.transaction() as session:
        text = "Việc cần làm: Treo băng rôn.\nHạn: thứ Ba."
        session.add(Push(kind=PushKind.ASSIGNMENT, key="w", audience="all", text=text, due_at=office.now))
    office.tick()
    office.says("quan", "thông báo đã gửi")
    assert office.last("quan").labels[0] == "1. Treo băng rôn."


def test_at_night_the_message_says_when_it_will_go_on(office: Town) -> None:
    office.sleep_until(local(5, 10, 22))
    office.says("quan", "gửi thông báo")
    office.says("quan", "Sáng mai tập trung.")
    office.presses("quan", "Tất cả đơn vị")
    office.presses("quan", "Gửi lúc 07h00 ngày 11/05")
    assert "Sẽ gửi tiếp lúc 07h00 ngày 11/05." in office.last("quan").text
