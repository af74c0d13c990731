"""The command line: one file for each family of commands, imported when one of its commands is asked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from bot.cli.state import State

FAMILIES = {
    "run": "running", "migrate": "running", "doctor": "running", "invite": "chats", "push": "pushes",
    "submissions": "reporting", "status": "reporting", "units": "units", "people": "people", "chats": "chats",
    "groups": "groups", "plan": "campaigns", "campaign": "campaigns", "zalo": "zalo", "zalobot": "zalobot",
}  # fmt: skip
"""Every command, in the order of the help, and the file that registers it."""


@contextmanager
def _no_garbage() -> Iterator[None]:
    """What is imported stays: looking for garbage in it takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Families(TyperGroup):
    """Knows all commands by name and imports the file of the one that is called: importing all of them takes longer
    than most commands.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(FAMILIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            known = FAMILIES.get(cmd_name)
            for file in [known] if known else dict.fromkeys(FAMILIES.values()):  # all, to say what was perhaps meant
                family = typer.Typer()
                with _no_garbage():
                    import_module(f"bot.cli.{file}").register(family)
                self.commands.update(get_group(family).commands)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="loa",
    cls=Families,
    help="Loa Công Đoàn: kế hoạch → thông báo → tin, ảnh gửi về → nhắc việc → duyệt → báo cáo.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def root(
    config: Annotated[Path | None, typer.Option("--config", help="Tệp cấu hình (mặc định: config.toml ở đây).")] = None,
) -> None:
    from bot import logs

    logs.keep_output_clean()
    if config is not None:
        State.config = config


def main() -> None:
    app(args=_config_anywhere())


def _config_anywhere() -> list[str]:
    """``--config FILE`` may stand before or after the command; Typer wants it before."""
    import sys

    words = sys.argv[1:]
    for place, word in enumerate(words):
        if word == "--config" and place + 1 < len(words):
            return [*words[place : place + 2], *words[:place], *words[place + 2 :]]
        if word.startswith("--config="):
            return [word, *words[:place], *words[place + 1 :]]
    return words
