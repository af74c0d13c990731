"""MarkdownV2 with its errors: every reserved character outside an entity must be escaped."""

from dataclasses import dataclass, field

from .errors import bad_request
from .text import JSON, Formatted, units

_RESERVED = "_*[]()~`>#+-=|{}.!"
_MARKS = {"__": "Underline", "||": "Spoiler", "*": "Bold", "_": "Italic", "~": "Strikethrough"}


@dataclass
class _Open:
    mark: str
    name: str
    offset: int
    position: int


@dataclass
class _Reader:
    source: str
    position: int = 0
    length: int = 0
    pieces: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    entities: list[JSON] = field(default_factory=list)

    def byte(self, position: int) -> int:
        return len(self.source[:position].encode())

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += units(text)

    def starts(self, mark: str) -> bool:
        return self.source.startswith(mark, self.position)

    def finish(self, kind: str, offset: int, **more: str) -> None:
        if self.length > offset:
            self.entities.append({"type": kind, "offset": offset, "length": self.length - offset} | more)

    def step(self) -> None:
        character = self.source[self.position]
        at_line_start = self.position == 0 or self.source[self.position - 1] == "\n"
        if character == "\\" and self.position + 1 < len(self.source) and 0 < ord(self.source[self.position + 1]) < 127:
            self.add(self.source[self.position + 1])
            self.position += 2
        elif character == "`":
            self.code()
        elif character == ">" and at_line_start:
            self.quote()
        elif mark := next((m for m in _MARKS if self.starts(m)), None):
            self.toggle(mark)
        elif character == "[":
            self.stack.append(_Open("[", "TextUrl", self.length, self.position))
            self.position += 1
        elif character == "]" and self.stack and self.stack[-1].mark == "[":
            self.link()
        elif character in _RESERVED:
            raise _cannot(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        else:
            self.add(character)
            self.position += 1

    def toggle(self, mark: str) -> None:
        if self.stack and self.stack[-1].mark == mark:
            self.finish(_MARKS[mark].lower(), self.stack.pop().offset)
        else:
            self.stack.append(_Open(mark, _MARKS[mark], self.length, self.position))
        self.position += len(mark)

    def code(self) -> None:
        fence, name = ("```", "Pre") if self.starts("```") else ("`", "Code")
        body, end = self.until(fence, self.position + len(fence), name)
        offset, language = self.length, ""
        first, newline, rest = body.partition("\n")
        if fence == "```" and newline and first and not first.isspace() and " " not in first:
            language, body = first, rest
        self.add(body.removeprefix("\n") if fence == "```" else body)
        self.finish(name.lower(), offset, **({"language": language} if language else {}))
        self.position = end

    def link(self) -> None:
        opened = self.stack.pop()
        self.position += 1
        if not self.starts("("):
            raise _cannot(f"Can't find end of TextUrl entity at byte offset {self.byte(opened.position)}")
        url, self.position = self.until(")", self.position + 1, "a URL")
        self.finish("text_link", opened.offset, url=url)

    def quote(self) -> None:
        """Consecutive ``>`` lines are one quote; its end is found when the text is complete."""
        if not any(o.mark == ">" for o in self.stack):
            self.stack.insert(0, _Open(">", "BlockQuote", self.length, self.position))
        self.position += 1

    def line_end(self) -> None:
        opened = next((o for o in self.stack if o.mark == ">"), None)
        if opened and not self.starts("\n>"):
            self.stack.remove(opened)
            self.finish("blockquote", opened.offset)

    def until(self, end: str, start: int, name: str) -> tuple[str, int]:
        """Raw text up to ``end``, undoing escapes; the position after it."""
        collected: list[str] = []
        position = start
        while position < len(self.source):
            if self.source.startswith(end, position):
                return "".join(collected), position + len(end)
            if self.source[position] == "\\" and position + 1 < len(self.source):
                position += 1
            collected.append(self.source[position])
            position += 1
        raise _cannot(f"Can't find end of {name} entity at byte offset {self.byte(self.position)}")


def parse_markdown_v2(source: str) -> Formatted:
    """Raises ``can't parse entities`` where the official server does."""
    reader = _Reader(source)
    while reader.position < len(source):
        if source[reader.position] == "\n":
            reader.line_end()
        reader.step()
    reader.line_end()
    if reader.stack:
        opened = reader.stack[-1]
        raise _cannot(f"Can't find end of {opened.name} entity at byte offset {reader.byte(opened.position)}")
    reader.entities.sort(key=lambda e: (e["offset"], -e["length"]))
    return Formatted("".join(reader.pieces), reader.entities)


def _cannot(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")
