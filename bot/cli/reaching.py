"""loa push preview · phone: what an announcement would cost and reach, and whom to phone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from sqlmodel import Session

from bot.cli.frame import fail, house, moment, show
from bot.core import Core, delivery_rules
from bot.reaching import reach_of, reaches_now
from campaign import rules
from campaign.work import corrections, reckoning
from campaign.work.reach import ReachOf
from campaign.work.reckoning import Reckoning, Unreached
from storage.models import Push
from storage.models.campaigns import PushKind

SHOWN = 20
WITHDRAWN = "Thông báo này đã được thu hồi. Nơi không thu hồi được: loa push corrections {id}"


@contextmanager
def reaching(core: Core) -> Iterator[ReachOf]:
    """The rules of reach of the channels that are switched on. No network is asked."""
    from bot.app import make_channels

    channels = make_channels(core)

    async def close() -> None:
        await asyncio.gather(*(channel.close() for channel in channels.values()))

    reach = reach_of(channels)
    core.database.info[rules.NAME] = replace(delivery_rules(core.settings), reaches=reaches_now(reach, core.clock))
    try:
        yield reach
    finally:
        asyncio.run(close())


def value_of(found: Reckoning) -> dict[str, Any]:
    return {**asdict(found), "cost": found.cost, "places": found.places, "sentence": found.sentence}


def lines_of(unreached: tuple[Unreached, ...]) -> list[str]:
    lines = [f"• {one.unit} ({one.whom}): {one.reason}".replace(" ()", "") for one in unreached[:SHOWN]]
    rest = len(unreached) - SHOWN
    return [*lines, f"… và {rest} nơi nữa (xem đủ: --json)."] if rest > 0 else lines


def reckon(session: Session, core: Core, push: Push, reach: ReachOf) -> Reckoning:
    return reckoning.before(session, push, core.hours, core.clock.now(), reach)


def preview(text: str, to: str, *, at: str | None, urgent: bool, as_json: bool) -> None:
    """What ``loa push`` with the same words would do: now, or ``at`` a later moment, when some windows have closed.

    Nothing is kept and nothing is sent.
    """
    with house() as core, reaching(core) as reach, core.database.snapshot() as session:
        due = moment(at, core) if at else core.clock.now()
        draft = Push(key="preview", kind=PushKind.ADHOC, audience=to, text=text, due_at=due, urgent=urgent)
        found = reckon(session, core, draft, reach)
        lines = [f"Sẽ tới: {found.sentence}", *lines_of(found.unreached)]
        show(value_of(found), as_json=as_json, text="\n".join(lines))


def phone(number: int, as_json: bool) -> None:
    """Whom to phone about a push: foretold while it waits for its day, afterwards what became of it."""
    with house() as core, reaching(core) as reach, core.database.snapshot() as session:
        push = session.get(Push, number)
        if push is None:
            fail(f"Không có thông báo số {number}.")
        if corrections.is_withdrawn(session, push):
            return show([], as_json=as_json, text=WITHDRAWN.format(id=number))
        found = reckoning.to_phone(session, push, core.hours, core.clock.now(), reach)
        text = "\n".join([f"Cần gọi điện {len(found)} nơi:", *lines_of(found)])
        value = [asdict(one) for one in found]
        show(value, as_json=as_json, text=text if found else "Không cần gọi điện cho ai.")
