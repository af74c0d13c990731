"""Word documents as union offices write them: templates with invisible tables, automatic numbers, corrections."""

import io
import zipfile
from pathlib import Path

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from planreader.files import text_of, word
from tests.planreader.made import (
    PLAIN,
    data_table,
    define_list,
    element,
    numbered,
    plan_in_word,
    repacked,
    word_bytes,
)

OUTLINE = [("upperRoman", "%1."), ("decimal", "%2."), ("decimal", "%2.%3."), ("lowerLetter", "%4)")]


def lines(document: object) -> list[str]:
    return word.text(word_bytes(document)).split("\n")  # type: ignore[arg-type]


def test_a_plan_with_letterhead_table_and_signature_reads_like_its_text(tmp_path: Path) -> None:
    file = tmp_path / "ke hoach.docx"
    file.write_bytes(word_bytes(plan_in_word()))
    assert text_of(file) == PLAIN


def test_numbers_that_word_counts_itself_are_written_out() -> None:
    document = Document()
    define_list(document, 90, OUTLINE, {901: ""})
    outline = [(0, "MỤC ĐÍCH"), (1, "Yêu cầu"), (1, "Nội dung"), (2, "Tuyên truyền"), (3, "Báo"), (0, "TỔ CHỨC")]
    for level, text in [*outline, (1, "Văn phòng")]:
        numbered(document, text, 901, level)
    assert lines(document) == [
        "I. MỤC ĐÍCH", "1. Yêu cầu", "2. Nội dung", "2.1. Tuyên truyền", "a) Báo", "II. TỔ CHỨC", "1. Văn phòng",
    ]  # fmt: skip


def test_two_lists_of_one_kind_go_on_counting_unless_one_begins_anew() -> None:
    document = Document()
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    define_list(document, 91, [("decimal", "%1.")], {911: "", 912: "", 913: anew})
    for text, num_id in [("một", 911), ("hai", 911), ("ba", 912), ("lại một", 913), ("lại hai", 913)]:
        numbered(document, text, num_id)
    assert lines(document) == ["1. một", "2. hai", "3. ba", "1. lại một", "2. lại hai"]


def test_a_legal_list_and_bullets_of_symbol_fonts() -> None:
    document = Document()
    define_list(document, 92, [("upperRoman", "%1"), ("decimal", "%1.%2")], {921: ""})
    legal = document.part.numbering_part.element.find(qn("w:abstractNum")).findall(qn("w:lvl"))[1]
    legal.append(OxmlElement("w:isLgl"))
    define_list(document, 93, [("bullet", "\uf0b7"), ("bullet", "o"), ("bullet", "•")], {931: ""})
    numbered(document, "Phần", 921)
    numbered(document, "Mục", 921, 1)
    for level in range(3):
        numbered(document, "việc", 931, level)
    assert lines(document) == ["I Phần", "1.1 Mục", "- việc", "+ việc", "• việc"]


def test_numbers_of_a_style_count_too() -> None:
    document = Document()
    for text in ("Tuyên truyền trực quan", "Viết tin, bài"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("Treo băng rôn", style="List Bullet")
    assert lines(document) == ["1. Tuyên truyền trực quan", "2. Viết tin, bài", "- Treo băng rôn"]


def test_letters_beyond_z_and_roman_numbers() -> None:
    document = Document()
    define_list(document, 94, [("lowerLetter", "%1)")], {941: ""})
    define_list(document, 95, [("lowerRoman", "(%1)")], {951: ""})
    for _ in range(28):
        numbered(document, "x", 941)
    for _ in range(14):
        numbered(document, "y", 951)
    written = lines(document)
    assert (written[25], written[27], written[41]) == ("z) x", "bb) x", "(xiv) y")


def test_corrections_under_review_are_read_as_accepted() -> None:
    document = Document()
    paragraph = document.add_paragraph("Hạn gửi báo cáo ")._p
    paragraph.append(element('<w:del w:id="1" w:author="A"><w:r><w:delText>05/6</w:delText></w:r></w:del>'))
    paragraph.append(element('<w:ins w:id="2" w:author="A"><w:r><w:t>12/6</w:t></w:r></w:ins>'))
    assert lines(document) == ["Hạn gửi báo cáo 12/6"]


def test_a_text_box_is_read_once_and_hidden_text_not_at_all() -> None:
    document = Document()
    box = "<w:txbxContent><w:p><w:r><w:t>Khung khẩu hiệu</w:t></w:r></w:p></w:txbxContent>"
    drawing = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:inline><a:graphic><a:graphicData>"
        f"<wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    paragraph = document.add_paragraph("Trước khung")._p
    paragraph.append(element(drawing))
    paragraph.append(element("<w:r><w:rPr><w:vanish/></w:rPr><w:t> ẩn</w:t></w:r>"))
    assert lines(document) == ["Trước khung", "Khung khẩu hiệu"]


def test_links_fields_line_breaks_and_capitals_as_shown() -> None:
    document = Document()
    paragraph = document.add_paragraph()._p
    for xml in (
        "<w:r><w:rPr><w:caps/></w:rPr><w:t>Kế hoạch</w:t></w:r>",
        "<w:r><w:br/><w:t>gửi</w:t><w:tab/></w:r>",
        "<w:hyperlink><w:r><w:t>congdoan.vn</w:t></w:r></w:hyperlink>",
        "<w:r><w:instrText> PAGE </w:instrText><w:noBreakHyphen/><w:sym w:font='Wingdings' w:char='F0FC'/></w:r>",
    ):
        paragraph.append(element(xml))
    assert lines(document) == ["KẾ HOẠCH", "gửi\tcongdoan.vn--"]


def test_merged_cells_give_their_text_once_and_columns_stay_in_line() -> None:
    document = Document()
    table = data_table(document, [["TT", "Việc", "Thời gian", "Ai"], ["1", "a", "3/5", "x"], ["2", "b", "4/5", "x"]])
    table.cell(1, 3).merge(table.cell(2, 3)).text = "Ban Nữ công"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "Việc và thời gian"
    assert lines(document) == [
        "| TT | Việc và thời gian |  | Ai |", "| 1 | a | 3/5 | Ban Nữ công |", "| 2 | b | 4/5 |  |",
    ]  # fmt: skip


def test_lines_of_one_cell_become_one_row() -> None:
    document = Document()
    data_table(
        document, [["TT", "Nội\ndung", "Chủ trì"], ["1", "Hội thao\nHội diễn", "Ban Nữ công;\nphối hợp | Đoàn TN"]]
    )
    assert lines(document) == [
        "| TT | Nội dung | Chủ trì |",
        "| 1 | Hội thao; Hội diễn | Ban Nữ công; phối hợp / Đoàn TN |",
    ]


def test_a_signature_hanging_on_the_data_table_is_not_a_row_of_work() -> None:
    document = Document()
    rows = [["1", "Hội thao", "3/5", "Ban Nữ công"], ["Nơi nhận:\n- Như trên", "CHỦ TỊCH", "", ""]]
    data_table(document, [["TT", "Việc", "Thời gian", "Ai"], *rows])
    assert lines(document)[-3:] == ["Nơi nhận:", "- Như trên", "CHỦ TỊCH"]


def test_footnotes_come_last_and_a_letterhead_in_the_page_header_first() -> None:
    document = Document()
    document.add_paragraph("KẾ HOẠCH")
    header = document.sections[0].header
    header.paragraphs[0].text = "LIÊN ĐOÀN LAO ĐỘNG TỈNH LAM GIANG\nSố: 7/KH-LĐLĐ"
    note = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        '<w:footnote w:id="1"><w:p><w:r><w:t>Không tính CĐCS mới</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    raw = word_bytes(document)
    parts = _parts_with_footnotes(raw, note)
    assert word.text(repacked(raw, parts)).split("\n") == [
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH LAM GIANG", "Số: 7/KH-LĐLĐ", "KẾ HOẠCH", "Không tính CĐCS mới",
    ]  # fmt: skip


def _parts_with_footnotes(raw: bytes, note: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        types, rels = pack.read("[Content_Types].xml"), pack.read("word/_rels/document.xml.rels")
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    override = b'<Override PartName="/word/footnotes.xml" ContentType="' + kind + b'"/></Types>'
    link = b'<Relationship Id="rId900" Type="' + relation + b'" Target="footnotes.xml"/></Relationships>'
    return {
        "[Content_Types].xml": types.replace(b"</Types>", override),
        "word/_rels/document.xml.rels": rels.replace(b"</Relationships>", link),
        "word/footnotes.xml": note.encode(),
    }


def test_a_document_in_an_old_font_is_repaired(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("KÕ ho¹ch cña C«ng ®oµn HuyÖn, ng­êi lao ®éng h­ëng øng")
    file = tmp_path / "cu.docx"
    file.write_bytes(word_bytes(document))
    assert text_of(file) == "Kế hoạch của Công đoàn Huyện, người lao động hưởng ứng"
