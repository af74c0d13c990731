"""Pasted chat messages: no letterhead, a greeting, stamps of time and sender before the lines."""

import re
from dataclasses import replace
from datetime import date

from planreader.chars import fold
from planreader.lines import Line

_STAMP = re.compile(
    r"\[?\(?(?:(?P<h>\d{1,2}[:h]\d{2}(?::\d{2})?)\s*,?\s*)?(?:(?:ngay\s*)?(?P<d>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>\d{2,4}))?)?(?:\s*,?\s*(?P<h2>\d{1,2}[:h]\d{2}(?::\d{2})?))?\s*\]?\)?\s*[-,:]?\s*"
)
_OFFICIAL = re.compile(
    r"cong hoa xa hoi|doc lap\s*-?\s*tu do|dang cong san viet nam|^so\s*:|noi (?:nhan|gui)\s*:"
    r"|^(?:tm|kt|tl)\.|\bt/m\b"
)
_TALK = re.compile(
    r"@|\b(?:cac (?:anh|chi|bac|dong chi|d/c|ac)\b.*\b(?:oi|nhe|a\b|giup|nha|luu y)|anh chi|a/c"
    r"|ac oi|nhe\b|nha\b|nhé|da nhan|ok\b|dear|hi\b|alo|chao (?:cac|ca) |kinh gui cac (?:anh"
    r"|dong chi|d/c|chu tich)|zalo|nhom|tin nhan|cam on|thanks|e gui|em gui|ad\b|group)"
)
_TITLES = re.compile(r"(?:ke hoach|huong dan|bao cao|thong bao|chuong trinh|quyet dinh|nghi quyet|cong van)")


def is_chat(lines: list[Line]) -> bool:
    """Nothing of an official document in it, short, and talking like people."""
    if not lines or len(lines) > 150:
        return False
    plain = [fold(line.text) for line in lines]
    if any(_OFFICIAL.search(text) for text in plain):
        return False
    stamped = sum(1 for text in plain if (m := _stamp(text)) and m.end() < len(text))
    if stamped >= 1 and stamped * 12 >= len(lines):
        return True
    if any(_TITLES.fullmatch(text.strip(" *")) for text in plain[:10]):
        return False
    return sum(1 for text in plain if _TALK.search(text)) >= 1 and sum(map(len, plain)) < 8000


def _stamp(text: str) -> "re.Match[str] | None":
    match = _STAMP.match(text)
    hour = match and (match["h"] or match["h2"])
    bracketed = text.startswith("[") or (match and match["d"])
    return match if match and hour and bracketed and match.end() > 4 else None


def unwrapped(lines: list[Line], today: date | None) -> tuple[list[Line], date | None]:
    """The lines without stamps and senders, and the day of the first stamp that has one."""
    found: list[Line] = []
    sent: date | None = None
    for line in lines:
        match = _stamp(fold(line.text))
        if match is None:
            found.append(replace(line, gap=True))  # in a chat every line stands for itself
            continue
        sent = sent or _day(match, today)
        rest = line.text[match.end() :]
        sender, colon, said = rest.partition(":")
        text = said.strip() if colon and len(sender) <= 50 and not re.search(r"\d{1,2}/\d", sender) else rest.strip()
        if text:
            found.append(replace(line, text=text, raw=text, gap=True))
    return found, sent


def _day(match: "re.Match[str]", today: date | None) -> date | None:
    if not match["d"]:
        return None
    year = int(match["y"]) if match["y"] else today.year if today else None
    if year is None:
        return None
    try:
        return date(year + 2000 if year < 100 else year, int(match["m"]), int(match["d"]))
    except ValueError:
        return None
