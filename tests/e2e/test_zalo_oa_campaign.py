"""A campaign lived through on Zalo: one cadre in private, one in a group of the Official Account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.office import Office, open_office
from tests.e2e.test_telegram_campaign import PLAN, UNITS
from tests.fakes.zalo_oa import FakeZaloOaThread, Group, Message, Person, jpeg


@pytest.fixture
def zalo() -> Iterator[FakeZaloOaThread]:
    with FakeZaloOaThread() as thread:
        yield thread


@pytest.fixture
def office(tmp_path: Path, zalo: FakeZaloOaThread) -> Office:
    oa = zalo.oa
    made = open_office(
        tmp_path,
        ZALO_OA__ENABLED="true",
        ZALO_OA__APP_ID=oa.app_id,
        ZALO_OA__APP_SECRET=oa.app_secret,
        ZALO_OA__OA_ID=oa.oa_id,
        ZALO_OA__OA_SECRET_KEY=oa.oa_secret,
        ZALO_OA__ACCESS_TOKEN=oa.access_token,
        ZALO_OA__REFRESH_TOKEN=oa.refresh_token,
        ZALO_OA__API_BASE=oa.base_url,
        ZALO_OA__OAUTH_BASE=oa.oauth_url,
        ZALO_OA__FILE_HOSTS='["127.0.0.1"]',
        PACE__ZALO_OA__PER_SECOND="50",
        PACE__ZALO_OA__PER_CHAT="50",
        CLOCK="2027-05-10T08:00:00+07:00@240",
        HOURS__DIGEST_AT="15:50",
    )
    # The second unit is in no cluster and has no group: its officer is written to in private.
    (tmp_path / "units.csv").write_text(
        UNITS.replace(
            "CS02,CĐCS Nhà máy số 2,Công đoàn cơ sở,LDLD,Cụm 1", "CS02,CĐCS Nhà máy số 2,Công đoàn cơ sở,LDLD,"
        ),
        encoding="utf-8",
    )
    (tmp_path / "plan.json").write_text(json.dumps(PLAN, ensure_ascii=False), encoding="utf-8")
    made.loa("units", "import", made.path("units.csv"))
    return made


class Talk:
    def __init__(self, office: Office, zalo: FakeZaloOaThread) -> None:
        self.office, self.zalo = office, zalo

    def heard(self, place: Person | Group, words: str, label: str = "") -> Message:
        """The newest message of the account there that holds these words and has this button, when it has come."""

        def find() -> Message | None:
            said = self.zalo.do(lambda oa: oa.sent(place))
            return next((m for m in reversed(said) if words in m.text and (not label or label in m.labels)), None)

        found: Message = self.office.until(find, f"“{words}”")
        return found

    def silent(self, place: Person | Group, words: str) -> bool:
        return not any(words in text for text in self.zalo.do(lambda oa: oa.texts(place)))

    def press(self, person: Person, words: str, label: str) -> None:
        message = self.heard(person, words, label)
        self.zalo.do(lambda oa: oa.press(person, message, label))


def test_a_campaign_on_zalo_in_private_and_in_a_group(office: Office, zalo: FakeZaloOaThread) -> None:
    roles = {"LDLD": "editor", "CS01": "officer", "CS02": "officer"}
    names = {"LDLD": "Hà", "CS01": "Lan", "CS02": "Tuấn"}
    codes = {unit: office.json("invite", "--unit", unit, "--role", role)["code"] for unit, role in roles.items()}
    people = {unit: zalo.do(lambda oa, name=name: oa.user(name)) for unit, name in names.items()}
    group = zalo.do(lambda oa: oa.group("Cụm 1", [people["CS01"]]))
    office.loa("chats", "bind", "zalo_oa", group.id, "--cluster", "Cụm 1")
    campaign = office.json("plan", "import", office.path("plan.json"))
    office.loa("campaign", "activate", str(campaign["id"]))
    talk = Talk(office, zalo)

    with office.running():
        assert zalo.save_webhook(f"http://127.0.0.1:{office.port}/zalo/oa/webhook")
        for unit, person in people.items():
            zalo.do(lambda oa, p=person: oa.follow(p))
            zalo.do(lambda oa, p=person, c=codes[unit]: oa.write(p, c))
            talk.press(person, "có đồng ý không", "Đồng ý")
            talk.heard(person, "gõ họ và tên")
            zalo.do(lambda oa, p=person: oa.write(p, f"Nguyễn Thị {p.name}"))
            talk.heard(person, "Nguyễn Thị")

        # In private: the button, then photos that come one by one, then the end of the draft.
        tuan = people["CS02"]
        talk.press(tuan, "Gửi ảnh băng rôn", "Đã nhận")
        talk.press(tuan, "Gửi ảnh băng rôn", "Nộp ảnh/tin")
        zalo.do(lambda oa: oa.send_photo(tuan, jpeg(seed=1), jpeg(seed=2), jpeg(seed=3), caption="Cổng chính"))
        talk.press(tuan, "Đã có 3 ảnh", "Gửi")
        talk.heard(tuan, "TC-0001")
        talk.heard(tuan, "Đã nhận")
        talk.press(people["LDLD"], "TC-0001", "Duyệt")
        talk.heard(tuan, "Đã duyệt: TC-0001")

        # In the group: an answer by number under the message, then photos of which only the first carries the words.
        lan, push = people["CS01"], talk.heard(group, "Gửi ảnh băng rôn")
        zalo.do(lambda oa: oa.write_in_group(lan, group, "1", quote=push))
        zalo.do(lambda oa: oa.photo_in_group(lan, group, jpeg(seed=4), jpeg(seed=5), caption="#nop cổng A"))
        talk.heard(group, "Đã nhận 2 ảnh của CĐCS Nhà máy số 1")

    rows = office.json("submissions")
    assert [(row["unit"], row["state"], len(row["items"])) for row in rows] == [
        ("CS02", "approved", 3),
        ("CS01", "submitted", 2),
    ]
    for secret in (zalo.oa.access_token, zalo.oa.refresh_token, zalo.oa.app_secret, zalo.oa.oa_secret):
        assert secret not in office.log()
    assert all(delivery.state == "taken" for delivery in zalo.do(lambda oa: list(oa.deliveries)) if delivery.tries)
