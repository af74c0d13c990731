"""Old fonts, old mail spellings and broken conversions: what offices still send."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planreader import encodings
from planreader.encodings import Undecodable, clean, decode, repair

PLAN = (
    "KẾ HOẠCH\nTuyên truyền Tháng Công nhân năm 2027 của Công đoàn Huyện\n"
    "Đề nghị các đơn vị hưởng ứng, gửi báo cáo về Ban Tuyên giáo trước ngày 05/6/2027."
)
_VOCABULARY = (
    "công đoàn người lao động hưởng ứng khẩu hiệu đẩy mạnh nghị quyết thưởng kỷ niệm ỷ quỹ ăn uống trưng ước vũ"
)
WORDS = _VOCABULARY.split()


def written_in(table: dict[str, str], text: str) -> str:
    """The text as that font stored it; .VnTime has no capitals with tones and uses small codes."""
    codes = {letter: code for code, letter in table.items()}
    return "".join(codes.get(c) or codes.get(c.lower(), c) for c in text)


def in_cp1258(text: str) -> bytes:
    """Windows-1258 stores the tone as a letter of its own behind the vowel."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = []
    for char in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(m for m in marks if m not in tones))
        parts.append(base + "".join(m for m in marks if m in tones))
    return "".join(parts).encode("cp1258")


def test_a_plan_typed_in_vntime_years_ago_is_read() -> None:
    text, found = repair("KÕ ho¹ch truyÒn th«ng C«ng ®oµn HuyÖn n¨m 2020, ng­êi lao ®éng h­ëng øng")
    assert (text, found) == ("Kế hoạch truyền thông Công đoàn Huyện năm 2020, người lao động hưởng ứng", "tcvn3")


def test_headings_in_the_capital_vntime_font_become_capitals() -> None:
    assert repair("KÕ HO¹CH TUY£N TRUYÒN TH¸NG C¤NG NH¢N")[0] == "KẾ HOẠCH TUYÊN TRUYỀN THÁNG CÔNG NHÂN"


def test_symbol_fonts_hide_the_same_letters_in_the_private_area() -> None:
    hidden = "".join(chr(0xF000 + ord(c)) if ord(c) > 0xA0 else c for c in "KÕ ho¹ch cña C«ng ®oµn HuyÖn")
    assert repair(hidden)[0] == "Kế hoạch của Công đoàn Huyện"


def test_a_plan_from_the_south_in_vni_times_is_read() -> None:
    text, found = repair("Keá hoaïch tuyeân truyeàn cuûa Coâng ñoaøn Huyeän, höôûng öùng, ÑEÀ NGHÒ")
    assert (text, found) == ("Kế hoạch tuyên truyền của Công đoàn Huyện, hưởng ứng, ĐỀ NGHỊ", "vni")


def test_a_mail_in_viqr_is_read_and_its_address_left_alone() -> None:
    text, found = repair("Ke^' hoa.ch: dde^` nghi. ca'c ddo+n vi. gu+?i ba'o ca'o. Gu+?i ve^` bantg@lamgiang.vn")
    assert text == "Kế hoạch: đề nghị các đơn vị gửi báo cáo. Gửi về bantg@lamgiang.vn"
    assert found == "viqr"


def test_unicode_that_a_program_read_as_windows_1252_is_put_right() -> None:
    broken = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in PLAN.encode())
    assert repair(broken) == (PLAN, "mojibake")


def test_a_message_typed_without_marks_keeps_its_full_stops() -> None:
    chat = "Gui bao cao. nho gui truoc 15/6 nhe. don vi nao chua co thi bao a. cam on ca nha"
    assert repair(chat) == (chat, None)


def test_honest_unicode_with_foreign_names_is_not_touched() -> None:
    text = "Công đoàn Công ty TNHH Škoda Việt Nam – chi nhánh São Paulo, điện thoại 0901 234 567"
    assert repair(text) == (text, None)


def test_a_page_pasted_from_two_files_is_repaired_line_by_line() -> None:
    text, _ = repair(
        "C«ng ®oµn HuyÖn ®Ò nghÞ c¸c ®¬n vÞ\nTháng Công nhân năm 2027 của người lao động\nB¸o c¸o tr­íc ngµy 05/6"
    )
    assert text.split("\n") == [
        "Công đoàn Huyện đề nghị các đơn vị",
        "Tháng Công nhân năm 2027 của người lao động",
        "Báo cáo trước ngày 05/6",
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_notepad_saves_unicode_in_many_ways(codec: str) -> None:
    assert decode(PLAN.encode(codec)) == PLAN


def test_decomposed_text_from_a_mac_comes_out_composed() -> None:
    assert decode(unicodedata.normalize("NFD", PLAN).encode()) == PLAN


def test_windows_1258_is_recognised() -> None:
    assert decode(in_cp1258(PLAN)) == PLAN


@pytest.mark.parametrize("table", [encodings._TCVN3, encodings._VNI], ids=["tcvn3", "vni"])
def test_a_text_file_in_an_old_font_is_read(table: dict[str, str]) -> None:
    assert decode(written_in(table, PLAN).encode("latin-1")).lower() == PLAN.lower()


@pytest.mark.parametrize("table", [encodings._TCVN3, encodings._VNI], ids=["tcvn3", "vni"])
@given(words=st.lists(st.sampled_from(WORDS), min_size=8, max_size=40))
def test_any_sentence_survives_the_old_fonts(table: dict[str, str], words: list[str]) -> None:
    sentence = " ".join(words)
    assert repair(written_in(table, sentence))[0] == sentence


@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=40))
def test_any_proper_sentence_stays_as_it_is(words: list[str]) -> None:
    assert repair(" ".join(words)) == (" ".join(words), None)


def test_invisible_characters_go_and_spaces_become_one_kind() -> None:
    assert clean("\ufeffCông\u00a0đoàn\u200b cơ\u202fsở\r\nHuy\u00adện\x0bA\x00") == "Công đoàn cơ sở\nHuyện\nA"


@pytest.mark.parametrize("raw", [bytes(range(256)) * 4, b"\xff\xfe\x00\xd8\x00", "Straße über Köln".encode("latin-1")])
def test_bytes_that_are_no_vietnamese_text_are_refused(raw: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(raw)


@given(raw=st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    try:
        text = decode(raw)
    except Undecodable:
        return
    assert text == unicodedata.normalize("NFC", text)
    assert "\x00" not in text


@given(text=st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_who_only_decodes_a_list_of_members_does_not_wait_for_the_reader() -> None:
    asked = "import sys, planreader.encodings; print('planreader.reader' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "False"
