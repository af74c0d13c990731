"""Legal bases of the preamble: "Kế hoạch số 303/KH-TLĐ, ngày 29/3/2023 của Tổng Liên đoàn …"."""

import re
from datetime import date

from planreader.chars import fold, squeeze
from planreader.model import LegalBasis, Source
from planreader.outline import Node

_BASIS = re.compile(
    r"(?P<kind>ke hoach|huong dan|cong van|chi thi|nghi quyet|quyet dinh|ket luan"
    r"|thong bao(?: ket luan)?|chuong trinh|nghi dinh|thong tu|luat|thong tri|quy dinh"
    r"|dieu le)\s+(?:so\s*:?\s*)?"
    r"(?P<number>\d{0,5}\s?[/-]\s?[\w/&.-]{2,30})\s*,?\s*(?:ngay\s+(?P<d>\d{1,2})\s*(?:[/.-]"
    r"|thang)\s*(?P<m>\d{1,2})\s*(?:[/.-]"
    r"|nam)\s*(?P<y>\d{4}))?\s*,?\s*(?:cua\s+(?P<issuer>[^,;.:()]{3,120}?)(?=\s+(?:ve|huong dan"
    r"|quy dinh|ban hanh|v/v|to chuc|trien khai)\b|\s*[,;.:()]|$))?"
)


def legal_bases_of(root: Node) -> list[LegalBasis]:
    found: dict[str, LegalBasis] = {}
    for node in root.children:
        if node.marker is not None and not node.style.startswith("bullet"):
            break
        text = node.text[:4000]
        for match in _BASIS.finditer(fold(text)):
            item = LegalBasis(
                _printed(text, match, "kind") or "",
                re.sub(r"\s", "", _printed(text, match, "number") or ""),
                _day(match),
                _printed(text, match, "issuer"),
                Source(node.line, text),
            )
            found.setdefault(f"{item.number} {item.date}", item)
    return list(found.values())


def _printed(text: str, match: "re.Match[str]", group: str) -> str | None:
    return squeeze(text[slice(*match.span(group))]).rstrip(".-") if match[group] else None


def _day(match: "re.Match[str]") -> date | None:
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"])) if match["y"] else None
    except ValueError:
        return None
