"""What starting the program brings into memory, for which every command and process pays, and what it understands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bot.settings import Database

PROBE = """
import json, sys
from typer.testing import CliRunner

def loaded(): return sorted(set(WATCHED) & set(sys.modules))

WATCHED = sys.argv[1:]
from bot.cli.root import app
answers = {"loa": loaded()}
answers["units"] = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)["units"]
answers["status"] = loaded()
from bot import demo
from bot.app import make_app
from bot.core import open_core
core = open_core()
assert not demo.is_sample(core)
make_app(core)
core.close()
answers["run"] = loaded()
print(json.dumps(answers))
"""
RARE = (  # one command, one kind of file, or a platform that is not switched on
    "telegram", "bot.channels.zalo_oa.channel", "bot.channels.zalo_bot.channel", "cryptography", "docx", "xlsxwriter",
    "pypdfium2", "python_calamine", "segno", "PIL", "pi_heif", "planreader.reader", "s3fs", "holidays",
)  # fmt: skip
SERVING = ("uvicorn", "starlette", "jinja2", "apscheduler", "handlers.router", "bot.channels.webchat")


def test_a_command_imports_what_it_needs_and_a_process_leaves_rare_things_alone(tmp_path: Path) -> None:
    settings = {
        "LOA_DATABASE__URL": f"sqlite:///{tmp_path}/loa.sqlite3",
        "LOA_MEDIA__URL": f"file://{tmp_path}/media",
        "LOA_DEMO__ENABLED": "false",
        "PYTHONPATH": os.getcwd(),
    }
    run = [sys.executable, "-c", PROBE, *RARE, *SERVING, "sqlmodel"]
    done = subprocess.run(run, cwd=tmp_path, env=os.environ | settings, capture_output=True, text=True, check=True)
    answers = json.loads(done.stdout)
    assert answers["loa"] == []
    assert answers["units"] == 0
    assert answers["status"] == ["sqlmodel"]
    assert answers["run"] == sorted(("sqlmodel", *SERVING))


def test_the_address_of_a_database_may_be_pasted_as_providers_write_it() -> None:
    assert Database(url="postgres://loa:m%40t@may-chu/loa").url == "postgresql+psycopg://loa:m%40t@may-chu/loa"
    assert Database(url="sqlite:///that/loa.sqlite3").url == "sqlite:///that/loa.sqlite3"
