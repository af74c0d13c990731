"""What happens on a platform without anybody speaking to us: proofs of arrival, marks, comings and goings."""

from __future__ import annotations

from collections.abc import Callable

from handlers.context import Context


def follow(context: Context) -> None:
    """Do what an event asks that is neither a message nor a button. Kinds without an entry are only kept."""
    if (act := KINDS.get(context.event.kind)) is not None:
        act(context)


def _echo(context: Context) -> None:
    """One of our own messages appeared: the proof for a request whose answer was lost."""
    context.house.arrived(context.session, context.event, context.now)


KINDS: dict[str, Callable[[Context], None]] = {"echo": _echo}
