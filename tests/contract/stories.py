"""The stories every channel must live through, whatever its platform. ``needs`` names what some platforms lack."""

from __future__ import annotations

import io
import json
import logging
import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot.channels.contract import Checks, Event, FetchFailed, Outcome, Part, Refused, RetryAt, Sent
from campaign.markup import read
from campaign.message import Choice, FilePart, Message
from tests.channels.telegram_office import eventually
from tests.contract.office import Kind, Office, Seen, Trouble

CHOICES = (Choice("Đã nhận", "seen:12"), Choice("Nộp ảnh/tin", "give:7"))
PLAN = "https://congdoan.vn/ke-hoach?so=46"
TELLING = re.compile(r"[Gg]ửi|[Nn]hờ|[Gg]ọi|[Ll]ưu|[Mm]ở|[Vv]iết|[Đđ]ính kèm")  # a verb that says what to do
CODES = re.compile(r"HTTP|Error|Exception|\b[45]\d\d\b|-\d{2,}|[a-z]+_[a-z]+")


@dataclass(frozen=True)
class Scene:
    office: Office
    kind: Kind
    folder: Path


@dataclass(frozen=True)
class Story:
    act: Callable[[Scene], Awaitable[None]]
    needs: str = ""

    def __str__(self) -> str:
        return self.act.__name__


STORIES: list[Story] = []


def story(needs: str = "") -> Callable[[Callable[[Scene], Awaitable[None]]], Callable[[Scene], Awaitable[None]]]:
    def kept(act: Callable[[Scene], Awaitable[None]]) -> Callable[[Scene], Awaitable[None]]:
        STORIES.append(Story(act, needs))
        return act

    return kept


async def heard(office: Office, count: int = 1) -> list[Event]:
    await eventually(lambda: len(office.inbox.events) >= count)
    return office.inbox.events


def joined(seen: list[Seen]) -> str:
    """Words alone, so that a cut at white space does not matter."""
    return "".join("".join(one.text.split()) for one in seen)


def jpeg(width: int = 640, height: int = 480) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "darkred").save(target, "JPEG")
    return target.getvalue()


def check_whole(event: Event, office: Office) -> None:
    """Ids are texts, the account is ours, and the inbox gets back what it stores."""
    assert (event.channel, event.account) == (office.channel.name, office.channel.account)
    for name in ("event_id", "chat", "sender", *(("message_id",) if event.kind == "message" else ())):
        assert isinstance(getattr(event, name), str)
        assert getattr(event, name), name
    stored = json.loads(json.dumps(event.cleaned().as_json(), ensure_ascii=False))
    assert Event.from_json(stored) == event.cleaned()
    assert abs(event.at - office.clock.now()) < timedelta(minutes=5)
    assert event.at.utcoffset() == timedelta(0)


# Hearing


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


# Speaking


@story()
async def a_text_at_the_limit_goes_in_one_and_a_longer_one_whole_in_several(scene: Scene) -> None:
    abilities = scene.office.channel.abilities
    for letter in ("ệ", "🌸"):
        count = abilities.text_limit // abilities.measure(letter)
        before = len(await scene.office.seen())
        assert [type(one) for one in await scene.office.says(Message(letter * count), key=f"{letter}1")] == [Sent]
        outcomes = await scene.office.says(Message("Mở đầu. " + letter * count), key=f"{letter}2")
        assert [type(one) for one in outcomes] == [Sent, Sent]
        assert joined((await scene.office.seen())[before:]) == letter * count + "Mởđầu." + letter * count


@story()
async def an_announcement_is_marked_where_the_platform_can_and_readable_where_not(scene: Scene) -> None:
    words = read(f"🇻🇳 **Tháng Công nhân**\n- Treo **băng rôn**\nXem [kế hoạch]({PLAN}) ngay")
    for group in (False, True)[: 1 + bool(scene.office.group)]:
        message = Message(words.text, spans=words.spans)
        assert all(isinstance(one, Sent) for one in await scene.office.says(message, group=group, key=f"p{group}"))
        (seen,) = await scene.office.seen(group=group)
        abilities = scene.office.channel.abilities
        shown = "kế hoạch" if abilities.links else f"kế hoạch ({PLAN})"
        assert seen.text == f"🇻🇳 Tháng Công nhân\n• Treo băng rôn\nXem {shown} ngay"
        assert seen.bold == (("Tháng Công nhân", "băng rôn") if abilities.bold else ())
        assert seen.links == ((("kế hoạch", PLAN),) if abilities.links else ())


@story()
async def what_people_wrote_goes_out_letter_for_letter_and_marks_nothing(scene: Scene) -> None:
    said = '<b>đậm</b> & **sao** _gạch_ `mã` [x](javascript:alert(1)) 1 < 2 \\ "nháy" {{ 7 }}'
    await scene.office.says(Message(said))
    (seen,) = await scene.office.seen()
    assert (seen.text, seen.bold, seen.links) == (said, (), ())


@story("photos")
async def a_photo_goes_out_with_its_words_and_an_album_in_full(scene: Scene) -> None:
    files = {f"a{number}": scene.folder / f"a{number}.jpg" for number in range(3)}
    for number, file in enumerate(files.values()):
        file.write_bytes(jpeg(320 + number))
    assert isinstance((await scene.office.says(Message("Băng rôn", photos=("a0",)), files))[0], Sent)
    seen = await scene.office.seen()
    assert (sum(one.photos for one in seen), joined(seen)) == (1, "Băngrôn")
    assert not scene.office.channel.abilities.caption_limit or len(seen) == 1
    outcomes = await scene.office.says(Message("Hội thao", photos=tuple(files)), files, key="p2")
    assert all(isinstance(one, Sent) for one in outcomes)
    seen = await scene.office.seen()
    assert (sum(one.photos for one in seen), joined(seen)) == (4, "BăngrônHộithao")


@story("files")
async def a_file_arrives_under_its_name_byte_for_byte(scene: Scene) -> None:
    file = scene.folder / "5f3a"
    file.write_bytes(b"%PDF-1.4 union " * 900)
    message = Message("Kế hoạch đây", files=(FilePart("f", "Kế hoạch 46.pdf"),))
    assert all(isinstance(one, Sent) for one in await scene.office.says(message, {"f": file}))
    seen = await scene.office.seen()
    assert [one for each in seen for one in each.files] == [("Kế hoạch 46.pdf", file.read_bytes())]
    assert "Kếhoạchđây" in joined(seen)


@story("files")
async def a_file_above_the_limit_is_refused_with_a_sentence(scene: Scene) -> None:
    file = scene.folder / "phim"
    with file.open("wb") as target:
        target.truncate(scene.office.channel.abilities.upload_bytes + 1)
    outcomes = await scene.office.says(Message(files=(FilePart("f", "phim.pdf"),)), {"f": file})
    check_refusal(outcomes[-1])
    assert await scene.office.seen() == []


@story("photos")
async def a_photo_that_is_gone_from_our_disk_is_refused_and_raises_nothing(scene: Scene) -> None:
    (outcome,) = await scene.office.says(Message(photos=("a",)), {"a": scene.folder / "nowhere.jpg"})
    check_refusal(outcome)
    assert await scene.office.seen() == []


def check_refusal(outcome: Outcome) -> None:
    assert isinstance(outcome, Refused)
    assert not outcome.gone
    assert not outcome.closes_channel
    check_sentence(outcome.reason)


def check_sentence(sentence: str) -> None:
    """For a person: short, no code, no exception."""
    assert 10 < len(sentence) <= 350
    assert not CODES.search(sentence), sentence


@story()
async def choices_are_buttons_where_there_are_any_and_numbers_elsewhere(scene: Scene) -> None:
    await _choose(scene, group=False)


@story("group")
async def in_a_group_choices_are_what_groups_have(scene: Scene) -> None:
    await _choose(scene, group=True)


async def _choose(scene: Scene, *, group: bool) -> None:
    office, has_buttons = scene.office, scene.office.channel.abilities.buttons_for(group=group) >= len(CHOICES)
    assert all(isinstance(one, Sent) for one in await office.says(Message("Việc mới", choices=CHOICES), group=group))
    *_, seen = await office.seen(group=group)
    if has_buttons:
        assert (seen.text, seen.labels) == ("Việc mới", ("Đã nhận", "Nộp ảnh/tin"))
        await office.presses("Nộp ảnh/tin", group=group)
    else:
        assert seen.text == "Việc mới\n1. Đã nhận\n2. Nộp ảnh/tin\nTrả lời bằng số."
        await office.writes("2", group=group)
    wanted = "button" if has_buttons else "message"
    await eventually(lambda: [one for one in office.inbox.events if one.kind == wanted])
    *_, event = office.inbox.events
    check_whole(event, office)
    assert (event.kind, event.group) == (wanted, group)
    assert event.action == "give:7" if has_buttons else event.text.endswith("2")


@story("reply")
async def an_answer_stands_under_its_question(scene: Scene) -> None:
    await scene.office.writes("Hạn nộp ngày nào?")
    (asked,) = await heard(scene.office)
    await scene.office.says(Message("Ngày 25/5", reply_to=asked.message_id))
    (seen,) = await scene.office.seen()
    assert seen.reply_to == asked.message_id


# Deeds: exactly where the abilities say so


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


# Trouble


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
