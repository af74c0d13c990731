"""loa people list · prefer"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from bot.cli.frame import fail, house, person_named, show
from bot.settings import CHANNEL_WORDS
from campaign.organisation import people, ways
from campaign.organisation.invites import ROLE_NAMES
from storage.models import Person, Unit
from storage.models.organisation import Role

app = typer.Typer(help="Người đã vào hệ thống: xem, chọn kênh nhận tin cho một người.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="people")


@app.command("list", help="Số, tên, vai trò, đơn vị, và các kênh theo thứ tự được thử.")
def list_(as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    with house() as core, core.database.snapshot() as session:
        everybody = session.exec(select(Person).where(col(Person.erased_at).is_(None)).order_by(col(Person.id)))
        rows = [_row(session, person) for person in everybody.all()]
        lines = [f"{row['id']:5}  {row['name']:26} {'; '.join(row['posts'])}  [{_order(row)}]" for row in rows]
        show(rows, as_json=as_json, text="\n".join(lines) or "Chưa có ai. Mời người đầu tiên: loa invite --unit MÃ")


def _row(session: Session, person: Person) -> dict[str, Any]:
    assert person.id is not None
    posts = [
        f"{ROLE_NAMES[Role(post.role)]} {session.get_one(Unit, post.unit_id).code}"
        for post in people.open_posts(session, person.id)
    ]
    channels = ways.channels_of(session, person.id)
    return {"id": person.id, "name": person.name, "posts": posts, "channels": channels, "prefers": person.prefers}


def _order(row: dict[str, Any]) -> str:
    return " → ".join(CHANNEL_WORDS.get(name, name) for name in row["channels"]) or "chưa có kênh"


@app.command(help="Nhắn cho một người qua kênh nào trước: webchat, telegram, zalo_oa, zalo_bot; auto: theo cấu hình.")
def prefer(
    person: Annotated[str, typer.Argument(help="Tên, hoặc số ở loa people list.")],
    channel: Annotated[str, typer.Argument(help="Tên kênh, hoặc auto.")],
) -> None:
    if channel not in (*CHANNEL_WORDS, "auto"):
        fail(f"Không có kênh “{channel}”. Các kênh: {', '.join(CHANNEL_WORDS)}, auto.", 2)
    with house() as core, core.database.transaction() as session:
        found = person_named(session, person)
        assert found.id is not None
        ways.prefer(session, found, "" if channel == "auto" else channel, core.clock.now(), actor="command")
        order = ways.channels_of(session, found.id)
        typer.echo(f"{found.name}: " + (" → ".join(CHANNEL_WORDS.get(name, name) for name in order) or "chưa có kênh"))
