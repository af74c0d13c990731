"""The sample federation is shown to every first visitor, so its papers must be as right as an office's."""

import csv
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageDraw

from samples import logo_svg, plan_json, plan_text, units_csv
from samples.lettering import largest_size, width, write
from samples.pictures import CAPTIONS, NAMES, draw

COLUMNS = [
    "Mã",
    "Tên đơn vị",
    "Loại",
    "Mã cấp trên",
    "Cụm thi đua",
    "Số đoàn viên",
    "Người phụ trách",
    "Điện thoại",
]
GRASSROOTS = "Công đoàn cơ sở"


@pytest.fixture(scope="module")
def units() -> list[dict[str, str]]:
    with units_csv().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def plan() -> Any:
    return json.loads(plan_json().read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return plan_text().read_text(encoding="utf-8").splitlines()


def _items(plan: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object inside a list of the plan, with where it stands."""
    for name, inner in plan.items():
        for index, item in enumerate(inner if isinstance(inner, list) else []):
            if isinstance(item, dict):
                yield f"{name}[{index}]", item


def test_excel_recognises_the_unit_list_as_vietnamese() -> None:
    assert units_csv().read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_unit_list_has_the_columns_an_office_is_asked_for(units: list[dict[str, str]]) -> None:
    assert list(units[0]) == COLUMNS


def test_no_two_units_share_a_code_or_a_telephone(units: list[dict[str, str]]) -> None:
    for column in ("Mã", "Tên đơn vị", "Điện thoại"):
        assert max(Counter(unit[column] for unit in units).values()) == 1, column


def test_codes_can_be_typed_on_an_old_phone(units: list[dict[str, str]]) -> None:
    for unit in units:
        code = unit["Mã"]
        assert code.isascii()
        assert code == code.upper()
        assert len(code) <= 12


def test_every_unit_but_the_federation_stands_below_one_listed_before_it(units: list[dict[str, str]]) -> None:
    known: set[str] = set()
    for unit in units:
        assert unit["Mã cấp trên"] in known or (not known and not unit["Mã cấp trên"])
        known.add(unit["Mã"])


def test_a_workshop_union_is_the_fourth_level(units: list[dict[str, str]]) -> None:
    parent = {unit["Mã"]: unit["Mã cấp trên"] for unit in units}

    def level(code: str) -> int:
        return 1 + level(parent[code]) if code else 0

    assert max(level(code) for code in parent) == 4


def test_some_grassroots_unions_answer_to_the_federation_itself(units: list[dict[str, str]]) -> None:
    assert [u for u in units if u["Loại"] == GRASSROOTS and u["Mã cấp trên"] == "LDLD"]


def test_four_clusters_hold_all_grassroots_unions_and_nobody_else(units: list[dict[str, str]]) -> None:
    clusters = Counter(unit["Cụm thi đua"] for unit in units if unit["Loại"] == GRASSROOTS)
    assert len(clusters) == 4
    assert min(clusters.values()) >= 6
    assert not any(unit["Cụm thi đua"] for unit in units if unit["Loại"] != GRASSROOTS)


def test_the_plan_counts_the_same_units_as_the_list(units: list[dict[str, str]], lines: list[str]) -> None:
    middle = sum(unit["Mã cấp trên"] == "LDLD" and unit["Loại"] != GRASSROOTS for unit in units)
    grassroots = sum(unit["Loại"] == GRASSROOTS for unit in units)
    said = f"{middle:02d} công đoàn cấp trên trực tiếp cơ sở, {grassroots} công đoàn cơ sở (CĐCS)"
    assert any(f"{said} và 04 cụm thi đua" in line for line in lines)


def test_nobody_in_the_sample_can_be_telephoned(units: list[dict[str, str]]) -> None:
    assert all(unit["Điện thoại"].startswith("0900 000 0") for unit in units)


def test_every_item_of_the_plan_can_be_shown_beside_its_sentence(plan: Any, lines: list[str]) -> None:
    items = list(_items(plan))
    assert len(items) > 40
    for where, item in items:
        source = item["source"]
        assert source["text"] in lines[source["line"] - 1], where


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("slogans", "text"),
        ("theme_messages", "text"),
        ("activities", "title"),
        ("activities", "summary"),
        ("activities", "date_text"),
        ("quotas", "text"),
        ("report_deadlines", "text"),
        ("other_deadlines", "text"),
        ("other_deadlines", "what"),
        ("signers", "name"),
    ],
)
def test_the_plan_says_word_for_word_what_was_read_from_it(plan: Any, lines: list[str], part: str, field: str) -> None:
    assert plan[part]
    for item in plan[part]:
        assert any(item[field] in line for line in lines), item[field]


def test_tasks_and_recipients_are_lines_of_the_plan(plan: Any, lines: list[str]) -> None:
    bullets = {line.removeprefix("- ").rstrip(".;") for line in lines if line.startswith("- ")}
    tasks = [task for assignment in plan["assignments"] for task in assignment["tasks"]]
    for text in [*tasks, *plan["recipients"]]:
        assert text.rstrip(".;") in bullets


def test_every_anniversary_is_counted_right_for_2027(plan: Any) -> None:
    assert len(plan["anniversaries"]) == 4
    for item in plan["anniversaries"]:
        event, day = date.fromisoformat(item["event_date"]), date.fromisoformat(item["anniversary_date"])
        assert day == event.replace(year=2027)
        assert item["ordinal"] == 2027 - event.year
        assert f"{item['ordinal']} năm {item['name']}" in item["source"]["text"]
        assert f"({event:%d}/{event.month}/{event.year} - {day:%d}/{day.month}/2027)" in item["source"]["text"]


def test_the_campaign_runs_from_25_april_to_the_end_of_may(plan: Any) -> None:
    assert {(c["start"], c["end"]) for c in plan["campaigns"]} == {("2027-04-26", "2027-05-31")}


def test_all_grassroots_unions_owe_banner_photos_by_tuesday_afternoon(plan: Any) -> None:
    photos = [d for d in plan["report_deadlines"] if "gửi ảnh băng rôn" in d["text"]]
    assert [(d["reporter"], d["deadline"], d["operator"]) for d in photos] == [
        ("Các công đoàn cơ sở", "2027-04-27T16:00", "before")
    ]


def test_texts_are_composed_unicode_so_that_search_finds_them() -> None:
    for path in (units_csv(), plan_text(), plan_json()):
        text = path.read_text(encoding="utf-8-sig")
        assert unicodedata.is_normalized("NFC", text), path.name
        assert "\N{NO-BREAK SPACE}" not in text


@pytest.mark.parametrize("name", NAMES)
def test_each_photo_opens_at_the_asked_size_and_has_a_caption(name: str) -> None:
    photo = Image.open(io.BytesIO(draw(name, size=(800, 600))))
    photo.load()
    assert (photo.format, photo.size) == ("JPEG", (800, 600))
    colours = photo.resize((40, 30)).getcolors(1200)
    assert colours is not None
    assert len(colours) > 200
    assert CAPTIONS[name].endswith(".")


def test_a_photo_is_full_size_unless_asked_otherwise() -> None:
    assert Image.open(io.BytesIO(draw("bang-ron"))).size == (1600, 1200)


def test_the_camera_clock_is_vietnamese_time() -> None:
    nine_utc = datetime(2027, 4, 26, 9, 5, tzinfo=UTC)
    exif = Image.open(io.BytesIO(draw("bua-com", size=(400, 300), taken_at=nine_utc))).getexif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    assert details[ExifTags.Base.DateTimeOriginal] == "2027:04:26 16:05:00"
    assert details[ExifTags.Base.OffsetTimeOriginal] == "+07:00"


@pytest.mark.parametrize("gps", [False, True])
def test_only_a_photo_asked_to_gives_its_place_away(gps: bool) -> None:
    exif = Image.open(io.BytesIO(draw("co-phuon", size=(400, 300), gps=gps))).getexif()
    assert bool(exif.get_ifd(ExifTags.IFD.GPSInfo)) is gps


def test_two_officers_never_send_the_same_photo_but_one_can_send_it_twice() -> None:
    first, second = (draw("hoi-thao", seed=seed, size=(400, 300)) for seed in (1, 2))
    assert first != second
    assert first == draw("hoi-thao", seed=1, size=(400, 300))


def test_banner_letters_keep_their_marks_without_any_vietnamese_font() -> None:
    def ink(text: str) -> bytes:
        plate = Image.new("RGB", (200, 200))
        write(ImageDraw.Draw(plate), (100, 100), [text], 100, (255, 255, 255))
        return plate.tobytes()

    family = ["E", "Ê", "Ế", "Ề", "Ể", "Ễ", "Ệ", "O", "Ơ", "Ớ", "U", "Ư", "Ự", "D", "Đ", "A", "Ă", "Ặ"]
    assert len({ink(letter) for letter in family}) == len(family)
    assert ink("Ế") == ink(unicodedata.normalize("NFD", "ế"))


def test_a_slogan_is_never_wider_than_its_banner() -> None:
    slogan = "Ở đâu có người lao động, ở đó có tiếng nói công đoàn"
    assert width(slogan, largest_size([slogan], (900, 200))) <= 900


def test_the_logo_is_a_square_picture_without_scripts() -> None:
    svg = logo_svg().read_text(encoding="utf-8")
    assert 'viewBox="0 0 64 64"' in svg
    assert "<script" not in svg
