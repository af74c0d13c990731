"""The rules of the Bot API as the fake judges them: limits, markup, privacy, rights, acknowledgement."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.telegram import BOT_TOKEN, FakeTelegram, Limits, User, jpeg
from tests.fakes.telegram.caller import Caller

NOON = datetime(2026, 5, 7, 5, 0, tzinfo=UTC)


class Watch:
    """A wall clock that a test turns by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def tg(watch: Watch) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(flood=None, clock=watch) as fake:
        yield fake


@pytest.fixture
async def call(tg: FakeTelegram) -> AsyncIterator[Caller]:
    async with Caller(tg.base_url, tg.token) as caller:
        yield caller


@pytest.fixture
def lan(tg: FakeTelegram) -> User:
    """A chair who has started the bot."""
    person = tg.user("Lan")
    tg.start(person)
    return person


def refused(answer: Any, code: int, words: str) -> bool:
    assert answer["ok"] is False, answer
    assert (answer["error_code"], words in answer["description"]) == (code, True), answer
    return True


async def test_unknown_methods_and_wrong_tokens_are_refused(tg: FakeTelegram, call: Caller) -> None:
    refused(await call("sendCarrierPigeon"), 404, "Not Found")
    async with Caller(tg.base_url, "7000000001:stolen") as stranger:
        refused(await stranger("getMe"), 401, "Unauthorized")
    assert (await call("GETME"))["ok"]


@pytest.mark.parametrize(
    ("text", "mode", "fits"),
    [
        ("ă" * 4096, "", True),
        ("ă" * 4097, "", False),
        ("🌸" * 2048, "", True),
        ("🌸" * 2049, "", False),
        ("<b>" + "x" * 4096 + "</b>", "HTML", True),
        ("&lt;" * 4096, "HTML", True),
        ("  " + "x" * 4096 + "\n\n", "", True),
    ],
)
async def test_text_is_measured_after_parsing_in_utf16(
    call: Caller, lan: User, text: str, mode: str, fits: bool
) -> None:
    answer = await call("sendMessage", chat_id=lan.id, text=text, parse_mode=mode)
    assert answer["ok"] if fits else refused(answer, 400, "message is too long")


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "<b> </b>"])
async def test_blank_text_is_refused(call: Caller, lan: User, text: str) -> None:
    refused(await call("sendMessage", chat_id=lan.id, text=text, parse_mode="HTML"), 400, "message text is empty")


@pytest.mark.parametrize(("caption", "fits"), [("🌸" * 512, True), ("🌸" * 512 + "x", False)])
async def test_captions_end_at_1024_units(call: Caller, lan: User, caption: str, fits: bool) -> None:
    answer = await call("sendPhoto", {"photo": jpeg(64, 64)}, chat_id=lan.id, caption=caption)
    assert answer["ok"] if fits else refused(answer, 400, "caption is too long")


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("🌸<b>Lan</b>", "🌸Lan", [("bold", 2, 3)]),
        (
            "<a href='https://congdoan.vn'>đây</a> &amp; <i>kia</i>",
            "đây & kia",
            [("text_link", 0, 3), ("italic", 6, 3)],
        ),
        ("<b>một <u>hai</u></b>", "một hai", [("bold", 0, 7), ("underline", 4, 3)]),
        ("<blockquote expandable>dài</blockquote>", "dài", [("expandable_blockquote", 0, 3)]),
        ("&nbsp; #May10 /giup", "&nbsp; #May10 /giup", [("hashtag", 7, 6), ("bot_command", 14, 5)]),
    ],
)
async def test_html_becomes_entities(
    call: Caller, lan: User, source: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    result = (await call("sendMessage", chat_id=lan.id, text=source, parse_mode="HTML"))["result"]
    assert result["text"] == text
    assert [(e["type"], e["offset"], e["length"]) for e in result["entities"]] == entities


@pytest.mark.parametrize(
    ("source", "mode"),
    [
        ("<b>đậm", "HTML"),
        ("<b>đậm</i>", "HTML"),
        ("đậm</b>", "HTML"),
        ("<p>đoạn</p>", "HTML"),
        ("3 < 5", "HTML"),
        ("Hạn 15.5", "MarkdownV2"),
        ("*đậm", "MarkdownV2"),
        ("[đây](https://congdoan.vn", "MarkdownV2"),
        ("a-b", "MarkdownV2"),
    ],
)
async def test_broken_markup_is_refused(call: Caller, lan: User, source: str, mode: str) -> None:
    answer = await call("sendMessage", chat_id=lan.id, text=source, parse_mode=mode)
    refused(answer, 400, "can't parse entities")


LINK = {"type": "text_link", "url": "https://congdoan.vn"}


@pytest.mark.parametrize(
    ("entities", "words"),
    [
        ([("bold", 0, 9)], "ends after the end of the text"),
        ([("bold", 1, 3)], "begins in a middle of a UTF-16 symbol"),
        ([("bold", 2, 4)], "ends in a middle of a UTF-16 symbol"),
        ([("bold", 2, 0)], "invalid entity offset or length"),
        ([("bold", -1, 3)], "invalid entity offset or length"),
        ([("đậm", 0, 2)], "is unsupported"),
        ([("bold", 0, 4), ("italic", 3, 2)], "overlap without being nested"),
        ([("bold", 0, 4), ("bold", 2, 2)], "can't be nested"),
        ([("code", 0, 4), ("bold", 2, 2)], "can't be nested"),
        ([("text_link", 0, 4)], "URL '' is invalid"),
    ],
)
async def test_entities_that_do_not_lie_on_the_letters_are_refused(
    call: Caller, lan: User, entities: list[tuple[str, int, int]], words: str
) -> None:
    given = [dict(zip(("type", "offset", "length"), entity, strict=True)) for entity in entities]
    refused(await call("sendMessage", chat_id=lan.id, text="🌸Lan🌸", entities=given), 400, words)


async def test_nested_entities_are_kept_from_the_outer_to_the_inner(call: Caller, lan: User) -> None:
    given = [LINK | {"offset": 2, "length": 3}, {"type": "bold", "offset": 0, "length": 7}]
    result = (await call("sendMessage", chat_id=lan.id, text="🌸Lan🌸", entities=given))["result"]
    assert [entity["type"] for entity in result["entities"]] == ["bold", "text_link"]


async def test_markdown_v2_becomes_entities(call: Caller, lan: User) -> None:
    source = "*đậm _nghiêng_* [đây](https://congdoan.vn/a\\)b) `x.y` 15\\.5\n>trích\n>dẫn"
    result = (await call("sendMessage", chat_id=lan.id, text=source, parse_mode="MarkdownV2"))["result"]
    assert result["text"] == "đậm nghiêng đây x.y 15.5\ntrích\ndẫn"
    kinds = [(e["type"], e["offset"], e["length"]) for e in result["entities"]]
    expected = [("bold", 0, 11), ("italic", 4, 7), ("text_link", 12, 3), ("code", 16, 3), ("blockquote", 25, 9)]
    assert kinds == expected
    refused(await call("sendMessage", chat_id=lan.id, text="*x*", parse_mode="Markdown"), 400, "parse_mode")


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "Nhận", "callback_data": "ậ" * 21}, ""),
        ({"text": "Nhận", "callback_data": "ậ" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "Nhận", "callback_data": ""}, "Text buttons are unallowed"),
        ({"text": "Nhận"}, "Text buttons are unallowed"),
        ({"text": " ", "callback_data": "a"}, "non-empty"),
        ({"callback_data": "a"}, "text"),
        ({"text": "Xem", "callback_data": "a", "url": "https://congdoan.vn"}, "exactly one"),
        ({"text": "Xem", "url": "http://localhost:8080/"}, "Wrong HTTP URL"),
        ({"text": "Xem", "url": "ftp://congdoan.vn/"}, "Unsupported URL protocol"),
    ],
)
async def test_buttons_are_checked(call: Caller, lan: User, button: dict[str, Any], words: str) -> None:
    answer = await call("sendMessage", chat_id=lan.id, text="?", reply_markup=keyboard(button))
    assert refused(answer, 400, words) if words else answer["ok"]


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [(2000, 100, ""), (2001, 100, "PHOTO_INVALID_DIMENSIONS"), (9000, 1001, "PHOTO_INVALID_DIMENSIONS")],
)
async def test_photo_dimensions_are_checked(call: Caller, lan: User, width: int, height: int, words: str) -> None:
    answer = await call("sendPhoto", {"photo": jpeg(width, height)}, chat_id=lan.id)
    assert refused(answer, 400, words) if words else answer["ok"]


async def test_files_have_sizes_and_kinds(tg: FakeTelegram, call: Caller, lan: User) -> None:
    refused(await call("sendPhoto", {"photo": b"not a picture"}, chat_id=lan.id), 400, "IMAGE_PROCESS_FAILED")
    eleven = jpeg(64, 64) + b"\0" * (10 * 1024 * 1024)
    refused(await call("sendPhoto", {"photo": eleven}, chat_id=lan.id), 400, "is too big for a photo")
    refused(await call("sendPhoto", chat_id=lan.id, photo="no-such-id"), 400, "wrong file identifier")
    refused(await call("sendPhoto", chat_id=lan.id), 400, "no photo in the request")
    document = (await call("sendDocument", {"document": eleven}, chat_id=lan.id))["result"]["document"]
    refused(await call("sendPhoto", chat_id=lan.id, photo=document["file_id"]), 400, "type Document as Photo")
    tg.limits = replace(tg.limits, upload_bytes=1000, download_bytes=1000)
    refused(await call("sendDocument", {"document": eleven}, chat_id=lan.id), 413, "Too Large")
    refused(await call("getFile", file_id=document["file_id"]), 400, "file is too big")
    assert (Limits().upload_bytes, Limits().download_bytes) == (50 * 1024 * 1024, 20 * 1024 * 1024)


async def test_a_download_link_ends_after_an_hour(tg: FakeTelegram, call: Caller, lan: User, watch: Watch) -> None:
    message = tg.send_document(lan, "tin.docx", b"PK")
    assert message.media
    path = (await call("getFile", file_id=message.media.best.file_id))["result"]["file_path"]
    link = f"{tg.base_url}/file/bot{BOT_TOKEN}/{path}"
    assert (await call.response(link)).status_code == 405
    assert (await call.download(link)).content == b"PK"
    watch.now += timedelta(hours=1)
    assert (await call.download(link)).status_code == 404
    assert (await call.download(link.replace(BOT_TOKEN, "1:x"))).status_code == 401


def photos(count: int, **more: Any) -> str:
    return json.dumps([{"type": "photo", "media": f"attach://p{n}"} | more for n in range(count)])


@pytest.mark.parametrize(("count", "words"), [(1, "too few"), (2, ""), (10, ""), (11, "too many")])
async def test_albums_have_two_to_ten_items(call: Caller, lan: User, count: int, words: str) -> None:
    files = {f"p{n}": jpeg(64, 64, seed=n) for n in range(count)}
    answer = await call("sendMediaGroup", files, chat_id=lan.id, media=photos(count))
    assert refused(answer, 400, words) if words else len(answer["result"]) == count


async def test_albums_take_no_buttons_no_long_captions_and_no_mixture(call: Caller, lan: User) -> None:
    files = {f"p{n}": jpeg(64, 64) for n in range(2)}
    buttons = json.dumps(keyboard({"text": "Xem", "callback_data": "a"}))
    answer = await call("sendMediaGroup", files, chat_id=lan.id, media=photos(2), reply_markup=buttons)
    refused(answer, 400, "reply_markup is not supported")
    answer = await call("sendMediaGroup", files, chat_id=lan.id, media=photos(2, caption="x" * 1025))
    refused(answer, 400, "caption is too long")
    mixed = [{"type": "photo", "media": "attach://p0"}, {"type": "document", "media": "attach://p1"}]
    answer = await call("sendMediaGroup", files, chat_id=lan.id, media=json.dumps(mixed))
    refused(answer, 400, "can't be mixed")
    refused(await call("sendMediaGroup", {"q": b"x"}, chat_id=lan.id, media=photos(2)), 400, "URL protocol")


async def test_the_bot_cannot_speak_first(tg: FakeTelegram, call: Caller) -> None:
    silent = tg.user("Hoa")
    refused(await call("sendMessage", chat_id=silent.id, text="a"), 403, "can't initiate conversation")
    refused(await call("sendMessage", chat_id=424242, text="a"), 400, "chat not found")
    tg.say(silent, "Chào")
    assert (await call("sendMessage", chat_id=str(silent.id), text="a"))["ok"]
    tg.block(silent)
    refused(await call("sendMessage", chat_id=silent.id, text="a"), 403, "bot was blocked by the user")
    tg.unblock(silent)
    tg.deactivate(silent)
    refused(await call("sendMessage", chat_id=silent.id, text="a"), 403, "user is deactivated")


async def test_a_group_can_shut_the_bot_out(tg: FakeTelegram, call: Caller, lan: User) -> None:
    group = tg.group("CĐCS May 10", [lan], supergroup=True, username="cdcsmay10")
    assert (await call("sendMessage", chat_id="@cdcsmay10", text="a"))["ok"]
    tg.silence_bot(group)
    refused(await call("sendMessage", chat_id=group.id, text="a"), 400, "not enough rights to send")
    tg.remove_bot(group)
    refused(await call("sendMessage", chat_id=group.id, text="a"), 403, "kicked from the supergroup chat")
    stranger = tg.group("CĐCS khác", [lan], bot=None)
    refused(await call("sendMessage", chat_id=stranger.id, text="a"), 400, "chat not found")


async def test_a_migrated_group_names_its_successor(tg: FakeTelegram, call: Caller, lan: User) -> None:
    group = tg.group("CĐCS May 10", [lan])
    new = tg.migrate(group, announce=False)
    answer = await call("sendMessage", chat_id=group.id, text="a")
    refused(answer, 400, "upgraded to a supergroup chat")
    assert answer["parameters"] == {"migrate_to_chat_id": new.id}
    assert [u["message"]["text"] for u in (await call("getUpdates"))["result"]] == ["/start"]
    assert (await call("sendMessage", chat_id=new.id, text="a"))["result"]["message_id"] == 2


async def test_replies_need_their_message(call: Caller, lan: User) -> None:
    first = (await call("sendMessage", chat_id=lan.id, text="a"))["result"]
    reply = {"message_id": first["message_id"]}
    answer = await call("sendMessage", chat_id=lan.id, text="b", reply_parameters=reply)
    assert answer["result"]["reply_to_message"]["text"] == "a"
    gone = {"message_id": 999}
    refused(await call("sendMessage", chat_id=lan.id, text="b", reply_parameters=gone), 400, "replied not found")
    gone["allow_sending_without_reply"] = True
    answer = await call("sendMessage", chat_id=lan.id, text="b", reply_parameters=gone)
    assert "reply_to_message" not in answer["result"]


async def test_edits_change_something_of_our_own(tg: FakeTelegram, call: Caller, lan: User) -> None:
    hers = tg.say(lan, "của chị Lan")
    ours = (await call("sendMessage", chat_id=lan.id, text="a"))["result"]["message_id"]
    refused(await call("editMessageText", chat_id=lan.id, message_id=ours, text=" a "), 400, "is not modified")
    refused(await call("editMessageText", chat_id=lan.id, message_id=hers.id, text="b"), 400, "can't be edited")
    refused(await call("editMessageText", chat_id=lan.id, message_id=99, text="b"), 400, "to edit not found")
    refused(await call("editMessageCaption", chat_id=lan.id, message_id=ours, caption="b"), 400, "no caption")
    assert (await call("editMessageText", chat_id=lan.id, message_id=ours, text="b"))["result"]["edit_date"]
    markup = keyboard({"text": "Xem", "callback_data": "a"})
    assert (await call("editMessageReplyMarkup", chat_id=lan.id, message_id=ours, reply_markup=markup))["ok"]
    assert (await call("editMessageReplyMarkup", chat_id=lan.id, message_id=ours))["ok"]
    assert [v.text.text for v in tg.last(lan).versions if v.text] == ["a", "b", "b"]
    picture = (await call("sendPhoto", {"photo": jpeg(64, 64)}, chat_id=lan.id))["result"]["message_id"]
    refused(await call("editMessageText", chat_id=lan.id, message_id=picture, text="b"), 400, "no text in the message")
    answer = await call("editMessageCaption", chat_id=lan.id, message_id=picture, caption="b")
    assert answer["result"]["caption"] == "b"


async def test_only_own_young_messages_are_deleted(tg: FakeTelegram, call: Caller, lan: User, watch: Watch) -> None:
    group = tg.group("CĐCS May 10", [lan])
    hers = tg.say(lan, "quảng cáo", group)
    young, old = [(await call("sendMessage", chat_id=group.id, text="a"))["result"]["message_id"] for _ in "ab"]
    refused(await call("deleteMessage", chat_id=group.id, message_id=hers.id), 400, "can't be deleted")
    assert (await call("deleteMessage", chat_id=group.id, message_id=young))["result"] is True
    refused(await call("deleteMessage", chat_id=group.id, message_id=young), 400, "to delete not found")
    watch.now += timedelta(hours=48)
    refused(await call("deleteMessage", chat_id=group.id, message_id=old), 400, "can't be deleted")
    tg.promote_bot(group)
    assert (await call("deleteMessages", chat_id=group.id, message_ids=[hers.id, old, 999]))["ok"]
    assert list(group.ordinary()) == []


async def test_pins_need_the_right(tg: FakeTelegram, call: Caller, lan: User) -> None:
    group = tg.group("CĐCS May 10", [lan])
    sent = (await call("sendMessage", chat_id=group.id, text="a"))["result"]["message_id"]
    refused(await call("pinChatMessage", chat_id=group.id, message_id=sent), 400, "not enough rights")
    tg.promote_bot(group, rights=["can_pin_messages"])
    assert (await call("pinChatMessage", chat_id=group.id, message_id=sent))["ok"]
    assert [m.id for m in group.pinned] == [sent]
    assert (await call("unpinChatMessage", chat_id=group.id))["ok"]
    assert group.pinned == []


async def test_presses_are_answered_once_briefly_and_in_time(tg: FakeTelegram, call: Caller, lan: User) -> None:
    markup = keyboard({"text": "Nhận việc", "callback_data": "nhan"})
    await call("sendMessage", chat_id=lan.id, text="?", reply_markup=markup)
    press, late = tg.press(lan, "nhan"), tg.press(lan, "Nhận việc")
    refused(await call("answerCallbackQuery", callback_query_id=press.id, text="x" * 201), 400, "TOO_LONG")
    assert (await call("answerCallbackQuery", callback_query_id=press.id, text="x" * 200))["ok"]
    refused(await call("answerCallbackQuery", callback_query_id=press.id), 400, "query is too old")
    late.at -= tg.limits.callback_seconds + 1
    refused(await call("answerCallbackQuery", callback_query_id=late.id), 400, "query is too old")
    refused(await call("answerCallbackQuery", callback_query_id="1"), 400, "query ID is invalid")
    with pytest.raises(LookupError, match="Nhận việc"):
        tg.press(lan, "Xin hoãn")


async def test_small_arguments_are_checked(call: Caller, lan: User) -> None:
    sent = (await call("sendMessage", chat_id=lan.id, text="a"))["result"]["message_id"]
    bad = [{"type": "emoji", "emoji": "🌸"}]
    refused(await call("setMessageReaction", chat_id=lan.id, message_id=sent, reaction=bad), 400, "REACTION_INVALID")
    refused(await call("sendChatAction", chat_id=lan.id, action="sleeping"), 400, "wrong parameter action")
    commands = [{"command": "Giúp", "description": "Xem"}]
    refused(await call("setMyCommands", commands=commands), 400, "BOT_COMMAND_INVALID")
    refused(await call("getChatAdministrators", chat_id=lan.id), 400, "no administrators in the private chat")
    refused(await call("setWebhook", url="http://congdoan.vn/hook"), 400, "HTTPS URL must be provided")
    refused(await call("setWebhook", url="https://congdoan.vn:9000/hook"), 400, "only on ports")
    refused(await call("setWebhook", url="https://congdoan.vn/hook", secret_token="bí mật"), 400, "unallowed")
    falling: dict[str, Any] = {"chat_id": lan.id, "from_chat_id": lan.id, "message_ids": [2, 1]}
    refused(await call("copyMessages", **falling), 400, "strictly increasing")
    refused(await call("copyMessage", chat_id=lan.id, from_chat_id=lan.id, message_id=99), 400, "copy not found")
