"""Where a person wants to be written to: their own word, in "Dữ liệu của tôi".

Lan:  Dữ liệu của tôi
Loa:  … • Nhận tin qua: square, other          [Sửa tên] [Đổi nơi nhận tin] [Rút đồng ý và xóa]
Lan:  Đổi nơi nhận tin
Loa:  Anh/chị muốn nhận tin qua đâu trước? …   [square] [other]
Lan:  other
Loa:  Từ nay hệ thống nhắn anh/chị qua other trước.
"""

from __future__ import annotations

from sqlmodel import select

from storage.models import Chat, Person
from tests.stories.town import CHANNEL, Town


def also_on(town: Town, user: str, channel: str) -> None:
    with town.database.transaction() as session:
        chat = session.exec(select(Chat).where(Chat.external_id == user, Chat.channel == CHANNEL)).one()
        session.add(
            Chat(
                channel=channel, external_id=f"{user}-{channel}", kind="private", person_id=chat.person_id,
                created_at=town.now,
            )
        )  # fmt: skip


def announce(town: Town, words: str) -> None:
    town.says("quan", "gửi thông báo")
    town.says("quan", words)
    town.presses("quan", "Tất cả đơn vị")
    town.presses("quan", "Gửi ngay")


def test_a_person_on_two_channels_says_which_one_they_read(town: Town) -> None:
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    also_on(town, "lan", "other")
    announce(town, "Treo cờ hôm nay")
    assert "Treo cờ hôm nay" in town.texts("lan")
    town.says("lan", "dữ liệu của tôi")
    assert "Nhận tin qua: square, other" in town.last("lan").text
    town.presses("lan", "Đổi nơi nhận tin")
    town.presses("lan", "other")
    assert "qua other trước" in town.last("lan").text
    announce(town, "Treo cờ ngày mai")
    assert "Treo cờ ngày mai" in town.texts("lan-other")
    assert "Treo cờ ngày mai" not in town.texts("lan")


def test_who_is_on_one_channel_is_not_asked(town: Town) -> None:
    town.says("lan", "dữ liệu của tôi")
    assert "Đổi nơi nhận tin" not in town.last("lan").labels
    town.says("lan", "nơi nhận tin")
    assert "mới dùng một nơi" in town.last("lan").text


def test_a_channel_the_person_is_not_on_cannot_be_chosen(town: Town) -> None:
    also_on(town, "lan", "other")
    town.hears(town.event("lan", kind="button", action="way:elsewhere", press="p1"))
    with town.database.snapshot() as session:
        assert set(session.exec(select(Person.prefers))) == {""}
