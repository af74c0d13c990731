"""``python -m benchmarks.updates``: messages of people, from the platform through the bot and back, as fast as it goes.

All bots hear the same messages from the same fake platform, which lets everything through and runs in its own process.
The echo bots keep nothing: what they hear is lost when they die. ``loa run`` stores each message before it tells the
platform that it has it, finds out who is asking and what they may see, and queues the answer (the menu) in the
transaction that marks the message as handled; the answer leaves as all others do, claimed and recorded.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.federation import TOKEN, loa, settle, wait_until
from benchmarks.machine import Fake, cpu_seconds, fake, process
from benchmarks.table import Table
from benchmarks.town import QUESTION
from storage.database import Database

PEOPLE, EACH = 100, 12
PATIENCE = 90.0
UNHURRIED = {"LOA_PACE__TELEGRAM__PER_SECOND": "1000000", "LOA_PACE__TELEGRAM__PER_CHAT": "1000000"}


def main(table: Table) -> None:
    for name, module in (("aiogram", "echo_aiogram"), ("python-telegram-bot", "echo_ptb")):
        with fake("benchmarks.lean", "--unlimited") as platform:
            ask(platform)
            with process("-m", f"benchmarks.{module}", platform.address, TOKEN) as bot:
                measure(table, f"an echo bot on {name}, nothing kept", platform, bot.pid)
    with TemporaryDirectory() as name, fake("benchmarks.lean", "--unlimited") as platform:
        database = Database(f"sqlite:///{name}/loa.sqlite3")
        settle(database, PEOPLE, PEOPLE)
        ask(platform)
        with loa(Path(name), database, platform, **UNHURRIED) as bot:
            measure(table, "loa run on SQLite, inbox and outbox durable", platform, bot.pid)
        database.close()


def ask(platform: Fake) -> None:
    for _ in range(EACH):
        platform.ctl("say", token=TOKEN, people=[*range(1, PEOPLE + 1)], text=QUESTION)


def measure(table: Table, name: str, platform: Fake, pid: int) -> None:
    """From the first answer to the last."""
    wanted, deadline = PEOPLE * EACH, time.monotonic() + PATIENCE
    wait_until(lambda: platform.ctl("report")["sent"], 60)
    before = cpu_seconds(pid)
    first = platform.ctl("report")
    while (report := platform.ctl("report"))["sent"] < wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    answered = report["sent"] - first["sent"]
    rate = answered / max(0.001, report["last"] - first["last"])
    cost = (cpu_seconds(pid) - before) / max(1, answered) * 1000
    table.add(f"updates handled, {name}", f"{rate:,.0f}/s", f"n={answered:,}, {cost:.1f} ms of processor time each")


if __name__ == "__main__":
    main(Table("Updates end to end", "python -m benchmarks.updates"))
