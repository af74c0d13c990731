"""What people write and send is heard whole, once, and not lost."""

from __future__ import annotations

import json
import unicodedata

import pytest

from bot.channels.contract import FetchFailed
from tests.channels.telegram_office import eventually
from tests.contract.stories.base import (
    TELLING,
    Scene,
    check_whole,
    heard,
    jpeg,
    story,
)


@story()
async def what_a_person_writes_is_heard_whole(scene: Scene) -> None:
    typed = "Ba\u0301o ca\u0301o: đã treo 12 băng rôn <b>&</b> **cờ** 🇻🇳"
    await scene.office.writes(typed)
    (event,) = await heard(scene.office)
    check_whole(event, scene.office)
    assert (event.kind, event.chat, event.group) == ("message", scene.office.person, False)
    assert event.cleaned().text == unicodedata.normalize("NFC", typed)


@story("names")
async def whoever_writes_has_a_name(scene: Scene) -> None:
    await scene.office.writes("chào")
    (event,) = await heard(scene.office)
    assert event.sender_name


@story("group")
async def what_a_member_says_to_the_bot_in_a_group_is_heard(scene: Scene) -> None:
    await scene.office.writes("nộp ảnh", group=True)
    await eventually(lambda: [one for one in scene.office.inbox.events if one.kind == "message"])
    *_, event = scene.office.inbox.events  # that the bot is in the group may come before
    check_whole(event, scene.office)
    assert (event.kind, event.chat, event.group) == ("message", scene.office.group, True)
    assert "nộp ảnh" in event.text
    assert event.addressed or scene.office.channel.abilities.hears_groups == "all" or event.hears_all


@story("photos")
async def a_photo_comes_and_is_fetched_letter_for_letter(scene: Scene) -> None:
    data, kept = jpeg(), scene.folder / "anh"
    await scene.office.sends_photo(data)
    (event,) = await heard(scene.office)
    check_whole(event, scene.office)
    (media,) = event.media
    assert media.kind == "photo"
    await scene.office.channel.download(json.loads(json.dumps(media.ref)), kept)
    assert kept.read_bytes() == data


@story("huge")
async def a_file_that_is_too_large_is_not_fetched_and_the_sender_gets_a_sentence(scene: Scene) -> None:
    await scene.office.sends_huge_file()
    (event,) = await heard(scene.office)
    into = scene.folder / "phim"
    with pytest.raises(FetchFailed) as failed:
        await scene.office.channel.download(event.media[0].ref, into)
    assert failed.value.final
    assert TELLING.search(failed.value.sentence), failed.value.sentence
    assert not into.exists()


@story("photos")
async def a_photo_that_is_gone_fails_without_a_trace(scene: Scene) -> None:
    into = scene.folder / "anh"
    await scene.office.sends_photo(jpeg())
    (event,) = await heard(scene.office)
    lost = {name: f"{value}0" if isinstance(value, str) else value for name, value in event.media[0].ref.items()}
    with pytest.raises(FetchFailed):
        await scene.office.channel.download(lost, into)
    assert not into.exists()


@story()
async def what_was_not_stored_comes_again_and_nothing_is_lost(scene: Scene) -> None:
    scene.office.inbox.failing = 2
    await scene.office.writes("Ảnh đây ạ")
    (event,) = await heard(scene.office)
    assert scene.office.inbox.tried >= 3
    await scene.office.writes("Còn một ảnh nữa")
    await eventually(lambda: scene.office.inbox.events[-1].text == "Còn một ảnh nữa")
    assert [one.text for one in scene.office.inbox.events].count(event.text) == 1


@story("again")
async def the_same_message_delivered_twice_has_one_event_id(scene: Scene) -> None:
    await scene.office.writes("14 ảnh")
    await heard(scene.office)
    await scene.office.again()
    first, second = await heard(scene.office, 2)
    assert first.event_id == second.event_id
    await scene.office.writes("14 ảnh")
    *_, third = await heard(scene.office, 3)
    assert third.event_id != first.event_id
