"""loa plan read · import · compare · apply · campaign list · show · activate · copy · drop · move · audience"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from bot.cli.frame import BAD_INPUT, fail, house, moment, root_unit, show, unit_by_code
from bot.core import Core
from campaign.planning import campaigns, copying, listing, plans, revising
from campaign.planning.revising import Applied, Revision
from campaign.problems import Refusal
from storage.models import Assignment, Campaign, Push
from storage.models.campaigns import CampaignState

plan_app = typer.Typer(help="Kế hoạch: đọc, nhập, so bản mới với đợt đã lập.", no_args_is_help=True)
app = typer.Typer(help="Đợt truyền thông: xem, sửa từng dòng, cho chạy, lập lại cho năm sau.", no_args_is_help=True)
STATES: dict[str, str] = {
    CampaignState.DRAFT: "nháp",
    CampaignState.ACTIVE: "đang chạy",
    CampaignState.CLOSED: "đã khép",
}
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
    new: Annotated[bool, typer.Option("--new", help="Lập đợt mới dù kế hoạch này đã có đợt.")] = False,
    as_json: Json = False,
) -> None:
    document = _read(file)
    digest = _digest(file)
    with house() as core, core.database.transaction() as session:
        owner = unit_by_code(session, unit) if unit else root_unit(session)
        assert owner.id is not None
        before = plans.imported_before(session, digest)
        if before is None and not new and (known := revising.campaign_of(session, document)) is not None:
            return _already(session, known, file, document, core, as_json=as_json)
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
        return show(value, as_json=as_json, text="\n".join([head, *warnings, steps]))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# A later edition, or a dispatch that amends the plan ------------------------------------------------------------------

Which = Annotated[
    str | None, typer.Option("--campaign", help="Đợt cần so: số hoặc tên (mặc định: theo số, tên văn bản).")
]


def _already(
    session: Session, campaign: Campaign, file: Path, document: dict[str, Any], core: Core, *, as_json: bool
) -> None:
    """Nothing is made of a plan that has its campaign; a person sees what it would change there."""
    revision = _compared(session, campaign, file, document, core)
    value = {**_revision_value(campaign, revision), "existing": True}
    head = f"Kế hoạch này đã có đợt số {campaign.id}: {campaign.name}. Tệp này là một bản khác nên chưa nhập gì."
    steps = "Lập thành đợt riêng: thêm --new"
    if not revision.is_empty:
        steps = f"Áp dụng: loa plan apply {file} --campaign {campaign.id}   {steps}"
    show(value, as_json=as_json, text="\n".join([head, *_revision_lines(revision), steps]))


@plan_app.command(help="So một bản kế hoạch khác, hoặc công văn sửa đổi, với đợt đã lập. Không sửa gì.")
def compare(file: Path, campaign: Which = None, as_json: Json = False) -> None:
    document = _read(file)
    with house() as core, core.database.snapshot() as session:
        found = _meant(session, campaign, document)
        revision = _compared(session, found, file, document, core)
        head = f"So với đợt số {found.id}: {found.name}"
        show(_revision_value(found, revision), as_json=as_json, text="\n".join([head, *_revision_lines(revision)]))


@plan_app.command(help="Sửa đợt theo một bản kế hoạch khác hoặc công văn sửa đổi. Tin đã gửi giữ nguyên.")
def apply(
    file: Path,
    campaign: Which = None,
    yes: Annotated[bool, typer.Option("--yes", help="Áp dụng không hỏi lại.")] = False,
) -> None:
    document = _read(file)
    with house() as core:
        with core.database.snapshot() as session:
            found = _meant(session, campaign, document)
            shown = _compared(session, found, file, document, core)
        typer.echo("\n".join([f"So với đợt số {found.id}: {found.name}", *_revision_lines(shown)]))
        if shown.is_empty:
            return
        _agreed(yes)
        with core.database.transaction() as session:
            now = session.get_one(Campaign, found.id)
            revision = _compared(session, now, file, document, core)
            if revision.changes != shown.changes:
                raise Refusal("revision.stale", "Đợt vừa thay đổi trong lúc anh/chị xem. Hãy chạy lại lệnh này.")
            done = revising.apply(
                session, now, revision, person_id=None, actor="command", now=core.clock.now(), hours=core.hours
            )
        typer.echo("\n".join(_applied_lines(done)))


def _agreed(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        fail("Chưa áp dụng. Nếu đồng ý, hãy chạy lại với --yes.", BAD_INPUT)
    if not typer.confirm("Áp dụng các thay đổi này?"):
        fail("Chưa áp dụng gì.")


def _meant(session: Session, which: str | None, document: dict[str, Any]) -> Campaign:
    found = campaigns.find(session, which) if which else revising.campaign_of(session, document)
    if found is None:
        raise Refusal("campaign.unknown", "Chưa rõ văn bản này thuộc đợt nào. Hãy thêm --campaign và số của đợt.")
    return found


def _compared(session: Session, campaign: Campaign, file: Path, document: dict[str, Any], core: Core) -> Revision:
    return revising.compare(
        session, campaign, document, now=core.clock.now(), hours=core.hours, file_name=file.name, sha256=_digest(file)
    )


def _revision_value(campaign: Campaign, revision: Revision) -> dict[str, Any]:
    fields = ("kind", "what", "before", "after", "source", "sent", "places")
    changes = [{name: getattr(change, name) for name in fields} for change in revision.changes]
    return {
        "id": campaign.id, "name": campaign.name, "summary": revision.summary, "changes": changes,
        "questions": list(revision.questions),
    }  # fmt: skip


def _revision_lines(revision: Revision) -> list[str]:
    lines = [f"Khác nhau: {revision.summary}."]
    for change in revision.changes:
        lines.append(f"• {change.sentence}")
        if change.source and change.source not in change.sentence:
            lines.append(f"  Theo câu: “{change.source}”")
    return [*lines, *(f"? {question}" for question in revision.questions)]


def _applied_lines(done: Applied) -> list[str]:
    lines = [f"Đã áp dụng {len(done.changes)} thay đổi.", *(f"• {line}" for line in done.told)]
    for sent in done.sent_already:
        lines += [f"• {sent.sentence}", f"  Gợi ý tin: {sent.correction}"]
    return lines


@app.command("list", help="Các đợt.")
def list_(as_json: Json = False) -> None:
    with house() as core, core.database.snapshot() as session:
        rows = session.exec(select(Campaign).order_by(col(Campaign.id))).all()
        value = [
            {"id": row.id, "name": row.name, "year": row.year, "state": row.state, "start": row.start, "end": row.end}
            for row in rows
        ]
        lines = [f"{row.id:4}  {STATES[row.state]:9} {row.start:%d/%m}–{row.end:%d/%m/%Y}  {row.name}" for row in rows]
        show(value, as_json=as_json, text="\n".join(lines) or "Chưa có đợt nào. Nhập kế hoạch: loa plan import TỆP")


@app.command("show", help="Danh sách theo ngày: cái gì, lúc nào, cho ai, bao nhiêu nhóm và cá nhân sẽ nhận.")
def show_(which: str, as_json: Json = False) -> None:
    with house() as core, core.database.snapshot() as session:
        campaign = campaigns.find(session, which)
        rows = listing.show(session, campaign, core.hours, core.hours.day(core.clock.now()))
        summary = listing.summary(session, campaign)
        value = {
            "id": campaign.id, "name": campaign.name, "year": campaign.year, "state": campaign.state, "summary":
            summary, "warnings": campaign.warnings, "rows": [asdict(row) for row in rows],
        }  # fmt: skip
        lines = [f"{campaign.name} ({STATES[campaign.state]}): {summary}", *(f"• {line}" for line in campaign.warnings)]
        lines += [_line(row) for row in rows]
        show(value, as_json=as_json, text="\n".join(lines))


def _line(row: listing.Row) -> str:
    day = f"{row.weekday} {row.day:%d/%m/%Y} {row.time}" if row.day else "chưa có ngày"
    number = f"#{row.push_id}" if row.push_id else ""
    work = f"việc {row.assignment_id}" if row.assignment_id else ""
    text = " ".join(row.text.split())
    reach = f": {row.chats} nơi nhận" if row.chats is not None else ""
    return f"{number:>6} {work:8}  {day:26} {row.kind:13} {row.state:13} {text[:70]}  → {row.audience}{reach}"


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


@app.command(help="Bỏ một thông báo (số #) hoặc một việc (--assignment) khỏi đợt; số xem ở loa campaign show.")
def drop(
    number: int, assignment: Annotated[bool, typer.Option("--assignment", help="Số này là số của việc.")] = False
) -> None:
    with house() as core, core.database.transaction() as session:
        now = core.clock.now()
        if assignment:
            campaigns.drop_assignment(session, _assignment(session, number), person_id=None, now=now, hours=core.hours)
        else:
            campaigns.drop_push(session, _push(session, number), person_id=None, now=now)
        typer.echo("Đã bỏ.")


@app.command(help="Dời một thông báo (số #) sang lúc khác, ví dụ 2027-04-26T10:00.")
def move(
    number: int, to: str, urgent: Annotated[bool, typer.Option("--now", help="Cho phép ngoài giờ.")] = False
) -> None:
    with house() as core, core.database.transaction() as session:
        when = moment(to, core)
        campaigns.move_push(
            session, _push(session, number), when, core.hours, person_id=None, now=core.clock.now(), urgent=urgent
        )
        typer.echo(f"Đã dời sang {core.hours.local(when):%H:%M ngày %d/%m/%Y}.")


@app.command(help="Nói rõ ai làm một việc (số việc): all, unit:MÃ, under:MÃ, cluster:TÊN, kind:grassroots…")
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
