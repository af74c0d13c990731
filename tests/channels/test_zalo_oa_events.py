"""What Zalo reports, in the words of the contract."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.contract import Event
from bot.channels.zalo_oa.events import PRESS, Reader, event_id

NOW = datetime(2027, 5, 10, 1, 0, tzinfo=UTC)
STAMP = str(int((NOW - timedelta(seconds=3)).timestamp() * 1000))
LAN, OA, GROUP = "7000000000000000001", "2491834058123456789", "9000000000000000005"
READER = Reader(OA, "Công đoàn Sông Xanh")


def private(what: str, **message: Any) -> dict[str, Any]:
    return {
        "app_id": "1", "event_name": what, "sender": {"id": LAN}, "recipient": {"id": OA}, "timestamp": STAMP,
        "message": {"msg_id": "m1", **message},
    }  # fmt: skip


def in_group(what: str, **message: Any) -> dict[str, Any]:
    return {**private(what, **message), "oa_id": OA, "recipient": {"id": GROUP}}


def service(what: str, **more: Any) -> dict[str, Any]:
    return {"app_id": "1", "oa_id": OA, "event_name": what, "timestamp": STAMP, **more}


def of_group(what: str, **more: Any) -> dict[str, Any]:
    return service(what, group_id=GROUP, **more)


def read(raw: dict[str, Any]) -> Event:
    event = READER.read(raw, NOW)
    assert event is not None
    return event


def photo(url: str) -> dict[str, Any]:
    return {"type": "image", "payload": {"url": url, "thumbnail": f"{url}?small"}}


def test_a_cadre_writes() -> None:
    event = read(private("user_send_text", text="Đã treo băng rôn", quote_msg_id="m0"))
    assert (event.kind, event.chat, event.sender, event.text) == ("message", LAN, LAN, "Đã treo băng rôn")
    assert (event.message_id, event.reply_to, event.account, event.group) == ("m1", "m0", OA, False)
    assert event.at == NOW - timedelta(seconds=3)


def test_photos_of_one_event_stay_together_in_their_order() -> None:
    event = read(in_group("user_send_group_image", text="#nop", attachments=[photo("https://a"), photo("https://b")]))
    assert [item.ref["url"] for item in event.media] == ["https://a", "https://b"]
    assert {item.kind for item in event.media} == {"photo"}
    assert (event.chat, event.group, event.sender, event.hears_all, event.text) == (GROUP, True, LAN, True, "#nop")


def test_an_album_is_never_made_up() -> None:
    assert read(in_group("user_send_group_image", attachments=[photo("https://a")])).album == ""


def test_a_file_brings_its_name_and_size() -> None:
    payload = {"url": "https://f", "name": "bao-cao.docx", "size": "12345", "type": "docx", "checksum": "x"}
    (file,) = read(private("user_send_file", attachments=[{"type": "file", "payload": payload}])).media
    assert (file.kind, file.file_name, file.size) == ("document", "bao-cao.docx", 12345)


@pytest.mark.parametrize(("kind", "becomes"), [("audio", "voice"), ("video", "video"), ("gif", "photo")])
def test_sound_and_film_are_kept_as_what_they_are(kind: str, becomes: str) -> None:
    event = read(private(f"user_send_{kind}", attachments=[{"type": kind, "payload": {"url": "https://x"}}]))
    assert [item.kind for item in event.media] == [becomes]


def test_a_link_is_words_that_can_be_read() -> None:
    link = {"type": "link", "payload": {"url": "https://congdoan.vn/bai", "description": "Bài viết"}}
    assert (
        read(private("user_send_link", text="Bài đăng", attachments=[link])).text == "Bài đăng\nhttps://congdoan.vn/bai"
    )


def test_a_business_card_tells_nothing_about_somebody_who_was_not_asked() -> None:
    card = {"type": "link", "payload": {"url": "https://zalo.me/091", "description": '{"phone":"0912345678"}'}}
    event = read(private("user_send_business_card", attachments=[card]))
    assert (event.kind, event.text, event.media) == ("message", "", ())


def test_a_sticker_is_a_message_with_nothing_to_keep() -> None:
    sticker = {"type": "sticker", "payload": {"url": "https://s", "id": "7"}}
    event = read(private("user_send_sticker", attachments=[sticker]))
    assert (event.kind, event.media) == ("message", ())


def test_a_button_comes_back_as_words_and_is_a_press() -> None:
    event = read(private("user_send_text", text=f"{PRESS}give:12"))
    assert (event.kind, event.action, event.press, event.text) == ("button", "give:12", "", "")


@pytest.mark.parametrize("text", ["#loa:", "xin #loa:give:1", "#loa:give:1 nhé", "#loa:tên có dấu", "#nop"])
def test_words_that_only_look_like_a_button_stay_words(text: str) -> None:
    assert read(private("user_send_text", text=text)).kind == "message"


def test_in_a_group_the_account_is_called_by_its_name() -> None:
    assert read(in_group("user_send_group_text", text="@công đoàn sông xanh xin mẫu")).addressed
    assert read(in_group("user_send_group_text", text="/lienket Cụm 1")).addressed
    assert not read(in_group("user_send_group_text", text="Chào cả nhà")).addressed


@pytest.mark.parametrize(
    "raw",
    [
        {**in_group("user_send_group_text", text="a"), "recipient": {"group_id": GROUP}},
        {**in_group("user_send_group_text", text="a", conversation_id=GROUP), "recipient": {"id": OA}},
        {**in_group("user_send_group_text", text="a"), "oa_id": None},
        {k: v for k, v in in_group("user_send_group_text", text="a").items() if k != "oa_id"} | {"oaId": OA},
    ],
)
def test_a_group_is_found_wherever_its_id_stands(raw: dict[str, Any]) -> None:
    event = read(raw)
    assert (event.chat, event.group, event.sender) == (GROUP, True, LAN)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (service("follow", follower={"id": LAN}, source="oa_profile"), "joined"),
        (service("unfollow", follower={"id": LAN}), "left"),
        (service("user_click_chatnow", user_id=LAN), "joined"),
        (service("user_withdraw", user_id=LAN), "erase"),
        ({**private("user_withdraw"), "message": None}, "erase"),
    ],
)
def test_what_a_person_does_with_the_account_belongs_to_their_chat(raw: dict[str, Any], kind: str) -> None:
    event = read(raw)
    assert (event.kind, event.chat, event.sender, event.group) == (kind, LAN, LAN, False)


def test_name_and_phone_come_only_when_they_are_given() -> None:
    info = {"name": "Nguyễn Thị Lan", "phone": "84912345678", "full_address": {"address": "1 Tràng Thi"}}
    event = read({**private("user_submit_info"), "message": None, "info": info})
    assert (event.kind, event.details) == ("details", {"name": "Nguyễn Thị Lan", "phone": "84912345678"})


def test_a_heart_under_our_message() -> None:
    event = read(private("user_reacted_message", msg_id="m9", react_icon="/-heart"))
    assert (event.kind, event.reply_to, event.details) == ("reacted", "m9", {"icon": "/-heart"})


def test_our_own_message_comes_back_as_an_echo_of_the_chat_it_went_to() -> None:
    raw = {**private("oa_send_text", text="Mời treo cờ"), "sender": {"id": OA}, "recipient": {"id": LAN}}
    event = read(raw)
    assert (event.kind, event.chat, event.text, event.message_id) == ("echo", LAN, "Mời treo cờ", "m1")
    by_hand = {**raw, "sender": {"id": OA, "admin_id": "a1"}}
    assert read(by_hand).details["admin"] == "a1"
    group = {**in_group("oa_send_group_text", text="Mời treo cờ"), "sender": {"id": OA}}
    assert (read(group).kind, read(group).chat, read(group).group) == ("echo", GROUP, True)


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("user_join_group", "entered"),
        ("accept_request_join_group", "entered"),
        ("react_request_join_group_accept", "entered"),
        ("user_out_group", "exited"),
        ("user_leave_group", "exited"),
        ("user_request_join_group", "asked"),
    ],
)
def test_people_come_into_a_group_leave_it_or_wait_outside(what: str, kind: str) -> None:
    event = read(of_group(what, users=[{"id": LAN}, {"id": "8"}]))
    assert (event.kind, event.chat, event.group, event.members) == (kind, GROUP, True, (LAN, "8"))


def test_a_group_begins_is_renamed_and_ends() -> None:
    assert read(of_group("create_group")).kind == "joined"
    renamed = read(of_group("update_group_info", group_name="Cụm 2"))
    assert (renamed.kind, renamed.chat_title) == ("renamed", "Cụm 2")
    assert read(of_group("update_group_info")).kind == "other"
    assert read(of_group("delete_group")).kind == "left"


@pytest.mark.parametrize(
    "what", ["user_seen_message", "add_user_to_tag", "widget_interaction", "change_oa_daily_quota", "tương lai"]
)
def test_what_nobody_knows_is_kept_and_nothing_follows(what: str) -> None:
    event = read(service(what, oaId=OA, user_id=LAN))
    assert (event.kind, event.details["what"]) == ("other", what)


def test_strangers_on_the_web_page_and_calls_are_no_messages() -> None:
    for what in ("anonymous_send_text", "oa_send_anonymous_text", "oa_send_consent", "user_reply_consent"):
        assert read({**private(what, text="a"), "recipient": {"id": OA}}).kind == "other"


def test_another_account_of_the_same_app_is_left_alone() -> None:
    assert READER.read({**private("user_send_text", text="a"), "recipient": {"id": "1"}}, NOW) is None
    assert READER.read(service("follow", follower={"id": LAN}) | {"oa_id": "1"}, NOW) is None


def test_the_same_event_has_the_same_id_and_another_one_another() -> None:
    followed = service("follow", follower={"id": LAN})
    assert event_id(followed, "follow") == event_id(dict(followed), "follow")
    assert event_id(followed, "follow") != event_id({**followed, "timestamp": "1"}, "follow")
    assert event_id(followed, "follow") != event_id({**followed, "follower": {"id": "8"}}, "follow")
    assert event_id(private("user_send_text"), "user_send_text") == "m1:user_send_text"


def test_a_clock_that_is_not_the_walls_keeps_its_own_time() -> None:
    assert read(private("user_send_text", text="a") | {"timestamp": "1540363714987"}).at == NOW
    assert read(private("user_send_text", text="a") | {"timestamp": "bao giờ"}).at == NOW


LEAF = st.sampled_from(
    ["\ud800", "a\0", None, True, 7, -1, "", "x", "9" * 30, [], {}, [None], {"id": 5}, {"id": {}}, {"msg_id": []}]
)
JSON = (
    LEAF
    | st.lists(LEAF, max_size=2)
    | st.dictionaries(
        st.sampled_from(["id", "text", "msg_id", "attachments", "payload", "type", "name"]), LEAF, max_size=3
    )
)
NAMES = st.sampled_from(
    ["user_send_text", "user_send_group_image", "oa_send_text", "follow", "user_join_group", "update_group_info", "x"]
)
KEYS = ("sender", "recipient", "message", "follower", "users", "info", "timestamp", "group_id", "user_id", "group")


@given(NAMES, st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)))
def test_no_strange_event_makes_the_bot_deaf(name: str, raw: dict[str, Any]) -> None:
    event = READER.read({**raw, "event_name": name}, NOW)
    if event is not None:
        assert Event.from_json(event.cleaned().as_json()) == event.cleaned()
        assert "\\u0000" not in json.dumps(event.cleaned().as_json())
        json.dumps(event.cleaned().as_json(), ensure_ascii=False).encode()
