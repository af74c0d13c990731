"""What people do on Telegram, as the bot's own events. Updates are written as Telegram sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.channels.contract import Event
from bot.channels.telegram.events import Me, Reader

NOW = datetime(2027, 5, 4, 2, 0, tzinfo=UTC)
LAN = {"id": 51, "is_bot": False, "first_name": "Lan", "last_name": "Nguyễn"}
BOT = {"id": 70, "is_bot": True, "first_name": "Loa", "username": "loa_bot"}
PRIVATE = {"id": 51, "type": "private", "first_name": "Lan"}
GROUP = {"id": -1009, "type": "supergroup", "title": "CĐCS May 10"}
ME = Me(id=70, username="loa_bot", hears_all=False)


def read(update: dict[str, Any], reader: Reader | None = None) -> Event | None:
    return (reader or Reader(ME)).read(Update.de_json({"update_id": 900, **update}, None), NOW)


def message(chat: dict[str, Any] = PRIVATE, **fields: Any) -> dict[str, Any]:
    return {"message_id": 7, "from": LAN, "chat": chat, "date": int(NOW.timestamp()) - 60, **fields}


def said(chat: dict[str, Any] = PRIVATE, **fields: Any) -> Event:
    event = read({"message": message(chat, **fields)})
    assert event is not None
    return event


def membership(status: str, before: str = "left", chat: dict[str, Any] = GROUP) -> dict[str, Any]:
    extra = {"administrator": {"can_be_edited": False, "is_anonymous": False, "can_manage_chat": True}}
    rights = (
        "can_delete_messages can_manage_video_chats can_restrict_members can_promote_members can_change_info "
        "can_invite_users can_post_stories can_edit_stories can_delete_stories"
    )
    extra["administrator"] |= dict.fromkeys(rights.split(), False)
    extra["kicked"] = {"until_date": 0}
    return {
        "my_chat_member": {
            "chat": chat,
            "from": LAN,
            "date": int(NOW.timestamp()),
            "old_chat_member": {"user": BOT, "status": before, **extra.get(before, {})},
            "new_chat_member": {"user": BOT, "status": status, **extra.get(status, {})},
        }
    }


def test_an_officer_writes_in_private() -> None:
    event = said(text="Em gửi ảnh")
    assert (event.channel, event.account, event.event_id, event.kind) == ("telegram", "70", "900", "message")
    assert (event.chat, event.group, event.sender, event.sender_name) == ("51", False, "51", "Lan Nguyễn")
    assert (event.text, event.message_id, event.hears_all) == ("Em gửi ảnh", "7", None)
    assert (NOW - event.at).total_seconds() == 60


def test_on_a_clock_of_another_year_the_event_happens_now() -> None:
    assert said(text="Chào", date=int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())).at == NOW


def test_the_largest_size_of_a_photo_is_kept() -> None:
    sizes = [
        {"file_id": f"f{w}", "file_unique_id": f"u{w}", "width": w, "height": w, "file_size": w}
        for w in (90, 1280, 320)
    ]
    event = said(photo=sizes, caption="Hội thao", media_group_id="14")
    assert (event.media[0].kind, event.media[0].ref["file_id"], event.media[0].size) == ("photo", "f1280", 1280)
    assert (event.text, event.album) == ("Hội thao", "14")


FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10}
FILM = FILE | {"width": 4, "height": 3, "duration": 2}


@pytest.mark.parametrize(
    ("content", "kind", "name"),
    [
        (
            {"document": FILE | {"file_name": "kế hoạch.docx", "mime_type": "application/x"}},
            "document",
            "kế hoạch.docx",
        ),
        ({"video": FILM | {"file_name": "a.mp4"}}, "video", "a.mp4"),
        ({"video_note": FILE | {"length": 3, "duration": 2}}, "video", ""),
        ({"animation": FILM, "document": FILE}, "video", ""),
        ({"voice": FILE | {"duration": 3, "mime_type": "audio/ogg"}}, "voice", ""),
        ({"audio": FILE | {"duration": 3, "file_name": "bài hát.mp3"}}, "document", "bài hát.mp3"),
    ],
)
def test_every_kind_of_file_people_send(content: dict[str, Any], kind: str, name: str) -> None:
    media = said(**content).media
    assert [(m.kind, m.file_name, m.ref["file_id"]) for m in media] == [(kind, name, "f")]


def test_a_sticker_in_private_is_heard_so_that_it_can_be_answered() -> None:
    sticker = FILE | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
    event = said(sticker=sticker)
    assert (event.kind, event.text, event.media) == ("message", "", ())


def test_service_messages_are_nobodys_words() -> None:
    assert read({"message": message(GROUP, new_chat_members=[LAN])}) is None
    assert read({"message": message(GROUP, pinned_message=message(GROUP, text="Ghim"))}) is None


def test_unknown_updates_make_no_event() -> None:
    assert read({"something_new_in_2031": {"id": 1}}) is None


@pytest.mark.parametrize(
    ("text", "heard", "addressed"),
    [
        ("@loa_bot nộp bài", "nộp bài", True),
        ("@Loa_Bot: nộp bài", "nộp bài", True),
        ("nhờ @loa_bot ghi giúp", "nhờ @loa_bot ghi giúp", True),
        ("gửi cho @loa_bot2 nhé", "gửi cho @loa_bot2 nhé", False),
        ("viết tới ban@loa_bot", "viết tới ban@loa_bot", False),
        ("/lienket@loa_bot K7", "/lienket K7", True),
        ("@loa_bot /lienket K7", "/lienket K7", True),
        ("/lienket K7", "/lienket K7", True),
        ("/lienket@another_bot K7", "/lienket@another_bot K7", False),
        ("/start@loa_bot CODE", "/start CODE", True),
        ("chiều nay họp nhé", "chiều nay họp nhé", False),
    ],
)
def test_who_is_spoken_to_in_a_group(text: str, heard: str, addressed: bool) -> None:
    event = said(GROUP, text=text)
    assert (event.text, event.addressed) == (heard, addressed)


def test_an_answer_to_the_bot_is_addressed_and_one_to_a_colleague_is_not() -> None:
    to_bot = said(
        GROUP, text="xong", reply_to_message=message(GROUP, text="Nhắc việc") | {"from": BOT, "message_id": 3}
    )
    to_lan = said(GROUP, text="xong", reply_to_message=message(GROUP, text="Chào") | {"message_id": 4})
    assert (to_bot.addressed, to_bot.reply_to) == (True, "3")
    assert (to_lan.addressed, to_lan.reply_to) == (False, "4")


def test_every_message_of_a_forum_topic_is_not_an_answer() -> None:
    opened = message(GROUP, forum_topic_created={"name": "Ảnh", "icon_color": 1}) | {"from": BOT}
    event = said(GROUP, text="chào cả nhà", reply_to_message=opened)
    assert (event.addressed, event.reply_to) == (False, "")


@pytest.mark.parametrize(
    "sender",
    [
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": GROUP},
        {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}},
        {"from": {"id": 5, "is_bot": True, "first_name": "Bot khác"}},
    ],
)
def test_who_is_no_person_gets_no_id_and_so_no_rights(sender: dict[str, Any]) -> None:
    assert said(GROUP, text="duyệt", **sender).sender == ""


def test_a_corrected_message_and_a_moving_location() -> None:
    edited = read({"edited_message": message(text="15 ảnh, không phải 14", edit_date=int(NOW.timestamp()))})
    assert edited is not None
    assert (edited.kind, edited.text, edited.message_id, edited.at) == ("edited", "15 ảnh, không phải 14", "7", NOW)
    moving = message(location={"latitude": 21.0, "longitude": 105.8}, edit_date=int(NOW.timestamp()))
    assert read({"edited_message": moving}) is None


def test_a_pressed_button() -> None:
    press = {"id": "444", "from": LAN, "chat_instance": "1", "data": "duyet:12"}
    event = read({"callback_query": press | {"message": message(GROUP, text="Tin mới") | {"from": BOT}}})
    assert event is not None
    assert (event.kind, event.action, event.press, event.reply_to) == ("button", "duyet:12", "444", "7")
    assert (event.chat, event.sender, event.at) == ("-1009", "51", NOW)


def test_a_button_under_a_message_too_old_to_be_shown() -> None:
    old = {"chat": PRIVATE, "message_id": 7, "date": 0}
    event = read({"callback_query": {"id": "4", "from": LAN, "chat_instance": "1", "data": "x", "message": old}})
    assert event is not None
    assert (event.reply_to, event.chat) == ("7", "51")


def test_the_bot_comes_into_a_group_and_is_put_out() -> None:
    joined, left = read(membership("member")), read(membership("kicked", "member"))
    assert joined is not None
    assert left is not None
    assert (joined.kind, joined.group, joined.chat_title, joined.sender) == ("joined", True, "CĐCS May 10", "51")
    assert (joined.hears_all, left.kind, left.hears_all) == (False, "left", None)


def test_a_person_blocks_and_unblocks_the_bot() -> None:
    blocked, back = (
        read(membership("kicked", "member", PRIVATE)),
        read(membership("member", "kicked", PRIVATE)),
    )
    assert blocked is not None
    assert back is not None
    assert [(e.kind, e.group, e.chat) for e in (blocked, back)] == [("left", False, "51"), ("joined", False, "51")]


def test_a_channel_is_no_place_for_us() -> None:
    assert read(membership("administrator", chat={"id": -1, "type": "channel", "title": "Tin"})) is None


def test_as_administrator_the_bot_hears_everything_and_as_member_only_what_proves_it() -> None:
    reader = Reader(ME)

    def hears(text: str) -> bool | None:
        event = read({"message": message(GROUP, text=text)}, reader)
        assert event is not None
        return event.hears_all

    assert hears("/lienket K7") is None
    read(membership("member"), reader)
    assert hears("/lienket K7") is False
    assert read(membership("administrator", "member"), reader) is None
    assert hears("/lienket K7") is True
    read(membership("member", "administrator"), reader)
    assert hears("/lienket K7") is False
    assert hears("chuyện ngoài lề mà bot vẫn nghe được") is True


def test_without_privacy_mode_the_bot_hears_everything_from_the_start() -> None:
    joined = read(membership("member"), Reader(Me(70, "loa_bot", hears_all=True)))
    assert joined is not None
    assert joined.hears_all is True


def test_a_group_is_renamed() -> None:
    event = said(GROUP, new_chat_title="CĐCS May 10 (mới)")
    assert (event.kind, event.chat_title) == ("renamed", "CĐCS May 10 (mới)")


def test_both_signals_of_an_upgraded_group_say_the_same() -> None:
    old = {"id": -9, "type": "group", "title": "CĐCS May 10"}
    leaving, arriving = said(old, migrate_to_chat_id=-1009), said(GROUP, migrate_from_chat_id=-9)
    assert [(e.kind, e.chat, e.new_chat) for e in (leaving, arriving)] == [("migrated", "-9", "-1009")] * 2
