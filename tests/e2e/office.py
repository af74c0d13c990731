"""The whole program as an operator runs it: the loa command in processes of its own, a fake Telegram over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from bot.cli.root import app

LOA = [sys.executable, "-c", "from bot.cli import main; main()"]
ROOT = Path(__file__).parents[2]


@dataclass
class Office:
    """One installation in its own folder."""

    folder: Path
    env: dict[str, str]
    port: int

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def loa(self, *words: str, expect: int = 0) -> str:
        """Run a command to its end, in this process because importing the program takes longer than most commands.

        Returns its standard output, or what it said on standard error when it was expected to fail.
        """
        done = CliRunner(env=self.env).invoke(app, list(words))
        assert done.exit_code == expect, f"loa {' '.join(words)}: {done.exit_code}\n{done.output}\n{done.exception!r}"
        return done.stdout if expect == 0 else done.stderr

    def json(self, *words: str) -> Any:
        return json.loads(self.loa(*words, "--json"))

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """``loa run`` until the block ends; then SIGTERM, and it must be gone within ten seconds."""
        log = (self.folder / "log.txt").open("ab")
        process = subprocess.Popen([*LOA, "run"], cwd=self.folder, env=self.env, stdout=log, stderr=log)
        try:
            self.until(lambda: self.healthy() or process.poll() is not None, "healthz", 30)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(10)
            log.close()

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def log(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8")

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 20) -> Any:
        """The first truthy value of ``condition``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.05)
        raise AssertionError(f"{what} did not happen within {seconds} s\n{self.log()[-3000:]}")


def open_office(folder: Path, **settings: str) -> Office:
    """An installation without the demo; ``settings`` as in the environment, without LOA_."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")}
    env |= {
        "PYTHONPATH": str(ROOT), "LOA_DEMO__ENABLED": "false", "LOA_WEB__PORT": str(port),
        "LOA_DATABASE__URL": f"sqlite:///{folder}/loa.sqlite3", "LOA_MEDIA__URL": f"file://{folder}/media",
    }  # fmt: skip
    env |= {f"LOA_{name}": value for name, value in settings.items()}
    return Office(folder, env, port)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
