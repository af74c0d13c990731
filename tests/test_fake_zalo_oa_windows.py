"""The fake Official Account: who may be written to, until when, who pays, and what it may ask about them."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from tests.fakes.zalo_oa import FakeZaloOa, Limits, Person
from tests.fakes.zalo_oa.caller import Caller


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


async def code(call: Caller, person: Person) -> int:
    return int((await call.say(person.id, "Nhắc chị gửi ảnh"))["error"])


# Windows and money


async def test_eight_messages_are_free_and_the_ninth_costs(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    answers = [await call.say(lan.id, f"Tin {n}") for n in range(9)]
    assert [a["data"]["quota"]["quota_type"] for a in answers] == ["reply"] * 8 + ["sub_quota"]
    assert oa.package_messages == 499
    oa.write(lan, "Vâng")
    assert (await call.say(lan.id, "Cảm ơn"))["data"]["quota"]["remain"] == "7"


async def test_after_48_hours_somebody_pays_and_after_seven_days_nobody_can(
    oa: FakeZaloOa, call: Caller, lan: Person
) -> None:
    oa.package_messages = 1
    oa.advance(hours=49)
    assert [await code(call, lan) for _ in range(2)] == [0, 0]
    assert oa.sent(lan)[0].quota == "sub_quota"
    assert oa.charged(lan) == 55
    assert oa.wallet == 100_000 - 55
    oa.advance(days=5)
    assert await code(call, lan) == -230
    oa.write(lan, "Em đây")
    assert await code(call, lan) == 0
    assert oa.charged(lan) == 55


async def test_an_empty_wallet_a_missing_account_and_a_spent_package_are_told_apart(
    oa: FakeZaloOa, call: Caller, lan: Person
) -> None:
    oa.advance(hours=49)
    oa.package_messages, oa.wallet = 0, 54
    assert await code(call, lan) == -321
    oa.zca_linked = False
    assert await code(call, lan) == -211


async def test_some_say_replies_are_unlimited_and_then_no_number_is_shown(oa: FakeZaloOa, call: Caller) -> None:
    oa.limits.free_messages = None
    lan = oa.user("Lan", follows=True)
    answers = [await call.say(lan.id, f"Tin {n}") for n in range(12)]
    assert {a["data"]["quota"]["quota_type"] for a in answers} == {"reply"}
    assert "remain" not in answers[0]["data"]["quota"]
    assert "cs_reply" not in (await call.post("/v3.0/oa/quota/message", {"user_id": lan.id}))["data"]


async def test_everybody_who_cannot_be_reached_has_a_number_of_their_own(oa: FakeZaloOa, call: Caller) -> None:
    stranger, visitor, gone = oa.user("Người lạ"), oa.user("Khách"), oa.user("Chị Hoa", follows=True)
    oa.write(visitor, "Cho hỏi")
    assert await code(call, stranger) == -213
    assert await code(call, visitor) == 0
    oa.unfollow(gone)
    assert await code(call, gone) == -213
    oa.advance(days=8)
    assert await code(call, visitor) == -232
    oa.restrict(visitor)
    assert await code(call, visitor) == -244
    visitor.banned = True
    assert await code(call, visitor) == -227


async def test_who_does_not_open_zalo_for_45_days_is_out_of_reach(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    oa.goes_silent(lan)
    oa.advance(days=44)
    assert await code(call, lan) == -230
    oa.advance(days=2)
    assert await code(call, lan) == -227


async def test_a_query_button_opens_the_window_and_a_link_does_not(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    payload = [
        {"title": "Đã nhận", "type": "oa.query.hide", "payload": "ack"},
        {"title": "Xem", "type": "oa.open.url", "payload": {"url": "https://loa.example.vn"}},
    ]
    attachment = {"type": "template", "payload": {"buttons": payload}}
    assert (await call.say(lan.id, "Họp thứ Sáu", attachment=attachment))["error"] == 0
    oa.advance(days=6)
    message = oa.last(lan)
    assert oa.press(lan, message, "Xem") is None
    oa.advance(days=2)
    assert await code(call, lan) == -230
    oa.press(lan, message, "Đã nhận")
    assert await code(call, lan) == 0
    assert oa.last(lan).quota == "reply"


async def test_the_quota_of_a_person_says_when_they_were_last_heard(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    await call.say(lan.id, "Tin")
    window = (await call.post("/v3.0/oa/quota/message", {"user_id": lan.id}))["data"]
    assert window["last_interaction"] == str(int(oa.now().timestamp() * 1000))
    assert window["cs_reply"] == {"remain": "7", "total": "8"}
    oa.advance(hours=49)
    assert (await call.post("/v3.0/oa/quota/message", {"user_id": lan.id}))["data"]["cs_reply"]["remain"] == "0"


async def test_words_the_platform_forbids_are_refused(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    oa.forbidden_words.add("cá cược")
    assert (await call.say(lan.id, "Mời chơi cá cược"))["error"] == -248
    assert oa.sent() == []


# Templates and broadcasts


def template(oa: FakeZaloOa, **more: Any) -> None:
    oa.templates["t-1"] = {
        "name": "Nhắc việc", "params": {"noi_dung": 20}, "tag": 2, "price": 200, "approved": True, "uid": True,
    } | more  # fmt: skip


async def test_an_approved_template_reaches_a_follower_who_was_silent_for_a_month(
    oa: FakeZaloOa, call: Caller, lan: Person
) -> None:
    template(oa)
    oa.advance(days=30)
    body = {"user_id": lan.id, "template_id": "t-1", "template_data": {"noi_dung": "Họp lúc 8 giờ"}}
    assert (await call.post("/v3.0/oa/message/template", body))["error"] == 0
    assert (oa.last(lan).kind, oa.last(lan).text, oa.charged(lan)) == ("template", "Họp lúc 8 giờ", 200)
    nested = {"recipient": {"user_id": lan.id}} | {k: v for k, v in body.items() if k != "user_id"}
    assert (await call.post("/v3.0/oa/message/template", nested))["error"] == -201
    oa.template_nested = True
    assert (await call.post("/v3.0/oa/message/template", nested))["error"] == 0
    assert (await call.post("/v3.0/oa/message/template", body))["error"] == -201


@pytest.mark.parametrize(
    ("more", "data", "code"),
    [
        ({"uid": False}, {"noi_dung": "x"}, -249),
        ({"approved": False}, {"noi_dung": "x"}, -201),
        ({}, {}, -201),
        ({}, {"noi_dung": "x" * 21}, -201),
        ({"price": 1_000_000}, {"noi_dung": "x"}, -321),
    ],
)
async def test_a_template_is_refused_with_its_reason(
    oa: FakeZaloOa, call: Caller, lan: Person, more: dict[str, Any], data: dict[str, str], code: int
) -> None:
    template(oa, **more)
    body = {"user_id": lan.id, "template_id": "t-1", "template_data": data}
    assert (await call.post("/v3.0/oa/message/template", body))["error"] == code


async def test_nothing_that_advertises_leaves_at_night(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    template(oa, tag=3)
    body = {"user_id": lan.id, "template_id": "t-1", "template_data": {"noi_dung": "x"}}
    article = {"template_type": "media", "elements": [{"media_type": "article", "attachment_id": "a"}]}
    everybody = {
        "recipient": {"target": {}},
        "message": {"attachment": {"type": "template", "payload": article}},
    }
    assert (await call.post("/v2.0/oa/message", everybody))["error"] == 0
    oa.advance(hours=13)  # 22:00
    assert (await call.post("/v3.0/oa/message/template", body))["error"] == -234
    assert (await call.post("/v2.0/oa/message", everybody))["error"] == -234
    assert await code(call, lan) == 0
    oa.advance(hours=8)
    assert (await call.post("/v3.0/oa/message/template", body))["error"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone": "0912"}, -108),
        ({"phone": "84999999999"}, -118),
        ({"template_id": "none"}, -109),
        ({"template_data": {}}, -1122),
        ({"template_data": {"noi_dung": "x" * 21}}, -1121),
        ({"mode": "development"}, -127),
        ({}, 0),
    ],
)
async def test_the_phone_host_has_numbers_of_its_own(
    oa: FakeZaloOa, call: Caller, changes: dict[str, Any], code: int
) -> None:
    template(oa)
    oa.user("Chị Hoa", phone="84912345678")
    body = {"phone": "84912345678", "template_id": "t-1", "template_data": {"noi_dung": "Họp"}} | changes
    answer = await call.business("/message/template", body)
    assert answer["error"] == code
    if code == 0:
        assert answer["data"]["msg_id"] == oa.last().id


async def test_the_phone_host_knows_the_token_by_another_number(oa: FakeZaloOa, call: Caller) -> None:
    template(oa)
    oa.user("Chị Hoa", phone="84912345678")
    body = {"phone": "84912345678", "template_id": "t-1", "template_data": {"noi_dung": "Họp"}}
    answer = await call.http.post(f"{oa.business_url}/message/template", json=body, headers={"access_token": "old"})
    assert answer.json()["error"] == -124
    oa.wallet = 0
    assert (await call.business("/message/template", body))["error"] == -115


async def test_a_template_says_what_may_stand_in_its_gaps(oa: FakeZaloOa, call: Caller) -> None:
    template(oa)
    headers = {"access_token": oa.access_token}
    url = f"{oa.business_url}/template/info/v2"
    shown = (await call.http.get(url, params={"template_id": "t-1"}, headers=headers)).json()["data"]
    assert (shown["listParams"][0]["name"], shown["listParams"][0]["maxLength"]) == ("noi_dung", 20)
    assert shown["price_uid"] == "200"


# Asking


async def test_the_account_describes_itself(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    me = (await call.get("/v2.0/oa/getoa"))["data"]
    assert (me["oaid"], me["is_verified"], me["num_follower"]) == (oa.oa_id, True, 1)
    assert me["package_valid_through_date"] == "31/05/2027"
    assert oa.package_until == date(2027, 5, 31)


async def test_a_person_is_described_and_a_stranger_is_minus_201(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    shown = (await call.ask("/v3.0/oa/user/detail", user_id=lan.id))["data"]
    assert (shown["display_name"], shown["user_is_follower"]) == ("Chị Lan", True)
    assert shown["user_last_interaction_date"] == "04/05/2026"
    assert (await call.ask("/v3.0/oa/user/detail", user_id="nobody"))["error"] == -201
    assert (await call.get("/v3.0/oa/user/detail", data="{not json"))["error"] == -201


async def test_people_are_listed_fifty_at_a_time(oa: FakeZaloOa, call: Caller) -> None:
    people = [oa.user(f"Người {n}", follows=True) for n in range(60)]
    visitor, _ = oa.user("Khách"), oa.user("Người lạ")
    oa.write(visitor, "Chào")
    listed = (await call.ask("/v3.0/oa/user/getlist", offset=50, count=50))["data"]
    assert (listed["total"], listed["count"]) == (61, 11)
    followers = (await call.ask("/v3.0/oa/user/getlist", offset=0, count=50, is_follower="true"))["data"]
    assert (followers["total"], followers["users"][0]) == (60, {"user_id": people[0].id})
    assert (await call.ask("/v3.0/oa/user/getlist", offset=0, count=51))["error"] == -210
    assert (await call.ask("/v3.0/oa/user/getlist", offset=9952, count=1))["error"] == -210


async def test_people_are_found_by_tag_and_by_the_day_they_wrote(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    hung = oa.user("Anh Hùng", follows=True)
    await call.post("/v2.0/oa/tag/tagfollower", {"user_id": hung.id, "tag_name": "Cụm 1"})
    assert (await call.get("/v2.0/oa/tag/gettagsofoa"))["data"] == ["Cụm 1"]
    oa.advance(days=1)
    oa.write(lan, "Chào")

    async def found(**query: Any) -> list[str]:
        listed = await call.ask("/v3.0/oa/user/getlist", offset=0, count=50, **query)
        return [one["user_id"] for one in listed["data"]["users"]]

    assert await found(tag_name="Cụm 1") == [hung.id]
    assert await found(last_interaction_period="TODAY") == [lan.id]
    assert await found(last_interaction_period="YESTERDAY") == [hung.id]
    assert await found(last_interaction_period="2026_05_04:2026_05_05") == [lan.id, hung.id]


async def test_the_history_shows_both_sides_newest_first_ten_at_most(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    oa.write(lan, "Em chào anh")
    await call.say(lan.id, "Chào chị Lan")
    oa.send_photo(lan, None)
    items = (await call.ask("/v2.0/oa/conversation", user_id=lan.id, offset=0, count=10))["data"]
    assert [(item["src"], item["type"], item["message"]) for item in items] == [
        (1, "photo", ""), (0, "text", "Chào chị Lan"), (1, "text", "Em chào anh"),
    ]  # fmt: skip
    assert items[1]["message_id"] == oa.last(lan).id
    assert items[0]["url"].startswith(oa.media_url)
    assert (await call.ask("/v2.0/oa/conversation", user_id=lan.id, offset=0, count=11))["error"] == -210


async def test_recent_chats_show_the_newest_message_of_each_person(oa: FakeZaloOa, call: Caller, lan: Person) -> None:
    hung = oa.user("Anh Hùng")
    for person, text in ((lan, "một"), (hung, "hai"), (lan, "ba")):
        oa.write(person, text)
    items = (await call.ask("/v2.0/oa/listrecentchat", offset=0, count=10))["data"]
    assert [(item["from_id"], item["message"]) for item in items] == [(lan.id, "ba"), (hung.id, "hai")]
