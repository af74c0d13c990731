"""loa groups create · link · members · pending · approve · reject · packages: groups that an account of ours owns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlmodel import Session, select

from bot.channels.contract import GroupOffice, GroupTrouble, OwnsGroups, Package
from bot.cli.frame import fail, house, save_qr, show, unit_by_code, writable
from bot.core import Core
from campaign import audit
from campaign.organisation import chats, circles, clusters, phones
from campaign.organisation.circles import Candidate, Circle
from campaign.problems import Refusal
from handlers import linking
from storage.models import Chat, GroupPackage, Unit

app = typer.Typer(help="Nhóm do tài khoản của liên đoàn lập ra (Zalo OA).", no_args_is_help=True)
Answer = TypeVar("Answer")
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]
NO_CHANNEL = "Chưa bật kênh nào lập được nhóm. Hãy bật [zalo_oa] trong cấu hình."
NO_PACKAGE = "Không còn gói nhóm nào trống{kind}. Xem: loa groups packages. Mua thêm ở trang quản lý OA."
SIZES = {"gmf10": 10, "gmf50": 50, "gmf100": 100, "gmf1000": 1000}
NOT_ON_IT = "Chưa liên kết tài khoản trên kênh này."


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="groups")


def _ask(core: Core, work: Callable[[str, GroupOffice], Awaitable[Answer]]) -> Answer:
    """Let ``work`` talk to the platform that owns groups: its name and its office."""
    from bot.app import make_channels

    async def run() -> Answer:
        channels = make_channels(core)
        try:
            for name, channel in channels.items():
                if isinstance(channel, OwnsGroups):
                    return await work(name, channel.groups)
            raise GroupTrouble(NO_CHANNEL)
        finally:
            await asyncio.gather(*(channel.close() for channel in channels.values()))

    try:
        return asyncio.run(run())
    except GroupTrouble as trouble:
        raise Refusal("groups.trouble", trouble.sentence) from None


# Making one ---------------------------------------------------------------------------------------------------------


@app.command(help="Lập nhóm, gắn ngay với đơn vị hoặc cụm, mời cán bộ, in đường dẫn cho người chưa mời được.")
def create(
    name: Annotated[str, typer.Option(help="Tên nhóm.")],
    unit: Annotated[str | None, typer.Option(help="Mã đơn vị.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Tên cụm thi đua.")] = None,
    package: Annotated[str, typer.Option(help="Loại gói: gmf10, gmf50, gmf100, gmf1000.")] = "",
    about: Annotated[str, typer.Option(help="Mô tả nhóm.")] = "",
    admin: Annotated[str, typer.Option(help="user_id của một quản trị viên OA.")] = "",
    as_json: Json = False,
) -> None:
    if (unit is None) == (cluster is None):
        fail("Hãy chọn một: --unit MÃ hoặc --cluster TÊN.", 2)
    with house() as core:
        with core.database.snapshot() as session:
            target = _target(session, core, unit, cluster)

        async def work(channel: str, office: GroupOffice) -> dict[str, Any]:
            wanted = await core.database.read(circles.candidates, channel, target.units)
            today = core.hours.day(core.clock.now())
            valid = [one for one in await office.packages(package) if not _has_ended(one, today)]
            chosen = _fitting(valid, package, len(wanted) + 1)
            made = await office.create(name, about, chosen.id, admin)
            await core.database.write(_bind, core, channel, made, target)
            failed = await office.invite(made.chat, [one.account for one in wanted if one.account])
            return _value(made, channel, wanted, failed)

        value = _ask(core, work)
        show(value, as_json=as_json, text="\n".join(_created_lines(value, target.name)))


class _Target:
    """What a new group is for."""

    def __init__(self, name: str, units: list[Unit], unit_id: int | None, cluster_id: int | None) -> None:
        self.name, self.units, self.unit_id, self.cluster_id = name, units, unit_id, cluster_id


def _target(session: Session, core: Core, unit: str | None, cluster: str | None) -> _Target:
    if unit is not None:
        found = unit_by_code(session, unit)
        return _Target(found.name, [found], found.id, None)
    named = clusters.by_name(session, core.hours.day(core.clock.now()).year, cluster or "")
    if named is None or named.id is None:
        near = ", ".join(found.name for found in clusters.near(session, None, cluster or ""))
        fail(f"Không có cụm “{cluster}”." + (f" Có phải: {near}?" if near else ""))
    return _Target(named.name, clusters.members_today(session, named.id), None, named.id)


def _has_ended(package: Package, today: date) -> bool:
    return package.valid_until is not None and package.valid_until < today


def _fitting(found: Sequence[Package], kind: str, people: int) -> Package:
    """The free package that ends last, of the smallest size that holds everybody."""
    free = [one for one in found if not one.used_by and one.kind in SIZES]
    holding = [one for one in free if SIZES[one.kind] >= people] or ([] if not kind else free)
    if not holding:
        raise Refusal("groups.no_package", NO_PACKAGE.format(kind=f" loại {kind}" if kind else f" cho {people} người"))
    return min(holding, key=lambda one: (SIZES[one.kind], -(one.valid_until.toordinal() if one.valid_until else 0)))


def _bind(session: Session, core: Core, channel: str, made: Circle, target: _Target) -> None:
    now = core.clock.now()
    chat = chats.meet(session, channel, made.chat, now, group=True, title=made.title)
    chat.hears_all = True
    chats.bind(session, chat, unit_id=target.unit_id, cluster_id=target.cluster_id)
    session.flush()
    circles.remember(session, chat, made, now)
    linking.greet_bound(session, chat, target.name)
    audit.note(session, now, "group.created", f"chat:{chat.id}", actor="command", to=target.name)


def _value(made: Circle, channel: str, wanted: Sequence[Candidate], failed: dict[str, str]) -> dict[str, Any]:
    by_hand = [
        {"name": one.name, "unit": one.unit, "phone": one.phone, "reason": failed.get(one.account, NOT_ON_IT)}
        for one in wanted
        if not one.account or one.account in failed
    ]
    return {**asdict(made), "channel": channel, "invited": len(wanted) - len(by_hand), "by_hand": by_hand}


def _created_lines(value: dict[str, Any], target: str) -> list[str]:
    lines = [
        f"Đã lập nhóm “{value['title']}” ({value['chat']}), gắn với {target}. Đã mời {value['invited']} người.",
        f"Đường dẫn vào nhóm: {value['link']}",
    ]
    if value["by_hand"]:
        lines.append("Gửi đường dẫn cho:")
    lines += [
        f"• {one['name']}, {one['unit']} {phones.national(one['phone'])}. {one['reason']}" for one in value["by_hand"]
    ]
    return [*lines, f"Mã QR: loa groups link {value['chat']} --qr nhom.png"]


# Looking after one --------------------------------------------------------------------------------------------------


@app.command(help="Đường dẫn và mã QR để vào nhóm.")
def link(
    chat: str,
    qr: Annotated[Path | None, typer.Option(help="Ghi mã QR (PNG) vào tệp này.", callback=writable)] = None,
    as_json: Json = False,
) -> None:
    with house() as core:
        found = _ask(core, lambda channel, office: office.describe(chat))
        if not found.link:
            fail("Nhóm này chưa có đường dẫn. Bật “Tham gia bằng liên kết” trong phần cài đặt nhóm.")
        if qr is not None:
            save_qr(found.link, qr)
        value = {"chat": chat, "title": found.title, "link": found.link, "qr": str(qr) if qr else None}
        show(value, as_json=as_json, text=f"{found.title}: {found.link}" + (f"\nMã QR: {qr}" if qr else ""))


@app.command(help="Người trong nhóm, hỏi từ nền tảng; không lưu lại.")
def members(chat: str, as_json: Json = False) -> None:
    with house() as core:
        _show_people(_ask(core, lambda channel, office: office.members(chat)), "Nhóm chưa có ai.", as_json)


@app.command(help="Người đang chờ duyệt vào nhóm.")
def pending(chat: str, as_json: Json = False) -> None:
    with house() as core:
        _show_people(_ask(core, lambda channel, office: office.waiting(chat)), "Không có ai chờ duyệt.", as_json)


def _show_people(people: Sequence[tuple[str, str]], nobody: str, as_json: bool) -> None:
    value = [{"id": user, "name": name} for user, name in people]
    show(value, as_json=as_json, text="\n".join(f"{user:22} {name}" for user, name in people) or nobody)


@app.command(help="Cho những người này vào nhóm.")
def approve(chat: str, people: list[str]) -> None:
    _answer(chat, people, let_in=True)


@app.command(help="Từ chối những người này.")
def reject(chat: str, people: list[str]) -> None:
    _answer(chat, people, let_in=False)


def _answer(chat: str, people: Sequence[str], *, let_in: bool) -> None:
    with house() as core:
        _ask(core, lambda channel, office: office.answer(chat, people, let_in=let_in))
        with core.database.transaction() as session:
            what = "door.let_in" if let_in else "door.turned_away"
            audit.note(session, core.clock.now(), what, f"group:{chat}", actor="command", people=len(people))
        typer.echo(f"Đã {'cho vào' if let_in else 'từ chối'} {len(people)} người.")


@app.command(help="Các gói nhóm: còn trống hay đã dùng cho nhóm nào, tới ngày nào.")
def packages(kind: Annotated[str, typer.Option(help="Chỉ một loại gói.")] = "", as_json: Json = False) -> None:
    with house() as core:

        async def work(channel: str, office: GroupOffice) -> list[dict[str, Any]]:
            found = await office.packages(kind)
            names, today = await core.database.read(_titles, channel), core.hours.day(core.clock.now())
            return [
                {**asdict(one), "group": names.get(one.used_by, one.used_by), "ended": _has_ended(one, today)}
                for one in found
            ]

        rows = _ask(core, work)
        lines = [_package_line(row) for row in rows]
        show(rows, as_json=as_json, text="\n".join(lines) or "Chưa mua gói nhóm nào.")


def _titles(session: Session, channel: str) -> dict[str, str]:
    statement = select(Chat).join(GroupPackage).where(Chat.channel == channel)
    return {chat.external_id: chat.title for chat in session.exec(statement)}


def _package_line(row: dict[str, Any]) -> str:
    until = f"{row['valid_until']:%d/%m/%Y}" if row["valid_until"] else "(chưa rõ)"
    more = ", đã hết hạn" if row["ended"] else ", tự gia hạn" if row["renews"] else ""
    return f"{row['kind']:8} đến {until}{more}  {row['group'] or 'còn trống'}  [{row['id']}]"
