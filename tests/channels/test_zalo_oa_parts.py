"""What one thing to say becomes on Zalo, where words, pictures, files and buttons do not always go together."""

from __future__ import annotations

from pathlib import Path

from bot.channels.contract import Abilities, Part
from bot.channels.split import parts_of
from campaign.message import Choice, FilePart, Message

SEEN = (Choice("Đã nhận", "seen:1"),)
STRICT = Abilities(
    text_limit=2000, caption_limit=2000, measure=len, buttons=5, album_limit=1, album_buttons=False,
    upload_bytes=1, download_bytes=1, can_edit=False, can_toast=False, hears_groups="all", group_buttons=0,
    photo_buttons=False, file_words=False,
)  # fmt: skip


def parts(message: Message, *, group: bool = False) -> list[Part]:
    return parts_of("k", "1", message, STRICT, Path, group=group)


def test_buttons_do_not_go_under_a_photo_where_only_a_text_can_carry_them() -> None:
    photo, words = parts(Message(text="Treo băng rôn", photos=("a",), choices=SEEN))
    assert (photo.text, photo.choices) == ("", ())
    assert (words.text, words.choices) == ("Treo băng rôn", SEEN)


def test_a_photo_without_buttons_keeps_its_caption() -> None:
    (photo,) = parts(Message(text="Mẫu băng rôn", photos=("a",)))
    assert (photo.text, photo.photos) == ("Mẫu băng rôn", (Path("a"),))


def test_words_go_beside_a_file_that_cannot_carry_them() -> None:
    file, words = parts(Message(text="Kế hoạch tháng 5", files=(FilePart("f", "ke-hoach.pdf"),)))
    assert (file.text, words.text) == ("", "Kế hoạch tháng 5")


def test_in_a_group_choices_are_written_out_and_the_caption_takes_them() -> None:
    (photo,) = parts(Message(text="Mẫu", photos=("a",), choices=SEEN), group=True)
    assert photo.text == "Mẫu\n1. Đã nhận\nBấm giữ tin này, chọn Trả lời, gõ số."
    assert photo.choices == ()
