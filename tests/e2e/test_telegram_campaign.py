"""A campaign lived through on Telegram: joining, binding, a plan, a push, photos, a decision, a reminder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.office import Office, open_office
from tests.fakes.telegram import FakeTelegramThread, jpeg

UNITS = """Mã,Tên đơn vị,Loại,Mã cấp trên,Cụm thi đua,Số đoàn viên,Người phụ trách,Điện thoại
LDLD,LĐLĐ tỉnh Sông Xanh,Liên đoàn Lao động tỉnh,,,,Hà,0900000001
CS01,CĐCS Nhà máy số 1,Công đoàn cơ sở,LDLD,Cụm 1,120,Lan,0900000002
CS02,CĐCS Nhà máy số 2,Công đoàn cơ sở,LDLD,Cụm 1,80,Tuấn,0900000003
"""
PLAN = {
    "doc_type": "ke_hoach",
    "title": "Truyền thông Tháng Công nhân năm 2027",
    "number": "12/KH-LĐLĐ",
    "issuing_org": "LĐLĐ tỉnh Sông Xanh",
    "date_issued": "2027-04-02",
    "campaigns": [{"name": "Tháng Công nhân năm 2027", "theme": None, "start": "2027-05-10", "end": "2027-05-31"}],
    "slogans": [{"text": "Nhiệt liệt hưởng ứng Tháng Công nhân năm 2027"}, {"text": "An toàn để sản xuất"}],
    "anniversaries": [
        {
            "name": "Ngày sinh Chủ tịch Hồ Chí Minh",
            "event_date": "1890-05-19",
            "anniversary_date": "2027-05-19",
            "ordinal": 137,
        }
    ],
    "report_deadlines": [
        {
            "reporter": "Các CĐCS",
            "recipient": "LĐLĐ tỉnh",
            "deadline": "2027-05-11T16:00",
            "operator": "before",
            "via": [],
            "text": "Gửi ảnh băng rôn về LĐLĐ tỉnh trước 16 giờ ngày 11/5/2027",
        }
    ],
}


@pytest.fixture
def telegram() -> Iterator[FakeTelegramThread]:
    with FakeTelegramThread() as thread:
        yield thread


@pytest.fixture
def office(tmp_path: Path, telegram: FakeTelegramThread) -> Office:
    made = open_office(
        tmp_path,
        TELEGRAM__ENABLED="true",
        TELEGRAM__TOKEN=telegram.token,
        TELEGRAM__API_BASE=telegram.base_url,
        CLOCK="2027-05-10T07:55:00+07:00@600",
        HOURS__DIGEST_AT="15:50",
    )
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "plan.json").write_text(json.dumps(PLAN, ensure_ascii=False), encoding="utf-8")
    made.loa("units", "import", made.path("units.csv"))
    return made


def test_a_campaign_on_telegram_from_invitation_to_reminder(office: Office, telegram: FakeTelegramThread) -> None:
    codes = {unit: office.json("invite", "--unit", unit, "--role", role)["code"] for unit, role in ROLES.items()}
    people = {unit: telegram.do(lambda tg, name=name: tg.user(name)) for unit, name in NAMES.items()}
    group = telegram.do(lambda tg: tg.group("Cụm 1", [people["CS01"], people["CS02"]], bot="administrator"))
    office.loa("chats", "bind", "telegram", str(group.id), "--cluster", "Cụm 1")
    campaign = office.json("plan", "import", office.path("plan.json"))
    office.loa("campaign", "activate", str(campaign["id"]))

    def last(unit: str, words: str) -> bool:
        return any(words in (m.text or m.caption or "") for m in telegram.do(lambda tg: tg.sent(people[unit].id)))

    with office.running():
        for unit, person in people.items():
            telegram.do(lambda tg, p=person, c=codes[unit]: tg.start(p, c))
            office.until(lambda u=unit: last(u, "có đồng ý không"), f"consent for {unit}")
            telegram.do(lambda tg, p=person: tg.press(p, "Đồng ý"))
            office.until(lambda u=unit: last(u, "đã vào"), f"welcome of {unit}")

        def group_heard(words: str) -> bool:
            return any(words in (m.text or "") for m in telegram.do(lambda tg: tg.sent(group.id)))

        office.until(
            lambda: group_heard("Nhiệt liệt hưởng ứng") or group_heard("An toàn để sản xuất"), "slogan of the day"
        )
        office.until(lambda: group_heard("Gửi ảnh băng rôn"), "assignment in the group")

        photo = jpeg(1280, 960, seed=7)
        telegram.do(lambda tg: tg.send_album(people["CS01"], [photo, jpeg(seed=8), jpeg(seed=9)], "#nop cổng A", group))
        office.until(lambda: group_heard("Đã nhận 3 ảnh của CĐCS Nhà máy số 1"), "receipt in the group")
        office.until(lambda: last("LDLD", "TC-0001"), "card for the editor")
        telegram.do(lambda tg: tg.press(people["LDLD"], "Duyệt"))
        office.until(lambda: group_heard("Đã duyệt: TC-0001"), "decision back in the group")

        office.until(lambda: last("CS02", "Nhắc việc hôm nay"), "digest for the missing", 70)
        assert not last("CS01", "Nhắc việc hôm nay")
        assert office.healthy()

    rows = office.json("submissions")
    assert [(row["code"], row["unit"], row["state"], len(row["items"])) for row in rows] == [
        ("TC-0001", "CS01", "approved", 3)
    ]
    assert telegram.token not in office.log()
    assert telegram.do(lambda tg: tg.called("getUpdates")) > 0


ROLES = {"LDLD": "editor", "CS01": "officer", "CS02": "officer"}
NAMES = {"LDLD": "Hà", "CS01": "Lan", "CS02": "Tuấn"}


def test_a_push_reaches_groups_the_bot_has_not_heard_yet(office: Office, telegram: FakeTelegramThread) -> None:
    groups = {
        code: telegram.do(lambda tg, code=code: tg.group(code, [tg.user("X")], bot="member"))
        for code in ("CS01", "CS02")
    }
    for code, group in groups.items():
        office.loa("chats", "bind", "telegram", str(group.id), "--unit", code)
    with office.running():
        made = office.json("push", "Mời các đơn vị treo cờ.", "--to", "all", "--now")
        assert made["chats"] == 2
        office.until(lambda: office.json("push", "status", str(made["id"]))["sent"] == 2, "both sent")
    for group in groups.values():
        assert [m.text for m in telegram.do(lambda tg, g=group: tg.sent(g.id))] == ["Mời các đơn vị treo cờ."]


def test_every_command_says_in_one_sentence_what_is_wrong(office: Office) -> None:
    assert "Không có đơn vị mã “CS1”" in office.loa("invite", "--unit", "CS1", expect=1)
    assert "Không thấy tệp" in office.loa("plan", "import", office.path("nope.json"), expect=2)
    assert "Hãy nói gửi cho ai" in office.loa("push", "x", expect=2)
    assert "Traceback" not in office.loa("push", "x", "--to", "unit:NOPE", expect=1)
    assert "Không có thông báo số 99" in office.loa("push", "status", "99", expect=1)
