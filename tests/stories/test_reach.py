"""What a push costs and whom it cannot reach is known before it leaves, on a platform with windows and prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from bot.channels.contract import Channel, Recipient
from bot.reaching import SWITCHED_OFF, reach_of
from campaign.organisation import chats
from campaign.rules import NAME, DeliveryRules
from campaign.work import flow, pushes, reckoning, reminders
from campaign.work.reach import Reach, Way
from campaign.work.reckoning import Reckoning
from storage.models import Chat, Outgoing, Push, Unit
from storage.models.messages import OutgoingState
from tests.stories.town import CHANNEL, HOURS, Town, local

SILENT = "Người này im lặng quá 7 ngày."


class Windows:
    """Free for two days (eight messages), paid for seven, then with a form; some have left for good."""

    def __init__(self, *, forms: bool = False, gone: Sequence[str] = ()) -> None:
        self.forms, self.gone = forms, gone

    def __call__(self, session: Session, chats: Sequence[Chat], at: datetime) -> list[Reach]:
        return [self.reach(Recipient(chat.external_id, chat.kind == "group", chat.heard_at), at) for chat in chats]

    def reach(self, one: Recipient, at: datetime) -> Reach:
        if one.group:
            return Reach(Way.GROUP)
        silence = at - one.heard_at if one.heard_at else timedelta(days=999)
        if one.chat in self.gone:
            return Reach(Way.NONE, reason="Người này đã rời trợ lý.")
        if silence <= timedelta(hours=48) and one.said < 8:
            return Reach(Way.FREE)
        if silence <= timedelta(days=7):
            return Reach(Way.PAID, 55, "Đã quá 48 giờ.")
        return Reach(Way.TEMPLATE, 200, "Đã quá 7 ngày.") if self.forms else Reach(Way.NONE, reason=SILENT)


@pytest.fixture
def zone(town: Town) -> Town:
    """Lan and Tuấn have been silent for three days, Mai (CS03) for ten; CS04 has nobody; Quân administers."""
    town.settle("mai", "CS03")
    town.wait(7 * 86400)
    for user in ("lan", "tuan"):
        town.says(user, "trang chủ")
    town.wait(3 * 86400)
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.reach = Windows()
    with town.database.transaction() as session:
        four = town.unit("CS04", session)
        four.contact_name, four.contact_phone = "Bà Sáu", "+84901234567"
        session.add(four)
    return town


def draft(town: Town, to: str = "all", kind: str = "adhoc") -> Push:
    return Push(key="draft", kind=kind, audience=to, text="Mời họp", due_at=town.now)


def reckon(town: Town, push: Push) -> Reckoning:
    with town.database.snapshot() as session:
        return reckoning.before(session, push, HOURS, town.now, town.reach)


def drafted(town: Town) -> None:
    town.says("quan", "gửi thông báo")
    town.says("quan", "Mời các đơn vị họp trực tuyến chiều nay.")
    town.presses("quan", "Tất cả đơn vị")


def test_the_price_and_the_silent_are_told_before_anything_leaves(zone: Town) -> None:
    drafted(zone)
    preview = next(text for text in zone.texts("quan") if "Xem trước" in text)
    assert "Dự kiến: 2 người quá 48 giờ (110 đ), 2 không tới được. Tổng: 110 đ." in preview
    zone.presses("quan", "Ai phải gọi điện")
    listed = next(text for text in zone.texts("quan") if "Không tới được:" in text)
    assert f"• CĐCS Nhà máy số 3 (Mai): {SILENT}" in listed
    assert f"• CĐCS Nhà máy số 4 (Bà Sáu 0901 234 567): {reckoning.NOBODY}" in listed
    assert not zone.texts("lan")[-1].startswith("Mời các đơn vị")
    zone.presses("quan", "Gửi ngay")
    assert zone.last("lan").text == "Mời các đơn vị họp trực tuyến chiều nay."


def test_where_there_are_no_buttons_it_is_asked_in_words(zone: Town) -> None:
    drafted(zone)
    zone.says("quan", "ai phải gọi điện")
    assert any("Không tới được:" in text for text in zone.texts("quan"))
    zone.says("quan", "1")
    assert zone.last("lan").text == "Mời các đơn vị họp trực tuyến chiều nay."


def test_an_approved_form_reaches_the_silent_for_money(zone: Town) -> None:
    zone.reach = Windows(forms=True)
    found = reckon(zone, draft(zone))
    assert found.sentence == (
        "2 người quá 48 giờ (110 đ), 1 người cần mẫu trả phí (200 đ), 1 không tới được. Tổng: 310 đ."
    )
    assert (found.cost, found.places) == (310, 3)


def test_the_group_comes_first_and_saves_the_money(zone: Town) -> None:
    """The group of the cluster reads it for nothing, so nobody pays for a second copy to Lan and Tuấn."""
    zone.group("cụm một", cluster="Cụm 1")
    assert reckon(zone, draft(zone)).sentence == "1 nhóm, 2 không tới được."
    drafted(zone)
    zone.presses("quan", "Gửi ngay")
    assert zone.last("cụm một").text.startswith("Mời các đơn vị")
    assert not any(text.startswith("Mời các đơn vị") for text in zone.texts("lan"))


def test_somebody_addressed_by_role_is_written_to_beside_the_group(zone: Town) -> None:
    zone.group("cụm một", cluster="Cụm 1")
    assert reckon(zone, draft(zone, "cluster:Cụm 1+role:officer")).paid == 2


def test_a_press_opens_the_window_again(zone: Town) -> None:
    zone.assign("Gửi ảnh băng rôn", local(6, 10, 16))
    zone.tick()
    assert reckon(zone, draft(zone, "unit:CS01")).paid == 1
    zone.presses("lan", "Đã nhận")
    assert reckon(zone, draft(zone, "unit:CS01")).free == 1


def test_what_people_do_not_do_themselves_opens_nothing(zone: Town) -> None:
    before = zone.chat("lan")
    assert before is not None
    for kind in ("reacted", "other", "echo"):
        zone.hears(zone.event("lan", kind=kind))
    zone.hears(zone.event("lan", kind="left"))
    after = zone.chat("lan")
    assert after is not None
    assert after.heard_at == before.heard_at


def test_it_counts_at_the_moment_it_will_leave(town: Town) -> None:
    """In the evening Lan is still within her 48 hours; at seven next morning, when it leaves, she is not."""
    town.reach = Windows()
    town.sleep_until(local(5, 12, 7, 30))  # 47.5 hours later
    assert reckon(town, draft(town, "unit:CS01")).free == 1
    town.sleep_until(local(5, 11, 22))
    assert reckon(town, draft(town, "unit:CS01")).free == 1
    later = draft(town, "unit:CS01")
    later.due_at = local(5, 12, 21)
    assert reckon(town, later).paid == 1


def test_after_sending_the_refused_are_to_be_phoned(zone: Town) -> None:
    zone.group("nhom1", unit="CS01")
    drafted(zone)
    zone.presses("quan", "Gửi ngay")
    with zone.database.transaction() as session:
        row = session.exec(select(Outgoing).where(Outgoing.to == "mai", Outgoing.push_id != None)).one()  # noqa: E711
        row.state, row.reason = OutgoingState.REFUSED, SILENT
        session.add(row)
        push = session.get_one(Push, row.push_id)
        found = reckoning.to_phone(session, push, HOURS, zone.now, zone.reach)
    assert [(one.unit, one.reason) for one in found] == [
        ("CĐCS Nhà máy số 3", SILENT), ("CĐCS Nhà máy số 4", reckoning.NOBODY),
    ]  # fmt: skip
    zone.says("quan", "tiến độ")
    zone.presses("quan", "Ai chưa nhận thông báo cuối?")
    zone.presses("quan", "Ai phải gọi điện")
    assert f"• CĐCS Nhà máy số 3 (Mai): {SILENT}" in zone.texts("quan")[-1]


def test_who_has_left_is_phoned_by_name_and_not_called_a_stranger(zone: Town) -> None:
    """Mai is in the system and unfollowed; “chưa có ai của đơn vị vào hệ thống” would send a second invitation."""
    with zone.database.transaction() as session:
        chats.lose(session, CHANNEL, "mai", "Người dùng đã chặn hoặc rời trợ lý.")
    found = {one.unit: one for one in reckon(zone, draft(zone)).unreached}
    assert (found["CĐCS Nhà máy số 3"].name, found["CĐCS Nhà máy số 3"].reason) == (
        "Mai",
        "Người dùng đã chặn hoặc rời trợ lý.",
    )
    assert found["CĐCS Nhà máy số 4"].reason == reckoning.NOBODY
    by_role = reckon(zone, draft(zone, "role:officer")).unreached
    assert [(one.name, one.reason) for one in by_role] == [("Mai", "Người dùng đã chặn hoặc rời trợ lý.")]


def test_a_cluster_whose_group_is_locked_is_phoned_for_that_reason(zone: Town) -> None:
    zone.group("nhom", cluster="Cụm 2")
    with zone.database.transaction() as session:
        chats.lose(session, CHANNEL, "nhom", "Gói nhóm đã hết hạn.")
    found = {one.unit: one.reason for one in reckon(zone, draft(zone)).unreached}
    assert found["CĐCS Nhà máy số 4"] == "Gói nhóm đã hết hạn."
    assert found["CĐCS Nhà máy số 3"] == SILENT, "of a person who can be named the person's reason counts"


def test_an_officer_is_not_shown_whom_to_phone(zone: Town) -> None:
    drafted(zone)
    zone.presses("quan", "Gửi ngay")
    zone.hears(zone.event("lan", kind="button", action="phone:1"))
    zone.deliver()
    assert "Chỉ biên tập viên" in zone.texts("lan")[-1]


def test_a_person_with_a_second_channel_is_reached_there(zone: Town) -> None:
    """Mai's Zalo is silent, but she has the web page too: the reckoning counts what delivery will do."""
    with zone.database.transaction() as session:
        mai = session.exec(select(Chat).where(Chat.external_id == "mai")).one()
        session.add(
            Chat(channel="web", external_id="w1", kind="private", person_id=mai.person_id, created_at=zone.now)
        )  # fmt: skip

    def two_channels(session: Session, chats: Sequence[Chat], at: datetime) -> list[Reach]:
        rules = Windows()(session, chats, at)
        return [Reach(Way.FREE) if chat.channel == "web" else rule for chat, rule in zip(chats, rules, strict=True)]

    zone.reach = two_channels
    assert reckon(zone, draft(zone, "unit:CS03")).sentence == "1 người."


def test_messages_since_the_last_sign_of_life_are_counted_from_our_own_rows(town: Town) -> None:
    rules = Windows()
    reach = reach_of({CHANNEL: cast(Channel, SimpleNamespace(reach=rules.reach))})
    for number in range(9):
        with town.database.transaction() as session:
            lan = session.exec(select(Chat).where(Chat.external_id == "lan")).one()
            assert reach(session, [lan], town.now)[0].way is (Way.FREE if number < 8 else Way.PAID)
            session.add(
                Outgoing(
                    key=f"n{number}", channel=CHANNEL, to="lan", chat_id=lan.id, state=OutgoingState.SENT,
                    progress=1, finished_at=town.now + timedelta(seconds=1),
                )
            )  # fmt: skip
    town.wait(5)
    town.says("lan", "trang chủ")
    with town.database.snapshot() as session:
        lan = session.exec(select(Chat).where(Chat.external_id == "lan")).one()
        assert reach(session, [lan], town.now)[0].way is Way.FREE
        assert reach_of({})(session, [lan], town.now) == [Reach(Way.NONE, reason=SWITCHED_OFF)]


def out_of_reach_is_known(town: Town) -> None:
    """As the running program does it: who is open is asked of the rules of reach."""

    def reaches(session: Session, chats: Sequence[Chat]) -> list[bool]:
        return [found.way is not Way.NONE for found in town.reach(session, chats, town.now)]

    town.database.info[NAME] = DeliveryRules(reaches=reaches, pause_after=1, pause_share=0.1)


def test_who_was_foretold_to_be_out_of_reach_does_not_stop_a_push(zone: Town) -> None:
    out_of_reach_is_known(zone)
    with zone.database.transaction() as session:
        push = draft(zone)
        session.add(push)
        session.flush()
        pushes.release(session, push, zone.now, HOURS, reach=zone.reach)
        rows = {row.to: row for row in session.exec(select(Outgoing).where(Outgoing.push_id == push.id))}
        rows["mai"].state, rows["mai"].reason, rows["mai"].finished_at = OutgoingState.REFUSED, SILENT, zone.now
        session.flush()
        assert flow.pause_refused(session, zone.now) == []
        rows["lan"].state, rows["lan"].reason, rows["lan"].finished_at = OutgoingState.REFUSED, "Đã chặn.", zone.now
        session.flush()
        ((_, found),) = flow.pause_refused(session, zone.now)
        assert (found.count, found.answered, found.reason) == (1, 1, "Đã chặn.")


def test_a_unit_whose_officers_are_silent_is_reminded_in_its_own_group(zone: Town) -> None:
    out_of_reach_is_known(zone)
    zone.group("nhóm ba", unit="CS03")
    zone.group("nhóm một", unit="CS01")
    with zone.database.transaction() as session:
        wanted = {zone.unit(code, session).id or 0 for code in ("CS01", "CS03")}
        found = reminders.digest_chats(session, wanted)
        assert {chat.external_id for chat, _ in found.values()} == {"lan", "nhóm ba"}


@settings(deadline=None, max_examples=12)
@given(
    silence=st.lists(st.integers(0, 20), min_size=4, max_size=4),
    groups=st.sets(st.sampled_from(["CS01", "CS02", "CS03", "CS04"])),
    forms=st.booleans(),
)
def test_every_unit_is_either_reached_or_phoned(
    tmp_path_factory: pytest.TempPathFactory, silence: list[int], groups: set[str], forms: bool
) -> None:
    town = Town.built_in(tmp_path_factory.mktemp("town"))
    town.reach = Windows(forms=forms)
    codes = ("CS01", "CS02", "CS03", "CS04")
    for code in codes:
        town.settle(code.lower(), code)
    for code in groups:
        town.group(f"g{code}", unit=code)
    with town.database.transaction() as session:
        for code, days in zip(codes, silence, strict=True):
            chat = session.exec(select(Chat).where(Chat.external_id == code.lower())).one()
            chat.heard_at = town.now - timedelta(days=days)
            session.add(chat)
    with town.database.transaction() as session:
        push = draft(town)
        found = reckoning.before(session, push, HOURS, town.now, town.reach)
        session.add(push)
        session.flush()
        pushes.release(session, push, town.now, HOURS, reach=town.reach)
        told = {
            chat.unit_id if chat.unit_id else chat.external_id
            for chat in session.exec(select(Chat).join(Outgoing).where(Outgoing.push_id == push.id))  # type: ignore[arg-type]
        }
        phoned = {one.unit for one in found.unreached}
        for code, days in zip(codes, silence, strict=True):
            unit = session.exec(select(Unit).where(Unit.code == code)).one()
            reached = unit.id in told or (code.lower() in told and (forms or days <= 7))
            assert reached != (unit.name in phoned)
    town.database.close()
