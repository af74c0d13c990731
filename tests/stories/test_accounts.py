"""One person on several channels: a code of their own leads from the channel they are on to the next one.

Lan:  Thêm nơi nhận tin        (on the square)
Loa:  Mã của riêng anh/chị: 7KDM42QX …  • other: https://other.example/7KDM42QX
Lan:  7KDM42QX                 (on the other)
Loa:  Đây có phải anh/chị Lan, CĐCS Nhà máy số 1? …      [Đồng ý] [Không đồng ý]
"""

from __future__ import annotations

import re
from datetime import timedelta

from sqlmodel import func, select

from campaign.organisation import people, ways
from storage.models import Account, Consent, Outgoing, Person, Post
from storage.models.messages import OutgoingState
from tests.stories.test_ways import announce
from tests.stories.town import CHANNEL, Town

OTHER = "other"


def asks_for_a_code(town: Town, user: str) -> str:
    town.channels = (CHANNEL, OTHER)
    town.says(user, "dữ liệu của tôi")
    town.presses(user, "Thêm nơi nhận tin")
    found = re.search(r"riêng anh/chị: (\w{8})", town.last(user).text)
    assert found is not None
    return found[1]


def enters_on_the_other(town: Town, user: str, code: str) -> None:
    town.says(user, code, channel=OTHER)
    assert "Đây có phải anh/chị Lan, CĐCS Nhà máy số 1?" in town.last(user).text
    town.says(user, "Đồng ý", channel=OTHER)


def test_the_same_person_on_one_more_channel_and_still_one_copy(town: Town) -> None:
    code = asks_for_a_code(town, "lan")
    assert f"• other: https://other.example/{code}" in town.last("lan").text
    assert "square" not in town.last("lan").text
    enters_on_the_other(town, "lan-new", code)
    assert "Anh/chị Lan nhận tin qua: other, square" in town.last("lan-new").text
    assert "vừa thêm nơi nhận tin: other" in town.last("lan").text
    with town.database.snapshot() as session:
        lan = people.by_account(session, OTHER, "lan-new")
        assert lan is not None
        assert lan == people.by_account(session, CHANNEL, "lan")
        assert ways.channels_of(session, lan.id or 0) == [OTHER, CHANNEL]
        assert session.exec(select(func.count()).select_from(Post).where(Post.person_id == lan.id)).one() == 1
        assert [c.channel for c in session.exec(select(Consent).where(Consent.person_id == lan.id))] == [OTHER]
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    announce(town, "Treo cờ hôm nay")
    with town.database.snapshot() as session:
        sent = session.exec(select(Outgoing).where(Outgoing.push_id == 1, Outgoing.state == OutgoingState.SENT)).all()
    assert [row.to for row in sent if row.to.startswith("lan")] == ["lan-new"]


def test_a_code_of_ones_own_is_used_once_and_soon_worth_nothing(town: Town) -> None:
    code = asks_for_a_code(town, "lan")
    enters_on_the_other(town, "lan-new", code)
    town.says("thief", code, channel=OTHER)
    assert "không đúng hoặc đã hết hạn" in town.last("thief").text
    late = asks_for_a_code(town, "tuan")
    town.now += timedelta(minutes=61)
    town.says("tuan-new", late, channel=OTHER)
    assert "không đúng hoặc đã hết hạn" in town.last("tuan-new").text


def test_it_makes_nobody_somebody_else(town: Town) -> None:
    code = asks_for_a_code(town, "lan")
    town.says("lan", code)
    assert "đã là một nơi nhận tin của anh/chị" in town.last("lan").text
    town.says("tuan", code)
    assert "đang là Tuan, nên chưa nhập chung với Lan được" in town.last("tuan").text
    town.says("lan-new", code, channel=OTHER)
    town.says("lan-new", "Không đồng ý", channel=OTHER)
    with town.database.snapshot() as session:
        assert session.exec(select(Account).where(Account.channel == OTHER)).all() == []
        assert len(session.exec(select(Person)).all()) == 3


def test_read_aloud_in_a_group_it_binds_nothing_and_is_dead(town: Town) -> None:
    town.group("g9")
    code = asks_for_a_code(town, "lan")
    town.says("lan", f"/lienket {code}", "g9")
    assert "mã riêng của một người" in town.last("g9").text
    chat = town.chat("g9")
    assert chat is not None
    assert chat.unit_id is None
    town.says("lan-new", code, channel=OTHER)
    assert "không đúng hoặc đã hết hạn" in town.last("lan-new").text


def test_whoever_was_erased_is_not_brought_back_by_an_old_code(town: Town) -> None:
    code = asks_for_a_code(town, "lan")
    town.says("lan", "xóa dữ liệu")
    town.presses("lan", "Xóa dữ liệu của tôi")
    town.says("lan-new", code, channel=OTHER)
    assert "không đúng hoặc đã hết hạn" in town.last("lan-new").text
