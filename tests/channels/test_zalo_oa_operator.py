"""What the operator does and sees: signing in, the state of the grant, and the doctor's sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bot.cli.root import app
from storage import grants
from storage.database import Database
from storage.models import Outgoing
from tests.channels.zalo_oa_office import office
from tests.fakes.zalo_oa import FakeZaloOaThread


@pytest.fixture
def zalo() -> Iterator[FakeZaloOaThread]:
    with FakeZaloOaThread() as thread:
        yield thread


class Desk:
    def __init__(self, folder: Path, zalo: FakeZaloOaThread) -> None:
        self.zalo, self.folder = zalo, folder
        self.env = {
            "LOA_CONFIG": "", "LOA_DEMO__ENABLED": "false", "LOA_DATABASE__URL": f"sqlite:///{folder}/loa.sqlite3",
            "LOA_MEDIA__URL": f"file://{folder}/media", "LOA_ZALO_OA__ENABLED": "true",
            "LOA_ZALO_OA__APP_ID": zalo.oa.app_id, "LOA_ZALO_OA__APP_SECRET": zalo.oa.app_secret,
            "LOA_ZALO_OA__OA_SECRET_KEY": zalo.oa.oa_secret, "LOA_ZALO_OA__API_BASE": zalo.oa.base_url,
            "LOA_ZALO_OA__OAUTH_BASE": zalo.oa.oauth_url, "LOA_WEB__PUBLIC_URL": "https://loa.example.vn",
        }  # fmt: skip

    def loa(self, *words: str, typed: str = "", expect: int = 0) -> str:
        done = CliRunner(env=self.env).invoke(app, list(words), input=typed)
        assert done.exit_code == expect, f"{done.output}\n{done.exception!r}"
        return done.output

    def challenge(self) -> str:
        """As the operator reads it off the screen."""
        shown = self.loa("zalo", "login", typed="\n\n", expect=1)
        return next(line.rpartition(" ")[2] for line in shown.splitlines() if "Code Challenge:" in line)

    def consent(self) -> str:
        challenge = self.challenge()
        code = self.zalo.do(lambda oa: oa.oauth.consent(challenge))
        return f"https://loa.example.vn/zalo/callback?code={code}&oa_id={self.zalo.oa.oa_id}"


@pytest.fixture
def desk(tmp_path: Path, zalo: FakeZaloOaThread) -> Desk:
    return Desk(tmp_path, zalo)


def test_the_operator_signs_in_by_pasting_the_address_the_browser_ended_at(desk: Desk, zalo: FakeZaloOaThread) -> None:
    address = desk.consent()
    said = desk.loa("zalo", "login", typed=address + "\n")
    assert f"Đã đăng nhập Zalo OA {zalo.oa.oa_id}" in said
    state = json.loads(desk.loa("zalo", "token", "--json"))
    assert (state["account"], state["state"], state["kept"]) == (zalo.oa.oa_id, "good", 1)
    shown = said + desk.loa("zalo", "token") + json.dumps(state)
    pair = zalo.do(lambda oa: oa.pair)
    assert pair.access not in shown
    assert pair.refresh not in shown
    assert "còn tốt" in shown


def test_the_operator_renews_by_hand_twice_on_the_first_day(desk: Desk, zalo: FakeZaloOaThread) -> None:
    assert "loa zalo login" in desk.loa("zalo", "renew", expect=1)
    desk.loa("zalo", "login", "--code", desk.consent())
    for times in (1, 2):
        assert "Đã làm mới" in desk.loa("zalo", "renew")
        assert zalo.do(lambda oa: oa.oauth.refreshes) == times
    assert json.loads(desk.loa("zalo", "token", "--json"))["kept"] == 3
    zalo.do(lambda oa: oa.oauth.revoke())
    assert "đăng nhập lại" in desk.loa("zalo", "renew", expect=1)


def test_the_challenge_stays_the_same_because_it_is_typed_into_the_console_once(desk: Desk) -> None:
    assert desk.challenge() == desk.challenge()


def test_a_code_that_was_used_is_refused_in_words(desk: Desk) -> None:
    address = desk.consent()
    desk.loa("zalo", "login", "--code", address)
    assert "đã dùng" in desk.loa("zalo", "login", "--code", address, expect=1)
    assert json.loads(desk.loa("zalo", "token", "--json"))["state"] == "good"


def test_a_bare_code_needs_to_know_whose_it_is(desk: Desk, zalo: FakeZaloOaThread) -> None:
    code = desk.consent().partition("code=")[2].partition("&")[0]
    assert "oa_id" in desk.loa("zalo", "login", "--code", code, expect=1)
    desk.env["LOA_ZALO_OA__OA_ID"] = zalo.oa.oa_id
    desk.loa("zalo", "login", "--code", code)
    desk.env["LOA_ZALO_OA__OA_ID"] = "1"
    assert "đúng OA" in desk.loa("zalo", "login", "--code", f"?code=x&oa_id={zalo.oa.oa_id}", expect=1)


def test_before_the_first_sign_in_everything_says_what_to_do(desk: Desk) -> None:
    assert "loa zalo login" in desk.loa("zalo", "token", expect=1)
    assert "loa zalo login" in desk.loa("doctor", expect=1)
    desk.env["LOA_ZALO_OA__APP_ID"] = ""
    assert "app_id" in desk.loa("zalo", "login", expect=1)


def test_a_dead_grant_shows_in_the_state(desk: Desk, zalo: FakeZaloOaThread) -> None:
    desk.loa("zalo", "login", "--code", desk.consent())
    database = Database(desk.env["LOA_DATABASE__URL"])
    with database.transaction() as session:
        newest = grants.newest(session, "zalo_oa", zalo.oa.oa_id)
        assert newest is not None
        assert newest.id is not None
        grants.kill(session, newest.id)
    database.close()
    assert "từ chối" in desk.loa("zalo", "token", expect=1)


def test_after_signing_in_again_nobody_is_told_to_sign_in(desk: Desk, zalo: FakeZaloOaThread) -> None:
    """An admin who is only on Zalo cannot hear that Zalo is dead; when it lives again the alarm is a lie."""
    desk.loa("zalo", "login", "--code", desk.consent())
    database = Database(desk.env["LOA_DATABASE__URL"])
    with database.transaction() as session:
        session.add(Outgoing(key="alarm:zalo_oa.grant_dead:2027-05-10:1", channel="zalo_oa", to="1", message={}))
    desk.loa("zalo", "login", "--code", desk.consent())
    with database.snapshot() as session:
        assert session.exec(select(Outgoing.state)).one() == "cancelled"
    database.close()


def test_a_lost_key_shows_in_the_state(desk: Desk) -> None:
    desk.loa("zalo", "login", "--code", desk.consent())
    (desk.folder / "loa.sqlite3.key").unlink()
    assert "khóa niêm phong" in desk.loa("zalo", "token", expect=1)


def test_the_doctor_names_the_package_and_what_was_never_heard(desk: Desk) -> None:
    desk.loa("zalo", "login", "--code", desk.consent())
    said = desk.loa("doctor", expect=1)
    assert "gói Tăng trưởng" in said
    assert "https://loa.example.vn/zalo/oa/webhook" in said


def test_the_way_in_is_the_page_of_the_account(desk: Desk, zalo: FakeZaloOaThread) -> None:
    desk.loa("zalo", "login", "--code", desk.consent())
    (desk.folder / "units.csv").write_text("Mã,Tên đơn vị,Loại\nCS01,CĐCS Nhà máy số 1,Công đoàn cơ sở\n")
    desk.loa("units", "import", str(desk.folder / "units.csv"))
    said = json.loads(desk.loa("invite", "--unit", "CS01", "--role", "officer", "--json"))
    assert said["links"]["zalo_oa"] == f"https://zalo.me/{zalo.oa.oa_id}"


async def test_after_the_first_events_the_doctor_says_what_is_still_to_prove(tmp_path: Path) -> None:
    async with office(tmp_path) as desk, desk.hearing():
        desk.oa.write(desk.oa.user("Lan", follows=True), "Chào")
        await desk.oa.settled()
        found = await desk.channel.diagnose()
        assert all(line.startswith("Lưu ý") for line in found), found
        notes = "\n".join(found)
        assert "signature_variant" in notes
        assert "app/oasecret/body" in notes
        assert "user_send_group_image" in notes
        assert "user_send_text," not in notes


async def test_the_doctor_notices_that_the_wrong_way_of_signing_was_pinned(tmp_path: Path) -> None:
    """Everything Zalo says is refused from then on, and nobody hears why."""
    async with office(tmp_path) as desk:
        async with desk.hearing():
            desk.oa.write(desk.oa.user("Lan", follows=True), "Chào")
            await desk.oa.settled()
        wrong = desk.another(signature_variant="oa/oasecret/body")
        said = "\n".join(await wrong.diagnose())
        assert "oa/oasecret/body nhưng" in said
        assert "Sửa thành app/oasecret/body" in said
        await wrong.close()


async def test_the_doctor_finds_what_is_wrong_with_the_account(tmp_path: Path) -> None:
    settings = {"signature_variant": "md5", "template_id": "T1", "verification_file": "../etc"}
    async with office(tmp_path, settings) as desk:
        desk.oa.verified, desk.oa.zca_linked = False, False
        found = "\n".join(await desk.channel.diagnose())
        for word in ("signature_variant", "verification_file", "xác thực", "ZCA"):
            assert word in found
        desk.oa.broken = -204
        assert "bị khóa" in (await desk.channel.diagnose())[-1]


async def test_the_doctor_finds_a_clock_that_is_wrong(tmp_path: Path) -> None:
    """By it the history of Zalo is read, and everybody's hours are counted."""
    async with office(tmp_path) as desk:
        desk.oa.shift(seconds=-20)
        assert not any("Đồng hồ" in line for line in await desk.channel.diagnose())
        desk.oa.shift(seconds=-70)
        assert any("chạy nhanh 90 giây" in line for line in await desk.channel.diagnose())


async def test_a_doctor_without_a_line_says_so(tmp_path: Path) -> None:
    async with office(tmp_path, {"api_base": "http://127.0.0.1:1"}) as desk:
        assert "Không kết nối được" in (await desk.channel.diagnose())[-1]


async def test_the_token_of_another_account_is_noticed(tmp_path: Path) -> None:
    async with office(tmp_path, {"oa_id": "1"}) as desk:
        assert any("OA khác" in line for line in await desk.channel.diagnose())
