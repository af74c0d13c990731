"""Bold on Zalo: counted in UTF-16 units, never outside the text, and never read out of what people wrote."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.contract import Sent
from bot.channels.zalo_bot.styles import styles
from campaign.message import Span
from tests.channels.zalo_bot_office import office, part
from tests.fakes.zalo_bot.styles import check

LETTERS = st.text(st.sampled_from("aếĐ 🎉👩‍👩‍👧\n*_<>&`[]"), min_size=1, max_size=40)
SPANS = st.lists(
    st.builds(
        Span, st.sampled_from(["bold", "link"]), st.integers(-2, 45), st.integers(-2, 45), st.just("https://a.vn")
    ),
    max_size=6,
)


@settings(deadline=None)  # a busy machine is slow, not wrong
@given(LETTERS, SPANS)
def test_the_platform_takes_whatever_becomes_of_any_spans(text: str, spans: list[Span]) -> None:
    made = styles(text, spans)
    assert check(text, made) == made
    wanted = {at for span in spans if span.kind == "bold" for at in range(max(span.start, 0), min(span.end, len(text)))}
    units = text.encode("utf-16-le")
    shown = "".join(units[2 * one["start"] : 2 * (one["start"] + one["len"])].decode("utf-16-le") for one in made)
    assert shown == "".join(text[at] for at in sorted(wanted))


def test_an_emoji_before_the_bold_words_counts_two() -> None:
    assert styles("🎉 Hạn nộp", [Span("bold", 2, 5)]) == [{"start": 3, "len": 3, "st": ["b"]}]


def test_spans_that_touch_are_one() -> None:
    assert styles("abcdef", [Span("bold", 0, 2), Span("bold", 2, 4), Span("bold", 1, 3)]) == [
        {"start": 0, "len": 4, "st": ["b"]}
    ]


async def test_what_people_write_is_never_read_as_marks(tmp_path: Path) -> None:
    hostile = "**đậm** __nghiêng__ `mã` <b>đậm</b> [chữ](https://xau.example) # Tiêu đề [@all] \\*"
    async with office(tmp_path) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        assert isinstance(await here.channel.send(part(lan, hostile)), Sent)
        assert here.zalo.last(lan).text == hostile
        assert "parse_mode" not in here.zalo.calls.of("sendMessage")[0].values


async def test_an_authors_bold_words_arrive_bold(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        lan = here.zalo.person("Lan")
        here.zalo.say(lan, "chào")
        text = "🎉 Nộp ảnh trước 16 giờ **thật**"
        await here.channel.send(part(lan, text, spans=(Span("bold", 10, 22), Span("link", 0, 3, "https://a.vn"))))
        assert here.zalo.last(lan).bold == ["trước 16 giờ"]
        assert here.zalo.last(lan).text == text
