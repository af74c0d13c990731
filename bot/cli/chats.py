"""loa invite · chats list · chats bind"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from bot.cli.frame import fail, house, person_named, save_qr, show, unit_by_code, writable
from bot.core import Core
from bot.settings import CHANNEL_WORDS
from campaign import audit
from campaign.organisation import chats, clusters, invites, people
from campaign.organisation.invites import ROLE_NAMES
from storage.models import Chat, Cluster, Person, Unit
from storage.models.organisation import Role

app = typer.Typer(help="Nhóm và trò chuyện ở mọi kênh: xem, gắn với đơn vị hoặc cụm.", no_args_is_help=True)
UNIT_OR_PERSON = "Cần --unit MÃ (mời vào một đơn vị) hoặc --person TÊN (người đã vào, thêm một kênh)."
IN_ALREADY = (
    "Lưu ý: {unit} đã có {name}. Nếu là chính người ấy, đừng dùng mã này (thành hai người, nhận hai bản); "
    "hãy chạy: loa invite --person {id}"
)
NO_CHANNEL = "Không có kênh “{channel}”. Các kênh: {known}."
NO_LINK = "  Chưa có mã QR: kênh {channel} chưa bật, hoặc chưa biết đường dẫn của nó. Xem: loa doctor"


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="chats")
    root.command("invite", help="Tạo mã mời vào một đơn vị, hoặc mã để người đã vào nhận tin thêm ở kênh khác.")(invite)


def invite(
    unit: Annotated[str, typer.Option(help="Mã đơn vị.")] = "",
    role: Annotated[Role, typer.Option(help="Vai trò.")] = Role.OFFICER,
    name: Annotated[str, typer.Option(help="Tên người được mời.")] = "",
    person: Annotated[str, typer.Option(help="Người đã vào, muốn nhận tin thêm ở kênh khác: tên hoặc số.")] = "",
    uses: Annotated[int, typer.Option(min=1, help="Số lần dùng.")] = 1,
    days: Annotated[float, typer.Option(min=0.01, max=3650, help="Hiệu lực mấy ngày.")] = invites.LIFETIME.days,
    qr: Annotated[
        Path | None, typer.Option(help="Ghi mã QR (PNG) của đường dẫn vào tệp này.", callback=writable)
    ] = None,
    channel: Annotated[str, typer.Option(help="Mã QR dẫn vào kênh nào: webchat, telegram, zalo_oa, zalo_bot.")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if channel and channel not in CHANNEL_WORDS:
        fail(NO_CHANNEL.format(channel=channel, known=", ".join(CHANNEL_WORDS)), 2)
    if bool(unit) == bool(person):
        fail(UNIT_OR_PERSON, 2)
    with house() as core:
        now, lifetime = core.clock.now(), timedelta(days=days)
        with core.database.transaction() as session:
            if person:
                head, code, value = _own_code(session, person, now, lifetime)
            else:
                head, code, value = _post_code(session, unit, role, now, lifetime, name=name, uses=uses)
        addresses = _links(core, code)
        led_to = addresses.get(channel, "") if channel else next(iter(addresses.values()), code)
        if qr is not None and led_to:
            save_qr(led_to, qr)
        lines = [f"{head}: {code}", *(_way_in(name, link, code) for name, link in addresses.items())]
        lines += [f"  Mã QR: {qr} ({led_to})" if led_to else NO_LINK.format(channel=channel)] if qr else []
        made = str(qr) if qr and led_to else None
        show({"code": code, **value, "links": addresses, "qr": made}, as_json=as_json, text="\n".join(lines))


Made = tuple[str, str, dict[str, Any]]
"""What it is, the code, and the same for a program."""


def _post_code(
    session: Session, unit: str, role: Role, now: datetime, lifetime: timedelta, *, name: str, uses: int
) -> Made:
    where = unit_by_code(session, unit)
    assert where.id is not None
    code = invites.create(session, where.id, role, now, name=name, uses=uses, lifetime=lifetime)
    there = next((person for person in people.members(session, where.id) if name and person.name == name), None)
    warning = f"{IN_ALREADY.format(name=name, unit=where.name, id=there.id)}\n" if there else ""
    return f"{warning}Mã mời {ROLE_NAMES[role]} của {where.name}", code, {"unit": where.code, "role": role}


def _own_code(session: Session, person: str, now: datetime, lifetime: timedelta) -> Made:
    """For somebody who is in already, and becomes nobody else on another channel."""
    found = person_named(session, person)
    code = invites.create_for(session, found, now, lifetime=lifetime)
    return f"Mã để {found.name} nhận tin thêm ở một kênh khác", code, {"person": found.id}


def _way_in(channel: str, link: str, code: str) -> str:
    """Not every platform passes the code on."""
    by_hand = "" if code in link else f" (mở ra, rồi nhắn mã {code})"
    return f"  {CHANNEL_WORDS.get(channel, channel)}: {link}{by_hand}"


def _links(core: Core, code: str) -> dict[str, str]:
    import asyncio

    from bot.app import links, make_channels
    from bot.channels.contract import Checks

    async def ask() -> dict[str, str]:
        channels = make_channels(core)
        for channel in channels.values():
            if isinstance(channel, Checks):
                await channel.diagnose()  # a platform may have to be asked for the bot's own name
            await channel.close()
        return links(channels, code)

    return asyncio.run(ask())


@app.command("list", help="Các nhóm và cuộc trò chuyện đã biết.")
def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with house() as core, core.database.snapshot() as session:
        rows = [_row(session, chat) for chat in session.exec(select(Chat).order_by(col(Chat.id)))]
        lines = [
            f"{row['channel']:10} {row['chat_id']:22} {row['bound_to'] or '(chưa gắn)':40} {row['reason']}"
            for row in rows
        ]
        show(rows, as_json=as_json, text="\n".join(lines) or "Chưa có nhóm nào.")


def _row(session: Session, chat: Chat) -> dict[str, Any]:
    unit = session.get(Unit, chat.unit_id) if chat.unit_id else None
    cluster = session.get(Cluster, chat.cluster_id) if chat.cluster_id else None
    person = session.get(Person, chat.person_id) if chat.person_id else None
    return {
        "id": chat.id,
        "channel": chat.channel,
        "chat_id": chat.external_id,
        "kind": chat.kind,
        "purpose": chat.purpose,
        "title": chat.title,
        "unit": unit.code if unit else None,
        "cluster": cluster.name if cluster else None,
        "person": person.name if person else None,
        "bound_to": next((found.name for found in (unit, cluster, person) if found), ""),
        "active": chat.active,
        "reason": chat.inactive_reason,
    }


@app.command(
    help="Gắn một nhóm với đơn vị hoặc cụm, kể cả nhóm trợ lý chưa từng thấy.",
    # Ids of groups begin with a minus sign on some platforms.
    context_settings={"ignore_unknown_options": True},
)
def bind(
    channel: str,
    chat_id: str,
    unit: Annotated[str | None, typer.Option(help="Mã đơn vị.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Tên cụm thi đua.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Nơi biên tập viên của đơn vị duyệt tin, bài.")] = False,
    title: Annotated[str, typer.Option(help="Tên nhóm.")] = "",
) -> None:
    if (unit is None) == (cluster is None):
        fail("Hãy chọn một trong hai: --unit MÃ hoặc --cluster TÊN.", 2)
    if channel not in CHANNEL_WORDS:
        fail(NO_CHANNEL.format(channel=channel, known=", ".join(CHANNEL_WORDS)), 2)
    with house() as core, core.database.transaction() as session:
        now = core.clock.now()
        chat = chats.find(session, channel, chat_id) or Chat(channel=channel, external_id=chat_id, created_at=now)
        chat.title = title or chat.title
        chat.active, chat.inactive_reason = True, ""
        target: Unit | Cluster | None
        if unit is not None:
            target = unit_by_code(session, unit)
            chats.bind(session, chat, unit_id=target.id, purpose="admin" if admin else "work")
        else:
            assert cluster is not None
            target = clusters.by_name(session, core.hours.day(now).year, cluster)
            if target is None:
                near = ", ".join(found.name for found in clusters.near(session, None, cluster))
                fail(f"Không có cụm “{cluster}”." + (f" Có phải: {near}?" if near else ""))
            chats.bind(session, chat, cluster_id=target.id)
        session.flush()
        audit.note(session, now, "chat.bound", f"chat:{chat.id}", actor="command", to=target.name)
        typer.echo(f"Đã gắn {channel} {chat_id} với {target.name}.")
