"""Entering by an invitation, on a phone that has never been here."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from structlog.testing import capture_logs

from bot.channels.webchat import DemoDoor, seat
from storage.models import WebSession
from tests.channels.webchat_office import FEDERATION, MORNING, Cadre, Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


def sessions(office: Office) -> list[WebSession]:
    with office.database.transaction() as session:
        return list(session.exec(select(WebSession)))


async def test_a_link_preview_opens_the_invitation_first_and_uses_nothing_up(office: Office) -> None:
    crawler = office.browser()
    for _ in range(3):
        page = await crawler.get("/w/LG-2027")
        assert page.status_code == 200
        assert f"Vào nhóm chat của {FEDERATION}" in page.text
    assert "set-cookie" not in page.headers
    assert office.events == []
    assert sessions(office) == []


async def test_pressing_the_button_says_start_with_the_code_for_the_person(office: Office) -> None:
    huong = Cadre(office, "Trần Thị Hương")
    answer = await huong.joins("LG-2027")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat")
    (event,) = office.events
    assert (event.kind, event.text, event.chat, event.group) == ("message", "/start LG-2027", huong.room, False)
    assert (await huong.http.get("/chat")).status_code == 200
    assert await huong.sees() == []  # the command itself is not a line for her to read


async def test_the_cookie_is_hidden_from_scripts_and_only_its_hash_is_stored(office: Office) -> None:
    huong = Cadre(office, "Trần Thị Hương")
    answer = await huong.joins()
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # plain http in the office
    token = huong.http.cookies["loa_web"]
    assert len(token) >= 43
    (kept,) = sessions(office)
    assert kept.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in kept.model_dump_json()


async def test_an_invitation_that_met_trouble_leaves_no_code_in_the_log(office: Office) -> None:
    office.trouble = OperationalError("insert", {}, Exception("database is locked"))
    with capture_logs() as log:
        answer = await Cadre(office, "Trần Thị Hương").joins("LG-2027")
    assert answer.status_code == 503
    assert [row["page"] for row in log if row["event"] == "webchat.trouble"] == ["join"]
    assert "LG-2027" not in str(log)


async def test_a_button_pressed_twice_is_one_start(office: Office) -> None:
    huong = Cadre(office, "Trần Thị Hương")
    await huong.joins()
    for _ in range(2):
        await huong.http.post("/w/LG-2027", data={"nonce": "ab12ab12ab12ab12"})
    assert len(office.events) == 2  # the first joining and this one, not three


async def test_a_second_invitation_goes_on_as_the_same_person(office: Office) -> None:
    huong = Cadre(office, "Trần Thị Hương")
    await huong.joins("LG-2027")
    first = huong.user
    await huong.joins("CUM-1")
    assert huong.user == first
    assert len(sessions(office)) == 1


async def test_a_code_typed_by_hand_works_with_spaces_around_it(office: Office) -> None:
    answer = await office.browser().post("/w", data={"code": "  LG 2027 "})
    assert answer.status_code == 303
    assert office.events[0].text == "/start LG2027"


@pytest.mark.parametrize("code", ["mã có dấu", "x" * 65, "<b>"])
async def test_a_code_that_cannot_be_one_is_explained(office: Office, code: str) -> None:
    answer = await office.browser().post("/w", data={"code": code})
    assert answer.status_code == 422
    assert "Mã mời chỉ gồm" in answer.text
    assert office.events == []


async def test_joining_is_slowed_down_for_one_address(office: Office) -> None:
    guesser = office.browser()
    answers = [(await guesser.post(f"/w/GUESS-{number}")).status_code for number in range(21)]
    assert answers[:20] == [303] * 20
    assert answers[20] == 429
    assert "Chờ một phút" in (await guesser.post("/w/GUESS-99")).text
    assert len(office.events) == 20


async def test_a_form_on_a_foreign_page_cannot_join_for_anybody(office: Office) -> None:
    answer = await office.browser().post("/w/LG-2027", headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert office.events == []


async def test_the_front_page_leads_the_known_to_the_chat_and_strangers_to_the_code(office: Office) -> None:
    huong = Cadre(office, "Trần Thị Hương")
    front = await huong.http.get("/")
    assert "Nhập mã mời" in front.text
    assert (await huong.http.get("/chat")).headers["location"] == "/"
    await huong.joins()
    assert (await huong.http.get("/")).headers["location"] == "/chat"


async def test_when_the_inbox_cannot_store_the_start_the_person_is_told_to_try_again(office: Office) -> None:
    office.trouble = OSError(28, "No space left on device")
    answer = await office.browser().post("/w/LG-2027")
    assert answer.status_code == 503
    assert "Chờ một phút" in answer.text


async def test_every_page_forbids_foreign_scripts_and_frames(office: Office) -> None:
    huong = Cadre(office, "Trần Thị Hương")
    await huong.joins()
    for path in ("/w/LG-2027", "/chat", "/chat/static/chat.js", "/chat/messages"):
        policy = (await huong.http.get(path)).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'self'" in policy


def doors() -> list[DemoDoor]:
    return [
        DemoDoor("Chị Hương", "CĐCS Trường THPT Vĩnh Hòa", "/as/1/chat", user="huong"),
        DemoDoor("Anh Dũng", "CĐCS Công ty May", "/as/2/w/LG-2027"),
        DemoDoor("Anh Bình", "CĐCS Bệnh viện", "/as/3/w/LG-2027"),
    ]


async def test_in_the_demo_one_browser_is_several_people_at_once(tmp_path: Path) -> None:
    async with open_office(tmp_path, doors=doors, speed=600) as office:
        hall = await office.browser().get("/")
        assert "Chị Hương" in hall.text
        assert "chạy nhanh 600 lần" in hall.text
        dung, binh = Cadre(office, "Anh Dũng", "/as/2"), Cadre(office, "Anh Bình", "/as/3")
        binh.http = dung.http
        await dung.joins()
        await binh.joins()
        assert dung.user != binh.user
        await dung.sends("Tôi là Dũng")
        await binh.sends("Tôi là Bình")
        assert [line["text"] for line in await dung.sees()] == ["Tôi là Dũng"]
        assert [line["text"] for line in await binh.sees()] == ["Tôi là Bình"]


async def test_a_sample_person_is_entered_without_an_invitation_but_only_through_their_door(tmp_path: Path) -> None:
    async with open_office(tmp_path, doors=doors) as office:
        with office.database.transaction() as session:
            seat(session, "huong", "Chị Hương", MORNING)
            seat(session, "huong", "Chị Hương", MORNING)
        await office.says("u:huong", "Chào chị Hương", "k1")
        visitor = office.browser()
        assert "Chào chị Hương" in (await visitor.get("/as/1/chat")).text
        assert (await visitor.get("/chat")).status_code == 303
        assert (await visitor.get("/as/9/chat")).status_code == 404


async def test_outside_the_demo_there_are_no_doors(office: Office) -> None:
    assert (await office.browser().get("/as/1/chat")).status_code == 404
    assert (await office.browser().get("/hall/clock")).status_code == 404


async def test_an_address_that_was_copied_wrongly_shows_a_way_on(office: Office) -> None:
    answer = await office.browser().get("/w/LG-2027/oi")
    assert answer.status_code == 404
    assert "mở lại đường dẫn trong thư mời" in answer.text
    assert 'href="/"' in answer.text
