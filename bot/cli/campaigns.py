"""loa plan read · plan import · campaign list · show · activate · copy · drop · move · audience"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from bot.cli.frame import fail, house, moment, root_unit, show, unit_by_code
from campaign import campaigns, copying, listing, plans
from campaign.problems import Refusal
from storage.models import Assignment, Campaign, Push

plan_app = typer.Typer(help="Kế hoạch: đọc và nhập.", no_args_is_help=True)
app = typer.Typer(help="Đợt truyền thông.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


def register(root: typer.Typer) -> None:
    root.add_typer(plan_app, name="plan")
    root.add_typer(app, name="campaign")


@plan_app.command(help="Đọc một kế hoạch và in những gì nó nói.")
def read(file: Path, as_json: Json = False) -> None:
    reading = _read(file)
    if as_json:
        return show(reading, as_json=True)
    counts = {
        "đợt": "campaigns", "khẩu hiệu": "slogans", "ngày kỷ niệm": "anniversaries", "hoạt động": "activities",
        "đơn vị được giao việc": "assignments", "chỉ tiêu": "quotas", "hạn báo cáo": "report_deadlines",
        "hạn khác": "other_deadlines", "điều cần xem lại": "warnings",
    }  # fmt: skip
    typer.echo(", ".join(f"{len(reading.get(field) or [])} {word}" for word, field in counts.items()))
    for warning in reading.get("warnings") or []:
        typer.echo(f"• {warning['text'] if isinstance(warning, dict) else warning}")
    return None


def _read(file: Path) -> dict[str, Any]:
    """A plan as the object of the plan format: as it stands in a .json, else by reading the document."""
    if not file.is_file():
        fail(f"Không thấy tệp {file}.", 2)
    if file.suffix.lower() == ".json":
        try:
            document = json.loads(file.read_text(encoding="utf-8-sig"))
        except (ValueError, UnicodeDecodeError):
            fail(f"Tệp {file.name} không phải JSON đúng dạng.", 2)
        if not isinstance(document, dict):
            fail(f"Tệp {file.name} không phải một kế hoạch.", 2)
        return document
    from planreader import read_file
    from planreader.files import Unreadable

    try:
        return read_file(file).as_json()
    except Unreadable as error:
        fail(error.sentence)


@plan_app.command("import", help="Lập đợt nháp từ kế hoạch. Chưa gửi gì cho tới khi có người kích hoạt.")
def import_(
    file: Path,
    unit: Annotated[str | None, typer.Option(help="Mã đơn vị ban hành (mặc định: liên đoàn).")] = None,
    as_json: Json = False,
) -> None:
    document = _read(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with house() as core, core.database.transaction() as session:
        owner = unit_by_code(session, unit) if unit else root_unit(session)
        assert owner.id is not None
        before = plans.imported_before(session, digest)
        campaign = plans.import_plan(
            session,
            document,
            file_name=file.name,
            sha256=digest,
            unit_id=owner.id,
            now=core.clock.now(),
            hours=core.hours,
        )
        summary = listing.summary(session, campaign)
        value = {
            "id": campaign.id, "name": campaign.name, "year": campaign.year, "state": campaign.state,
            "summary": summary, "warnings": campaign.warnings, "existing": before is not None,
        }  # fmt: skip
        head = f"{'Đã có sẵn' if before else 'Đã lập'} đợt nháp số {campaign.id}: {campaign.name}\n{summary}"
        warnings = [f"• {warning}" for warning in campaign.warnings]
        steps = f"Xem: loa campaign show {campaign.id}   Chạy: loa campaign activate {campaign.id}"
        show(value, as_json=as_json, text="\n".join([head, *warnings, steps]))


@app.command("list", help="Các đợt.")
def list_(as_json: Json = False) -> None:
    with house() as core, core.database.snapshot() as session:
        rows = session.exec(select(Campaign).order_by(col(Campaign.id))).all()
        value = [
            {"id": row.id, "name": row.name, "year": row.year, "state": row.state, "start": row.start, "end": row.end}
            for row in rows
        ]
        lines = [f"{row.id:4}  {row.state:7} {row.start:%d/%m}–{row.end:%d/%m/%Y}  {row.name}" for row in rows]
        show(value, as_json=as_json, text="\n".join(lines) or "Chưa có đợt nào. Nhập kế hoạch: loa plan import TỆP")


@app.command("show", help="Danh sách theo ngày: cái gì, lúc nào, cho ai.")
def show_(which: str, as_json: Json = False) -> None:
    with house() as core, core.database.snapshot() as session:
        campaign = campaigns.find(session, which)
        rows = listing.show(session, campaign, core.hours, core.hours.day(core.clock.now()))
        summary = listing.summary(session, campaign)
        value = {
            "id": campaign.id, "name": campaign.name, "year": campaign.year, "state": campaign.state, "summary":
            summary, "warnings": campaign.warnings, "rows": [asdict(row) for row in rows],
        }  # fmt: skip
        lines = [f"{campaign.name} ({campaign.state}): {summary}", *(f"• {line}" for line in campaign.warnings)]
        lines += [_line(row) for row in rows]
        show(value, as_json=as_json, text="\n".join(lines))


def _line(row: listing.Row) -> str:
    day = f"{row.weekday} {row.day:%d/%m/%Y} {row.time}" if row.day else "chưa có ngày"
    number = f"#{row.push_id}" if row.push_id else f"việc {row.assignment_id}"
    text = " ".join(row.text.split())
    return f"{number:>9}  {day:26} {row.kind:13} {row.state:10} {text[:70]}  → {row.audience} ({row.units})"


@app.command(help="Cho đợt chạy: từ đây thông báo tự gửi đúng giờ.")
def activate(which: str) -> None:
    with house() as core, core.database.transaction() as session:
        campaign = campaigns.find(session, which)
        told = campaigns.activate(session, campaign, person_id=None, now=core.clock.now(), hours=core.hours)
        typer.echo("\n".join([f"Đợt “{campaign.name}” bắt đầu chạy.", *(f"• {line}" for line in told)]))


@app.command(help="Lập đợt nháp năm khác từ đợt này: dời ngày, tính lại số năm.")
def copy(
    which: str,
    year: Annotated[int, typer.Option(help="Năm mới.")],
    as_json: Json = False,
) -> None:
    with house() as core, core.database.transaction() as session:
        campaign = campaigns.find(session, which)
        new = copying.copy_campaign(session, campaign, year, now=core.clock.now(), hours=core.hours)
        value = {"id": new.id, "name": new.name, "year": new.year, "state": new.state, "warnings": new.warnings}
        head = f"Đã lập đợt nháp số {new.id}: {new.name} ({new.year}). Cần người xem lại:"
        show(value, as_json=as_json, text="\n".join([head, *(f"• {line}" for line in new.warnings)]))


@app.command(help="Bỏ một thông báo (số #) hoặc một việc (--assignment) khỏi đợt.")
def drop(number: int, assignment: Annotated[bool, typer.Option("--assignment")] = False) -> None:
    with house() as core, core.database.transaction() as session:
        now = core.clock.now()
        if assignment:
            campaigns.drop_assignment(session, _assignment(session, number), person_id=None, now=now, hours=core.hours)
        else:
            campaigns.drop_push(session, _push(session, number), person_id=None, now=now)
        typer.echo("Đã bỏ.")


@app.command(help="Dời một thông báo sang lúc khác.")
def move(
    number: int, to: str, urgent: Annotated[bool, typer.Option("--now", help="Cho phép ngoài giờ.")] = False
) -> None:
    with house() as core, core.database.transaction() as session:
        when = moment(to, core)
        campaigns.move_push(
            session, _push(session, number), when, core.hours, person_id=None, now=core.clock.now(), urgent=urgent
        )
        typer.echo(f"Đã dời sang {core.hours.local(when):%H:%M ngày %d/%m/%Y}.")


@app.command(help="Nói rõ ai làm một việc: all, unit:MÃ, under:MÃ, cluster:TÊN, kind:grassroots…")
def audience(number: int, to: str) -> None:
    with house() as core, core.database.transaction() as session:
        campaigns.set_audience(
            session, _assignment(session, number), to, person_id=None, now=core.clock.now(), hours=core.hours
        )
        typer.echo("Đã ghi.")


def _push(session: Session, number: int) -> Push:
    push = session.get(Push, number)
    if push is None:
        raise Refusal("push.unknown", f"Không có thông báo số {number}.")
    return push


def _assignment(session: Session, number: int) -> Assignment:
    assignment = session.get(Assignment, number)
    if assignment is None:
        raise Refusal("assignment.unknown", f"Không có việc số {number}.")
    return assignment
