"""What is written and pressed in the rooms, and who may see it."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.contract import Event, Part, Refused, RetryAt, Sent
from campaign.message import Choice
from tests.channels.webchat_office import GROUP, Cadre, Office, open_office, two_buttons


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


@pytest.fixture
async def huong(office: Office) -> Cadre:
    cadre = Cadre(office, "Trần Thị Hương")
    await cadre.joins(rooms=(GROUP,))
    office.heard.clear()
    return cadre


async def test_a_message_is_heard_and_shown_with_vietnamese_time(office: Office, huong: Cadre) -> None:
    shown = (await huong.sends("  Báo cáo đã treo băng rôn  ")).json()
    (event,) = office.events
    assert (event.kind, event.text, event.chat) == ("message", "Báo cáo đã treo băng rôn", huong.room)
    assert (event.sender, event.sender_name, event.group) == (huong.user, "Trần Thị Hương", False)
    assert (shown["at"], shown["day_text"], shown["mine"]) == ("09:35", "thứ Ba, 20/04/2027", True)
    assert [line["id"] for line in await huong.sees()] == [shown["id"]]


async def test_a_message_sent_again_after_a_lost_answer_is_there_once(office: Office, huong: Cadre) -> None:
    first = await huong.posts("send", "phone-0001", room=huong.room, text="Đã treo xong")
    again = await huong.posts("send", "phone-0001", room=huong.room, text="Đã treo xong")
    assert first.json() == again.json()
    assert len(office.events) == len(await huong.sees()) == 1


async def test_a_message_that_was_not_received_is_not_shown(office: Office, huong: Cadre) -> None:
    office.trouble = OperationalError("insert", {}, Exception("database is locked"))
    answer = await huong.posts("send", "phone-0001", room=huong.room, text="Đã treo xong")
    assert answer.status_code == 503
    assert "Gửi lại" in answer.json()["message"]
    assert await huong.sees() == []
    office.trouble = None
    await huong.posts("send", "phone-0001", room=huong.room, text="Đã treo xong")
    assert len(office.events) == len(await huong.sees()) == 1


async def test_however_quick_the_bot_is_its_answer_stands_below_the_question(office: Office, huong: Cadre) -> None:
    async def at_once(event: Event) -> None:
        await office.says(event.chat, f"Đã nhận: {event.text}", f"reply/{event.event_id}")

    office.answer, office.head_start = at_once, 0.1
    for number in range(2):
        await huong.sends(f"Ảnh {number}")
        await office.answered()
    assert [line["mine"] for line in await huong.sees()] == [True, False] * 2


async def test_a_full_disk_is_said_in_words(office: Office, huong: Cadre) -> None:
    office.trouble = OSError(errno.ENOSPC, "No space left on device")
    answer = await huong.sends("Đã treo xong")
    assert answer.status_code == 507
    assert "hết chỗ" in answer.json()["message"]


async def test_decomposed_letters_and_zero_width_marks_are_cleaned_before_they_are_shown(
    office: Office, huong: Cadre
) -> None:
    shown = (await huong.sends("Ba\u0301o ca\u0301o\u200b xong")).json()
    assert shown["text"] == "Báo cáo xong"


@pytest.mark.parametrize(("length", "status"), [(10_000, 200), (20_001, 413)])
async def test_a_long_text_is_taken_or_refused_with_advice(
    office: Office, huong: Cadre, length: int, status: int
) -> None:
    answer = await huong.sends("a" * length)
    assert answer.status_code == status
    assert len(office.events) == (status == 200)
    assert status == 200 or "Chia thành vài tin" in answer.json()["message"]


async def test_markup_in_a_message_stays_words(office: Office, huong: Cadre) -> None:
    await huong.sends("</script><script>alert(1)</script>")
    page = (await huong.http.get("/chat")).text
    assert "<script>alert" not in page
    assert (await huong.sees())[0]["text"] == "</script><script>alert(1)</script>"


async def test_nobody_sees_or_writes_in_the_room_of_another_person(office: Office, huong: Cadre) -> None:
    dung = Cadre(office, "Lê Văn Dũng")
    await dung.joins("LG-2028")
    office.heard.clear()
    await office.says(huong.room, "Chỉ riêng chị Hương", "push/1", choices=two_buttons())
    line = (await huong.sees())[0]
    assert (await dung.http.get("/chat/messages", params={"room": huong.room})).status_code == 403
    assert (await dung.http.get("/chat/events", params={"room": huong.room})).status_code == 403
    assert (await dung.sends("chen vào", room=huong.room)).status_code == 403
    press = await dung.posts("press", room=huong.room, message=line["id"], action="seen:7")
    assert press.status_code == 403
    assert (await dung.posts("press", room=dung.room, message=line["id"], action="seen:7")).status_code == 409
    assert (await dung.http.get("/chat", params={"room": huong.room})).status_code == 403
    assert office.events == []


async def test_a_right_that_ended_closes_the_group_at_once(office: Office, huong: Cadre) -> None:
    assert (await huong.sends("Chào cả cụm", room=GROUP.id)).status_code == 200
    office.members[huong.user] = []
    assert (await huong.sends("Còn ai không", room=GROUP.id)).status_code == 403
    assert (await huong.http.get("/chat/messages", params={"room": GROUP.id})).status_code == 403


async def test_without_a_session_the_page_is_told_to_use_the_invitation_again(office: Office) -> None:
    stranger = office.browser()
    answer = await stranger.get("/chat/messages")
    assert answer.status_code == 401
    assert "thư mời" in answer.json()["message"]


async def test_only_our_own_page_may_send(office: Office, huong: Cadre) -> None:
    body = {"room": huong.room, "text": "giả", "client_id": "phone-0001"}
    bare = await huong.http.post("/chat/send", json=body)
    foreign = await huong.http.post(
        "/chat/send", json=body, headers={"x-loa": "1", "origin": "https://elsewhere.example"}
    )
    assert (bare.status_code, foreign.status_code) == (403, 403)
    assert office.events == []


async def test_in_a_group_the_name_of_the_sender_is_shown_to_the_others(office: Office, huong: Cadre) -> None:
    binh = Cadre(office, "Phạm Văn Bình")
    await binh.joins("LG-2029", rooms=(GROUP,))
    office.heard.clear()
    await huong.sends("Chào cả cụm", room=GROUP.id)
    (event,) = office.events
    assert (event.group, event.chat, event.chat_title, event.addressed) == (True, GROUP.id, GROUP.title, False)
    (line,) = await binh.sees(GROUP.id)
    assert (line["name"], line["mine"]) == ("Trần Thị Hương", False)


@pytest.mark.parametrize("text", ["@loa nộp ảnh", "Gửi @LOA tin mới", "/lienket LG-2027"])
async def test_in_a_group_the_bot_is_addressed_by_name_or_command(office: Office, huong: Cadre, text: str) -> None:
    await huong.sends(text, room=GROUP.id)
    assert office.events[0].addressed


async def test_answering_a_push_in_the_group_addresses_the_bot_under_that_push(office: Office, huong: Cadre) -> None:
    await office.says(GROUP.id, "Treo băng rôn trước 25/4", "push/9/chat/3")
    push = (await huong.sees(GROUP.id))[0]
    shown = (await huong.sends("Đơn vị tôi xong rồi", room=GROUP.id, reply_to=str(push["id"]))).json()
    assert (office.events[0].reply_to, office.events[0].addressed) == ("push/9/chat/3", True)
    assert shown["reply"]["text"] == "Treo băng rôn trước 25/4"


async def test_a_button_reaches_the_bot_with_its_action_and_message(office: Office, huong: Cadre) -> None:
    await office.says(huong.room, "Việc mới", "push/1", choices=two_buttons())
    line = (await huong.sees())[0]
    answer = await huong.posts("press", "press-0001", room=huong.room, message=line["id"], action="seen:7")
    (event,) = office.events
    assert (event.kind, event.action, event.message_id) == ("button", "seen:7", "push/1")
    assert event.press == answer.json()["press"]


async def test_a_button_pressed_again_is_passed_on_or_known_but_never_breaks(office: Office, huong: Cadre) -> None:
    await office.says(huong.room, "Việc mới", "push/1", choices=two_buttons())
    line = (await huong.sees())[0]
    for client_id in ("press-0001", "press-0001", "press-0002"):
        answer = await huong.posts("press", client_id, room=huong.room, message=line["id"], action="seen:7")
        assert answer.status_code == 200
    assert [event.event_id.rpartition(":")[2] for event in office.events] == ["press-0001", "press-0002"]


async def test_an_action_the_bot_never_offered_there_is_refused(office: Office, huong: Cadre) -> None:
    await office.says(huong.room, "Việc mới", "push/1", choices=two_buttons())
    mine = (await huong.sends("duyệt đi")).json()
    office.heard.clear()
    push = (await huong.sees())[0]
    for message, action in [(push["id"], "approve:1"), (mine["id"], "seen:7"), (999, "seen:7"), ("x", "seen:7")]:
        answer = await huong.posts("press", room=huong.room, message=message, action=action)
        assert answer.status_code == 409
        assert "không còn dùng được" in answer.json()["message"]
    assert office.events == []


async def test_buttons_that_an_edit_took_away_are_dead(office: Office, huong: Cadre) -> None:
    await office.says(huong.room, "Duyệt tin này?", "card", choices=(Choice("Duyệt", "approve:1"),))
    assert await office.says(huong.room, "Đã duyệt lúc 09:40", "card-2", edits="card") == Sent(("card",))
    (line,) = await huong.sees()
    assert (line["text"], line["choices"], line["edited"]) == ("Đã duyệt lúc 09:40", [], True)
    assert (await huong.posts("press", room=huong.room, message=line["id"], action="approve:1")).status_code == 409


async def test_a_notice_for_one_presser_is_seen_by_nobody_else(office: Office, huong: Cadre) -> None:
    binh = Cadre(office, "Phạm Văn Bình")
    await binh.joins("LG-2029", rooms=(GROUP,))
    await office.says(GROUP.id, "Việc mới", "push/1", choices=two_buttons())
    line = (await huong.sees(GROUP.id))[0]
    press = await huong.posts("press", room=GROUP.id, message=line["id"], action="seen:7")
    await office.says(GROUP.id, "Đã ghi nhận, cảm ơn chị.", "toast/1", toast=press.json()["press"])
    assert [one.get("toast") for one in await huong.sees(GROUP.id)] == [None, press.json()["press"]]
    assert len(await binh.sees(GROUP.id)) == 1
    assert "Đã ghi nhận" not in (await huong.http.get("/chat", params={"room": GROUP.id})).text


async def test_the_bot_says_the_same_thing_once_when_it_is_sent_again_after_a_crash(
    office: Office, huong: Cadre
) -> None:
    first = await office.says(huong.room, "Nhắc việc", "digest/1")
    assert first == await office.says(huong.room, "Nhắc việc", "digest/1") == Sent(("digest/1",))
    assert len(await huong.sees()) == 1


async def test_a_decision_stands_under_the_message_it_is_about(office: Office, huong: Cadre) -> None:
    await huong.sends("Tin: lễ phát động Tháng Công nhân")
    await office.says(huong.room, "Tin của chị đã được duyệt.", "decision/1", reply_to=office.events[0].message_id)
    assert (await huong.sees())[-1]["reply"]["text"] == "Tin: lễ phát động Tháng Công nhân"


async def test_somebody_who_is_no_longer_there_is_reported_gone(office: Office) -> None:
    outcome = await office.says("u:nobody", "Chào", "push/5")
    assert isinstance(outcome, Refused)
    assert outcome.gone


async def test_a_database_that_is_locked_postpones_what_the_bot_says(
    office: Office, huong: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(office.database, "write", locked)
        assert isinstance(await office.says(huong.room, "Nhắc việc", "digest/1"), RetryAt)
    assert await huong.sees() == []


async def test_older_lines_come_page_by_page(office: Office, huong: Cadre) -> None:
    for number in range(60):
        await office.says(huong.room, f"Tin {number}", f"push/{number}")
    page = (await huong.http.get("/chat/messages", params={"before": 51})).json()
    assert (page["messages"][0]["text"], len(page["messages"]), page["more"]) == ("Tin 0", 50, True)
    page = (await huong.http.get("/chat/messages", params={"before": 5})).json()
    assert ([line["text"] for line in page["messages"]][-1], page["more"]) == ("Tin 3", False)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"client_id": "short"}', b'{"client_id": "phone-0001", "text": 5}']
)
async def test_a_broken_request_is_answered_not_crashed(office: Office, huong: Cadre, body: bytes) -> None:
    answer = await huong.http.post("/chat/send", content=body, headers={"x-loa": "1"})
    assert answer.status_code == 422
    assert answer.json()["message"]


# -- taking back, pinning ----------------------------------------------------------------------------------------------


async def test_a_pinned_line_stands_at_the_top_of_its_room_until_it_is_taken_down(office: Office, huong: Cadre) -> None:
    office.members[huong.user] = [GROUP]
    for key, text in (("p1:1", "Gửi ảnh\ntrước ngày 20/5"), ("p2:1", "Treo cờ")):
        await office.says(GROUP.id, text, key)
    for key in ("p1:1", "p2:1", "p1:1"):
        await office.channel.send(Part(key=f"pin:{key}", to=GROUP.id, pins=key))
    assert (await huong.pinned())[GROUP.id] == {"id": office.lines()[-2].id, "text": "Gửi ảnh trước ngày 20/5"}
    assert (await huong.pinned())[huong.room] is None
    for _ in range(2):
        await office.channel.send(Part(key="unpin:1", to=GROUP.id, unpins="p1:1"))
    assert (await huong.pinned())[GROUP.id]["text"] == "Treo cờ"


async def test_a_line_that_is_taken_back_leaves_a_word_and_no_buttons_and_is_pinned_no_more(
    office: Office, huong: Cadre
) -> None:
    await office.says(huong.room, "Họp 8h", "p1:1", choices=(Choice("Đã nhận", "seen:1"),))
    await office.channel.send(Part(key="pin:1", to=huong.room, pins="p1:1"))
    for _ in range(2):
        assert await office.channel.send(Part(key="fix1:1:delete/p1:1", to=huong.room, deletes="p1:1")) == Sent(())
    (line,) = [seen for seen in await huong.sees() if seen["bot"]]
    assert (line["text"], line["choices"], line["gone"]) == ("Tin này đã được thu hồi.", [], True)
    assert (await huong.pinned())[huong.room] is None


async def test_what_a_person_wrote_is_never_taken_back_by_the_bot(office: Office, huong: Cadre) -> None:
    await huong.sends("Tôi đã gửi ảnh")
    key = office.lines()[-1].key
    await office.channel.send(Part(key="fix", to=huong.room, deletes=key))
    assert (await huong.sees())[-1]["text"] == "Tôi đã gửi ảnh"
