"""Editing, withdrawing, pinning, marking, letting in: exactly where the abilities say so."""

from __future__ import annotations

from bot.channels.contract import Part, Refused, Sent
from campaign.markup import read
from campaign.message import Message
from tests.contract.office import Office
from tests.contract.stories.base import (
    Scene,
    check_refusal,
    heard,
    story,
)


async def _said(office: Office, text: str = "Hạn 25/5") -> str:
    (outcome,) = await office.says(Message(text), key="earlier")
    assert isinstance(outcome, Sent)
    return outcome.ids[-1]


@story()
async def a_message_is_edited_or_the_deed_is_refused(scene: Scene) -> None:
    words = read("Hạn **30/5**")
    outcome = await scene.office.channel.send(
        scene.office.part(words.text, spans=words.spans, edits=await _said(scene.office), key="edit")
    )
    able = scene.office.channel.abilities.can_edit
    assert isinstance(outcome, Sent) if able else isinstance(outcome, Refused)
    (seen,) = await scene.office.seen()
    assert (seen.text, seen.bold) == (("Hạn 30/5", ("30/5",)) if able else ("Hạn 25/5", ()))


@story()
async def a_message_is_withdrawn_or_the_deed_is_refused(scene: Scene) -> None:
    outcome = await scene.office.channel.send(scene.office.part(deletes=await _said(scene.office), key="delete"))
    able = scene.office.channel.abilities.can_delete
    assert isinstance(outcome, Sent) if able else isinstance(outcome, Refused)
    assert [one.text for one in await scene.office.seen()] == ([] if able else ["Hạn 25/5"])


@story()
async def a_message_is_pinned_and_unpinned_or_the_deed_is_refused(scene: Scene) -> None:
    id, able = await _said(scene.office), scene.office.channel.abilities.can_pin
    for deed, pinned in (({"pins": id}, True), ({"unpins": id}, False)):
        outcome = await scene.office.channel.send(scene.office.part(key=f"pin{pinned}", **deed))
        assert isinstance(outcome, Sent) if able else isinstance(outcome, Refused)
        assert [(one.text, one.pinned) for one in await scene.office.seen()] == [("Hạn 25/5", pinned and able)]


@story()
async def a_silent_mark_is_set_or_the_deed_is_refused(scene: Scene) -> None:
    await scene.office.writes("Ảnh đây ạ")
    (event,) = await heard(scene.office)
    outcome = await scene.office.channel.send(scene.office.part(reacts=event.message_id, key="react"))
    able = scene.office.channel.abilities.can_react
    assert isinstance(outcome, Sent) if able else isinstance(outcome, Refused)
    assert not able or scene.office.reacted(event.message_id)
    assert await scene.office.seen() == []


@story()
async def whoever_waits_at_the_door_is_let_in_or_the_deed_is_refused(scene: Scene) -> None:
    office, able = scene.office, scene.office.channel.abilities.can_admit
    who = office.asks_to_join() if able else "ai-do"
    outcome = await office.channel.send(Part(key="door", to=office.group, group=True, lets_in=(who,)))
    assert isinstance(outcome, Sent) if able else isinstance(outcome, Refused)
    assert not able or office.is_inside(who)
    assert await office.seen(group=True) == []


@story()
async def a_message_that_says_nothing_is_refused_and_shown_to_nobody(scene: Scene) -> None:
    for words in ("", " \n "):
        (outcome,) = await scene.office.says(Message(words))
        check_refusal(outcome)
    assert await scene.office.seen() == []
