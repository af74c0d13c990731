"""On a platform that shows the bot little: people learn once how to reach it, and are never left without an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers import hidden
from handlers.context import House
from tests.stories.town import Town, local

DOOR = "https://zalo.example/bot"


class NarrowTown(Town):
    """Its platform lets through from groups only what calls the bot, and no photos."""

    @property
    def house(self) -> House:
        return replace(super().house, door=lambda channel: DOOR, address="https://loa.example.vn")

    def calls(self, user: str, text: str, chat: str = "nhom") -> None:
        """As the channel hears it: the first message of a group brings word that the bot is there."""
        joined = self.event(user, chat, kind="joined", event_id=f"first:{chat}", hears_all=False)
        self.hears(replace(joined, message_id=""))
        self.says(user, text, chat, addressed=True, hears_all=False)


@pytest.fixture
def narrow(town: Town) -> NarrowTown:
    return NarrowTown(town.database)


def test_the_group_is_told_once_where_photos_go(narrow: NarrowTown) -> None:
    narrow.calls("lan", "lienket")
    narrow.calls("lan", "cảm ơn bot")
    narrow.calls("tuan", "bot ơi")
    told = [text for text in narrow.texts("nhom") if "chỉ thấy tin có nhắc tên trợ lý" in text]
    assert len(told) == 1
    assert DOOR in told[0]
    assert "#nop" not in " ".join(narrow.texts("nhom"))


def test_each_person_gets_the_way_to_the_private_chat_once(narrow: NarrowTown) -> None:
    for user in ("lan", "tuan", "minh", "minh", "tuan", "lan"):
        narrow.calls(user, "bot làm được gì")
    doors = [text for text in narrow.texts("nhom") if text.startswith("Anh/chị nhắn riêng")]
    assert len(doors) == 2  # Lan, who called the bot first, read it in the greeting
    assert all(DOOR in text for text in doors)


def test_a_number_spoken_to_the_bot_answers_what_it_asked_last(narrow: NarrowTown) -> None:
    narrow.group("nhom", unit="CS01")
    narrow.assign("Gửi ảnh băng rôn", local(5, 14, 16))
    narrow.tick()
    labels = narrow.last("nhom").labels
    narrow.calls("lan", str(labels.index("Nộp ảnh/tin") + 1))
    assert narrow.last("nhom").text == hidden.GIVE.format(where=DOOR)


def test_a_number_between_people_answers_nothing(narrow: NarrowTown) -> None:
    narrow.group("nhom", unit="CS01")
    narrow.assign("Gửi ảnh băng rôn", local(5, 14, 16))
    narrow.tick()
    before = len(narrow.heard("nhom"))
    narrow.says("lan", "2", "nhom")
    assert len(narrow.heard("nhom")) == before


def test_several_files_it_cannot_see_get_one_answer_that_says_what_to_do(narrow: NarrowTown) -> None:
    for _ in range(3):
        narrow.hears(narrow.event("lan", details={"unreadable": "file"}))
    narrow.wait(3)
    (answer,) = narrow.texts("lan")
    assert "Anh/chị gửi ảnh hoặc gõ chữ" in answer
    assert "https://loa.example.vn" in answer


def test_without_a_web_page_files_go_by_hand(town: Town) -> None:
    town.hears(town.event("lan", details={"unreadable": "file"}))
    town.wait(3)
    assert hidden.FILE_BY_HAND in town.last("lan").text


def test_a_stranger_who_sends_a_file_is_asked_for_the_code(narrow: NarrowTown) -> None:
    narrow.hears(narrow.event("minh", details={"unreadable": "file"}))
    narrow.wait(3)
    assert "mã mời" in narrow.last("minh").text


def test_elsewhere_nothing_changes(town: Town) -> None:
    town.hears(town.event("lan", "nhom", kind="joined", hears_all=False))
    town.says("lan", "bot làm được gì", "nhom", addressed=True)
    town.wait(1)
    assert len(town.texts("nhom")) == 1
    assert "#nop" in town.texts("nhom")[0]
