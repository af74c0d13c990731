"""A campaign lived through on the Zalo Bot Platform: the loa command in a process, the strict fake over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot.cli.root import app
from storage.database import Database
from storage.models import Outgoing
from tests.e2e.office import Office, open_office
from tests.e2e.test_telegram_campaign import PLAN, UNITS
from tests.fakes.telegram import jpeg
from tests.fakes.zalo_bot import BOT_TOKEN, Chat, FakeZaloBotThread, Person

LINK = "https://zalo.me/bot-cong-doan"


@pytest.fixture
def zalo() -> Iterator[FakeZaloBotThread]:
    with FakeZaloBotThread(echoes=True, photo_field="photo_url") as thread:
        yield thread


@pytest.fixture
def office(tmp_path: Path, zalo: FakeZaloBotThread) -> Office:
    made = open_office(
        tmp_path,
        ZALO_BOT__ENABLED="true",
        ZALO_BOT__TOKEN=BOT_TOKEN,
        ZALO_BOT__API_BASE=zalo.base_url,
        ZALO_BOT__LINK=LINK,
        ZALO_BOT__FILE_HOSTS='["127.0.0.1"]',
        PACE__ZALO_BOT__PER_SECOND="50",
        PACE__ZALO_BOT__PER_CHAT="50",
        PACE__ZALO_BOT__PER_GROUP_MINUTE="500",
        WEB__PUBLIC_URL="https://loa.example.vn",
        CLOCK="2027-05-10T05:30:00+07:00@60",
    )
    zalo.do(lambda fake: fake.names.update({"loa.example.vn": f"http://127.0.0.1:{made.port}"}))
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "plan.json").write_text(json.dumps(PLAN, ensure_ascii=False), encoding="utf-8")
    made.loa("units", "import", made.path("units.csv"))
    return made


class Street:
    """What is said on Zalo, and what the bot answers."""

    def __init__(self, office: Office, zalo: FakeZaloBotThread) -> None:
        self._office, self._zalo = office, zalo

    def person(self, name: str) -> Person:
        return self._zalo.do(lambda fake: fake.person(name))

    def say(self, who: Person, text: str, group: Chat | None = None, **how: Any) -> None:
        self._zalo.do(lambda fake: fake.say(who, text, group, **how))

    def texts(self, where: Person | Chat) -> list[str]:
        return self._zalo.do(lambda fake: [message.text for message in fake.sent(where)])

    def hears(self, where: Person | Chat, words: str) -> str:
        def found() -> str:
            return next((text for text in reversed(self.texts(where)) if words in text), "")

        return str(self._office.until(found, f"“{words}” for {where.id}: {self.texts(where)}"))

    def do(self, act: Callable[[Any], Any]) -> Any:
        return self._zalo.do(act)


def test_a_campaign_on_zalo_from_invitation_to_decision(office: Office, zalo: FakeZaloBotThread) -> None:
    street = Street(office, zalo)
    codes = {
        "Hà": office.json("invite", "--unit", "LDLD", "--role", "editor")["code"],
        "Lan": office.json("invite", "--unit", "CS01", "--role", "officer")["code"],
    }
    people = {name: street.person(name) for name in ("Hà", "Lan", "Minh")}
    group: Chat = street.do(lambda fake: fake.group("CĐCS Nhà máy số 1", people["Lan"], people["Minh"]))
    campaign = office.json("plan", "import", office.path("plan.json"))

    with office.running():
        for name, code in codes.items():
            street.say(people[name], code)
            assert "1. Đồng ý\n2. Không đồng ý" in street.hears(people[name], "có đồng ý không")
            street.say(people[name], "1")
            street.hears(people[name], f"Cảm ơn anh/chị {name}")

        street.say(people["Lan"], "cả nhà ăn trưa chưa", group)
        street.say(people["Lan"], "lienket", group, mention=True)
        street.hears(group, "Đã gắn nhóm này với CĐCS Nhà máy số 1")
        assert LINK in street.hears(group, "chỉ thấy tin có nhắc tên trợ lý")
        for _ in range(2):
            street.say(people["Minh"], "bot làm được gì", group, mention=True)
        assert LINK in street.hears(group, "Anh/chị nhắn riêng cho trợ lý")

    office.env["LOA_CLOCK"] = "2027-05-10T08:29:00+07:00@60"
    office.loa("campaign", "activate", str(campaign["id"]))
    with office.running():
        assignment = street.hears(group, "Gửi ảnh băng rôn")
        assert "1. Đã nhận" in assignment
        asked = street.do(lambda fake: next(m for m in fake.sent(group) if "Gửi ảnh băng rôn" in m.text))
        office.until(lambda: has_written_down(office, asked.id), "the number of its own message")
        street.say(people["Lan"], "1", group, reply=asked)
        street.say(people["Lan"], "2", group, mention=True)
        assert LINK in street.hears(group, "trong khung nhắn riêng https")
        office.until(lambda: office.json("status")["assignments"][0]["seen"] == 1, "the unit has seen it")

        photo = jpeg(1280, 960, seed=7)
        street.do(lambda fake: fake.send_photo(people["Lan"], photo, "Băng rôn cổng A"))
        street.do(lambda fake: fake.send_unsupported(people["Lan"]))
        street.hears(people["Lan"], "chưa xem được loại tin này")
        ready = street.hears(people["Lan"], "Đã có 1 ảnh")
        number = next(line.split(".")[0] for line in ready.splitlines() if line.endswith(". Gửi"))
        street.say(people["Lan"], number)
        street.hears(people["Lan"], "Mã: TC-0001")

        office.until(
            lambda: street.do(lambda fake: any(m.photo for m in fake.sent(people["Hà"]))), "the photo of the card"
        )
        street.say(people["Hà"], "duyệt")  # her menu is a moment old: a bare number would belong to that
        street.hears(people["Hà"], "1. TC-0001 CĐCS")
        street.say(people["Hà"], "1")
        office.until(lambda: len(decisions(street.texts(people["Hà"]))) == 2, "the card, once more")
        street.say(people["Hà"], decisions(street.texts(people["Hà"]))[-1])
        street.hears(people["Lan"], "Đã duyệt: TC-0001")

    assert sum("Anh/chị nhắn riêng cho trợ lý" in text for text in street.texts(group)) == 1
    assert sum("chỉ thấy tin có nhắc tên trợ lý" in text for text in street.texts(group)) == 1
    rows = office.json("submissions")
    assert [(row["code"], row["unit"], row["state"]) for row in rows] == [("TC-0001", "CS01", "approved")]
    used = street.do(lambda fake: fake.used)
    assert f"đã gửi {used} tin trong 3000 tin" in office.loa("status")
    assert f"đã gửi {used} tin trong 3000 tin" in office.loa("doctor")
    assert BOT_TOKEN.partition(":")[2] not in office.log()
    assert zalo.do(lambda fake: fake.most_pollers) == 1


def has_written_down(office: Office, number: str) -> bool:
    """No person answers a message in the moment between its arrival and our writing down its number."""
    database = Database(office.env["LOA_DATABASE__URL"])
    with database.snapshot() as session:
        found = any(number in ids for ids in session.exec(select(Outgoing.external_ids)))
    database.close()
    return found


def decisions(texts: list[str]) -> list[str]:
    """The number before "Duyệt" on each card."""
    return [line.split(".")[0] for text in texts for line in text.splitlines() if line.endswith(". Duyệt")]


def test_doctor_and_run_name_what_is_missing(tmp_path: Path) -> None:
    made = open_office(tmp_path, ZALO_BOT__ENABLED="true")
    assert "LOA_ZALO_BOT__TOKEN" in made.loa("run", expect=1)
    assert "gỡ" not in made.loa("zalobot", "unhook", expect=1)


def test_a_stale_webhook_is_taken_away_by_one_command(office: Office, zalo: FakeZaloBotThread) -> None:
    async def take(fake: Any) -> None:
        fake.webhook.set("https://old.example.vn/hook", "another-secret")

    zalo.run(take)
    said = CliRunner(env=office.env).invoke(app, ["doctor"])
    assert said.exit_code == 1
    assert "loa zalobot unhook" in said.stdout
    assert "https://old.example.vn/hook" in office.loa("zalobot", "unhook")
    office.loa("doctor")
    assert "không có địa chỉ" in office.loa("zalobot", "unhook")
