"""The command line: one file for each family of commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.cli import campaigns, chats, groups, people, pushes, reporting, running, units, zalo, zalobot
from bot.cli.frame import State

app = typer.Typer(
    name="loa",
    help="Loa Công Đoàn: kế hoạch → thông báo → tin, ảnh gửi về → nhắc việc → duyệt → báo cáo.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def root(
    config: Annotated[Path | None, typer.Option("--config", help="Tệp cấu hình (mặc định: config.toml ở đây).")] = None,
) -> None:
    logs.keep_output_clean()
    if config is not None:
        State.config = config


for family in (running, units, people, chats, groups, campaigns, pushes, reporting, zalo, zalobot):
    family.register(app)


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
