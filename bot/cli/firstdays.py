"""loa doctor --first-day: the checklist for the first day with real credentials."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import NoReturn

import typer

from bot import firstday
from bot.channels.contract import Proof
from bot.cli import frame
from bot.core import Core
from bot.settings import CHANNEL_WORDS

MARKS = {"proved": "[x]", "open": "[ ]", "failed": "[!]"}
HEAD = "{name}: {proved}/{total} điều đã được chứng minh"
CONFIRM = "Thử xong, ghi lại bằng: loa doctor --confirm {channel}.{key}"
NEXT = "Việc tiếp theo ({name}): {hint}"
ALL = "Mọi điều trong danh mục đã được chứng minh."
NO_SUCH = "Không có mục nào tên “{name}” phải xác nhận bằng tay. Tên đúng: {known}."


def show(core: Core, confirm: str, *, as_json: bool) -> NoReturn:
    """Exit code 1 when something is broken; what is merely open is no fault."""
    if confirm:
        _confirm(core, confirm)
    found = asyncio.run(_ask(core))
    value = {channel: [asdict(proof) for proof in proofs] for channel, (_, proofs) in found.items()}
    frame.show(value, as_json=as_json, text=_in_words(found))
    failed = any(proof.state == "failed" for _, proofs in found.values() for proof in proofs)
    raise typer.Exit(1 if failed else 0)


async def _ask(core: Core) -> dict[str, tuple[str, list[Proof]]]:
    """By channel: its account and its proofs."""
    from bot.app import make_channels

    found = {}
    for channel in make_channels(core).values():
        found[channel.name] = channel.account, await firstday.first_day(channel, core.database, core.clock.now())
        await channel.close()
    return found


def _confirm(core: Core, name: str) -> None:
    found = asyncio.run(_ask(core))
    by_hand = {
        f"{channel}.{proof.key}": (channel, account, proof.key)
        for channel, (account, proofs) in found.items()
        for proof in proofs
        if proof.by_hand
    }
    if name not in by_hand:
        frame.fail(NO_SUCH.format(name=name, known=", ".join(by_hand)), frame.BAD_INPUT)
    now = core.clock.now()
    day = f"{now.astimezone(core.settings.zone):%d/%m/%Y}"
    with core.database.transaction() as session:
        firstday.confirm(session, *by_hand[name], day, now)


def _in_words(found: dict[str, tuple[str, list[Proof]]]) -> str:
    lines = [line for channel, (_, proofs) in found.items() if proofs for line in (*_listed(channel, proofs), "")]
    return "\n".join([*lines, *_next(found)])


def _listed(channel: str, proofs: list[Proof]) -> list[str]:
    proved = sum(proof.state == "proved" for proof in proofs)
    name = CHANNEL_WORDS.get(channel, channel)
    lines = [HEAD.format(name=f"{name[:1].upper()}{name[1:]}", proved=proved, total=len(proofs))]
    for number, proof in enumerate(proofs, 1):
        found = f" ({proof.found})" if proof.found else ""
        lines.append(f"{number:>3}. {MARKS[proof.state]} {proof.title}{found}")
        if proof.hint and proof.state != "proved":
            lines.append(f"         {proof.hint}")
        if proof.by_hand and proof.state == "open":
            lines.append(f"         {CONFIRM.format(channel=channel, key=proof.key)}")
    return lines


def _next(found: dict[str, tuple[str, list[Proof]]]) -> list[str]:
    """One thing to do for each channel: what is broken first, else what is open."""
    steps = []
    for channel, (_, proofs) in found.items():
        waiting = sorted(
            (proof for proof in proofs if proof.state != "proved"), key=lambda proof: proof.state != "failed"
        )
        if waiting:
            steps.append(NEXT.format(name=CHANNEL_WORDS.get(channel, channel), hint=waiting[0].hint))
    return steps or [ALL]
