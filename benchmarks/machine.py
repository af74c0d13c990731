"""Other processes of a benchmark, what they cost, and what this machine's disk takes for a promise."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Fake:
    """A platform in a process of its own, scripted over HTTP."""

    address: str
    pid: int

    def ctl(self, action: str, **values: Any) -> Any:
        request = urllib.request.Request(f"{self.address}/ctl/{action}", json.dumps(values).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def fake(module: str, *arguments: str) -> Iterator[Fake]:
    """``python -m module``, which prints its address first."""
    with process("-m", module, *arguments, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        yield Fake(child.stdout.readline().decode().split()[0], child.pid)


@contextmanager
def process(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, **options)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and of the children it has buried."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident_mb(pid: int, peak: bool = False) -> float:
    wanted = "VmHWM" if peak else "VmRSS"
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(wanted))
    return int(line.split()[1]) / 1024


def fsync_ms(folder: Path, count: int = 200) -> list[float]:
    """How long the disk takes to promise one page, in milliseconds, sorted: the floor of everything durable."""
    took = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(count):
            file.write(b"x" * 4096)
            start = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - start) * 1000)
    return sorted(took)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def spread(values: Sequence[float], unit: str, digits: int = 2) -> str:
    """n, median, 95th and 99th percentile, worst."""
    marks = (statistics.median(values), percentile(values, 0.95), percentile(values, 0.99), max(values))
    named = zip(("median", "p95", "p99", "worst"), marks, strict=True)
    return f"n={len(values)}: " + ", ".join(f"{name} {value:.{digits}f} {unit}" for name, value in named)
