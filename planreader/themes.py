"""Themes and messages of the year, and the campaigns they belong to."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from planreader.chars import fold, squeeze, unquoted, words
from planreader.dates import Calendar, spans
from planreader.headings import Meaning, attribute_of
from planreader.model import Campaign, Source, ThemeMessage
from planreader.outline import Node
from planreader.quoted import quoted
from planreader.sections import Place

_PLAIN = re.compile(
    r"\b(?P<kind>chu de|thong diep)\b(?P<of>[^:\".;]{0,110}?)(?:\s*:\s*"
    r"|\s+la\s*:?\s+)(?P<text>[^\".;]{8,260})"
)
_MONTHS = re.compile(
    r"\bthang\s+(?:cong nhan|hanh dong(?: quoc gia)?(?: ve)?\s+(?:at\s?-?\s?vsld"
    r"|an toan,?(?: va)? ve sinh lao dong))(?:\s*(?:lan thu \w+|-|,)?\s*nam\s+(?P<y>20\d\d))?"
)


def theme_messages_of(everything: list[Place], year: int | None) -> list[ThemeMessage]:
    found: list[ThemeMessage] = []
    for place in everything:
        if place.meaning in (Meaning.SLOGANS, Meaning.OLD_SLOGANS):
            continue
        for text in _texts(place.node):
            found.extend(_in_text(text, place.node.line, year))
        if place.meaning is Meaning.THEMES:
            found.extend(_listed(place))
    unique: dict[str, ThemeMessage] = {}
    for theme in found:
        unique.setdefault(" ".join(words(theme.text)), theme)
    return [theme for key, theme in unique.items() if key]


def _texts(node: Node) -> list[str]:
    if node.table is None:
        return [node.text]
    return [cell for row in node.table.rows for cell in row.cells]


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


def campaigns_of(
    title: str | None, everything: list[Place], themes: list[ThemeMessage], calendar: Calendar, year: int | None
) -> list[Campaign]:
    """The Months the document speaks of (1 to 31 May where it gives no days), else the subject itself."""
    found: dict[str, Campaign] = {}
    texts = [(0, title or "")] + [(p.node.line, text) for p in everything for text in _texts(p.node)]
    for line, text in texts:
        for match in _MONTHS.finditer(fold(text)):
            kind = "worker" if "cong nhan" in match.group()[:16] else "safety"
            if kind not in found:
                named = year if match["y"] is None else int(match["y"])
                start, end = _window(text, match.end(), calendar) or _may(named)
                found[kind] = Campaign(squeeze(match_text(text, match)), None, start, end, Source(line, text))
    for kind, campaign in found.items():
        campaign.theme = next((theme.text for theme in themes if _belongs(theme, kind)), None)
    if not found and title:
        found["title"] = Campaign(title, themes[0].text if themes else None, None, None, Source(0, title))
    return list(found.values())


def match_text(text: str, match: "re.Match[str]") -> str:
    return text[match.start() : match.end()]


def _may(year: int | None) -> tuple[date | None, date | None]:
    return (date(year, 5, 1), date(year, 5, monthrange(year, 5)[1])) if year else (None, None)


def _window(text: str, end: int, calendar: Calendar) -> tuple[date, date] | None:
    """ "Tháng Công nhân (từ 01/5/2024 đến hết 31/5/2024)"."""
    bracket = re.match(r"[^().;]{0,90}\(([^()]*)\)", text[end : end + 220])
    if bracket is None:
        return None
    for span in spans(bracket.group(1), calendar):
        if span.ranged and span.start and span.finish and span.start.year == span.finish.year:
            return span.start, span.finish
    return None


def _belongs(theme: ThemeMessage, kind: str) -> bool:
    before = fold(theme.source.text)
    before = before[: before.find(fold(theme.text))][-200:]
    worker, safety = before.rfind("cong nhan"), max(before.rfind("atvsld"), before.rfind("ve sinh lao dong"))
    return worker > safety if kind == "worker" else safety > worker
