"""The parts of a generated plan. Each writes its lines in one of several layouts and notes what they say."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.planreader import generator_dates as dates
from tests.planreader import generator_words as words

Gold = dict[str, Any]
ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII")
LEVEL_1: tuple[Callable[[int], str], ...] = (
    lambda n: f"{ROMAN[n]}. ",
    lambda n: f"{ROMAN[n]}- ",
    lambda n: f"{ROMAN[n]}/ ",
    lambda n: f"{n}. ",
    lambda n: f"{'ABCDEFGH'[n - 1]}. ",
    lambda n: f"{ROMAN[n]}.",
)
LEVEL_2: tuple[Callable[[int, int], str], ...] = (
    lambda n, m: f"{m}. ",
    lambda n, m: f"{m}- ",
    lambda n, m: f"{m}/ ",
    lambda n, m: f"{m}) ",
    lambda n, m: f"{n}.{m}. ",
)
BULLETS = ("- ", "- ", "+ ", "* ", "• ", "– ")


@dataclass
class Draft:
    """A plan on its way: the lines so far, what they say, and how this office writes."""

    rng: Random
    issuer: words.Issuer
    year: int
    number: str
    issued: dt.date
    lines: list[str] = field(default_factory=list)
    after_signature: list[str] = field(default_factory=list)
    gold: Gold = field(default_factory=dict)
    layout: dict[str, str] = field(default_factory=dict)
    section: int = 0
    item: int = 0

    def __post_init__(self) -> None:
        self._one = self.rng.randrange(len(LEVEL_1))
        self._two = 4 if self._one == 3 else self.rng.randrange(len(LEVEL_2))
        self.bullet = self.rng.choice(BULLETS)
        self.layout["numbering"] = LEVEL_1[self._one](1).strip() + " " + LEVEL_2[self._two](1, 1).strip()
        for name in ("slogans", "slogans_optional", "theme_messages", "anniversaries", "activities", "assignments",
                     "quotas", "report_deadlines", "other_deadlines", "signers"):  # fmt: skip
            self.gold[name] = []

    def head(self, title: str) -> None:
        self.section, self.item = self.section + 1, 0
        self.lines += ["", LEVEL_1[self._one](self.section) + title]

    def sub(self, text: str) -> None:
        self.item += 1
        self.lines.append(LEVEL_2[self._two](self.section, self.item) + text)

    def point(self, text: str) -> None:
        self.lines.append(self.bullet + text)

    def say(self, text: str) -> None:
        self.lines.append(text)

    def choose(self, what: str, *ways: str) -> str:
        self.layout[what] = self.rng.choice(ways)
        return self.layout[what]

    def some(self, options: tuple[str, ...], low: int, high: int) -> list[str]:
        return [o.format(y=self.year) for o in self.rng.sample(options, min(self.rng.randint(low, high), len(options)))]


def commemoration(draft: Draft) -> str:
    """Words about one anniversary, noted once however often it is said."""
    name, day, month, base = draft.rng.choice(words.COMMEMORATIONS)
    ordinal = draft.year - base
    item = {"name": name, "event_date": f"{base}-{month:02}-{day:02}", "ordinal": ordinal,
            "anniversary_date": f"{draft.year}-{month:02}-{day:02}"}  # fmt: skip
    if item not in draft.gold["anniversaries"]:
        draft.gold["anniversaries"].append(item)
    dash = draft.rng.choice(["-", " - ", " – "])
    return f"{ordinal} năm {name} ({day:02}/{month}/{base}{dash}{day:02}/{month}/{draft.year})"


def aims(draft: Draft) -> None:
    draft.head(draft.rng.choice(["MỤC ĐÍCH, YÊU CẦU", "MỤC ĐÍCH - YÊU CẦU", "Mục đích, yêu cầu"]))
    for text in draft.some(words.AIMS, 1, 3):
        draft.sub(text)
    draft.sub(f"Gắn với tuyên truyền kỷ niệm {'; '.join(commemoration(draft) for _ in range(2))}.")


def themes(draft: Draft) -> None:
    """Theme and message stand apart from slogans, in quotes."""
    for text in draft.some(words.THEMES, 0, 2):
        way = draft.choose("theme", "chủ đề", "với chủ đề", "thông điệp")
        lead = {
            "chủ đề": f"Chủ đề Tháng Công nhân năm {draft.year}: ",
            "với chủ đề": f"Tuyên truyền Tháng hành động về An toàn, vệ sinh lao động năm {draft.year} với chủ đề ",
            "thông điệp": "Thông điệp truyền thông: ",
        }[way]
        draft.sub(f"{lead}“{text}”.")
        draft.gold["theme_messages"].append({"text": text, "kind": "thong_diep" if way == "thông điệp" else "chu_de"})


_SLOGAN_PLACES = ("section", "appendix", "table", "sentence")
_SLOGAN_WAYS = (*_SLOGAN_PLACES, "quoted", "numbered", "labelled", "two groups", "broken")


def slogans(draft: Draft) -> None:
    chosen = draft.some(words.SLOGANS, 3, 7)
    if draft.rng.random() < 0.5:
        chosen.append("Nhiệt liệt chào mừng " + commemoration(draft))
    draft.gold["slogans"] = chosen
    way = draft.choose("slogans", *_SLOGAN_WAYS)
    title = draft.rng.choice(["KHẨU HIỆU TUYÊN TRUYỀN", "NỘI DUNG KHẨU HIỆU", "Khẩu hiệu"])
    if way == "appendix":
        kind = f"(Kèm theo Kế hoạch số {draft.number} ngày {dates.day(draft.rng, draft.issued)})"
        head = draft.rng.choice(["PHỤ LỤC", "Phụ lục I"])
        draft.after_signature += [head, f"KHẨU HIỆU TUYÊN TRUYỀN THÁNG CÔNG NHÂN NĂM {draft.year}", kind]
        draft.after_signature += [f"{n}. {s}" for n, s in enumerate(chosen, 1)]
    elif way == "sentence":
        draft.head("CỔ ĐỘNG TRỰC QUAN")
        draft.say("Các đơn vị treo băng rôn với các khẩu hiệu: " + "; ".join(f"“{s}”" for s in chosen) + ".")
    else:
        draft.head(title)
        _slogan_lines(draft, way, chosen)


def _slogan_lines(draft: Draft, way: str, chosen: list[str]) -> None:
    if way == "table":
        draft.say("| STT | Nội dung khẩu hiệu | Vị trí treo |")
        draft.lines += [f"| {n} | {s} | {draft.rng.choice(words.PLACES)} |" for n, s in enumerate(chosen, 1)]
    elif way == "two groups":
        half = len(chosen) // 2
        for title, part in (("Tháng Công nhân", chosen[:half]), ("Tháng hành động về ATVSLĐ", chosen[half:])):
            draft.sub(f"{title}:")
            draft.lines += [draft.bullet + slogan for slogan in part]
    elif way == "broken":
        draft.lines += [line for slogan in chosen for line in _broken(draft.bullet + slogan)]
    else:
        draft.lines += [_slogan_line(draft, way, n, slogan) for n, slogan in enumerate(chosen, 1)]
    if draft.rng.random() < 0.3:
        draft.say("Thống nhất dùng hashtag #CongDoan #ThangCongNhan khi đăng tin.")


def _slogan_line(draft: Draft, way: str, n: int, slogan: str) -> str:
    if way == "labelled":
        return f"{draft.bullet}Khẩu hiệu {n}: {slogan}."
    if way == "numbered":
        return f"({n}) {slogan}{draft.rng.choice([';', '.', ''])}"
    if way == "quoted":
        return f"{draft.bullet}“{slogan}”"
    return draft.bullet + slogan + draft.rng.choice(["", "!", ""])


def _broken(slogan: str) -> list[str]:
    """A long slogan goes on in the next line, as it was pasted from a narrow page."""
    if len(slogan) < 50:
        return [slogan]
    cut = slogan.rindex(" ", 0, len(slogan) * 2 // 3)
    return [slogan[:cut], slogan[cut + 1 :]]


def activities(draft: Draft) -> None:
    draft.head(draft.rng.choice(["NỘI DUNG HOẠT ĐỘNG", "CÁC HOẠT ĐỘNG CỤ THỂ", "NỘI DUNG, HÌNH THỨC THỰC HIỆN"]))
    work = []
    for title in draft.some(words.ACTIVITIES, 3, 7):
        when = dates.span(draft.rng, draft.year)
        who, partner = draft.rng.choice(draft.issuer.departments), draft.rng.choice(("", *words.PARTNERS))
        work.append((title, when, who, partner))
        draft.gold["activities"].append({"title": title, "responsible": [who], **when.gold()})
        if when.due:
            draft.gold["other_deadlines"].append(
                {"what": title, "deadline": when.gold()["end"], "operator": "before", "text": when.text}
            )
    way = draft.choose("activities", *_WAYS)
    _WAYS[way](draft, work)
    if draft.rng.random() < 0.5:
        draft.say(draft.rng.choice(words.DECOYS[:3]))


Work = list[tuple[str, dates.When, str, str]]


def _columns(draft: Draft, work: Work) -> list[list[str]]:
    """Header and rows; the order and the names of columns differ from office to office."""
    rng = draft.rng
    columns = {
        rng.choice(["TT", "STT"]): [str(n) for n in range(1, len(work) + 1)],
        rng.choice(["Nội dung", "Nội dung công việc", "Hoạt động"]): [w[0] for w in work],
        rng.choice(["Thời gian", "Thời gian thực hiện", "Tiến độ"]): [w[1].text for w in work],
        rng.choice(["Chủ trì", "Đơn vị chủ trì", "Đơn vị thực hiện"]): [w[2] for w in work],
        "Phối hợp": [w[3] for w in work],
    }
    names = list(columns)
    if draft.choose("columns", "usual", "usual", "time first") == "time first":
        names = [names[0], names[2], names[1], *names[3:]]
    return [names, *([columns[name][n] for name in names] for n in range(len(work)))]


def _pipe_table(draft: Draft, work: Work) -> None:
    header, *rows = _columns(draft, work)
    draft.say("| " + " | ".join(header) + " |")
    if draft.rng.random() < 0.5:
        draft.say("|" + "|".join("---" for _ in header) + "|")
    draft.lines += ["| " + " | ".join(row) + " |" for row in rows]


def _tab_table(draft: Draft, work: Work) -> None:
    draft.lines += ["\t".join(row) for row in _columns(draft, work)]


def _headings(draft: Draft, work: Work) -> None:
    bullet = draft.rng.choice(["- ", "- ", "+ ", ""])
    label = draft.rng.choice(["Thời gian", "Thời gian thực hiện", "Thời gian tổ chức"])
    for title, when, who, partner in work:
        draft.sub(title)
        facts = [f"{label}: {when.text}.", f"Địa điểm: {draft.rng.choice(words.PLACES)}.", f"Đơn vị chủ trì: {who}."]
        if partner:
            facts.append(f"Đơn vị phối hợp: {partner}.")
        draft.lines += [bullet + fact for fact in facts]


def _inline(draft: Draft, work: Work) -> None:
    for title, when, who, partner in work:
        joint = f", phối hợp {partner}" if partner else ""
        time = when.text[0].lower() + when.text[1:]
        draft.sub(f"{title}: {time}, do {who} chủ trì{joint}.")


def _lettered(draft: Draft, work: Work) -> None:
    """Each fact is an item of its own, with a letter."""
    for title, when, who, partner in work:
        draft.sub(title)
        facts = [f"Nội dung: {draft.rng.choice(words.TASKS).lower()}", f"Thời gian: {when.text}", f"Chủ trì: {who}"]
        if partner:
            facts.append(f"Phối hợp: {partner}")
        draft.lines += [f"{letter}) {fact}." for letter, fact in zip("abcd", facts, strict=False)]


def _spaced_table(draft: Draft, work: Work) -> None:
    """Columns held apart by spaces, as they come out of an old converter."""
    rows = _columns(draft, work)
    widths = [max(len(row[n]) for row in rows) + 3 for n in range(len(rows[0]))]
    draft.lines += ["".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _grouped_table(draft: Draft, work: Work) -> None:
    """Rows in groups; a group's row has only a numeral and a name, and what is to come out has its own column."""
    header, *rows = _columns(draft, work)
    half = len(rows) // 2
    title = header.index(next(h for h in header if h.startswith(("Nội dung", "Hoạt động"))))
    draft.say("| " + " | ".join([*header, "Ghi chú"]) + " |")
    for numeral, name, part in (("I", "Tuyên truyền", rows[:half]), ("II", "Chăm lo đoàn viên", rows[half:])):
        group = [numeral, *("" for _ in header)]
        group[title] = name
        draft.lines += ["| " + " | ".join(row) + " |" for row in [group, *([*row, ""] for row in part)]]


def _continued_table(draft: Draft, work: Work) -> None:
    """A row whose text did not fit goes on in a second one with empty first cells."""
    header, *rows = _columns(draft, work)
    place = next(n for n, name in enumerate(header) if name.startswith(("Nội dung", "Hoạt động")))
    draft.say("| " + " | ".join(header) + " |")
    for row in rows:
        head, _, tail = row[place].rpartition(" ")
        first, second = list(row), ["" for _ in row]
        if len(row[place]) > 30:
            first[place], second[place] = head, tail
        draft.lines += ["| " + " | ".join(r) + " |" for r in (first, second) if any(r)]


_WAYS: dict[str, Callable[[Draft, Work], None]] = {
    "pipe table": _pipe_table,
    "tab table": _tab_table,
    "spaced table": _spaced_table,
    "grouped table": _grouped_table,
    "continued table": _continued_table,
    "headings": _headings,
    "lettered": _lettered,
    "inline": _inline,
}
