"""What the bot says on Telegram, as people there see it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.contract import Refused, Sent
from bot.channels.telegram.limits import ABILITIES, MEGABYTE
from campaign.message import Choice, FilePart
from tests.channels.telegram_office import Office, office, part, picture
from tests.fakes.telegram import Chat, User

DONE, LATER = Choice("Đã nhận", "seen:12"), Choice("Xin gia hạn", "later:12")
LONG = Choice("Nộp ảnh hoặc tin bài ngay", "submit:12")


def met(place: Office, name: str = "Lan") -> User:
    """A person who has opened the bot."""
    person = place.tg.user(name)
    place.tg.start(person)
    return person


async def test_peoples_words_go_out_as_they_are() -> None:
    words = "Khẩu hiệu <b>*đậm*</b> & _gạch_ [x](http://x) 1 < 2"
    async with office() as here:
        lan = met(here)
        assert await here.channel.send(part(lan, words)) == Sent((str(here.tg.last(lan.id).id),))
        assert here.tg.last(lan.id).text == words


async def test_short_buttons_stand_side_by_side_and_long_ones_alone() -> None:
    async with office() as here:
        lan = met(here)
        await here.channel.send(part(lan, "Việc mới", choices=(DONE, LATER, LONG, DONE)))
        markup = here.tg.last(lan.id).content.markup
        assert markup is not None
        rows = [[(b["text"], b["callback_data"]) for b in row] for row in markup["inline_keyboard"]]
        assert rows == [
            [("Đã nhận", "seen:12"), ("Xin gia hạn", "later:12")],
            [("Nộp ảnh hoặc tin bài ngay", "submit:12")],
            [("Đã nhận", "seen:12")],
        ]


async def test_an_answer_stands_under_the_message_it_answers_even_if_that_is_gone() -> None:
    async with office() as here:
        lan = met(here)
        asked = here.tg.say(lan, "Hạn nộp ngày nào?")
        await here.channel.send(part(lan, "Ngày 25/5", reply_to=str(asked.id)))
        assert here.tg.last(lan.id).reply_to is asked
        assert isinstance(await here.channel.send(part(lan, "Ngày 25/5", reply_to="99999")), Sent)


async def test_a_photo_carries_its_words_and_buttons(tmp_path: Path) -> None:
    banner = picture(tmp_path, "aa11")
    async with office() as here:
        lan = met(here)
        outcome = await here.channel.send(part(lan, "Băng rôn", photos=(banner,), choices=(DONE,)))
        message = here.tg.last(lan.id)
        assert outcome == Sent((str(message.id),))
        assert message.media is not None
        assert (message.media.kind, message.caption, message.uploaded) == ("photo", "Băng rôn", banner.read_bytes())
        assert [b.text for b in message.buttons] == ["Đã nhận"]


async def test_an_album_stays_one_with_all_its_pictures_in_order(tmp_path: Path) -> None:
    photos = tuple(picture(tmp_path, f"a{n}", 300 + n, 200) for n in range(10))
    async with office() as here:
        lan = met(here)
        outcome = await here.channel.send(part(lan, "Ảnh hội thao", photos=photos))
        sent = here.tg.sent(lan.id)
        assert outcome == Sent(tuple(str(m.id) for m in sent))
        assert [m.uploaded for m in sent] == [p.read_bytes() for p in photos]
        assert len({m.album for m in sent}) == 1
        assert [m.caption for m in sent] == ["Ảnh hội thao"] + [""] * 9


async def test_a_picture_too_large_to_be_shown_goes_as_a_file(tmp_path: Path) -> None:
    poster = picture(tmp_path, "poster", 9_990, 20)
    heavy = picture(tmp_path, "heavy")
    heavy.write_bytes(heavy.read_bytes() + bytes(10 * MEGABYTE))
    scan = picture(tmp_path, "scan", kind="TIFF")
    unreadable = tmp_path / "odd"
    unreadable.write_bytes(b"not a picture")
    async with office() as here:
        lan = met(here)
        for photo, name in (
            (poster, "anh-1.jpg"),
            (heavy, "anh-1.jpg"),
            (scan, "anh-1.tiff"),
            (unreadable, "anh-1.jpg"),
        ):
            assert isinstance(await here.channel.send(part(lan, "Ảnh", photos=(photo,))), Sent)
            message = here.tg.last(lan.id)
            assert message.media is not None
            assert (message.media.kind, message.file_name, message.uploaded) == ("document", name, photo.read_bytes())


async def test_one_oversized_picture_turns_its_album_into_files(tmp_path: Path) -> None:
    photos = (picture(tmp_path, "a"), picture(tmp_path, "b", 9_990, 20))
    async with office() as here:
        lan = met(here)
        assert isinstance(await here.channel.send(part(lan, photos=photos)), Sent)
        assert [m.media and m.media.kind for m in here.tg.sent(lan.id)] == ["document", "document"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("document", "Kế hoạch Tháng Công nhân.docx"), ("video", "hội thao.mp4"), ("voice", "lời nhắn.ogg")],
)
async def test_files_arrive_byte_for_byte_under_their_own_name(tmp_path: Path, kind: str, name: str) -> None:
    stored = tmp_path / "5f3a"
    stored.write_bytes(b"\x00\x01 union" * 500)
    async with office() as here:
        lan = met(here)
        file = FilePart("5f3a", name, kind)
        await here.channel.send(part(lan, "Gửi kèm", file=file, file_path=stored, choices=(DONE,)))
        message = here.tg.last(lan.id)
        assert message.media is not None
        assert (message.media.kind, message.uploaded, message.caption) == (kind, stored.read_bytes(), "Gửi kèm")
        assert message.file_name == name


async def test_a_file_above_the_limit_is_refused_with_its_size_and_not_sent(tmp_path: Path) -> None:
    film = tmp_path / "film"
    with film.open("wb") as target:
        target.truncate(60 * MEGABYTE)
    async with office() as here:
        lan = met(here)
        outcome = await here.channel.send(part(lan, file=FilePart("f", "phim.mp4", "video"), file_path=film))
        assert isinstance(outcome, Refused)
        assert "60 MB" in outcome.reason
        assert "50 MB" in outcome.reason
        assert here.tg.called("sendVideo") == 0


async def test_a_file_that_is_gone_from_our_disk(tmp_path: Path) -> None:
    async with office() as here:
        lan = met(here)
        for lost in ({"photos": (tmp_path / "x",)}, {"file_path": tmp_path / "x"}):
            outcome = await here.channel.send(part(lan, "Ảnh", **lost))
            assert isinstance(outcome, Refused)
            assert not outcome.gone
        assert here.tg.sent(lan.id) == []


async def test_a_board_is_edited_in_place_and_a_second_tap_changes_nothing() -> None:
    async with office() as here:
        lan = met(here)
        first = await here.channel.send(part(lan, "Đã nộp 3/40", choices=(DONE,)))
        assert isinstance(first, Sent)
        again = part(lan, "Đã nộp 4/40", edits=first.ids[0], choices=(LATER,))
        assert [await here.channel.send(again) for _ in range(2)] == [first, first]
        board = here.tg.last(lan.id)
        assert (board.text, [b.text for b in board.buttons], len(here.tg.sent(lan.id))) == (
            "Đã nộp 4/40",
            ["Xin gia hạn"],
            1,
        )


async def test_the_words_under_a_photo_can_be_edited_and_its_buttons_taken_away(tmp_path: Path) -> None:
    async with office() as here:
        lan = met(here)
        sent = await here.channel.send(part(lan, "Chờ duyệt", photos=(picture(tmp_path, "a"),), choices=(DONE,)))
        assert isinstance(sent, Sent)
        await here.channel.send(part(lan, "Đã duyệt", edits=sent.ids[0], choices=(DONE,)))
        assert here.tg.last(lan.id).caption == "Đã duyệt"
        assert await here.channel.send(part(lan, "", edits=sent.ids[0])) == sent
        assert (here.tg.last(lan.id).caption, here.tg.last(lan.id).buttons) == ("Đã duyệt", [])


async def test_a_message_deleted_by_an_admin_cannot_be_edited() -> None:
    async with office() as here:
        lan = met(here)
        outcome = await here.channel.send(part(lan, "Mới", edits="4242"))
        assert isinstance(outcome, Refused)
        assert "Gửi một tin mới" in outcome.reason


async def test_a_press_is_answered_with_a_toast_and_a_late_one_quietly() -> None:
    async with office() as here:
        lan = met(here)
        await here.channel.send(part(lan, "Việc mới", choices=(DONE,)))
        press = here.tg.press(lan, "Đã nhận")
        assert await here.channel.send(part(lan, "Đã ghi nhận. " + "🎉" * 150, toast=press.id)) == Sent(())
        assert press.answer is not None
        assert press.answer.text.startswith("Đã ghi nhận.")
        assert 190 < ABILITIES.measure(press.answer.text) <= 200
        assert await here.channel.send(part(lan, "Đã ghi nhận", toast=press.id)) == Sent(())
        silent = here.tg.press(lan, "Đã nhận")
        assert await here.channel.send(part(lan, "", toast=silent.id)) == Sent(())
        assert silent.answer is not None
        assert silent.answer.text == ""


async def test_a_chat_id_typed_wrong_by_the_operator_and_an_overlong_action() -> None:
    async with office() as here:
        lan = met(here)
        outcomes = [
            await here.channel.send(part("nhóm May 10", "Chào")),
            await here.channel.send(part(lan, "Chào", choices=(Choice("Nút", "x" * 65),))),
        ]
        assert [type(o) for o in outcomes] == [Refused, Refused]
        assert here.tg.called("sendMessage") == 0


async def test_the_longest_text_and_caption_the_abilities_promise_are_accepted(tmp_path: Path) -> None:
    async with office() as here:
        lan = met(here)
        assert isinstance(await here.channel.send(part(lan, "📣" * 2048)), Sent)
        caption = "Ấ" * ABILITIES.caption_limit
        assert isinstance(await here.channel.send(part(lan, caption, photos=(picture(tmp_path, "a"),))), Sent)
        too_long = await here.channel.send(part(lan, "a" * 4097))
        assert isinstance(too_long, Refused)
        assert "Rút ngắn" in too_long.reason


async def test_a_group_answer(tmp_path: Path) -> None:
    async with office() as here:
        hung = here.tg.user("Hùng")
        group: Chat = here.tg.group("CĐCS May 10", [hung], supergroup=True)
        await here.channel.send(part(group, "Chào cả nhà"))
        assert here.tg.last(group).text == "Chào cả nhà"


# -- taking back, pinning ----------------------------------------------------------------------------------------------


async def test_what_is_taken_back_disappears_and_taking_it_back_twice_is_fine() -> None:
    async with office() as here:
        lan = met(here)
        outcome = await here.channel.send(part(lan, "Họp 8h"))
        assert isinstance(outcome, Sent)
        for _ in range(2):
            assert await here.channel.send(part(lan, deletes=outcome.ids[0])) == Sent(())
        assert here.tg.last(lan.id).deleted


async def test_what_is_older_than_two_days_cannot_be_taken_back_but_be_edited() -> None:
    async with office() as here:
        lan = met(here)
        outcome = await here.channel.send(part(lan, "Họp 8h"))
        assert isinstance(outcome, Sent)
        sent = here.tg.last(lan.id)
        sent.date -= timedelta(days=3)
        refused = await here.channel.send(part(lan, deletes=outcome.ids[0]))
        assert isinstance(refused, Refused)
        assert "48 giờ" in refused.reason
        assert not refused.gone
        assert isinstance(await here.channel.send(part(lan, "Đã thu hồi.", edits=outcome.ids[0])), Sent)
        assert sent.text == "Đã thu hồi."


async def test_a_pin_needs_the_right_of_the_group_and_comes_down_again() -> None:
    async with office() as here:
        lan = met(here)
        group = here.tg.group("CĐCS May 10", [lan])
        outcome = await here.channel.send(part(group, "Hạn 20/5", group=True))
        assert isinstance(outcome, Sent)
        pin, unpin = (part(group, group=True, **{deed: outcome.ids[0]}) for deed in ("pins", "unpins"))
        refused = await here.channel.send(pin)
        assert isinstance(refused, Refused)
        assert "quyền ghim" in refused.reason
        here.tg.promote_bot(group, rights=["can_pin_messages"])
        for _ in range(2):
            assert await here.channel.send(pin) == Sent(())
        assert [str(message.id) for message in group.pinned] == list(outcome.ids)
        for _ in range(2):
            assert await here.channel.send(unpin) == Sent(())
        assert group.pinned == []
