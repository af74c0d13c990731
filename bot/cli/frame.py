"""What all commands share: opening the house, printing, and turning errors into sentences."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlmodel import Session, col, select

from bot.cli.state import State
from bot.clock import BadClock
from bot.core import Core, open_core
from campaign.hours import BadHours
from campaign.organisation import units
from campaign.problems import Refusal
from storage.models import Person, Unit

BAD_INPUT = 2


def fail(sentence: str, code: int = 1) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


@contextmanager
def house() -> Iterator[Core]:
    """The opened installation; what goes wrong is said in one sentence."""
    try:
        core = open_core(State.config)
    except FileNotFoundError as error:
        fail(f"Không thấy tệp {error.filename or error}.", BAD_INPUT)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
        fail(f"Cấu hình chưa đúng: {wrong}", BAD_INPUT)
    except (BadClock, BadHours, ValueError, OverflowError, KeyError, ArgumentError, ImportError) as error:
        fail(f"Cấu hình chưa đúng: {error}", BAD_INPUT)
    except PermissionError as error:
        fail(f"Không có quyền ghi vào {error.filename}. Hãy đổi [database] url hoặc cấp quyền cho thư mục.")
    except OperationalError as error:
        fail(f"Không mở được cơ sở dữ liệu: {error.orig}")
    try:
        yield core
    except Refusal as refusal:
        fail(refusal.sentence)
    except OperationalError as error:
        fail(f"Cơ sở dữ liệu đang bận hoặc đĩa đầy: {error.orig}. Hãy thử lại.")
    finally:
        core.close()


def show(value: Any, *, as_json: bool, text: str = "") -> None:
    """Print for a program or for a person."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str) if as_json else text)


def unit_by_code(session: Session, code: str) -> Unit:
    unit = units.by_code(session, code)
    if unit is None:
        near = ", ".join(found.code for found in units.search(session, code, 3))
        raise Refusal("unit.unknown", f"Không có đơn vị mã “{code}”." + (f" Có phải: {near}?" if near else ""))
    return unit


def root_unit(session: Session) -> Unit:
    """The federation: the oldest unit without a superior. Raises Refusal when no unit exists yet."""
    root = session.exec(select(Unit).where(Unit.parent_id == None, Unit.valid_to == None).order_by(Unit.id)).first()  # type: ignore[arg-type]  # noqa: E711
    if root is None:
        raise Refusal("units.none", "Chưa có đơn vị nào. Hãy nhập danh sách trước: loa units import TỆP")
    return root


def person_named(session: Session, text: str) -> Person:
    """By number or by exact name. Raises Refusal when none or several fit."""
    if text.isdecimal() and (person := session.get(Person, int(text))) is not None and person.erased_at is None:
        return person
    found = session.exec(select(Person).where(Person.name == text, col(Person.erased_at).is_(None))).all()
    if len(found) != 1:
        numbers = ", ".join(str(person.id) for person in found)
        none = f"Chưa có ai tên “{text}” trong hệ thống. Xem tên và số: loa people list"
        raise Refusal(
            "person.unclear", f"Có {len(found)} người tên “{text}”. Hãy dùng số: {numbers}." if found else none
        )
    return found[0]


def moment(text: str, core: Core) -> datetime:
    """A moment as an operator types it ("2027-05-01 08:00"); without a zone it is local."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        fail(f"Không hiểu thời điểm “{text}”. Hãy viết như 2027-05-01T08:00.", BAD_INPUT)
    return when if when.tzinfo else when.replace(tzinfo=core.settings.zone)


def progress_bar(done: int, total: int) -> None:
    """A line on standard error that a terminal redraws; silent where there is none."""
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{done}/{total}{end}")
        sys.stderr.flush()


def writable(file: Path | None) -> Path | None:
    """For an option that names a file to write: found out before anything is done that cannot be undone."""
    if file is None or (os.access(file, os.W_OK) and file.is_file()) or _may_be_made(file):
        return file
    fail(f"Không ghi được tệp {file}: thư mục không có, hoặc không có quyền ghi.", BAD_INPUT)


def _may_be_made(file: Path) -> bool:
    return not file.exists() and os.access(file.parent, os.W_OK)


def save_qr(text: str, file: Path) -> None:
    """A PNG to print or to show on a screen, whatever the file is called."""
    import segno

    segno.make(text, error="m").save(str(file), kind="png", scale=8, border=3)
