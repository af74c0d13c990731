"""From one message to the requests of a platform: what may be cut, and where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.contract import Abilities, Part
from bot.channels.split import parts_of, split_text
from campaign.markup import read
from campaign.message import Choice, FilePart, Message

PLAIN = Abilities(
    text_limit=60, caption_limit=40, measure=len, buttons=0, album_limit=4, album_buttons=False, upload_bytes=1,
    download_bytes=1, can_edit=False, can_toast=False, hears_groups="all",
)  # fmt: skip
RICH = replace(PLAIN, bold=True, links=True, buttons=4)
LINK = "https://congdoan.vn/ke-hoach"
SEEN = Choice("Đã nhận", "seen:1")


def parts(abilities: Abilities, typed: str, **more: object) -> list[Part]:
    words = read(typed)
    message = Message(text=words.text, spans=words.spans, **more)  # type: ignore[arg-type]
    return parts_of("p1", "u1", message, abilities, Path)


def marks(part: Part) -> list[tuple[str, str]]:
    return [(span.url or span.kind, part.text[span.start : span.end]) for span in part.spans]


def test_bold_goes_on_in_the_next_piece() -> None:
    first, second = parts(RICH, "**Mời toàn thể đoàn viên. Đúng 7 giờ sáng thứ Bảy có mặt tại sân cơ quan.**")
    assert (first.text, marks(first)) == ("Mời toàn thể đoàn viên.", [("bold", first.text)])
    assert (second.text, marks(second)) == (
        "Đúng 7 giờ sáng thứ Bảy có mặt tại sân cơ quan.", [("bold", second.text)]
    )  # fmt: skip


def test_a_link_moves_whole_into_the_next_piece() -> None:
    first, second = parts(RICH, f"Các đơn vị xem nội dung và cách làm trong [kế hoạch của Liên đoàn]({LINK}) này")
    assert (first.text, first.spans) == ("Các đơn vị xem nội dung và cách làm trong", ())
    assert (second.text, marks(second)) == ("kế hoạch của Liên đoàn này", [(LINK, "kế hoạch của Liên đoàn")])


def test_a_long_word_before_a_link_does_not_tempt_the_knife_into_its_words() -> None:
    first, second = parts(RICH, f"{'Đoàn' * 13}[kế hoạch]({LINK}){'kết' * 9}")
    assert (marks(first), second.text) == ([(LINK, "kế hoạch")], "kết" * 9)


def test_without_hidden_links_the_address_follows_its_words_and_both_stay_together() -> None:
    first, second = parts(PLAIN, f"Các đơn vị cần xem kỹ **[kế hoạch]({LINK})** và làm theo")
    assert (first.text, first.spans) == ("Các đơn vị cần xem kỹ", ())
    assert (second.text, second.spans) == (f"kế hoạch ({LINK}) và làm theo", ())


def test_an_address_that_is_its_own_label_is_not_written_twice() -> None:
    assert [part.text for part in parts(PLAIN, f"[{LINK}]({LINK})")] == [LINK]


def test_bold_beside_a_written_out_address_stays_on_its_words() -> None:
    (part,) = parts(replace(PLAIN, bold=True), f"[**tài liệu**]({LINK}) **mới**")
    assert part.text == f"tài liệu ({LINK}) mới"
    assert marks(part) == [("bold", "tài liệu"), ("bold", "mới")]


def test_a_slogan_is_not_cut_while_it_fits_a_message() -> None:
    first, second = parts(PLAIN, "Treo băng rôn: “Đoàn kết, sáng tạo, an toàn, vì đoàn viên lao động!”")
    assert first.text == "Treo băng rôn:"
    assert second.text.startswith("“Đoàn kết")


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("o\u0302\u0323" * 4, 4, ["o\u0302\u0323"] * 4),
        ("🇻🇳🇻🇳🇻🇳", 3, ["🇻🇳"] * 3),
        ("👨‍👩‍👧👨‍👩‍👧", 7, ["👨‍👩‍👧"] * 2),
        ("👋🏽👋🏽", 3, ["👋🏽"] * 2),
        (" một  hai ", 4, ["một", "hai"]),
        ("   ", 4, []),
        ("", 4, []),
        ("một\n\nhai ba", 8, ["một", "hai ba"]),
        (f"a {LINK}", 20, ["a https://congdoan.v", "n/ke-hoach"]),
    ],
)
def test_letters_pictures_and_flags_are_not_torn(text: str, limit: int, pieces: list[str]) -> None:
    assert split_text(text, limit) == pieces


def test_numbered_choices_do_not_move_the_spans() -> None:
    (part,) = parts(PLAIN, "  **Treo cờ** xong?", choices=(SEEN,))
    assert part.text == "Treo cờ xong?\n1. Đã nhận\nTrả lời bằng số."
    (bold,) = parts(replace(PLAIN, bold=True), "  **Treo cờ** xong?", choices=(SEEN,))
    assert marks(bold) == [("bold", "Treo cờ")]


def test_a_caption_counts_the_address_that_is_written_out() -> None:
    typed, photos = f"Xem [kế hoạch]({LINK}) ngay", ("/a.jpg",)
    (rich,) = parts(RICH, typed, photos=photos)
    assert (rich.text, marks(rich)) == ("Xem kế hoạch ngay", [(LINK, "kế hoạch")])
    picture, words = parts(PLAIN, typed, photos=photos)
    assert (picture.text, words.text) == ("", f"Xem kế hoạch ({LINK}) ngay")


def test_an_album_without_words_still_asks_its_question() -> None:
    (album,) = parts(RICH, "", photos=("/a.jpg", "/b.jpg"), choices=(SEEN,))
    assert (len(album.photos), album.choices, album.text) == (2, (), "1. Đã nhận\nTrả lời bằng số.")


def test_in_a_group_it_is_said_how_a_number_reaches_the_bot() -> None:
    """“Trả lời bằng số” was answered by a number alone, which in a group may be for anybody and is not taken."""
    (part,) = parts_of("k", "g", Message("Treo cờ", choices=(SEEN,)), replace(PLAIN, text_limit=200), Path, group=True)
    assert part.text == "Treo cờ\n1. Đã nhận\nBấm giữ tin này, chọn Trả lời, gõ số."


def test_a_file_the_platform_does_not_take_leaves_the_words_and_the_other_files() -> None:
    """A card whose spreadsheet Zalo refuses came to no editor at all."""
    files = tuple(FilePart(name, name, "document") for name in ("bang.xlsx", "bai.pdf"))
    plain = replace(
        PLAIN, text_limit=200, unfit=lambda path, name, kind: "Chỉ nhận PDF." if name.endswith(".xlsx") else ""
    )
    made = parts_of("k", "ha", Message("TC-0001", files=files, choices=(SEEN,)), plain, Path)
    assert [part.file.name for part in made if part.file] == ["bai.pdf"]
    assert made[-1].text.startswith("TC-0001\nKhông kèm được “bang.xlsx”. Chỉ nhận PDF.\n1. Đã nhận")


def test_a_message_of_white_space_becomes_one_request_and_no_error() -> None:
    assert [part.text for part in parts(RICH, " \n ", choices=(SEEN,))] == [""]
