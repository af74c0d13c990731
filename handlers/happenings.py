"""What happens on a platform without anybody speaking to us: proofs of arrival, marks, comings and goings."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import col

from campaign.organisation import chats
from campaign.problems import Refusal
from campaign.work import pushes
from handlers import contacting, doorkeeping, joining, mydata
from handlers.context import Context
from handlers.tasks import unit_here
from storage.models import GroupPackage, Outgoing, Push
from storage.models.messages import UNSENT, OutgoingState

# Marks that plainly mean "read and fine", as platforms write them; anger, tears and a mark taken back are none.
FINE = frozenset(("/-strong", "/-heart", "👍", "❤", "❤️", "👌", "🙏", "👏"))
UNKEPT = frozenset(("echo", "details", "erase", "entered", "exited", "asked"))  # nothing of it is needed afterwards


def follow(context: Context) -> None:
    """Do what an event asks that is neither a message nor a button. Kinds without an entry are only kept."""
    if (act := KINDS.get(context.event.kind)) is not None:
        act(context)


def _echo(context: Context) -> None:
    """One of our own messages appeared: the proof for a request whose answer was lost. What a person wrote by hand in
    the platform's console proves nothing."""
    if not context.event.details.get("admin"):
        context.house.arrived(context.session, context.event, context.now)


def _reacted(context: Context) -> None:
    """A heart under a push is a silent "Đã nhận" of the unit; any other mark under anything is only a mark."""
    row = context.answered_message() if context.event.details.get("icon") in FINE else None
    push = context.session.get(Push, row.push_id) if row is not None and row.push_id else None
    if push is None:
        return
    try:
        unit = unit_here(context)
    except Refusal:  # nobody asked for an answer
        return
    assert unit.id is not None
    pushes.acknowledge(context.session, push, unit.id, context.person_id, context.now, context.house.hours)


def _erase(context: Context) -> None:
    """The platform passes on that somebody withdraws: as "Xóa dữ liệu của tôi", at once."""
    if context.person is not None:
        return mydata.erase(context)
    event = context.event
    chats.forget_talks(context.session, context.place)
    joining.forget_events(context.session, context)
    context.house.forget(context.session, event.channel, event.sender)
    said = update(Outgoing).where(col(Outgoing.channel) == event.channel, col(Outgoing.to) == event.chat)
    context.session.execute(said.where(col(Outgoing.state).in_(UNSENT)).values(state=OutgoingState.CANCELLED))
    context.session.execute(said.values(message={}))
    return None


def _details(context: Context) -> None:
    if context.person is not None:
        contacting.take(context)


def _moved(context: Context) -> None:
    """How many people are in a group is worth knowing; who they are is not our business."""
    package = context.session.get(GroupPackage, context.chat.id) if context.chat is not None else None
    if package is not None and package.members is not None:
        count = len(context.event.members)
        package.members = max(0, package.members + (count if context.event.kind == "entered" else -count))
        context.session.add(package)


KINDS: dict[str, Callable[[Context], None]] = {
    "echo": _echo, "reacted": _reacted, "erase": _erase, "details": _details, "entered": _moved, "exited": _moved,
    "asked": doorkeeping.knock,
}  # fmt: skip
