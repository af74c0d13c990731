"""What people do on Zalo, as the rest of the house hears it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.contract import Event
from bot.channels.zalo_bot.events import Me, Reader

NOW = datetime(2027, 5, 10, 1, 0, tzinfo=UTC)
ME = Me.of({"id": "b0", "display_name": "Bot Công đoàn", "account_name": "bot.abc"})


def update(kind: str = "text", **message: Any) -> dict[str, Any]:
    base = {
        "message_id": "m1", "date": int(NOW.timestamp() * 1000), "message_type": "CHAT_MESSAGE",
        "from": {"id": "u1", "display_name": "Lan", "is_bot": False}, "chat": {"id": "u1", "chat_type": "PRIVATE"},
    }  # fmt: skip
    return {"event_name": f"message.{kind}.received", "message": base | message}


def in_group(kind: str = "text", **message: Any) -> dict[str, Any]:
    return update(kind, chat={"id": "g1", "chat_type": "GROUP"}, **message)


def read(raw: dict[str, Any], me: Me | None = ME) -> list[Event]:
    reader = Reader("987")
    reader.me = me
    return reader.read(raw, NOW)


def only(raw: dict[str, Any]) -> Event:
    (event,) = read(raw)
    return event


def test_a_private_message() -> None:
    event = only(update(text="Xin chào"))
    assert (event.channel, event.account, event.event_id, event.kind) == ("zalo_bot", "987", "m1", "message")
    assert (event.chat, event.sender, event.sender_name, event.text) == ("u1", "u1", "Lan", "Xin chào")
    assert (event.group, event.addressed, event.at) == (False, False, NOW)


def test_the_wrapping_of_the_documentation_changes_nothing() -> None:
    raw = update(text="Xin chào")
    assert read({"ok": True, "result": raw}) == read(raw)


@pytest.mark.parametrize(
    "fields",
    [
        {"photo": "https://a.zdn.vn/1.jpg"},
        {"photo_url": "https://a.zdn.vn/1.jpg"},
        {"photo": ["https://a.zdn.vn/1.jpg"]},
        {"photo": "https://a.zdn.vn/1.jpg", "photo_url": "https://a.zdn.vn/1.jpg"},
    ],
)
def test_a_photo_wherever_it_stands(fields: dict[str, Any]) -> None:
    event = only(update("image", caption="cổng A", **fields))
    assert [(ref.kind, ref.ref) for ref in event.media] == [("photo", {"url": "https://a.zdn.vn/1.jpg"})]
    assert event.text == "cổng A"


def test_a_voice_message_is_fetched_like_a_photo() -> None:
    assert [ref.kind for ref in only(update("voice", voice_url="https://a.zdn.vn/1.aac")).media] == ["voice"]


def test_what_the_platform_does_not_show_is_marked_and_a_sticker_is_let_go() -> None:
    assert only(update("unsupported")).details == {"unreadable": "message.unsupported.received"}
    assert only(update("image")).details == {"unreadable": "message.image.received"}
    assert only(update("something.new")).details == {"unreadable": "message.something.new.received"}
    assert read(update("sticker", sticker="0e07", url="https://a.zdn.vn/s.png")) == []


@pytest.mark.parametrize(
    "words",
    [
        "@Bot Công đoàn lienket AB23CD45",
        "@bot công đoàn: lienket AB23CD45",
        "lienket AB23CD45 @Bot Công đoàn",
        "@bot.abc lienket AB23CD45",
        "@Bot Công đoàn, lienket AB23CD45",  # decomposed, as some phones write
    ],
)
def test_a_mention_is_not_part_of_what_was_said(words: str) -> None:
    entered, said = read(in_group(text=words))
    assert said.text == "lienket AB23CD45"
    assert (said.group, said.addressed, said.hears_all) == (True, True, False)
    assert (entered.kind, entered.event_id, entered.hears_all) == ("joined", "first:g1", False)


def test_another_name_that_begins_the_same_is_kept() -> None:
    assert read(in_group(text="@Bot Công đoàn2 ơi"))[1].text == "@Bot Công đoàn2 ơi"


def test_every_message_of_a_group_brings_the_same_first_one() -> None:
    first, second = read(in_group(text="a")), read(in_group(text="b", message_id="m2"))
    assert first[0].event_id == second[0].event_id
    assert first[1].event_id != second[1].event_id


@pytest.mark.parametrize("sender", [{"id": "b0", "is_bot": False}, {"id": "x", "is_bot": True}])
def test_the_bots_own_words_are_not_heard(sender: dict[str, Any]) -> None:
    assert read(update(text="Đã nhận", **{"from": sender})) == []


def test_before_the_platform_said_who_the_bot_is_nothing_is_lost() -> None:
    assert read(in_group(text="@Bot Công đoàn chào"), me=None)[1].text == "@Bot Công đoàn chào"


@pytest.mark.parametrize("field", ["reply_to_message", "quote"])
def test_an_answer_names_what_it_answers_where_the_platform_says_so(field: str) -> None:
    assert only(update(text="1", **{field: {"message_id": "said9"}})).reply_to == "said9"


@pytest.mark.parametrize(
    "raw",
    [{}, {"ok": True, "result": {"event_name": "message.unsupported.received"}}, {"event_name": "x", "message": None}],
)
def test_what_concerns_nobody_is_nothing(raw: dict[str, Any]) -> None:
    assert read(raw) == []


def test_a_message_without_a_number_is_still_told_apart() -> None:
    one, two = only(update(text="một", message_id="")), only(update(text="hai", message_id=""))
    assert one.event_id
    assert one.event_id != two.event_id
    assert one.event_id == only(update(text="một", message_id="")).event_id


@pytest.mark.parametrize("date", [None, "x", 0, 10**30, float("nan")])
def test_a_date_that_cannot_be_is_now(date: Any) -> None:
    assert only(update(text="a", date=date)).at == NOW
