"""What happens on a platform without anybody speaking to us: proofs of arrival, marks, comings and goings."""

from __future__ import annotations

from handlers.context import Context


def follow(context: Context) -> None:
    """Do what an event asks that is neither a message nor a button. Kinds without an entry are only kept."""
