"""A file from a stranger is opened in a process of its own, with its own bounds of time and memory.

The libraries below us are C, C++ and Rust: a file made to crash them must not take the bot along, and a file made
to eat memory must meet a wall. `read` starts the process; run as a program, this module is the process.
"""

import json
import subprocess
import sys
from collections.abc import Callable

from planreader.files import old_word, pdf, rtf, sheets, web, word
from planreader.files.kinds import Kind
from planreader.files.refusal import MAX_TEXT, Unreadable, refusal

_SECONDS = 20
_MEMORY = 1024 * 1024 * 1024

READERS: dict[Kind, Callable[[bytes], str]] = {
    "docx": word.text,
    "sheet": sheets.text,
    "pdf": pdf.text,
    "doc": old_word.text,
    "rtf": rtf.text,
    "html": lambda raw: web.text(raw.decode()),
    "mhtml": web.text_of_archive,
}


def read(raw: bytes, kind: Kind) -> str:
    """Text of the file, read in another process; raises `Unreadable` whatever happens to it there."""
    command = [sys.executable, "-m", "planreader.files.child", kind]
    try:
        run = subprocess.run(command, input=raw, capture_output=True, timeout=_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired as slow:
        raise refusal("too_heavy") from slow
    if run.returncode < 0:
        raise refusal("too_heavy")
    try:
        answer = json.loads(run.stdout)
    except ValueError as failed:
        raise refusal("broken") from failed
    if "code" in answer:
        raise refusal(answer["code"])
    return str(answer["text"])


def read_here(raw: bytes, kind: Kind) -> str:
    """The same without another process: every failure of a library becomes a refusal."""
    try:
        text = READERS[kind](raw)
    except Unreadable:
        raise
    except (MemoryError, RecursionError) as heavy:
        raise refusal("too_heavy") from heavy
    except Exception as failed:  # what parsers raise on broken input is nowhere written down
        raise refusal("broken") from failed
    if len(text) > MAX_TEXT:
        raise refusal("too_large")
    return text


def _bound() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(kind: Kind) -> None:
    _bound()
    answer: dict[str, str]
    try:
        answer = {"text": read_here(sys.stdin.buffer.read(), kind)}
    except Unreadable as refused:
        answer = {"code": refused.code}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(next(k for k in READERS if k == sys.argv[1]))
