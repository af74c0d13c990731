"""A channel is switched on before its credentials are there: the operator reads what is missing and where to get it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.root import app
from tests.e2e.office import open_office


@pytest.mark.parametrize(
    ("channel", "named"),
    [
        ("TELEGRAM", ("@BotFather", "token")),
        ("ZALO_OA", ("developers.zalo.me", "loa zalo login")),
        ("ZALO_BOT", ("Zalo Bot Manager", "LOA_ZALO_BOT__TOKEN")),
    ],
)
def test_doctor_says_what_is_missing_and_run_does_not_start(
    tmp_path: Path, channel: str, named: tuple[str, ...]
) -> None:
    office = open_office(tmp_path, **{f"{channel}__ENABLED": "true"})
    (tmp_path / "units.csv").write_text("Mã,Tên đơn vị,Loại\nLDLD,LĐLĐ tỉnh,LĐLĐ\n", encoding="utf-8")
    office.loa("units", "import", office.path("units.csv"))
    said = CliRunner(env=office.env).invoke(app, ["doctor"])
    assert said.exit_code == 1
    lines = [line for line in said.stdout.splitlines() if not line.startswith("• Lưu ý")]
    assert all(word in " ".join(lines) for word in named)
    assert all(line.startswith("• ") and line.endswith((".", "login")) and len(line) <= 350 for line in lines)
    assert len(office.loa("run", expect=1).strip().splitlines()) == 1


def test_the_settings_that_come_with_the_program_are_understood(tmp_path: Path) -> None:
    office = open_office(tmp_path)
    shipped = Path(__file__).parents[2] / "config.toml"
    assert office.loa("--config", str(shipped), "status")
