"""Texts as authors and members type them on old phones and new ones, with every kind of mark-up, whole and broken."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

WORDS = (
    "Đoàn", "kết", "sáng", "tạo", "nghiệp", "vụ", "Nguyễn", "thưởng", "ườm", "Ệ", "công đoàn cơ sở", "25/5.", "Hạn:",
    "“Đoàn kết, sáng tạo, an toàn!”", "“Vì đoàn viên”", "nghiêng\u200bngả", "\ufeffđầu", "số 46/KH-LĐLĐ;", "…",
    "x" * 90,
)  # fmt: skip
PICTURES = ("🌸", "👨‍👩‍👧", "🇻🇳", "🇻🇳🇱🇦", "👋🏽", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "𝐓", "\u0301", "\u200d")
ADDRESS = "https://congdoan.vn/ke-hoach?so=46&nam=2027"
MARKS = (
    "**", "**", "**đậm**", "** hở **", "***", "*", "- ", "\n- ", "\n* ", "\n", "\n\n", "[", "]", "](", ")", "<b>",
    "&amp;", "_", "`", "[@84903]", "[@all]", ADDRESS, f"({ADDRESS}).", f"[kế hoạch]({ADDRESS})",
    f"**[kế hoạch]({ADDRESS})**", f"[xem **ngay** 🌸]({ADDRESS}#x)", "[x](javascript:alert(1))", "[x](https://a@congdoan.vn)",
    "[x](http://b.vn/(1))",
    f"[{ADDRESS}]({ADDRESS})", "[" + "dài " * 40 + "hết](https://congdoan.vn/" + "p" * 400 + ")",
)  # fmt: skip
_tokens = st.sampled_from((*WORDS, *WORDS, " ", "  ", *PICTURES, *MARKS))
_fillers = st.sampled_from(
    ("từ ", "Câu ngắn. ", "ằ", "🌸", "o\u0302\u0323 ", "**đậm** ", "dòng\n", "🇻🇳", "👨‍👩‍👧", "👋🏽❤️", "x\u0323\u0301")
)


@st.composite
def texts(draw: st.DrawFn, edges: tuple[int, ...] = ()) -> str:
    """``edges``: limits near which some of the texts end."""
    pieces = draw(st.lists(_tokens, max_size=24))
    joint = draw(st.sampled_from(("", " ")))
    if draw(st.booleans()) and edges:
        filler, edge = draw(_fillers), draw(st.sampled_from(edges))
        length = max(edge + draw(st.integers(-90, 30)), 0)
        pieces.insert(draw(st.integers(0, len(pieces))), (filler * length)[:length])
    text = joint.join(pieces)
    return unicodedata.normalize("NFD", text) if draw(st.integers(0, 4)) == 0 else text
