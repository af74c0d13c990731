"""The words in which plans say who must do something, and what we make of them — or rightly nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from campaign.organisation import audience, units
from storage.models import Unit
from tests.campaign.organisation import NOW, TODAY, compete, found, office


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Session]:
    """A province of the old map: districts between it and the grassroots."""
    with office(tmp_path) as session:
        top = found(session, "LDLD", "Liên đoàn Lao động tỉnh Lam Giang", kind="LĐLĐ tỉnh")
        found(session, "BAN-TG", "Ban Tuyên giáo và Nữ công", top, kind="Ban")
        found(session, "BAN-TC", "Ban Tổ chức - Kiểm tra LĐLĐ tỉnh Lam Giang", top, kind="Ban")
        found(session, "VP", "Văn phòng", top, kind="Ban")
        north = found(session, "H-01", "LĐLĐ huyện Thạch Lĩnh", top, kind="LĐLĐ huyện")
        found(session, "H-02", "LĐLĐ huyện Đồng Vải", top, kind="LĐLĐ huyện")
        found(session, "TP-01", "LĐLĐ thành phố Lam Thành", top, kind="LĐLĐ thành phố")
        found(session, "GD", "Công đoàn ngành Giáo dục", top, kind="Công đoàn ngành")
        garments = found(session, "CS-01", "CĐCS Công ty May Bến Sứ", north, kind="Công đoàn cơ sở", members=742)
        school = found(session, "CS-02", "CĐCS Trường THPT Vĩnh Hòa", north, kind="Công đoàn cơ sở", members=60)
        found(session, "CS-03", "CĐCS Bệnh viện tỉnh", top, kind="Công đoàn cơ sở", members=1200)
        found(session, "BP-01", "CĐBP Xưởng Cắt", garments, kind="Công đoàn bộ phận")
        compete(session, "Cụm 1", garments)
        compete(session, "Cụm 2", school)
        yield session


def meant(session: Session, words: str) -> str | None:
    """The audience; only one that is sure enough to be filled in for confirmation."""
    found_words = audience.from_words(session, words, TODAY)
    if found_words is None:
        return None
    text, sure = found_words
    assert 0.8 <= sure <= 1, f"{words}: {sure}"
    return text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Các CĐCS", "kind:grassroots"),
        ("100% công đoàn cơ sở", "kind:grassroots"),
        ("cac cdcs", "kind:grassroots"),
        ("Mỗi CĐCS;", "kind:grassroots"),
        ("03 CĐCS", "kind:grassroots"),
        ("CĐCS trực thuộc LĐLĐ tỉnh", "unit:CS-03"),
        ("Các cấp công đoàn trong tỉnh", "all"),
        ("Công đoàn các cấp trên địa bàn tỉnh Lam Giang", "all"),
        ("Tất cả các đơn vị trực thuộc", "all"),
        ("Công đoàn cấp trên trực tiếp cơ sở", "kind:intermediate"),
        ("Các CĐBP", "kind:Công đoàn bộ phận"),
        ("Ban Tuyên giáo và Nữ công", "unit:BAN-TG"),
        ("Ban Tuyên giáo - Nữ công LĐLĐ tỉnh", "unit:BAN-TG"),
        ("Ban Tổ chức-Kiểm tra", "unit:BAN-TC"),
        ("Văn phòng LĐLĐ tỉnh", "unit:VP"),
        ("LĐLĐ tỉnh", "unit:LDLD"),
        ("LĐLĐ các huyện", "kind:LĐLĐ huyện"),
        ("LĐLĐ các huyện, thành phố", "kind:LĐLĐ huyện+kind:LĐLĐ thành phố"),
        (
            "Liên đoàn Lao động các huyện, thành phố và các công đoàn ngành",
            "kind:LĐLĐ huyện+kind:LĐLĐ thành phố+kind:Công đoàn ngành",
        ),
        ("LĐLĐ huyện Đồng Vải", "unit:H-02"),
        ("Công đoàn ngành Giáo dục và Ban Tuyên giáo và Nữ công", "unit:GD+unit:BAN-TG"),
        ("Trường THPT Vĩnh Hoà", "unit:CS-02"),
        ("CS-02", "unit:CS-02"),
        ("Cụm thi đua số 2", "cluster:Cụm 2"),
        ("Các đơn vị thuộc Cụm 2", "cluster:Cụm 2"),
        ("cụm 1 và 2", "cluster:Cụm 1+cluster:Cụm 2"),
        ("Hai cụm thi đua", "cluster:Cụm 1+cluster:Cụm 2"),
        ("CĐCS có trên 200 đoàn viên", "kind:grassroots&members:>200"),
        ("Các CĐCS có từ 1.000 đoàn viên trở lên", "kind:grassroots&members:>=1000"),
        ("mỗi CĐCS dưới 100 đoàn viên", "kind:grassroots&members:<100"),
        ("CĐCS có từ 50 đến 1000 đoàn viên", "kind:grassroots&members:>=50&members:<=1000"),
    ],
)
def test_the_printed_words_name_their_units(province: Session, words: str, text: str) -> None:
    assert meant(province, words) == text


@pytest.mark.parametrize(
    "words",
    [
        "",
        "…",
        "Các CĐCS doanh nghiệp",  # nobody says which they are: it is not all CĐCS
        "CĐCS trường học, y tế",
        "Các cụm trưởng",  # a post, not a cluster
        "Cụm thi đua số 7",
        "Các cấp công đoàn trên địa bàn tỉnh Đắk Nông",  # another province's plan
        "LĐLĐ huyện Cư Jút",
        "LĐLĐ các quận",
        "Ban Nữ công",
        "Trường THPT Vĩnh Hoà và Trường THPT Phan Bội Châu",  # one of two is not enough
        "toàn thể đoàn viên, người lao động",
        "CĐCS có trên 200 lao động",  # workers are not members
        "CĐCS có trên 5000 đoàn viên",  # nobody is so large
        "Báo Lao động",
    ],
)
def test_where_the_words_fit_nobody_a_person_is_asked(province: Session, words: str) -> None:
    assert audience.from_words(province, words, TODAY) is None


def test_a_number_that_does_not_fit_makes_the_reading_a_mere_proposal(province: Session) -> None:
    read = audience.from_words(province, "27 CĐBP", TODAY)

    assert read is not None
    assert read[0] == "kind:Công đoàn bộ phận"
    assert read[1] < 0.8


def test_a_plan_of_the_old_map_is_only_a_proposal_after_the_reform(province: Session) -> None:
    words = "LĐLĐ các quận, thị xã và Công đoàn Viên chức tỉnh"
    read = audience.from_words(province, words, TODAY)

    assert read == ("kind:intermediate", 0.5)


def test_two_unions_of_one_name_are_not_told_apart(province: Session) -> None:
    found(province, "CS-04", "CĐCS Trường THPT Vĩnh Hòa", kind="Công đoàn cơ sở")

    assert audience.from_words(province, "CĐCS Trường THPT Vĩnh Hòa", TODAY) is None


def test_a_former_name_and_a_merged_union_lead_to_who_goes_on(province: Session) -> None:
    school, garments, hospital = (
        province.exec(select(Unit).where(Unit.code == code)).one() for code in ("CS-02", "CS-01", "CS-03")
    )
    units.rename(province, school, "CĐCS Trường THPT Chu Văn An", TODAY)
    units.merge(province, garments, hospital, on=TODAY, now=NOW)

    assert meant(province, "CĐCS Trường THPT Vĩnh Hòa") == "unit:CS-02"
    assert meant(province, "CĐCS Công ty May Bến Sứ") == "unit:CS-03"


def test_in_a_district_its_own_name_means_itself(tmp_path: Path) -> None:
    with office(tmp_path) as session:
        top = found(session, "GL", "LĐLĐ huyện Gia Lâm")
        found(session, "CS-1", "CĐCS Xã Bát Tràng", top)

        assert meant(session, "Liên đoàn Lao động Huyện") == "unit:GL"
        assert meant(session, "Các cấp công đoàn trong huyện") == "all"
        assert meant(session, "CĐCS trực thuộc") == "kind:grassroots"
        assert meant(session, "Các cấp công đoàn trong tỉnh") is None


def test_where_the_table_names_no_kinds_the_names_tell(tmp_path: Path) -> None:
    with office(tmp_path) as session:
        top = found(session, "LDLD", "LĐLĐ tỉnh Lam Giang")
        found(session, "X1", "Công đoàn xã Đồng Vải", top)
        found(session, "X2", "Công đoàn xã Thạch Lĩnh", top)

        assert meant(session, "Công đoàn các xã") == "unit:X1+unit:X2"
