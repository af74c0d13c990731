"""loa units import · list · merge · rename · hand-over"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from bot.cli.frame import fail, house, person_named, progress_bar, show, unit_by_code
from campaign.organisation import people, unit_import
from campaign.organisation import units as tree
from storage.models import Unit

app = typer.Typer(help="Đơn vị: nhập, xem, sáp nhập, đổi tên, bàn giao.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="units")


@app.command("import", help="Nhập danh sách đơn vị từ .xlsx hoặc .csv.")
def import_(
    file: Path,
    strict: Annotated[bool, typer.Option("--strict", help="Có dòng lỗi thì không nhập dòng nào.")] = False,
    year: Annotated[int | None, typer.Option(help="Năm của cụm thi đua (mặc định: năm nay).")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if not file.is_file():
        fail(f"Không thấy tệp {file}.", 2)
    started = time.monotonic()
    with house() as core:
        now = core.clock.now()
        today = core.hours.day(now)
        with core.database.transaction() as session:
            result = unit_import.import_units(
                session, file, year=year or today.year, today=today, now=now, strict=strict, progress=progress_bar
            )
        for problem in result.problems:
            typer.echo(f"Dòng {problem.row_number}: {problem.sentence}", err=True)
        text = (
            f"Mới {result.created}, cập nhật {result.updated}, không đổi {result.unchanged}, "
            f"lỗi {len(result.problems)} dòng ({time.monotonic() - started:.1f} giây)."
        )
        counts = {"created": result.created, "updated": result.updated, "unchanged": result.unchanged}
        problems = [{"row": p.row_number, "code": p.code, "sentence": p.sentence} for p in result.problems]
        show({**counts, "problems": problems}, as_json=as_json, text=text)
        if result.problems:
            raise typer.Exit(1)


@app.command("list", help="Xem cây đơn vị.")
def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with house() as core, core.database.snapshot() as session:
        rows = session.exec(select(Unit).order_by(col(Unit.id))).all()
        codes = {unit.id: unit.code for unit in rows}
        value = [
            {
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind,
                "parent": codes.get(unit.parent_id),
                "members": unit.members,
                "valid_from": unit.valid_from,
                "valid_to": unit.valid_to,
                "merged_into": codes.get(unit.merged_into_id),
            }
            for unit in rows
        ]
        show(value, as_json=as_json, text="\n".join(_tree_lines(list(rows))))


def _tree_lines(rows: list[Unit]) -> list[str]:
    children: dict[int | None, list[Unit]] = {}
    for unit in rows:
        if unit.valid_to is None:
            children.setdefault(unit.parent_id, []).append(unit)
    lines: list[str] = []
    waiting = [(unit, 0) for unit in reversed(tree.in_order(children.get(None, [])))]
    while waiting:
        unit, depth = waiting.pop()
        lines.append(f"{'  ' * depth}{unit.code}  {unit.name}")
        waiting += [(child, depth + 1) for child in reversed(tree.in_order(children.get(unit.id, [])))]
    return lines


@app.command(help="Sáp nhập đơn vị: lịch sử giữ nguyên, nhóm và cán bộ chuyển sang đơn vị nhận.")
def merge(source: str, into: str) -> None:
    with house() as core, core.database.transaction() as session:
        now = core.clock.now()
        old, new = unit_by_code(session, source), unit_by_code(session, into)
        tree.merge(session, old, new, on=core.hours.day(now), now=now, actor="command")
        typer.echo(f"Đã sáp nhập {old.name} vào {new.name}.")


@app.command(help="Đổi tên đơn vị; tên cũ được lưu lại.")
def rename(code: str, name: str) -> None:
    with house() as core, core.database.transaction() as session:
        unit = unit_by_code(session, code)
        tree.rename(session, unit, name, core.hours.day(core.clock.now()))
        typer.echo(f"{unit.code} nay là {unit.name}.")


@app.command("hand-over", help="Bàn giao đơn vị từ cán bộ này sang cán bộ khác (tên hoặc số của người).")
def hand_over(code: str, old: str, new: str) -> None:
    with house() as core, core.database.transaction() as session:
        unit = unit_by_code(session, code)
        count = people.hand_over(
            session, unit, person_named(session, old), person_named(session, new), core.clock.now()
        )
        typer.echo(f"Đã bàn giao {count} vai trò tại {unit.name}.")
