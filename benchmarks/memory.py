"""``python -m benchmarks.memory``: what the program weighs before it does anything, part after part.

Each row is what the process grew by when the part was imported after those above it.
"""

from __future__ import annotations

import resource
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks.table import Table

PARTS = {
    "SQLAlchemy, without its ORM": ("sqlalchemy",),
    "SQLModel, pydantic, the ORM": ("sqlmodel",),
    "our tables, and the dialect of PostgreSQL for their indexes": ("storage.models",),
    "structlog, and rich which it imports": ("structlog",),
    "commands and settings": ("bot.cli.root", "bot.settings", "bot.cli.frame"),
    "holidays": ("holidays",),
    "rules and conversations": ("campaign.work.pushes", "handlers.router"),
    "web server and web chat": ("uvicorn", "bot.web", "bot.channels.webchat"),
    "the rest of a running process": ("bot.app", "bot.process", "bot.scheduler", "bot.reading", "bot.fetcher"),
    "httpx": ("httpx",),
    "Telegram, where it is switched on": ("bot.channels.telegram.channel",),
    "Pillow and its HEIF decoder, with the first photo": ("reports.pictures",),
}


def resident_mb() -> float:
    """Of this process; the one in ``benchmarks.machine`` would bring in HTTP and more."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def main(table: Table) -> None:
    before, whole = resident_mb(), time.process_time()
    table.add("Python and this script", f"{before:.0f} MB", "")
    for name, modules in PARTS.items():
        start, known = time.process_time(), len(sys.modules)
        for module in modules:
            import_module(module)
        now, took = resident_mb(), time.process_time() - start
        table.add(name, f"{now - before:.1f} MB", f"{took * 1000:.0f} ms, {len(sys.modules) - known} modules")
        before = now
    table.add("together", f"{before:.0f} MB", f"{time.process_time() - whole:.1f} s of processor time")


if __name__ == "__main__":
    main(Table("What is imported", "python -m benchmarks.memory"))
