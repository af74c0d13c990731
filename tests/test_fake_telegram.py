"""Two independent client libraries live the same day of a union office against the fake Bot API.

What both understand is not tuned to one of them. The rules themselves are in ``test_fake_telegram_rules.py``.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from types import ModuleType
from typing import Any, Protocol

import httpx
import pytest
import telegram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.telegram import BOT_TOKEN, FakeTelegram, faults, jpeg
from tests.fakes.telegram.loopback import serve


@dataclass
class Refusal:
    """One error in terms both libraries share: kind is retry, forbidden, migrated, bad or server."""

    kind: str
    detail: Any


class Client(Protocol):
    """The part of a library the story needs; the objects of both carry the Bot API's own field names."""

    bot: Any

    async def album(self, chat: int, pictures: list[bytes]) -> Any: ...
    async def ask(self, chat: int, text: str, *labels: tuple[str, str]) -> Any: ...
    async def photo(self, chat: int, picture: bytes, caption: str) -> Any: ...
    async def document(self, chat: int, name: str, data: bytes) -> Any: ...
    async def download(self, file_id: str) -> bytes: ...
    async def updates(self, offset: int = 0) -> Any: ...
    async def refusal(self, work: Awaitable[Any]) -> Refusal: ...


@dataclass
class PythonTelegramBot:
    bot: telegram.Bot

    async def album(self, chat: int, pictures: list[bytes]) -> Any:
        return await self.bot.send_media_group(chat, [telegram.InputMediaPhoto(p) for p in pictures])

    async def ask(self, chat: int, text: str, *labels: tuple[str, str]) -> Any:
        rows = [[telegram.InlineKeyboardButton(label, callback_data=data)] for label, data in labels]
        return await self.bot.send_message(chat, text, reply_markup=telegram.InlineKeyboardMarkup(rows))

    async def photo(self, chat: int, picture: bytes, caption: str) -> Any:
        return await self.bot.send_photo(chat, picture, caption=caption)

    async def document(self, chat: int, name: str, data: bytes) -> Any:
        return await self.bot.send_document(chat, data, filename=name)

    async def download(self, file_id: str) -> bytes:
        return bytes(await (await self.bot.get_file(file_id)).download_as_bytearray())

    async def updates(self, offset: int = 0) -> Any:
        return await self.bot.get_updates(offset=offset, timeout=5)

    async def refusal(self, work: Awaitable[Any]) -> Refusal:
        try:
            await work
        except telegram.error.RetryAfter as error:
            return Refusal("retry", int(error.retry_after.total_seconds()))  # type: ignore[union-attr]
        except telegram.error.ChatMigrated as error:
            return Refusal("migrated", error.new_chat_id)
        except telegram.error.Forbidden as error:
            return Refusal("forbidden", error.message)
        except telegram.error.BadRequest as error:
            return Refusal("bad", error.message)
        except telegram.error.NetworkError as error:
            return Refusal("server", error.message)
        pytest.fail("the request should have been refused")


@dataclass
class Aiogram:
    bot: Any
    lib: ModuleType

    async def album(self, chat: int, pictures: list[bytes]) -> Any:
        types = self.lib.types
        return await self.bot.send_media_group(chat, [types.InputMediaPhoto(media=self._file(p)) for p in pictures])

    async def ask(self, chat: int, text: str, *labels: tuple[str, str]) -> Any:
        types = self.lib.types
        rows = [[types.InlineKeyboardButton(text=label, callback_data=data)] for label, data in labels]
        return await self.bot.send_message(chat, text, reply_markup=types.InlineKeyboardMarkup(inline_keyboard=rows))

    async def photo(self, chat: int, picture: bytes, caption: str) -> Any:
        return await self.bot.send_photo(chat, self._file(picture), caption=caption)

    async def document(self, chat: int, name: str, data: bytes) -> Any:
        return await self.bot.send_document(chat, self._file(data, name))

    async def download(self, file_id: str) -> bytes:
        into = BytesIO()
        await self.bot.download(file_id, into)
        return into.getvalue()

    async def updates(self, offset: int = 0) -> Any:
        return await self.bot.get_updates(offset=offset, timeout=5)

    async def refusal(self, work: Awaitable[Any]) -> Refusal:
        errors = self.lib.exceptions
        try:
            await work
        except errors.TelegramRetryAfter as error:
            return Refusal("retry", error.retry_after)
        except errors.TelegramMigrateToChat as error:
            return Refusal("migrated", error.migrate_to_chat_id)
        except errors.TelegramForbiddenError as error:
            return Refusal("forbidden", error.message)
        except errors.TelegramBadRequest as error:
            return Refusal("bad", error.message)
        except errors.TelegramServerError as error:
            return Refusal("server", error.message)
        pytest.fail("the request should have been refused")

    def _file(self, data: bytes, name: str = "anh.jpg") -> Any:
        return self.lib.types.BufferedInputFile(data, name)


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(flood=None) as fake:
        yield fake


@pytest.fixture(params=["python-telegram-bot", "aiogram"])
async def client(
    request: pytest.FixtureRequest, tg: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    if request.param == "aiogram":
        import aiogram  # five seconds: only here, and only once
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import TelegramAPIServer

        session = AiohttpSession(api=TelegramAPIServer.from_base(tg.base_url))
        bot = aiogram.Bot(BOT_TOKEN, session=session)
        yield Aiogram(bot, aiogram)
        await session.close()
    else:
        monkeypatch.setenv("PTB_TIMEDELTA", "true")
        ptb = telegram.Bot(BOT_TOKEN, f"{tg.base_url}/bot", f"{tg.base_url}/file/bot")
        async with ptb:
            yield PythonTelegramBot(ptb)


async def test_the_bot_learns_its_own_name(client: Client) -> None:
    me = await client.bot.get_me()
    assert (me.username, me.is_bot, me.can_read_all_group_messages) == ("loa_cong_doan_bot", True, False)


async def test_a_chair_writes_and_is_answered_under_her_message(tg: FakeTelegram, client: Client) -> None:
    lan = tg.user("Lan", "Nguyễn")
    waiting = asyncio.create_task(client.updates())
    await tg.until(lambda: tg.updates.is_polled)
    tg.start(lan, "cdcs-may-10")
    (update,) = await waiting
    assert update.message.text == "/start cdcs-may-10"
    assert update.message.entities[0].type == "bot_command"
    assert (update.message.from_user.full_name, update.message.chat.type) == ("Lan Nguyễn", "private")
    answer = await client.bot.send_message(lan.id, "Chào chị <b>Lan</b> 🌸", parse_mode="HTML")
    assert answer.text == "Chào chị Lan 🌸"
    assert [m.text for m in tg.chats[lan.id].messages] == ["/start cdcs-may-10", "Chào chị Lan 🌸"]
    assert len(await client.updates(update.update_id)) == 1
    tg.say(lan, "Cảm ơn")
    (later,) = await client.updates(update.update_id + 1)
    assert (later.message.text, len(tg.updates.pending)) == ("Cảm ơn", 1)


async def test_a_button_is_pressed_answered_and_taken_away(tg: FakeTelegram, client: Client) -> None:
    lan = tg.user("Lan")
    tg.start(lan)
    asked = await client.ask(lan.id, "Đơn vị nhận việc này không?", ("Nhận việc", "nhan:7"), ("Xin hoãn", "hoan:7"))
    assert [b.text for b in tg.last(lan).buttons] == ["Nhận việc", "Xin hoãn"]
    tg.press(lan, "Nhận việc")
    query = (await client.updates())[-1].callback_query
    assert (query.data, query.message.message_id, query.from_user.id) == ("nhan:7", asked.message_id, lan.id)
    assert await client.bot.answer_callback_query(query.id, text="Đã ghi nhận")
    edited = await client.bot.edit_message_text("Đã nhận việc.", chat_id=lan.id, message_id=asked.message_id)
    assert (edited.text, tg.last(lan).buttons) == ("Đã nhận việc.", [])
    assert [p.answer.text for p in tg.answered() if p.answer] == ["Đã ghi nhận"]
    assert await client.bot.delete_message(lan.id, asked.message_id)
    assert tg.last(lan).deleted


async def test_a_photo_comes_in_several_sizes_and_the_best_is_downloaded(tg: FakeTelegram, client: Client) -> None:
    lan, picture = tg.user("Lan"), jpeg(1280, 960, seed=9)
    tg.send_photo(lan, picture, "Hội thao công đoàn")
    message = (await client.updates())[0].message
    assert [p.width for p in message.photo] == [90, 320, 800, 1280]
    assert message.caption == "Hội thao công đoàn"
    assert await client.download(message.photo[-1].file_id) == picture
    assert len(await client.download(message.photo[0].file_id)) == message.photo[0].file_size


async def test_a_photo_and_a_document_go_out_byte_for_byte(tg: FakeTelegram, client: Client) -> None:
    lan, picture, plan = tg.user("Lan"), jpeg(640, 480), b"PK\x03\x04 ke hoach" * 999
    tg.start(lan)
    sent = await client.photo(lan.id, picture, "Áp phích")
    assert (tg.last(lan).uploaded, sent.caption, sent.photo[-1].width) == (picture, "Áp phích", 640)
    document = (await client.document(lan.id, "Kế hoạch 55.docx", plan)).document
    assert (tg.last(lan).uploaded, document.file_name) == (plan, "Kế hoạch 55.docx")
    assert await client.download(document.file_id) == plan
    again = await client.bot.send_photo(lan.id, sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    assert again.photo[-1].file_id != sent.photo[-1].file_id


async def test_albums_pass_both_ways_and_stay_together(tg: FakeTelegram, client: Client) -> None:
    lan = tg.user("Lan")
    tg.send_album(lan, 4, "Bốn ảnh", order=[2, 0, 3, 1], repeat=[3])
    messages = [u.message for u in await client.updates()]
    assert len({m.media_group_id for m in messages}) == 1
    numbers = [m.message_id for m in messages]
    assert len(numbers) == 5
    assert [sorted(set(numbers)).index(n) for n in numbers] == [2, 0, 3, 1, 3]
    pictures = [jpeg(300, 200, seed=n) for n in range(3)]
    sent = await client.album(lan.id, pictures)
    assert len({m.media_group_id for m in sent}) == 1
    assert [m.uploaded for m in tg.sent(lan)] == pictures


async def test_refusals_are_understood(tg: FakeTelegram, client: Client) -> None:
    lan, group = tg.user("Lan"), tg.group("CĐCS May 10")
    tg.start(lan)
    tg.script(faults.too_many_requests(7), chat=lan.id)
    assert await client.refusal(client.bot.send_message(lan.id, "a")) == Refusal("retry", 7)
    tg.block(lan)
    refusal = await client.refusal(client.bot.send_message(lan.id, "a"))
    assert (refusal.kind, "blocked by the user" in refusal.detail) == ("forbidden", True)
    new = tg.migrate(group)
    assert await client.refusal(client.bot.send_message(group.id, "a")) == Refusal("migrated", new.id)
    tg.script(faults.server_error(), chat=new.id)
    assert (await client.refusal(client.bot.send_message(new.id, "a"))).kind == "server"
    assert (await client.refusal(client.bot.send_message(new.id, "  "))).kind == "bad"
    assert (await client.bot.send_message(new.id, "a")).chat.id == new.id


async def test_a_group_tells_of_members_titles_and_its_new_number(tg: FakeTelegram, client: Client) -> None:
    hung = tg.user("Hùng")
    group = tg.group("CĐCS May 10", [hung], bot=None)
    tg.add_bot(group, code="may10")
    tg.rename(group, "CĐCS Tổng công ty May 10")
    tg.promote_bot(group)
    tg.migrate(group)
    added, joined, start, renamed, promoted, before, after = await client.updates()
    assert added.my_chat_member.new_chat_member.status == "member"
    assert joined.message.new_chat_members[0].id == tg.me.id
    assert start.message.text == "/start@loa_cong_doan_bot may10"
    assert renamed.message.new_chat_title == "CĐCS Tổng công ty May 10"
    assert promoted.my_chat_member.new_chat_member.can_pin_messages is True
    assert before.message.migrate_to_chat_id == after.message.chat.id
    assert after.message.migrate_from_chat_id == group.id
    admins = await client.bot.get_chat_administrators(after.message.chat.id)
    assert {(m.user.first_name, m.status) for m in admins} == {
        ("Hùng", "creator"),
        ("Loa Công Đoàn", "administrator"),
    }


async def test_the_rest_of_the_methods_are_understood(tg: FakeTelegram, client: Client) -> None:
    bot, lan = client.bot, tg.user("Lan")
    group = tg.group("CĐCS May 10", [lan], bot="administrator")
    sent = await bot.send_message(group.id, "Phát động tháng công nhân")
    assert await bot.pin_chat_message(group.id, sent.message_id)
    full = await bot.get_chat(group.id)
    assert (full.title, full.pinned_message.message_id) == ("CĐCS May 10", sent.message_id)
    assert await bot.unpin_chat_message(group.id, message_id=sent.message_id)
    assert (await bot.get_chat_member(group.id, lan.id)).status == "creator"
    copy = await bot.copy_message(group.id, group.id, sent.message_id)
    copies = await bot.copy_messages(group.id, group.id, [sent.message_id, copy.message_id, 999])
    assert [m.text for m in tg.sent(group)] == ["Phát động tháng công nhân"] * (2 + len(copies))
    assert (await bot.forward_message(group.id, group.id, sent.message_id)).forward_origin.type == "user"
    assert await bot.set_message_reaction(group.id, sent.message_id, [_thumb(client)])
    assert tg.chats[group.id].history[sent.message_id].reactions == ["👍"]
    assert await bot.send_chat_action(group.id, "typing")
    assert (await bot.get_my_name()).name == "Loa Công Đoàn"
    assert await bot.set_my_commands([_command(client, "giup", "Xem cách dùng")])
    assert [c.command for c in await bot.get_my_commands()] == ["giup"]
    assert await bot.delete_my_commands()
    assert not list(await bot.get_my_commands())
    assert await bot.leave_chat(group.id)
    assert (await client.refusal(bot.send_message(group.id, "a"))).kind == "forbidden"


def _thumb(client: Client) -> Any:
    if isinstance(client, Aiogram):
        return client.lib.types.ReactionTypeEmoji(emoji="👍")
    return telegram.ReactionTypeEmoji("👍")


def _command(client: Client, name: str, text: str) -> Any:
    if isinstance(client, Aiogram):
        return client.lib.types.BotCommand(command=name, description=text)
    return telegram.BotCommand(name, text)


async def test_a_webhook_gets_each_update_until_it_says_yes(tg: FakeTelegram, client: Client) -> None:
    lan, heard, answers = tg.user("Lan"), [], [500, 200, 200]

    async def hook(request: Request) -> Response:
        heard.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], (await request.json())["message"]["text"]))
        return Response(status_code=answers[len(heard) - 1])

    tg.webhook.retry_seconds = 0.01
    async with serve(Starlette(routes=[Route("/hook", hook, methods=["POST"])])) as address:
        tg.say(lan, "một")
        await client.bot.set_webhook(f"{address}/hook", secret_token="bi-mat")
        tg.say(lan, "hai")
        await tg.until(lambda: len(heard) == 3 and not tg.updates.pending)
        assert heard == [("bi-mat", "một"), ("bi-mat", "một"), ("bi-mat", "hai")]
        assert [status for _, status in tg.webhook.attempts] == [500, 200, 200]
        info = await client.bot.get_webhook_info()
        assert (info.pending_update_count, info.last_error_message) == (0, "Wrong response from the webhook: 500")
        assert "webhook is active" in await _conflict(client)
        assert await client.bot.delete_webhook()
    tg.say(lan, "ba")
    assert [u.message.text for u in await client.updates()] == ["ba"]


async def test_a_second_poller_throws_the_first_one_out(tg: FakeTelegram, client: Client) -> None:
    lan = tg.user("Lan")
    first = asyncio.create_task(_conflict(client))
    await tg.until(lambda: tg.updates.is_polled)
    async with httpx.AsyncClient(verify=False, trust_env=False) as rival:
        second = asyncio.create_task(rival.get(f"{tg.base_url}/bot{BOT_TOKEN}/getUpdates?timeout=5"))
        assert "terminated by other getUpdates request" in await first
        tg.say(lan, "Có ai nghe không?")
        assert len((await second).json()["result"]) == 1


async def _conflict(client: Client) -> str:
    conflict: Callable[..., Any] = telegram.error.Conflict
    if isinstance(client, Aiogram):
        conflict = client.lib.exceptions.TelegramConflictError
    with pytest.raises(conflict) as caught:  # type: ignore[call-overload]
        await client.updates()
    return str(caught.value.message)
