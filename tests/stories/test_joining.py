"""A code, consent, a post; refusing leaves nothing behind; guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from campaign.organisation import invites, people
from storage.models import Account, Chat, Consent, Incoming, Person, Post, Talk
from tests.stories.town import CHANNEL, Town


def invited(town: Town, code: str = "CS03", role: str = "officer", **options: object) -> str:
    with town.database.transaction() as session:
        unit = town.unit(code, session)
        assert unit.id is not None
        return invites.create(session, unit.id, role, town.now, **options)  # type: ignore[arg-type]


def test_start_with_a_code_asks_for_consent_before_anything_is_stored(town: Town) -> None:
    town.says("mai", f"/start {invited(town)}")
    assert town.last("mai").labels == ["Đồng ý", "Không đồng ý"]
    with town.database.snapshot() as session:
        assert people.by_account(session, CHANNEL, "mai") is None
        assert town.chat("mai") is None


def test_agreeing_joins_and_keeps_the_proof(town: Town) -> None:
    town.says("mai", invited(town))
    town.presses("mai", "Đồng ý")
    assert "Anh/chị đã vào CĐCS Nhà máy số 3" in town.last("mai").text
    with town.database.snapshot() as session:
        consent = session.exec(select(Consent)).one()
        assert (consent.version, consent.channel, consent.given_at) == ("2026-1", CHANNEL, town.now)
        assert session.exec(select(Post).where(Post.person_id == consent.person_id)).one().role == "officer"


def test_the_word_is_as_good_as_the_button(town: Town) -> None:
    town.says("mai", invited(town).lower())
    town.says("mai", "dong y")
    assert "Anh/chị đã vào" in town.last("mai").text


def test_refusing_leaves_nothing_behind(town: Town) -> None:
    town.says("mai", f"/start {invited(town)}")
    town.presses("mai", "Không đồng ý")
    with town.database.snapshot() as session:
        assert session.exec(select(Person).where(Person.name == "Mai")).all() == []
        assert session.exec(select(Account).where(Account.external_id == "mai")).all() == []
        assert session.exec(select(Chat).where(Chat.external_id == "mai")).all() == []
        assert session.exec(select(Talk)).all() == []
        assert all("Mai" not in str(row.payload) for row in session.exec(select(Incoming)))


@pytest.mark.parametrize("own", [False, True])
def test_two_who_agree_in_the_same_moment_and_the_slower_one_is_told(
    town: Town, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    """Several processes: the code was still good when the slower one looked, and used up when it wanted to use it."""
    with town.database.transaction() as session:
        lan = people.by_account(session, CHANNEL, "lan")
        assert lan is not None
        code = invites.create_for(session, lan, town.now) if own else ""
    code = code or invited(town)
    for user in ("mai", "hoa"):
        town.says(user, code)
    town.presses("mai", "Đồng ý")
    monkeypatch.setattr(invites, "is_usable", lambda session, invite, now: True)
    town.presses("hoa", "Đồng ý")
    assert "vừa được dùng hết" in town.heard("hoa")[-1].text
    with town.database.snapshot() as session:
        assert session.exec(select(Account).where(Account.external_id == "hoa")).all() == []
        assert town.chat("hoa") is None
        assert all(row.payload == {} for row in session.exec(select(Incoming).where(Incoming.chat == "hoa")))


def test_a_code_is_used_up_and_expires(town: Town) -> None:
    code = invited(town)
    town.says("mai", code)
    town.presses("mai", "Đồng ý")
    town.says("son", code)
    assert "không đúng hoặc đã hết hạn" in town.last("son").text
    late = invited(town, lifetime=timedelta(days=1))
    town.wait(2 * 24 * 3600)
    town.says("son", late)
    assert "không đúng hoặc đã hết hạn" in town.last("son").text


def test_two_people_cannot_both_use_the_last_use(town: Town) -> None:
    """Both have read the consent text; the second to agree comes too late."""
    code = invited(town)
    town.says("mai", code)
    town.says("son", code)
    town.presses("mai", "Đồng ý")
    town.presses("son", "Đồng ý")
    assert "không còn hiệu lực" in town.last("son").text


def test_guessing_is_slowed_down(town: Town) -> None:
    code = invited(town)
    for _ in range(5):
        town.says("kevin", "22222222")
    town.says("kevin", code)
    assert "chờ 15 phút" in town.last("kevin").text
    town.wait(16 * 60)
    town.says("kevin", code)
    assert town.last("kevin").labels == ["Đồng ý", "Không đồng ý"]


def test_a_stranger_is_asked_for_a_code_whatever_they_press_or_send(town: Town) -> None:
    town.says("ai-do", "xin chào")
    assert "nhập mã mời" in town.last("ai-do").text
    town.hears(town.event("ai-do", kind="button", action="approve:1", press="p"))
    town.sends_photo("ai-do")
    assert town.submissions() == []


def test_somebody_in_joins_a_second_unit_without_asking_again(town: Town) -> None:
    town.says("lan", invited(town, "CS04"))
    assert "Anh/chị đã vào CĐCS Nhà máy số 4" in town.last("lan").text
    with town.database.snapshot() as session:
        person = people.by_account(session, CHANNEL, "lan")
        assert person is not None
        assert {unit.code for unit in people.reporting_units(session, person.id)} == {"CS01", "CS04"}


def test_names_with_markup_and_hidden_letters_are_shown_plain(town: Town) -> None:
    town.hears(town.event("mai", text=f"/start {invited(town)}", sender_name="<b>Mai\u200b\u202e</b>\nXin"))
    town.deliver()
    town.hears(town.event("mai", kind="button", action="agree", press="p", sender_name="<b>Mai\u200b\u202e</b>\nXin"))
    town.deliver()
    with town.database.snapshot() as session:
        person = people.by_account(session, CHANNEL, "mai")
        assert person is not None
        assert person.name == "<b>Mai</b> Xin"


def test_erasing_takes_the_person_out_and_leaves_the_work(town: Town) -> None:
    town.sends_photo("lan")
    town.presses("lan", "Gửi")
    town.says("lan", "dữ liệu của tôi")
    town.presses("lan", "Rút đồng ý và xóa")
    town.presses("lan", "Xóa dữ liệu của tôi")
    with town.database.snapshot() as session:
        assert people.by_account(session, CHANNEL, "lan") is None
        assert "Lan" not in {person.name for person in session.exec(select(Person))}
    assert len(town.submissions()) == 1
    town.says("lan", "việc của tôi")
    assert "nhập mã mời" in town.last("lan").text


def test_a_unit_is_handed_from_one_cadre_to_another(town: Town) -> None:
    town.assign("Gửi ảnh băng rôn", town.now + timedelta(days=5))
    town.tick()
    with town.database.transaction() as session:
        lan, tuan = people.by_account(session, CHANNEL, "lan"), people.by_account(session, CHANNEL, "tuan")
        assert lan is not None
        assert tuan is not None
        assert people.hand_over(session, town.unit("CS01", session), lan, tuan, town.now) == 1
    town.says("tuan", "việc của tôi")
    assert "Đơn vị còn 2 việc" in town.last("tuan").text
    town.says("lan", "việc của tôi")
    assert "Gửi ảnh băng rôn" not in town.last("lan").text


def test_a_double_tap_on_refuse_blocks_nothing(town: Town) -> None:
    """The second tap waits in the inbox while the first is handled; its own row must stay readable."""
    town.says("mai", f"/start {invited(town)}")
    second = town.event("mai", kind="button", action="refuse", press="p2")
    with town.database.transaction() as session:
        from storage.insert import insert_new

        waiting = Incoming(
            channel=second.channel, account=second.account, event_id=second.event_id, chat=second.chat,
            payload=second.as_json(), received_at=town.now,
        )  # fmt: skip
        insert_new(session, Incoming, [waiting])
    town.presses("mai", "Không đồng ý")
    with town.database.snapshot() as session:
        row = session.exec(select(Incoming).where(Incoming.event_id == second.event_id)).one()
        assert row.payload


def test_a_stranger_in_a_group_cannot_refuse_for_everybody(town: Town) -> None:
    town.group("nhom", cluster="Cụm 1")
    town.sends_photo("lan", "nhom", text="#nop")
    town.hears(town.event("ai-do", "nhom", kind="button", action="refuse", press="p"))
    with town.database.snapshot() as session:
        assert all(row.payload for row in session.exec(select(Incoming).where(Incoming.chat == "nhom")))


def test_whoever_comes_without_a_word_is_told_what_to_type(town: Town) -> None:
    """To follow an account sends us no message: without an answer a person would look at an empty screen."""
    town.hears(town.event("mai", kind="joined", details={"silent": "yes"}))
    town.deliver()
    assert "nhập mã mời" in town.last("mai").text
    town.says("mai", invited(town))
    town.presses("mai", "Đồng ý")
    welcomed = len(town.texts("mai"))
    town.hears(town.event("mai", kind="joined", details={"silent": "yes"}))
    town.deliver()
    assert len(town.texts("mai")) == welcomed  # came back: known already
    town.hears(town.event("nam", kind="joined"))
    town.deliver()
    assert town.texts("nam") == []  # their word comes with them
