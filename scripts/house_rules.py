"""The sizes we hold to: median function under 10 lines, 90 % under 35, none over 80; files under 400 lines.

Also: every `except: pass` needs a reason written beside it. Prints the offenders and exits 1 when a rule is broken.
"""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PRODUCT = ("bot/", "handlers/", "campaign/", "planreader/", "reports/", "storage/", "samples/")
MEDIAN, NINETY, LONGEST, FILE = 10, 35, 80, 400


def main() -> int:
    files = [Path(name) for name in _tracked() if name.startswith(PRODUCT) and "/migrations/versions/" not in name]
    lengths = sorted((length, where) for file in files for length, where in _functions(file))
    sizes = sorted((file.read_text(encoding="utf-8").count("\n"), str(file)) for file in files)
    counts = [length for length, _ in lengths]
    median, ninety = statistics.median(counts), counts[int(len(counts) * 0.9)]
    print(
        f"{len(counts)} functions: median {median:g} lines, 90 % under {ninety}, longest {lengths[-1][0]}; "
        f"{len(sizes)} files, longest {sizes[-1][0]} lines"
    )
    broken = [f"{length} lines  {where}" for length, where in lengths if length > LONGEST]
    broken += [f"{size} lines  {file}" for size, file in sizes if size > FILE]
    broken += [f"silent except  {where}" for file in files for where in _silent(file)]
    broken += ["median too high"] if median >= MEDIAN else []
    broken += ["too many long functions"] if ninety >= NINETY else []
    print(*broken, sep="\n")
    return 1 if broken else 0


def _tracked() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def _functions(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{file}:{node.lineno} {node.name}"


def _silent(file: Path) -> Iterator[str]:
    source = file.read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        silent = isinstance(node, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in node.body)
        if silent and "#" not in lines[node.lineno - 1] + lines[node.lineno]:
            yield f"{file}:{node.lineno}"


if __name__ == "__main__":
    sys.exit(main())
