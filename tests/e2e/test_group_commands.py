"""An operator makes the group of a cluster on Zalo, and everybody finds the way in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from storage.models import Account, Chat, Cluster, GroupPackage
from tests.e2e.office import Office, open_office
from tests.fakes.zalo_oa import FakeZaloOaThread, Person
from tests.stories.town import MONDAY, Town


@pytest.fixture
def zalo() -> Iterator[FakeZaloOaThread]:
    with FakeZaloOaThread(clock=lambda: MONDAY) as thread:
        yield thread


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Lan (CS01) and Tuấn (CS02) report for the units of Cụm 1; CS02 has a telephone."""
    made = Town.built_in(tmp_path)
    made.settle("lan", "CS01")
    made.settle("tuan", "CS02")
    made.settle("mai", "CS02")
    with made.database.transaction() as session:
        two = made.unit("CS02", session)
        two.contact_phone = "+84901234567"
        session.add(two)
    return made


@pytest.fixture
def office(town: Town, tmp_path: Path, zalo: FakeZaloOaThread) -> Office:
    oa = zalo.oa
    boss = zalo.do(lambda fake: fake.user("Chị Hoa", admin=True))
    return open_office(
        tmp_path, DATABASE__URL=str(town.database.url), CLOCK=MONDAY.isoformat(),
        ZALO_OA__ENABLED="true", ZALO_OA__APP_ID=oa.app_id, ZALO_OA__APP_SECRET=oa.app_secret,
        ZALO_OA__OA_ID=oa.oa_id, ZALO_OA__OA_SECRET_KEY=oa.oa_secret, ZALO_OA__ACCESS_TOKEN=oa.access_token,
        ZALO_OA__REFRESH_TOKEN=oa.refresh_token, ZALO_OA__API_BASE=oa.base_url, ZALO_OA__OAUTH_BASE=oa.oauth_url,
        ZALO_OA__BUSINESS_BASE=oa.business_url, ZALO_OA__GROUP_ADMIN=boss.id,
    )  # fmt: skip


def on_zalo(town: Town, zalo: FakeZaloOaThread, user: str, *, follows: bool) -> Person:
    """``user`` of the town has an account there."""
    person = zalo.do(lambda fake: fake.user(user.capitalize(), follows=follows))
    with town.database.transaction() as session:
        known = session.exec(select(Account).where(Account.external_id == user)).one()
        session.add(Account(channel="zalo_oa", external_id=person.id, person_id=known.person_id, name=user))
    return person


def test_a_group_is_made_bound_and_filled_with_those_whom_zalo_allows(
    office: Office, town: Town, zalo: FakeZaloOaThread, tmp_path: Path
) -> None:
    lan, tuan = on_zalo(town, zalo, "lan", follows=True), on_zalo(town, zalo, "tuan", follows=False)
    zalo.do(lambda fake: fake.package("gmf50"))
    made = office.json("groups", "create", "--name", "Cụm 1 - tuyên truyền", "--cluster", "cụm 1")
    assert made["invited"] == 1
    assert [(one["name"], one["phone"]) for one in made["by_hand"]] == [
        ("Tuan", "+84901234567"),
        ("Mai", "+84901234567"),
    ]
    group = zalo.do(lambda fake: fake.groups[made["chat"]])
    assert lan.id in group.members
    assert tuan.id not in group.members
    with town.database.snapshot() as session:
        chat = session.exec(select(Chat).where(Chat.external_id == made["chat"])).one()
        assert session.get_one(Cluster, chat.cluster_id).name == "Cụm 1"
        package = session.get_one(GroupPackage, chat.id)
        assert (package.package, package.link, package.enabled) == ("gmf50", group.link, True)

    picture = tmp_path / "nhom.png"
    assert group.link in office.loa("groups", "link", made["chat"], "--qr", str(picture))
    assert picture.stat().st_size > 100
    assert "Lan" in office.loa("groups", "members", made["chat"])


def test_people_at_the_door_are_let_in_or_not(office: Office, town: Town, zalo: FakeZaloOaThread) -> None:
    zalo.do(lambda fake: fake.package("gmf10"))
    made = office.json("groups", "create", "--name", "Nhóm CS01", "--unit", "CS01", "--package", "gmf10")
    one, two = (zalo.do(lambda fake, name=name: fake.user(name)) for name in ("Sáu", "Bảy"))
    for person in (one, two):
        zalo.do(lambda fake, person=person: fake.enter(person, fake.groups[made["chat"]]))
    assert {row["name"] for row in office.json("groups", "pending", made["chat"])} == {"Sáu", "Bảy"}
    office.loa("groups", "approve", made["chat"], one.id)
    office.loa("groups", "reject", made["chat"], two.id)
    group = zalo.do(lambda fake: fake.groups[made["chat"]])
    assert one.id in group.members
    assert two.id not in {**group.members, **group.waiting}
    again = office.loa("groups", "approve", made["chat"], one.id, expect=1)
    assert "không chờ ở nhóm ấy" in again, "not “Báo người quản trị hệ thống”, who is typing this"


def test_a_number_that_is_no_group_of_ours_is_named_so(office: Office) -> None:
    for words in (("members",), ("link",), ("pending",)):
        assert "loa chats list" in office.loa("groups", *words, "123", expect=1)


def test_a_picture_that_cannot_be_written_costs_no_code(office: Office, tmp_path: Path) -> None:
    """It ended in a traceback, after a code was made that nobody had read."""
    for place in (tmp_path / "nowhere" / "moi.png", tmp_path):
        said = office.loa("invite", "--unit", "CS01", "--role", "officer", "--qr", str(place), expect=2)
        assert "Không ghi được tệp" in said
    office.loa("invite", "--unit", "CS01", "--role", "officer", "--qr", str(tmp_path / "moi.jpg"))
    assert (tmp_path / "moi.jpg").read_bytes().startswith(b"\x89PNG")


def test_packages_are_listed_and_what_is_wrong_is_said_plainly(
    office: Office, town: Town, zalo: FakeZaloOaThread
) -> None:
    assert "Chưa mua gói nhóm nào" in office.loa("groups", "packages")
    refused = office.loa("groups", "create", "--name", "A", "--unit", "CS01", expect=1)
    assert "Không còn gói nhóm nào trống" in refused
    zalo.do(lambda fake: fake.package("gmf10"))
    office.json("groups", "create", "--name", "Nhóm CS01", "--unit", "CS01")
    assert "Nhóm CS01" in office.loa("groups", "packages")
    zalo.do(lambda fake: setattr(fake, "verified", False))
    zalo.do(lambda fake: fake.package("gmf10"))
    assert "chưa được xác thực" in office.loa("groups", "create", "--name", "B", "--unit", "CS01", expect=1)
    assert "chưa bật" in office_without_zalo(office).loa("groups", "packages", expect=1).lower()


def test_a_package_that_has_ended_is_marked_and_not_chosen(office: Office, town: Town, zalo: FakeZaloOaThread) -> None:
    """The smallest that holds everybody had ended the day before, and a valid larger one was free."""
    zalo.do(lambda fake: fake.package("gmf10", days=-1))
    assert "đã hết hạn" in office.loa("groups", "packages")
    assert "Không còn gói nhóm nào trống" in office.loa("groups", "create", "--name", "A", "--unit", "CS01", expect=1)
    zalo.do(lambda fake: fake.package("gmf50"))
    made = office.json("groups", "create", "--name", "Nhóm CS01", "--unit", "CS01")
    assert made["package"] == "gmf50"


def office_without_zalo(office: Office) -> Office:
    return Office(office.folder, {**office.env, "LOA_ZALO_OA__ENABLED": "false"}, office.port)
