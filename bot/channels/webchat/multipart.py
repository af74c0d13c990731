"""A multipart body straight into spool files, each with a size cap: nothing is held in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from bot.channels.webchat import words
from bot.channels.webchat.guard import Sorry
from campaign.text import clean_name

FIELD_BYTES = 100_000


@dataclass
class Received:
    name: str
    mime: str
    path: Path
    size: int = 0


@dataclass
class Form:
    fields: dict[str, str] = field(default_factory=dict)
    files: list[Received] = field(default_factory=list)


class Reader:
    """Callbacks of the parser. A file above the cap is read to its end but not kept: a browser shows our answer only
    when it could send everything."""

    def __init__(self, new_file: Callable[[], Path], stack: ExitStack, *, files: int, file_bytes: int) -> None:
        self.form = Form()
        self.sorry: Sorry | None = None
        self._new_file, self._stack = new_file, stack
        self._files, self._file_bytes = files, file_bytes
        self._header: tuple[bytes, bytes] = (b"", b"")
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = "", bytearray()
        self._into: BinaryIO | None = None

    def part_begin(self) -> None:
        self._headers, self._into, self._value = {}, None, bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], self._header[1])

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def header_end(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = (b"", b"")

    def headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = _text(options.get(b"name", b""))
        if b"filename" in options:
            self._start_file(_text(options[b"filename"]))

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self.sorry is not None:
            return
        if self._into is not None:
            self._grow_file(data[start:end])
        elif len(self._value) < FIELD_BYTES:
            self._value += data[start:end]

    def part_end(self) -> None:
        if self._into is not None:
            self._into.close()
        elif self.sorry is None:
            self.form.fields[self._name] = _text(bytes(self._value))

    def _start_file(self, name: str) -> None:
        if len(self.form.files) >= self._files:
            self.sorry = Sorry(413, words.TOO_MANY_FILES)
        if self.sorry is not None:
            return
        mime, _ = parse_options_header(self._headers.get(b"content-type"))
        file = Received(_file_name(name), _text(mime).lower(), self._new_file())
        self._into = self._stack.enter_context(file.path.open("wb"))
        self.form.files.append(file)

    def _grow_file(self, data: bytes) -> None:
        file = self.form.files[-1]
        file.size += len(data)
        if file.size > self._file_bytes:
            self.sorry = Sorry(413, words.FILE_TOO_LARGE.format(name=file.name[:60]))
        elif self._into is not None:
            self._into.write(data)


async def read_form(
    request: Request, new_file: Callable[[], Path], stack: ExitStack, *, files: int, file_bytes: int
) -> Form:
    """Raises Sorry for what is too large, too much or not multipart; OSError when the disk is full."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise Sorry(422, words.NOT_UNDERSTOOD)
    if int(request.headers.get("content-length", "0")) > (files + 2) * file_bytes:
        raise Sorry(413, words.TOO_MANY_FILES)
    reader = Reader(new_file, stack, files=files, file_bytes=file_bytes)
    try:
        await _feed(request, _parser(options[b"boundary"], reader), most=(files + 2) * file_bytes)
    except FormParserError as error:
        raise Sorry(422, words.NOT_UNDERSTOOD) from error
    if reader.sorry is not None:
        raise reader.sorry
    return reader.form


async def _feed(request: Request, parser: MultipartParser, most: int) -> None:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > most:
            raise Sorry(413, words.TOO_MANY_FILES)
        parser.write(chunk)
    parser.finalize()


def _parser(boundary: bytes, reader: Reader) -> MultipartParser:
    return MultipartParser(
        boundary,
        {
            "on_part_begin": reader.part_begin,
            "on_part_data": reader.part_data,
            "on_part_end": reader.part_end,
            "on_header_field": reader.header_field,
            "on_header_value": reader.header_value,
            "on_header_end": reader.header_end,
            "on_headers_finished": reader.headers_finished,
        },
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def _file_name(name: str) -> str:
    """Without a path in front, one line, short enough for any disk; the ending survives the cut."""
    bare = clean_name(name.replace("\\", "/").rpartition("/")[2], 300)
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: 100 - len(ending)]}.{ending}" if dot and stem and len(ending) < 10 else bare[:100]
