"""One person on several channels: a code of their own leads from the channel they are on to the next one.

Lan:  Thêm nơi nhận tin        (on the square)
Loa:  Mã của riêng anh/chị: 7KDM42QX …  • other: https://other.example/7KDM42QX
Lan:  7KDM42QX                 (on the other)
Loa:  Đây có phải anh/chị Lan, CĐCS Nhà máy số 1? …      [Đồng ý] [Không đồng ý]
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from bot.cli.frame import person_named
from campaign.organisation import invites, people, ways
from campaign.problems import Refusal
from handlers import accounts, joining
from storage.models import Account, AuditEntry, Consent, Invite, Outgoing, Person, Post
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


def test_read_in_a_group_in_whatever_words_it_is_dead(town: Town) -> None:
    """By its owner or by a stranger, as it was sent or inside an address; a word of eight letters is no code."""
    town.group("g9", unit="CS01")
    for user, words in (("lan", "{}"), ("zed", "mã đây: https://other.example/{} nhé"), ("zed", "/lienket {}")):
        code = asks_for_a_code(town, "lan")
        town.says(user, words.format(code), "g9")
        town.says("lan-new", code, channel=OTHER)
        assert "không đúng hoặc đã hết hạn" in town.last("lan-new").text
    assert len(town.texts("g9")) == 3
    town.says("zed", "nhan vien ca hai deu den", "g9")
    assert len(town.texts("g9")) == 3


def test_whoever_did_not_do_it_takes_the_new_account_off_again(town: Town) -> None:
    code, _ = asks_for_a_code(town, "lan"), asks_for_a_code(town, "lan")
    enters_on_the_other(town, "thief", code)
    with town.database.snapshot() as session:
        action = f"notme:{session.exec(select(Account.id).where(Account.channel == CHANNEL)).first()}:1"
    town.hears(town.event("tuan", kind="button", action=action, press="p"))  # an action is no right
    town.presses("lan", "Không phải tôi")
    assert "Đã gỡ nơi nhận tin: other" in town.last("lan").text
    town.says("thief", "việc của tôi", channel=OTHER)
    assert "Anh/chị nhập mã mời" in town.last("thief").text
    with town.database.snapshot() as session:
        assert {row.external_id for row in session.exec(select(Account))} == {"lan", "tuan", "ha"}
        assert session.exec(select(Invite).where(Invite.uses_left > 0)).all() == []
        assert session.exec(select(Consent)).one().withdrawn_at is not None
        lan = people.by_account(session, CHANNEL, "lan")
        assert lan is not None
        assert ways.channels_of(session, lan.id or 0) == [CHANNEL]
    town.presses("lan", "Không phải tôi")
    assert "đã được gỡ" in town.heard("lan")[-1].text
    town.says("lan", "dữ liệu của tôi")
    assert "Đồng ý lưu dữ liệu: chưa có" in town.last("lan").text  # that of the other account counts no more


def test_a_thief_who_adds_a_second_account_is_told_of_where_the_person_reads_too(town: Town) -> None:
    """The first account of the thief stands first in the order of channels; the second must not be told to it alone."""
    enters_on_the_other(town, "thief", asks_for_a_code(town, "lan"))
    with town.database.transaction() as session:
        lan = people.by_account(session, CHANNEL, "lan")
        assert lan is not None
        code = invites.create_for(session, lan, town.now)
    town.says("thief2", code, channel="third")
    town.says("thief2", "Đồng ý", channel="third")
    assert "vừa thêm nơi nhận tin: third" in town.last("lan").text
    told = [heard for heard in town.heard("lan") if "Không phải tôi" in heard.labels]
    for heard in told:
        town.hears(town.event("lan", kind="button", action=heard.choices[0].action, press="p", reply_to=heard.id))
    with town.database.snapshot() as session:
        assert ways.channels_of(session, lan.id or 0) == [CHANNEL]


@pytest.mark.parametrize("words", ["1", "Không phải tôi"])
def test_it_is_taken_off_in_words_too_right_after_the_code_was_asked_for(town: Town, words: str) -> None:
    """Where there are no buttons; the newest question before it is that of the code."""
    enters_on_the_other(town, "thief", asks_for_a_code(town, "lan"))
    town.wait(30)
    town.says("lan", words)
    assert "Đã gỡ nơi nhận tin: other" in town.last("lan").text
    town.says("tuan", "không phải tôi")
    assert "đã được gỡ" in town.last("tuan").text


def test_a_code_leads_nowhere_when_the_post_has_gone_to_somebody_else(town: Town) -> None:
    code, late = asks_for_a_code(town, "lan"), asks_for_a_code(town, "lan")
    town.says("lan-new", code, channel=OTHER)
    with town.database.transaction() as session:
        lan, tuan = people.by_account(session, CHANNEL, "lan"), people.by_account(session, CHANNEL, "tuan")
        assert lan is not None
        assert tuan is not None
        people.hand_over(session, town.unit("CS01", session), lan, tuan, town.now)
    town.says("lan-new", "Đồng ý", channel=OTHER)
    assert "không còn hiệu lực" in town.last("lan-new").text
    town.says("lan-new", "sao vậy", channel=OTHER)
    assert "Anh/chị nhập mã mời" in town.last("lan-new").text
    town.says("another", late, channel=OTHER)
    assert "không đúng hoặc đã hết hạn" in town.last("another").text


def test_what_is_written_down_says_which_words_were_agreed_to_and_that_nobody_was_invited_to_a_post(
    town: Town,
) -> None:
    enters_on_the_other(town, "lan-new", asks_for_a_code(town, "lan"))
    with town.database.snapshot() as session:
        assert session.exec(select(Consent.version)).one() == accounts.CONSENT_VERSION != joining.CONSENT_VERSION
        done = [row.action for row in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]
        assert done[-2:] == ["account.invited", "account.added"]


def test_whoever_was_erased_is_not_brought_back_by_an_old_code(town: Town) -> None:
    code = asks_for_a_code(town, "lan")
    town.says("lan", "xóa dữ liệu")
    town.presses("lan", "Xóa dữ liệu của tôi")
    town.says("lan-new", code, channel=OTHER)
    assert "không đúng hoặc đã hết hạn" in town.last("lan-new").text
    with town.database.snapshot() as session:
        erased = session.exec(select(Person).where(col(Person.erased_at).is_not(None))).one()
        with pytest.raises(Refusal, match="Chưa có ai"):  # nor is a post given to them by their number
            person_named(session, str(erased.id))
