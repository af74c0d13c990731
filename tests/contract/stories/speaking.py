"""What the bot says arrives whole, marked and answered as the platform can."""

from __future__ import annotations

from bot.channels.contract import Sent
from campaign.markup import read
from campaign.message import FilePart, Message
from tests.channels.telegram_office import eventually
from tests.contract.stories.base import (
    CHOICES,
    PLAN,
    Scene,
    check_refusal,
    check_whole,
    heard,
    joined,
    jpeg,
    story,
)


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
        how = "Bấm giữ tin này, chọn Trả lời, gõ số." if group else "Trả lời bằng số."
        assert seen.text == f"Việc mới\n1. Đã nhận\n2. Nộp ảnh/tin\n{how}"
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
