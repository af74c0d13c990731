"""loa people prefer"""

from __future__ import annotations

import typer

from bot.cli.frame import fail, house, person_named
from bot.settings import CHANNEL_WORDS
from campaign.organisation import ways

app = typer.Typer(help="Con người.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="people")


@app.callback()
def people() -> None:
    """A family of its own, though it has one command yet."""


@app.command(help="Nhắn cho một người qua kênh nào trước (tên hoặc số của người); “auto”: theo cấu hình.")
def prefer(person: str, channel: str) -> None:
    if channel not in (*CHANNEL_WORDS, "auto"):
        fail(f"Không có kênh “{channel}”. Các kênh: {', '.join(CHANNEL_WORDS)}, auto.", 2)
    with house() as core, core.database.transaction() as session:
        found = person_named(session, person)
        assert found.id is not None
        ways.prefer(session, found, "" if channel == "auto" else channel, core.clock.now(), actor="command")
        order = ways.channels_of(session, found.id)
        typer.echo(f"{found.name}: " + (" → ".join(CHANNEL_WORDS.get(name, name) for name in order) or "chưa có kênh"))
