"""What the root command leaves for the one that was asked for."""

from __future__ import annotations

from pathlib import Path


class State:
    """The ``--config`` of this run."""

    config: Path | None = None
