"""What an operator sees of reach and doubts with ``loa push``."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState
from tests.e2e.office import Office, open_office
from tests.stories.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Lan reports for CS01 on the web page, Tuấn for CS02 on a channel that is switched off; CS03, CS04: nobody."""
    made = Town.built_in(tmp_path)
    made.settle("lan", "CS01")
    made.settle("tuan", "CS02")
    made.group("nhom", unit="CS01")
    with made.database.transaction() as session:
        session.execute(update(Chat).where(col(Chat.external_id).in_(("lan", "nhom"))).values(channel="webchat"))
        three = made.unit("CS03", session)
        three.contact_name, three.contact_phone = "Bà Sáu", "+84901234567"
        session.add(three)
    return made


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Office:
    return open_office(tmp_path, DATABASE__URL=str(town.database.url), CLOCK="2027-05-10T08:00:00+07:00")


def test_an_operator_previews_sends_and_learns_whom_to_phone(office: Office) -> None:
    preview = office.loa("push", "preview", "Mời họp", "--to", "all")
    assert preview.splitlines()[0] == "Sẽ tới: 1 nhóm, 1 người, 3 không tới được."
    assert "Bà Sáu 0901 234 567" in preview
    assert office.loa("push", "status", "1", expect=1).strip() == "Không có thông báo số 1."

    sent = office.json("push", "Mời họp", "--to", "all")
    assert (sent["reach"]["groups"], sent["reach"]["free"], sent["reach"]["cost"]) == (1, 1, 0)
    phoned = office.json("push", "phone", str(sent["id"]))
    assert [one["unit"] for one in phoned] == [f"CĐCS Nhà máy số {number}" for number in (2, 3, 4)]
    assert phoned[0]["reason"] == "Kênh nhắn tin của người này đang tắt."


def test_what_is_queued_is_not_called_arrived(office: Office) -> None:
    """“tới 1 nơi” stood above “1 không tới được”, about the same place."""
    first, second, *_ = office.loa("push", "Mời họp", "--to", "unit:CS02").splitlines()
    assert first == "Thông báo số 1, gửi cho 1 nơi."
    assert second == "Dự kiến: 1 không tới được."


def test_a_preview_for_a_later_moment_knows_which_windows_will_have_closed(town: Town, tmp_path: Path) -> None:
    now = "2027-05-10T08:00:00+07:00"
    office = open_office(
        tmp_path, DATABASE__URL=str(town.database.url), CLOCK=now, ZALO_OA__ENABLED="true", ZALO_OA__OA_ID="1"
    )
    with town.database.transaction() as session:
        session.execute(
            update(Chat)
            .where(col(Chat.external_id) == "lan")
            .values(channel="zalo_oa", heard_at=datetime.fromisoformat(now) - timedelta(hours=40))
        )
        session.execute(delete(Chat).where(col(Chat.external_id) == "nhom"))
    words = ("push", "preview", "Mời họp", "--to", "unit:CS01")
    assert office.json(*words)["sentence"] == "1 người."
    assert office.json(*words, "--at", "2027-05-11T08:00")["sentence"] == "1 người quá 48 giờ (55 đ). Tổng: 55 đ."
    assert office.json(*words, "--at", "2027-05-17T08:00")["sentence"] == "1 không tới được."


def test_doubts_are_listed_and_decided_by_command(office: Office, town: Town) -> None:
    assert office.loa("push", "doubts").strip() == "Không có tin nào chưa rõ đã tới hay chưa."
    office.loa("push", "Mời họp", "--to", "unit:CS01")
    with town.database.transaction() as session:
        session.execute(update(Outgoing).values(state=OutgoingState.UNKNOWN, sending_at=town.now, finished_at=town.now))
    first, second = office.json("push", "doubts")
    assert {first["place"], second["place"]} == {"nhom", "Lan"}
    assert "Sẽ gửi lại tới" in office.loa("push", "resend", str(first["row"]))
    assert f"Đã ghi là {second['place']} nhận rồi" in office.loa("push", "letgo", str(second["row"]))
    assert "Không có tin chưa rõ" in office.loa("push", "letgo", str(second["row"]), expect=1)
    with town.database.snapshot() as session:
        states = {row.id: row.state for row in session.exec(select(Outgoing))}
    assert states == {first["row"]: OutgoingState.QUEUED, second["row"]: OutgoingState.SENT}


def test_the_status_of_a_push_says_what_its_counts_do_not(office: Office) -> None:
    later = str(office.json("push", "Mời họp", "--to", "all", "--at", "2027-05-11T08:00")["id"])
    assert office.loa("push", "status", later).strip() == "Chưa gửi. Sẽ gửi lúc 08:00 ngày 11/05/2027."
    office.loa("push", "cancel", later)
    assert office.loa("push", "status", later).strip() == "Thông báo này đã bỏ."
    sent = str(office.json("push", "Mời họp", "--to", "all", "--now")["id"])
    office.loa("push", "pause", sent)
    assert office.loa("push", "status", sent).splitlines()[0] == f"Đang tạm dừng. Gửi tiếp: loa push resume {sent}"
    office.loa("push", "resume", sent)
    assert office.loa("push", "status", sent).strip() == "chờ gửi 3"


def test_an_operator_sees_how_things_stand_in_vietnamese_and_finds_people_by_number(office: Office) -> None:
    office.loa("push", "Mời họp", "--to", "all")
    lines = office.loa("status").splitlines()
    assert {"Đơn vị: 5", "Người đã vào hệ thống: 2", "Tin gửi đi: chờ gửi 3"} <= set(lines)
    lan, _ = office.json("people", "list")
    assert lan["channels"] == ["webchat"]
    assert "loa people list" in office.loa("people", "prefer", "Không Có Ai", "webchat", expect=1)
    assert office.loa("people", "prefer", str(lan["id"]), "webchat").strip() == f"{lan['name']}: trang web"


def test_a_code_for_somebody_who_is_in_already_names_a_person_and_no_unit(office: Office) -> None:
    shown = office.loa("invite", "--person", "Lan")
    assert shown.startswith("Mã để Lan nhận tin thêm ở một kênh khác: ")
    assert "  trang web: http" in shown
    lan = office.json("people", "list")[0]["id"]
    again = office.loa("invite", "--unit", "CS01", "--name", "Lan")
    assert again.startswith("Lưu ý: CĐCS Nhà máy số 1 đã có Lan.")
    assert f"loa invite --person {lan}\nMã mời cán bộ công đoàn" in again
    assert "Lưu ý" not in office.loa("invite", "--unit", "CS02", "--name", "Lan")
    assert "--person TÊN" in office.loa("invite", expect=2)
    assert "--person TÊN" in office.loa("invite", "--unit", "CS01", "--person", "Lan", expect=2)
    assert "loa people list" in office.loa("invite", "--person", "Không Có Ai", expect=1)


def test_an_invitation_leads_to_the_channel_the_operator_wants(town: Town, tmp_path: Path) -> None:
    office = open_office(
        tmp_path, DATABASE__URL=str(town.database.url), ZALO_OA__ENABLED="true", ZALO_OA__OA_ID="3608",
        ZALO_OA__OAUTH_BASE="http://127.0.0.1:9", ZALO_OA__API_BASE="http://127.0.0.1:9",
    )  # fmt: skip
    picture = tmp_path / "moi.png"
    said = office.loa("invite", "--unit", "CS01", "--qr", str(picture), "--channel", "zalo_oa").splitlines()
    code = said[0].rsplit(" ", 1)[1]
    assert f"  Zalo: https://zalo.me/3608 (mở ra, rồi nhắn mã {code})" in said
    assert said[-1] == f"  Mã QR: {picture} (https://zalo.me/3608)"
    assert picture.read_bytes().startswith(b"\x89PNG")
    missing = office.json("invite", "--unit", "CS01", "--qr", str(tmp_path / "khac.png"), "--channel", "telegram")
    assert missing["qr"] is None
    assert not (tmp_path / "khac.png").exists()
    assert "Các kênh:" in office.loa("invite", "--unit", "CS01", "--channel", "viber", expect=2)


def test_corrections_are_counted_for_each_announcement(office: Office) -> None:
    for number in ("1", "2"):
        office.loa("push", "Họp 8h", "--to", "unit:CS01", "--now")
        office.loa("push", "correct", number, "Họp 9h")
    office.loa("push", "withdraw", "2")
    lines = office.loa("push", "corrections", "2").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Đính chính lần 1", "Thu hồi"]
    assert office.loa("push", "phone", "2").startswith("Thông báo này đã được thu hồi.")
    assert office.loa("push", "status", "2").splitlines()[0] == "Đã thu hồi. Kết quả từng nơi: loa push corrections 2"
