"""A plan is read in a process of its own: a file made to hang or crash its reader takes only that process along.

``read`` starts the process; run as a program, this module is the process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

log = structlog.get_logger()
SECONDS = 90  # real ones: LibreOffice and the parsers of old formats have 60 of them, the reader the rest


class NoAnswer(Exception):
    """The process died, hung or said nothing that can be understood."""


async def read(path: Path, name: str, today: date) -> dict[str, Any]:
    """``{"document": …}`` or ``{"code", "sentence"}``. ``name``: the sender's, for its ending. Raises NoAnswer."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.plan_child", str(path), Path(name).suffix[:8], today.isoformat(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        said, complaint = await asyncio.wait_for(child.communicate(), SECONDS)
    except TimeoutError as error:
        raise NoAnswer("too slow") from error
    finally:
        if child.returncode is None:
            await _kill(child)
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError as error:
        # Only the name of what was raised: the rest may hold what the document says.
        last = complaint.decode(errors="replace").strip().rsplit("\n", 1)[-1].partition(":")[0]
        raise NoAnswer(f"exit {child.returncode} {last[:60]}") from error
    return answer


async def _kill(child: asyncio.subprocess.Process) -> None:
    """With everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.communicate()


def answer(path: Path, ending: str, today: date) -> dict[str, Any]:
    """Read here and now; whatever the reader says no to becomes a sentence."""
    from planreader import PlanTooLong, read_file
    from planreader.files import Unreadable

    with TemporaryDirectory(prefix="loa-plan-") as folder:
        named = Path(folder, "plan" + ending.lower().replace("/", ""))
        shutil.copyfile(path, named)
        try:
            return {"document": read_file(named, today=today).as_json()}
        except (PlanTooLong, Unreadable) as refused:
            return {"code": refused.code, "sentence": refused.sentence}


def main(arguments: list[str]) -> None:
    path, ending, today = arguments
    sys.stdout.write(json.dumps(answer(Path(path), ending, date.fromisoformat(today))))


if __name__ == "__main__":
    main(sys.argv[1:])
