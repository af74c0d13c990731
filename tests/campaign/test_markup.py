"""What an author may write into an announcement, and what stays letters."""

from __future__ import annotations

import pytest

from campaign.markup import ADDRESS_LIMIT, BOLD_LIMIT, Marked, read, recalled
from campaign.message import Span

PLAN = "https://congdoan.vn/ke-hoach?so=46&nam=2027"


def seen(marked: Marked) -> list[tuple[str, str]]:
    """What is marked, in words."""
    return [(span.url or span.kind, marked.text[span.start : span.end]) for span in marked.spans]


def test_a_call_with_bold_a_list_and_a_link_reads_as_words_with_spans_beside_them() -> None:
    marked = read(f"**Tháng Công nhân** 2027\n- Treo **băng rôn**\n* Gửi ảnh\nXem [kế hoạch]({PLAN}).")
    assert marked.text == "Tháng Công nhân 2027\n• Treo băng rôn\n• Gửi ảnh\nXem kế hoạch."
    assert seen(marked) == [("bold", "Tháng Công nhân"), ("bold", "băng rôn"), (PLAN, "kế hoạch")]


@pytest.mark.parametrize(
    ("typed", "text", "marks"),
    [
        (f"**Xem [kế hoạch]({PLAN}) ngay**", "Xem kế hoạch ngay", [("bold", "Xem kế hoạch ngay"), (PLAN, "kế hoạch")]),
        (f"[kế hoạch **mới**]({PLAN})", "kế hoạch mới", [(PLAN, "kế hoạch mới"), ("bold", "mới")]),
        (f"[{PLAN}]({PLAN})", PLAN, [(PLAN, PLAN)]),
        ("[Wiki](https://vi.wikipedia.org/wiki/A_(B)))", "Wiki)", [("https://vi.wikipedia.org/wiki/A_(B)", "Wiki")]),
        ("[a](HTTPS://Congdoan.VN)", "a", [("https://Congdoan.VN", "a")]),
        ("🇻🇳 **Ơi** 👨‍👩‍👧", "🇻🇳 Ơi 👨‍👩‍👧", [("bold", "Ơi")]),
        ("**Ba\u0301o ca\u0301o**", "Báo cáo", [("bold", "Báo cáo")]),
        ("**a** và **b**", "a và b", [("bold", "a"), ("bold", "b")]),
    ],
)
def test_marks_may_stand_inside_each_other(typed: str, text: str, marks: list[tuple[str, str]]) -> None:
    marked = read(typed)
    assert (marked.text, seen(marked)) == (text, marks)


@pytest.mark.parametrize(
    "typed",
    [
        "** không đậm **", "**không đóng", "****", "***ba sao***", "2 ** 3 ** 4", "**hai\ndòng**", "-không cách", "*x*",
        "a - b * c", "---", "<b>đậm</b>", "_gạch_ `mã` ~~bỏ~~", "[x](javascript:alert(1))", "[x](data:text/html,1)",
        "[x](ftp://congdoan.vn)", "[x](https://nguoi:matkhau@congdoan.vn)", "[x](https://congdoan.vn\\@xau.vn)",
        "[x](https://may-chu)", "[x]( https://congdoan.vn)", "[x](https://congdoan.vn/a b)", "[](https://congdoan.vn)",
        "[ x ](https://congdoan.vn)", "[x] (https://congdoan.vn)", "[https://congdoan.vn](https://xau.vn)",
        "[x](https://c\u00f4ngdoan.vn)", "[x](https://congdoan.vn/\u202egpj)", "https://congdoan.vn/**a**",
        f"[x](https://congdoan.vn/{'a' * ADDRESS_LIMIT})", f"[{'x' * 201}](https://congdoan.vn)",
        f"**{'a' * (BOLD_LIMIT + 1)}**", "a**\u0301b**", "**b**\u0323",
        "\U0001f44b**\U0001f3fd!**",
    ],
)  # fmt: skip
def test_what_is_not_well_formed_stays_as_it_was_typed(typed: str) -> None:
    assert read(typed) == Marked(typed)


def test_after_the_ninetieth_mark_words_are_plain_and_addresses_are_written_out() -> None:
    marked = read(
        "\n".join(["- **a** **b**"] * 60 + ["[Kế hoạch](https://cd.vn/kh) và [https://cd.vn](https://cd.vn)"])
    )
    assert (len(marked.spans), marked.text.count("• a b"), marked.text.count("*")) == (90, 60, 0)
    assert marked.text.endswith("\nKế hoạch (https://cd.vn/kh) và https://cd.vn")


def test_a_label_put_before_moves_the_spans_and_the_column_gives_them_back() -> None:
    marked = read("**Hạn** 25/5")
    late = "(Tin gửi muộn)\n" + marked + "\n— " + read("*[LĐLĐ](https://ldld.vn)*")
    assert seen(late) == [("bold", "Hạn"), ("https://ldld.vn", "LĐLĐ")]
    assert recalled(late.text, late.stored()) == late


def test_a_piece_keeps_what_is_left_of_its_spans() -> None:
    marked = Marked(" rất quan trọng ", (Span("bold", 1, 9),))
    assert marked.cut(0, 5) == Marked("rất", (Span("bold", 0, 3),))
    assert marked.cut(5, 16) == Marked("quan trọng", (Span("bold", 0, 4),))
    assert marked.cut(9, 16) == Marked("trọng")
