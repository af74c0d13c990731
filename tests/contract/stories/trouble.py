"""What is known after every trouble, what must never be seen, and what the operator is told."""

from __future__ import annotations

import logging

from structlog.testing import capture_logs

from bot.channels.contract import Checks, Refused, RetryAt, Sent
from tests.contract.office import Trouble
from tests.contract.stories.base import (
    Scene,
    check_sentence,
    heard,
    story,
)


@story("trouble")
async def after_every_trouble_it_is_known_what_became_of_the_message(scene: Scene) -> None:
    office = scene.office
    for trouble, expected in scene.kind.outcomes.items():
        if isinstance(expected, str):
            continue
        before = len(await office.seen())
        await office.suffers(trouble)
        outcome = await office.channel.send(office.part(f"Chào: {trouble}", key=f"during/{trouble}"))
        now = office.clock.now()
        await office.recovers()
        assert isinstance(outcome, expected), (trouble, outcome)
        assert not isinstance(outcome, RetryAt) or outcome.when > now
        assert not isinstance(outcome, Refused) or outcome.gone, trouble
        assert not isinstance(outcome, Sent)
        check_sentence(outcome.reason)
        arrived = len(await office.seen()) - before
        assert arrived == (trouble is Trouble.DROP), trouble
        assert isinstance(await office.channel.send(office.part("Còn đây", key=f"after/{trouble}")), Sent), trouble


@story("trouble")
async def no_credential_is_ever_seen_in_a_log(scene: Scene) -> None:
    office, records = scene.office, list[logging.LogRecord]()
    assert set(office.credentials) <= set(office.channel.secrets())
    handler = logging.Handler(logging.DEBUG)
    handler.emit = records.append  # type: ignore[method-assign, assignment]
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with capture_logs() as logs:
            await _everything_fails(scene)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    written = "\n".join([*(repr(line) for line in logs), *(record.getMessage() for record in records)])
    assert logs or records
    assert [secret for secret in office.credentials if secret in written] == []


async def _everything_fails(scene: Scene) -> None:
    office = scene.office
    office.inbox.failing = 1
    await office.writes("Một")
    for trouble, expected in scene.kind.outcomes.items():
        if not isinstance(expected, str):
            await office.suffers(trouble)
            outcome = await office.channel.send(office.part("Chào", key=f"k/{trouble}"))
            await office.recovers()
            assert not [secret for secret in office.credentials if secret in repr(outcome)]
    await office.suffers(Trouble.DOWN)
    if isinstance(office.channel, Checks):
        sentences = " ".join(await office.channel.diagnose())
        assert not [secret for secret in office.credentials if secret in sentences]
    await office.recovers()
    assert not [secret for secret in office.credentials if secret in repr(office.channel)]


# The operator


@story("checks")
async def what_is_wrong_is_said_in_sentences_when_the_platform_is_away(scene: Scene) -> None:
    channel = scene.office.channel
    assert isinstance(channel, Checks)
    calm = await channel.diagnose()
    await scene.office.suffers(Trouble.DOWN)
    found = await channel.diagnose()
    await scene.office.recovers()
    assert [one for one in found if one not in calm]
    for sentence in [*calm, *found]:
        assert 10 < len(sentence) <= 350
        assert "Error" not in sentence


@story("link")
async def an_invitation_leads_here_with_its_code(scene: Scene) -> None:
    await scene.office.writes("chào")
    await heard(scene.office)
    link = scene.office.channel.link("K7-42")
    assert link.startswith(("https://", "http://"))
    assert "K7-42" in link


@story()
async def closing_twice_hurts_nobody(scene: Scene) -> None:
    await scene.office.channel.close()
    await scene.office.channel.close()
