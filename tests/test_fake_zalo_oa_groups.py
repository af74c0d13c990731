"""The fake Official Account's groups: made by it, paid by packages, joined by link, and told by webhook."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.zalo_oa import FakeZaloOa, Group, Limits, Person, jpeg
from tests.fakes.zalo_oa.caller import Caller, buttons, image

ROOT = "/v3.0/oa/group"


@pytest.fixture
async def oa() -> AsyncIterator[FakeZaloOa]:
    """Tokens that live as long as the tests: time is moved by weeks here."""
    limits = Limits()
    limits.access_life *= 1000
    async with FakeZaloOa(limits=limits) as fake:
        yield fake


@pytest.fixture
async def call(oa: FakeZaloOa) -> AsyncIterator[Caller]:
    async with Caller(oa) as caller:
        yield caller


@pytest.fixture
def lan(oa: FakeZaloOa) -> Person:
    return oa.user("Chị Lan", follows=True)


@pytest.fixture
def group(oa: FakeZaloOa, lan: Person) -> Group:
    return oa.group("Cụm thi đua số 1", [lan])


def heard(oa: FakeZaloOa) -> list[str]:
    return [delivery.event for delivery in oa.deliveries]


async def code(call: Caller, path: str, **body: Any) -> int:
    return int((await call.post(f"{ROOT}/{path}", body))["error"])


async def test_a_group_is_made_with_an_admin_and_a_package(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    boss, package = oa.user("Chị Mai", admin=True), oa.package("gmf10")
    body = {"group_name": "Cụm 1", "group_description": "", "asset_id": package.id, "member_user_ids": [lan.id]}
    assert await code(call, "creategroupwithoa", **body) == -201
    body["member_user_ids"] = [lan.id, boss.id]
    made = (await call.post(f"{ROOT}/creategroupwithoa", body))["data"]
    assert (made["status"], made["group_link"].startswith("https://zalo.me/g/")) == ("enabled", True)
    assert heard(oa) == ["create_group"]
    assert await code(call, "creategroupwithoa", **body) == -241
    assert (await call.say_in_group(made["group_id"], "Chào cụm 1"))["error"] == 0


async def test_a_group_wants_a_verified_account_a_paid_package_and_people_who_agreed(
    oa: FakeZaloOa, call: Caller
) -> None:
    boss, stranger, shy = oa.user("Mai", admin=True), oa.user("Lạ"), oa.user("Ngại", follows=True)
    shy.blocks_invites = True
    body: dict[str, Any] = {"group_name": "Cụm 1", "group_description": ""}

    async def made(members: list[Person], **more: Any) -> int:
        ids = [person.id for person in members]
        asset = {"asset_id": oa.package("gmf10").id}
        return await code(call, "creategroupwithoa", **(body | asset | {"member_user_ids": ids} | more))

    assert await made([boss], asset_id="none") == -201
    assert await made([boss], asset_id=oa.package("gmf10", days=-1).id) == -238
    assert await made([boss, stranger]) == -213
    assert await made([boss, shy]) == -217
    assert await made([boss, *(oa.user(f"N{n}", follows=True) for n in range(10))]) == -210
    assert await made([boss], group_name=" ") == -201
    oa.verified = False
    assert await made([boss]) == -221


async def test_a_group_takes_words_pictures_and_files_but_no_buttons(
    oa: FakeZaloOa, call: Caller, group: Group
) -> None:
    picture = jpeg()
    id = (await call.upload("image", "a.jpg", picture))["data"]["attachment_id"]
    token = (await call.upload("file", "a.pdf", b"%PDF-1.7"))["data"]["token"]
    file = {"attachment": {"type": "file", "payload": {"token": token}}}
    sent = await call.say_in_group(group.id, "Mời họp")
    assert sent["data"] == {"message_id": oa.last(group).id, "group_id": group.id}
    assert (await call.say_in_group(group.id, "Ảnh", attachment=image(attachment_id=id)))["error"] == 0
    assert await code(call, "message", recipient={"group_id": group.id}, message=file) == 0
    assert [m.kind for m in oa.sent(group)] == ["text", "image", "file"]
    assert (await call.say_in_group(group.id, "Chọn", attachment=buttons("A")))["error"] == -233
    assert (await call.say_in_group(group.id, "", attachment=image(url="https://x.vn/a.jpg")))["error"] == -201
    assert (await call.say_in_group(group.id, "ế" * 2001))["error"] == -210


async def test_mentions_are_people_or_everybody(oa: FakeZaloOa, call: Caller, group: Group, lan: Person) -> None:
    await call.say_in_group(group.id, f"[@{lan.id}] và [@{group.id}] ơi, họp nhé")
    assert oa.last(group).mentions == [lan.id, group.id]
    await call.say(lan.id, f"[@{lan.id}]")
    assert oa.last(lan).mentions == []


async def test_a_lapsed_package_silences_the_group_and_after_45_days_ends_it(
    oa: FakeZaloOa, call: Caller, group: Group
) -> None:
    oa.lapse(group)
    assert (await call.say_in_group(group.id, "Alô"))["error"] == -237
    shown = (await call.get(f"{ROOT}/getgroup", group_id=group.id))["data"]
    ends = group.package.valid_through + timedelta(days=45)
    assert (shown["group_info"]["status"], shown["group_info"]["auto_delete_date"]) == (
        "disabled",
        f"{ends:%d/%m/%Y}",
    )
    oa.renew(group, days=3)
    assert (await call.say_in_group(group.id, "Alô"))["error"] == 0
    oa.advance(days=4)
    assert (await call.say_in_group(group.id, "Alô"))["error"] == -237
    oa.advance(days=45)
    assert heard(oa)[-1] == "delete_group"
    assert (await call.say_in_group(group.id, "Alô"))["error"] == -403


async def test_a_group_the_account_is_not_in_is_minus_403(oa: FakeZaloOa, call: Caller, group: Group) -> None:
    assert (await call.say_in_group("none", "Alô"))["error"] == -403
    oa.put_out(group)
    assert (await call.say_in_group(group.id, "Alô"))["error"] == -403


async def test_who_taps_the_link_waits_for_a_yes(oa: FakeZaloOa, call: Caller, group: Group) -> None:
    hoa, hung = oa.user("Hoa"), oa.user("Hùng")
    oa.enter(hoa, group)
    oa.enter(hung, group)
    waiting = (await call.get(f"{ROOT}/listpendinginvite", group_id=group.id, offset=0, count=10))["data"]
    assert [m["user_id"] for m in waiting["members"]] == [hoa.id, hung.id]
    assert await code(call, "acceptpendinginvite", group_id=group.id, member_user_ids=[hoa.id]) == 0
    assert await code(call, "rejectpendinginvite", group_id=group.id, member_user_ids=[hung.id]) == 0
    assert await code(call, "acceptpendinginvite", group_id=group.id, member_user_ids=[hung.id]) == -201
    assert (hoa.id in group.members, hung.id in group.members) == (True, False)
    assert heard(oa) == ["user_request_join_group"] * 2 + ["accept_request_join_group", "reject_request_join_group"]
    event = oa.deliveries[0].body
    assert (event["group_id"], event["users"], event["oa_id"]) == (group.id, [{"id": hoa.id}], oa.oa_id)


async def test_without_approval_the_link_lets_in_at_once_until_it_is_full_or_switched_off(
    oa: FakeZaloOa, call: Caller, lan: Person
) -> None:
    group = oa.group("Cụm 2", [lan], "gmf10")
    assert await code(call, "updateinfo", group_id=group.id, join_appr=False) == 0
    for number in range(9):
        assert oa.enter(oa.user(f"N{number}"), group)
    assert oa.enter(oa.user("Người thứ 11"), group) is None
    assert await code(call, "removemembers", group_id=group.id, member_user_ids=[lan.id]) == 0
    assert await code(call, "updateinfo", group_id=group.id, enable_link_join=False) == 0
    assert oa.enter(oa.user("Muộn"), group) is None
    assert await code(call, "updateinfo", group_id=group.id, join_appr="yes") == -201


async def test_people_can_be_pulled_in_while_they_follow_or_wrote_this_week(
    oa: FakeZaloOa, call: Caller, group: Group
) -> None:
    hoa, hung = oa.user("Hoa", follows=True), oa.user("Hùng")
    assert await code(call, "invite", group_id=group.id, member_user_ids=[hoa.id]) == 0
    assert await code(call, "invite", group_id=group.id, member_user_ids=[hung.id]) == -213
    oa.write(hung, "Chào")
    assert await code(call, "invite", group_id=group.id, member_user_ids=[hung.id]) == 0
    assert await code(call, "invite", group_id=group.id, member_user_ids=[hung.id] * 2) == 0
    assert heard(oa).count("user_join_group") == 2
    late = oa.user("Muộn")
    oa.write(late, "Chào")
    oa.advance(days=8)
    assert await code(call, "invite", group_id=group.id, member_user_ids=[late.id]) == -232
    assert await code(call, "invite", group_id=group.id, member_user_ids=[]) == -201


async def test_members_come_five_at_a_time_and_the_account_is_one_of_them(
    oa: FakeZaloOa, call: Caller, group: Group
) -> None:
    for number in range(7):
        person = oa.user(f"N{number}", follows=True)
        group.members[person.id] = person
    first = (await call.get(f"{ROOT}/listmember", group_id=group.id, offset=0))["data"]
    assert (first["total"], first["member_count"], first["members"][0]["oa_id"]) == (9, 5, oa.oa_id)
    rest = (await call.get(f"{ROOT}/listmember", group_id=group.id, offset=5, count=50))["data"]
    assert len(rest["members"]) == 4
    assert (await call.get(f"{ROOT}/listmember", group_id=group.id, offset=0, count=51))["error"] == -210


async def test_deputies_removals_and_the_end(oa: FakeZaloOa, call: Caller, group: Group, lan: Person) -> None:
    hoa = oa.user("Hoa")
    assert await code(call, "addadmins", group_id=group.id, member_user_ids=[hoa.id]) == -201
    assert await code(call, "addadmins", group_id=group.id, member_user_ids=[lan.id]) == 0
    assert group.deputies == {lan.id}
    assert await code(call, "removeadmins", group_id=group.id, member_user_ids=[lan.id]) == 0
    assert await code(call, "removemembers", group_id=group.id, member_user_ids=[lan.id]) == 0
    package = group.package
    assert await code(call, "delete", group_id=group.id) == 0
    assert package.group is None
    assert heard(oa) == ["add_group_admin", "remove_group_admin", "user_out_group", "delete_group"]
    assert await code(call, "delete", group_id=group.id) == -403


async def test_a_group_is_renamed_and_gets_another_package(oa: FakeZaloOa, call: Caller, group: Group) -> None:
    assert await code(call, "updateinfo", group_id=group.id, group_name="Cụm 1 mới", join_appr=False) == 0
    old, bigger = group.package, oa.package("gmf100")
    assert await code(call, "updateasset", group_id=group.id, asset_id=bigger.id) == 0
    shown = (await call.get(f"{ROOT}/getgroup", group_id=group.id))["data"]
    assert (shown["group_info"]["name"], shown["group_info"]["max_member"]) == ("Cụm 1 mới", 100)
    assert (shown["asset_info"]["asset_id"], shown["group_setting"]["join_appr"]) == (bigger.id, False)
    assert (old.group, bigger.group) == (None, group)
    assert await code(call, "updateasset", group_id=group.id, asset_id=bigger.id) == -241


async def test_packages_say_what_they_are_used_for(oa: FakeZaloOa, call: Caller, group: Group) -> None:
    free = oa.package("gmf10")
    body = {"quota_owner": "OA", "product_type": "gmf10", "quota_type": "purchase_quota"}
    answer = (await call.post("/v3.0/oa/quota/group", body))["data"]
    assert [(one["asset_id"], one["status"]) for one in answer] == [(free.id, "available")]
    body["product_type"] = "gmf50"
    used = (await call.post("/v3.0/oa/quota/group", body))["data"][0]
    assert (used["status"], used["used_id"]) == ("used", group.id)
    assert (await call.post("/v3.0/oa/quota/group", body | {"product_type": "gmf5"}))["error"] == -201


async def test_groups_are_listed_and_their_history_read(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    groups = [oa.group(f"Cụm {n}", [lan]) for n in range(7)]
    listed = (await call.get(f"{ROOT}/getgroupsofoa", offset=0))["data"]
    assert (listed["total"], len(listed["groups"])) == (7, 5)
    oa.write_in_group(lan, groups[0], "Em gửi ảnh")
    oa.photo_in_group(lan, groups[0], None)
    await call.say_in_group(groups[0].id, "Cảm ơn chị")
    items = (await call.get(f"{ROOT}/conversation", group_id=groups[0].id, offset=0, count=10))["data"]
    assert [(item["src"], item["type"]) for item in items] == [(0, "text"), (1, "photo"), (1, "text")]
    assert {item["group_id"] for item in items} == {groups[0].id}
    recent = (await call.get(f"{ROOT}/listrecentchat", offset=0, count=10))["data"]
    assert [item["message"] for item in recent] == ["Cảm ơn chị"]
    assert (await call.get(f"{ROOT}/conversation", group_id=groups[0].id, count=11))["error"] == -210


async def test_what_is_said_in_a_group_names_group_and_account_in_their_places(
    oa: FakeZaloOa, group: Group, lan: Person
) -> None:
    oa.photo_in_group(lan, group, None, None, caption="Hội thao", together=True)
    event = oa.deliveries[-1].body
    assert event["event_name"] == "user_send_group_image"
    assert (event["sender"], event["recipient"], event["oa_id"]) == ({"id": lan.id}, {"id": group.id}, oa.oa_id)
    assert len(event["message"]["attachments"]) == 2
    oa.photo_in_group(lan, group, None, None)
    assert heard(oa)[-2:] == ["user_send_group_image"] * 2
    oa.file_in_group(lan, group, "bao-cao.docx", b"PK")
    assert heard(oa)[-1] == "user_send_group_file"
    with pytest.raises(LookupError):
        oa.write_in_group(oa.user("Lạ"), group, "Chào")


async def test_words_in_a_group_open_no_window(oa: FakeZaloOa, call: Caller, group: Group) -> None:
    hoa = oa.user("Hoa")
    group.members[hoa.id] = hoa
    oa.write_in_group(hoa, group, "Chào cả nhà")
    assert (await call.say(hoa.id, "Chào chị"))["error"] == -213
