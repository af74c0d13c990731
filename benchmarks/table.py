"""Rows as they are found, and one table of them: on the screen and in ``benchmarks/results``."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass
class Table:
    """``command`` makes it again. Rows: what was measured, the figure, and what stands beside it."""

    title: str
    command: str
    heads: tuple[str, ...] = ("measured", "result", "beside it")
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append(cells)
        print("  ".join(cells), flush=True)

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(text, flush=True)

    def markdown(self) -> str:
        lines = [f"# {self.title}", "", f"`{self.command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}", ""]
        lines += [_line(self.heads), _line(("---",) * len(self.heads)), *map(_line, self.rows), ""]
        return "\n".join([*lines, *(f"- {note}" for note in self.notes)]) + "\n"

    def save(self, name: str) -> None:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(self.markdown())
        print("\n" + self.markdown())


def machine() -> str:
    busy = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {busy:.1f} at the end"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"
