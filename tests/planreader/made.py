"""Files of every kind, built as offices build them, for the tests of the readers."""

import io
import zipfile
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

SAMPLES = Path(__file__).parent / "samples"

LETTERHEAD = (
    ["LIÊN ĐOÀN LAO ĐỘNG TỈNH LAM GIANG", "CÔNG ĐOÀN NGÀNH Y TẾ", "Số: 12/KH-CĐYT"],
    ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Lam Giang, ngày 05 tháng 3 năm 2027"],
)
SIGNATURE = (
    ["Nơi nhận:", "- LĐLĐ tỉnh;", "- Các CĐCS;", "- Lưu: VT."],
    ["TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "Nguyễn Thị Hạ"],
)
TITLE = [
    "KẾ HOẠCH",
    "Tuyên truyền Tháng Công nhân và Tháng hành động về An toàn, vệ sinh lao động năm 2027 của ngành Y tế tỉnh",
]
SLOGANS = [
    "- Khỏe người thầy thuốc - Vững tay chăm sóc người bệnh",
    "- Chào mừng 141 năm Ngày Quốc tế Lao động (01/5/1886 - 01/5/2027) và hưởng ứng Tháng Công nhân năm 2027 "
    "của các cấp công đoàn trong tỉnh",
]
TABLE = [
    ["TT", "Nội dung công việc", "Thời gian", "Đơn vị thực hiện"],
    ["1", "Tổ chức hội thảo về sức khỏe nghề nghiệp cho đoàn viên", "05/5/2027", "Ban Nữ công công đoàn ngành"],
    ["2", "Thi tìm hiểu pháp luật lao động giữa các khoa phòng", "12/5/2027", "Bệnh viện đa khoa tỉnh"],
]
BODY = [*TITLE, "I. KHẨU HIỆU", *SLOGANS, "II. NỘI DUNG"]
PLAIN = "\n".join([*LETTERHEAD[0], *LETTERHEAD[1], *BODY, *("| " + " | ".join(r) + " |" for r in TABLE),
                   "III. TỔ CHỨC THỰC HIỆN", *SIGNATURE[0], *SIGNATURE[1]])  # fmt: skip


def word_bytes(document: WordDocument) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def plan_in_word() -> WordDocument:
    """The plan above with the invisible tables that every office template has."""
    document = Document()
    side_by_side(document, LETTERHEAD)
    for line in BODY:
        document.add_paragraph(line)
    data_table(document, TABLE)
    document.add_paragraph("III. TỔ CHỨC THỰC HIỆN")
    side_by_side(document, SIGNATURE)
    document.add_paragraph()  # Word never ends a document with a table
    return document


def side_by_side(document: WordDocument, blocks: tuple[list[str], list[str]]) -> None:
    table = document.add_table(rows=1, cols=2)
    for cell, lines in zip(table.rows[0].cells, blocks, strict=True):
        cell.text = "\n".join(lines)


def data_table(document: WordDocument, rows: list[list[str]]) -> Any:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def element(xml: str) -> Any:
    """WordprocessingML with the usual prefixes, for what python-docx has no words for."""
    name, rest = xml[1:].split(">", 1)
    slash = "/" if name.endswith("/") else ""
    wps = 'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    mc = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    return parse_xml(f"<{name.rstrip('/')} {nsdecls('w', 'wp', 'a')} {wps} {mc}{slash}>{rest}")


def numbered(document: WordDocument, text: str, num_id: int, level: int = 0) -> None:
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    num = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", level), ("w:numId", num_id)):
        child = OxmlElement(name)
        child.set(qn("w:val"), str(value))
        num.append(child)
    properties.append(num)


def define_list(document: WordDocument, list_id: int, levels: list[tuple[str, str]], nums: dict[int, str]) -> None:
    """`levels` are (format, text); `nums` maps the ids paragraphs use to extra XML, often empty."""
    numbering = document.part.numbering_part.element
    inner = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (kind, text) in enumerate(levels)
    )
    numbering.insert(0, element(f'<w:abstractNum w:abstractNumId="{list_id}">{inner}</w:abstractNum>'))
    for num_id, extra in nums.items():
        numbering.append(element(f'<w:num w:numId="{num_id}"><w:abstractNumId w:val="{list_id}"/>{extra}</w:num>'))


def pdf_bytes(pages: list[list[tuple[float, float, str]]], rules: str = "", extra: str = "") -> bytes:
    """A PDF by hand: each page is (x, y, text) in points. The font maps every code to the same Unicode letter."""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def "
        "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange "
        "endcmap end end"
    )
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Plan /Encoding /Identity-H /DescendantFonts [4 0 R]"
        " /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Plan /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        " /Supplement 0 >> /DW 500 /W [768 803 0] /FontDescriptor << /Type /FontDescriptor /FontName /Plan"
        " /Flags 4 /Ascent 800 /Descent -200 /CapHeight 700 /ItalicAngle 0 /StemV 80 /FontBBox [0 -200 1000 800] >> >>",
        _stream(cmap),
    ]
    for n, page in enumerate(pages):
        drawn = "".join(f"BT /F 12 Tf 1 0 0 1 {x} {y} Tm <{t.encode('utf-16-be').hex()}> Tj ET\n" for x, y, t in page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * n} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(_stream(rules + drawn))
    return _assembled(objects, extra)


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def _assembled(objects: list[str], extra: str) -> bytes:
    out = "%PDF-1.4\n"
    places = []
    for n, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{n} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{p:010} 00000 n \n" for p in places)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {extra} >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


def page_of(lines: list[str], top: float = 780, left: float = 72) -> list[tuple[float, float, str]]:
    return [(left, top - 18 * n, line) for n, line in enumerate(lines)]


def grid(xs: list[float], ys: list[float]) -> str:
    """Rules of a table, drawn as Word draws them: thin filled boxes."""
    across = "".join(f"{xs[0]} {y} {xs[-1] - xs[0]} 0.5 re f\n" for y in ys)
    return across + "".join(f"{x} {ys[-1]} 0.5 {ys[0] - ys[-1]} re f\n" for x in xs)


def repacked(raw: bytes, changes: dict[str, bytes]) -> bytes:
    """The same package with some parts replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return file.getvalue()
