"""Themes and messages of the year."""

import re
from collections.abc import Iterator

from planreader.chars import fold, squeeze, unquoted, words
from planreader.headings import Meaning, attribute_of
from planreader.model import Source, ThemeMessage
from planreader.quoted import quoted
from planreader.sections import Place, printed

_PLAIN = re.compile(
    r"\b(?P<kind>chu de|thong diep)\b(?P<of>[^:\".;]{0,110}?)(?:\s*:\s*"
    r"|\s+la\s*:?\s+)(?P<text>[^\".;]{8,260})"
)


def theme_messages_of(everything: list[Place], year: int | None) -> list[ThemeMessage]:
    found: list[ThemeMessage] = []
    for place in everything:
        if place.meaning in (Meaning.SLOGANS, Meaning.OLD_SLOGANS):
            continue
        for text in printed(place.node):
            found.extend(_in_text(text, place.node.line, year))
        if place.meaning is Meaning.THEMES:
            found.extend(_listed(place))
    unique: dict[str, ThemeMessage] = {}
    for theme in found:
        unique.setdefault(" ".join(words(theme.text)), theme)
    return [theme for key, theme in unique.items() if key]


def _in_text(text: str, line: int, year: int | None) -> Iterator[ThemeMessage]:
    found = [quote for quote in quoted(text) if quote.governor in ("chu_de", "thong_diep")]
    for quote in found:
        if not quote.old and not _is_past(quote.clause, year) and len(quote.text.split()) > 1:
            kind = "chu_de" if quote.governor == "chu_de" else "thong_diep"
            yield ThemeMessage(unquoted(quote.text).rstrip(" .;,"), kind, Source(line, text))  # type: ignore[arg-type]
    if found or len(text) > 2000:
        return
    for match in _PLAIN.finditer(fold(text)):
        printed = squeeze(text[slice(*match.span("text"))])
        if (
            printed[:1].isupper()
            and not _is_past(match["of"], year)
            and not re.search(r"thi\b|sau day|nhu sau", match["of"])
        ):
            yield ThemeMessage(
                unquoted(printed), "chu_de" if match["kind"] == "chu de" else "thong_diep", Source(line, text)
            )


def _is_past(clause: str, year: int | None) -> bool:
    years = [int(found) for found in re.findall(r"\bnam (20\d\d)\b", clause)]
    return bool(years and year and max(years) < year)


def _listed(place: Place) -> Iterator[ThemeMessage]:
    """Under a heading "Thông điệp": the quoted lines, or where nothing is quoted the bullets."""
    node = place.node
    heads_list = not place.above or place.above[-1].meaning is not Meaning.THEMES
    if not heads_list:
        return
    kind = "thong_diep" if "thong diep" in fold(node.label) else "chu_de"
    leaves = [c for c in node.children if not c.children and c.table is None and c.meaning is Meaning.THEMES]
    whole = [child for child in leaves if re.fullmatch(r"[\"“«].*[\"”»][.;,]*", child.text)]
    chosen = whole or [c for c in leaves if attribute_of(c.text) is None and not quoted(c.text)]
    if not whole and any(len(child.text.split()) > 30 or child.text.endswith(":") for child in chosen):
        return
    for child in chosen:
        yield ThemeMessage(unquoted(child.text.rstrip(".;, ")), kind, Source(child.line, child.text))  # type: ignore[arg-type]
