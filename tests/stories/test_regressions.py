"""What an attacker or bad luck once did to us, told again so that it stays mended."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from bot.scheduler import tick
from campaign.organisation import chats, clusters, people
from handlers import broadcasting
from storage.models import Account, Chat, Cluster, ClusterMember, Person, Push, Receipt
from storage.models.work import SubmissionState
from tests.stories.town import CHANNEL, HOURS, Town, local


def handed_in(town: Town, **parts: object) -> None:
    town.sends_photo("lan", **parts)
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()


def test_an_admin_of_one_unit_cannot_address_roles_of_the_whole_province(town: Town) -> None:
    town.settle("mai", "CS01", "admin")  # type: ignore[arg-type]
    town.settle("sep", "LDLD", "leader")  # type: ignore[arg-type]
    town.says("mai", "gửi thông báo")
    town.says("mai", "Tin vượt quyền")
    town.hears(town.event("mai", kind="button", action="pushto:role:leader", press="p"))
    town.hears(town.event("mai", kind="button", action="pushsend:now:2", press="p2"))
    town.deliver()
    assert not any("Tin vượt quyền" in text for text in town.texts("sep"))


def test_nor_by_typing_the_role_behind_the_code_of_the_unit(town: Town) -> None:
    town.settle("mai", "CS01", "admin")  # type: ignore[arg-type]
    town.settle("sep", "LDLD", "leader")  # type: ignore[arg-type]
    town.says("mai", "gửi thông báo")
    town.says("mai", "Tin vượt quyền")
    town.says("mai", "CS01+role:leader")
    assert town.last("mai").text == broadcasting.NO_RIGHT
    town.says("mai", "CS01")
    town.presses("mai", "Gửi ngay")
    assert not any("Tin vượt quyền" in text for text in town.texts("sep"))


def test_an_editor_of_one_unit_sees_only_that_unit_missing(town: Town) -> None:
    town.settle("mai", "CS01", "editor")  # type: ignore[arg-type]
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    town.says("mai", "tiến độ")
    town.presses("mai", "Ai chưa nhận thông báo cuối?")
    assert "Nhà máy số 1" in town.last("mai").text
    assert "Nhà máy số 2" not in town.last("mai").text


def test_a_digest_waiting_in_another_channel_is_taken_back_too(town: Town) -> None:
    """Lan was reminded on one channel and sends from another: by then the second is the one heard from last."""
    town.assign("Gửi ảnh băng rôn", local(5, 11, 16))
    town.tick()
    with town.database.transaction() as session:
        lan = people.by_account(session, CHANNEL, "lan")
        assert lan is not None
        assert lan.id is not None
        session.add(Account(channel=CHANNEL, external_id="lan-2", person_id=lan.id, name="Lan"))
        other = chats.meet(session, CHANNEL, "lan-2", town.now - timedelta(days=1), group=False)
        chats.bind(session, other, person_id=lan.id)
    town.sleep_until(local(5, 10, 14))
    with town.database.transaction() as session:
        tick(session, town.now, town.house)
    for heard in (town.photo("lan-2"), town.event("lan-2", kind="button", action="handin", press="p")):
        town.hears(heard)
    town.deliver()
    assert not any(text.startswith("Nhắc việc") for text in town.texts("lan") + town.texts("lan-2"))


def test_a_late_push_merged_after_todays_digest_is_still_told(town: Town) -> None:
    town.assign("Gửi ảnh băng rôn", local(5, 11, 16))
    town.tick()
    town.sleep_until(local(5, 10, 14))
    town.tick()
    with town.database.transaction() as session:
        session.add(
            Push(
                key="w", kind="window", campaign_id=1, audience="all", text="Còn một tuần nữa hết đợt",
                due_at=town.now - timedelta(hours=5), late_policy="merge",
            )
        )  # fmt: skip
    town.wait(60)
    town.tick()
    assert any("Còn một tuần nữa hết đợt" in text for text in town.texts("lan"))


def test_an_editor_decides_on_the_words_that_are_kept(town: Town) -> None:
    town.sends_photo("lan", text="Chữ ban đầu", message_id="m1")
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    town.hears(town.event("lan", kind="edited", text="Chữ đã sửa", message_id="m1"))
    town.deliver()
    assert "Chữ đã sửa" in town.last("ha").text
    assert "Duyệt" in town.last("ha").labels


def test_a_part_that_comes_after_the_decision_is_not_slipped_in(town: Town) -> None:
    town.sends_photo("lan", album="x", settle=False)
    town.sends_photo("lan", album="x")
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    town.presses("ha", "Duyệt")
    town.sends_photo("lan", album="x")
    first, second = town.submissions()
    assert (first.state, len(town.items(first))) == (SubmissionState.APPROVED, 2)
    assert second.state == SubmissionState.DRAFT


def test_a_post_that_ended_hands_nothing_in(town: Town) -> None:
    town.sends_photo("lan")
    with town.database.transaction() as session:
        lan, tuan = people.by_account(session, CHANNEL, "lan"), people.by_account(session, CHANNEL, "tuan")
        assert lan is not None
        assert tuan is not None
        people.hand_over(session, town.unit("CS01", session), lan, tuan, town.now)
    town.presses("lan", "Gửi")
    assert "không còn phụ trách" in town.last("lan").text
    assert town.submissions()[0].state == SubmissionState.DRAFT


def test_a_question_under_a_push_is_no_submission(town: Town) -> None:
    town.group("nhom", unit="CS01")
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    push = town.heard("nhom")[0].id
    words = "Dạ cả nhà cho em hỏi khi nào thì hết hạn gửi ảnh băng rôn ạ?"
    town.says("lan", words, "nhom", reply_to=push, addressed=True)
    assert town.submissions() == []


def test_editors_may_talk_in_their_own_room(town: Town) -> None:
    town.group("ban-bien-tap", unit="LDLD", purpose="admin")
    handed_in(town)
    card = town.last("ban-bien-tap").id
    town.says("ha", "Ảnh này đẹp đấy, mọi người xem có dùng làm bìa được không nhé", "ban-bien-tap", reply_to=card)
    town.presses("ha", "Không đăng", "ban-bien-tap")
    town.says("ha", "Chiều nay họp mấy giờ cả nhà?", "ban-bien-tap")
    assert [row.state for row in town.submissions()] == [SubmissionState.SUBMITTED]
    question = next(heard for heard in reversed(town.heard("ban-bien-tap")) if "Vì sao không đăng" in heard.text)
    town.says("ha", "Ảnh chưa rõ biển tên", "ban-bien-tap", reply_to=question.id, addressed=True)
    assert "Ý kiến: Ảnh chưa rõ biển tên" in town.last("lan").text


def test_a_caption_is_not_taken_for_a_search(town: Town) -> None:
    town.says("lan", "khẩu hiệu")
    town.sends_photo("lan")
    town.says("lan", "Treo băng rôn tại cổng chính")
    town.wait(3)
    assert town.submissions()[0].text == "Treo băng rôn tại cổng chính"


def test_the_groups_digest_answers_for_the_groups_unit(town: Town) -> None:
    town.group("nhom4", unit="CS04")
    town.assign("Gửi ảnh băng rôn", local(5, 11, 16))
    town.tick()
    town.sleep_until(local(5, 10, 14))
    town.tick()
    town.presses("ai-do", "Việc của tôi", "nhom4")
    assert "Gửi ảnh băng rôn" in town.last("nhom4").text


def test_a_clusters_group_hears_on_in_the_new_year(town: Town) -> None:
    town.group("nhom", cluster="Cụm 1")
    with town.database.transaction() as session:
        clusters.copy_year(session, 2027, 2028)
        old = session.exec(select(Cluster).where(Cluster.year == 2027, Cluster.name == "Cụm 1")).one()
        new = session.exec(select(Cluster).where(Cluster.year == 2028, Cluster.name == "Cụm 1")).one()
        assert old.id != new.id
        gone = session.exec(select(ClusterMember).where(ClusterMember.cluster_id == new.id)).first()
        session.delete(gone)
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16), audience="cluster:Cụm 1")
    town.tick()
    assert "Gửi ảnh băng rôn" in town.last("nhom").text


def test_correcting_one_letter_touches_nothing_else(town: Town) -> None:
    town.sends_photo("lan", text="a", message_id="m1")
    town.says("lan", "Công nhân của xưởng may")
    town.hears(town.event("lan", kind="edited", text="b", message_id="m1"))
    assert town.submissions()[0].text == "b\nCông nhân của xưởng may"


def test_nobody_is_left_behind_by_name(town: Town) -> None:
    """Erased people keep no name anywhere that this program shows."""
    town.says("lan", "xóa dữ liệu")
    town.presses("lan", "Xóa dữ liệu của tôi")
    with town.database.snapshot() as session:
        assert session.exec(select(Person).where(Person.name == "Lan")).all() == []
        assert session.exec(select(Chat).where(Chat.external_id == "lan", Chat.active == True)).all() == []  # noqa: E712


def test_half_an_emoji_breaks_nothing(town: Town) -> None:
    town.sends_photo("lan", text="hi \ud83d")
    assert town.submissions()[0].text == "hi"


def test_a_push_that_waited_does_not_reach_somebody_who_has_left(town: Town) -> None:
    with town.database.transaction() as session:
        from campaign.work import pushes

        pushes.ad_hoc(session, "Sáng mai họp", "unit:CS01", town.now, HOURS)
    town.says("lan", "xóa dữ liệu")
    before = town.chat("lan")
    town.presses("lan", "Xóa dữ liệu của tôi")
    town.wait(3600)
    assert before is not None
    assert "Sáng mai họp" not in town.texts("lan")


def test_a_number_answers_the_question_not_the_push_that_slipped_in(town: Town) -> None:
    town.says("lan", "trang chủ")
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    town.says("lan", "4")
    assert "Lịch, hạn nộp" in town.last("lan").text or "Chưa có hạn" in town.last("lan").text
    town.says("lan", "việc của tôi")
    assert "Gửi ảnh băng rôn" in town.last("lan").text


def test_one_push_nobody_can_read_does_not_stop_the_others(town: Town) -> None:
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    with town.database.transaction() as session:
        session.add(Push(key="bad", kind="adhoc", audience="???", text="Hỏng", due_at=town.now, unit_id=1))
    town.tick()
    assert "Gửi ảnh băng rôn" in town.last("lan").text
    assert any("Chưa gửi được thông báo “Hỏng”" in text for text in town.texts("ha"))


def test_more_for_one_unit_does_not_relabel_the_draft_of_another(town: Town) -> None:
    town.settle("lan", "CS02")
    town.sends_photo("lan")
    town.presses("lan", "CĐCS Nhà máy số 1")
    town.wait(3)
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    town.presses("ha", "Đề nghị bổ sung")
    town.presses("ha", "Ảnh mờ hoặc tối")
    town.sends_photo("lan")
    town.presses("lan", "CĐCS Nhà máy số 2")
    town.presses("lan", "Gửi bổ sung")
    units = {row.code or "nháp": row.unit_id for row in town.submissions()}
    assert units["nháp"] != units["TC-0001"]


def test_an_admin_binds_a_cluster_by_its_name(town: Town) -> None:
    town.settle("quan", "LDLD", "admin")  # type: ignore[arg-type]
    town.says("tuan", "/lienket Cụm 1", "nhom-cum")
    assert town.chat("nhom-cum") is None
    town.says("quan", "/lienket cụm 1", "nhom-cum")
    assert town.last("nhom-cum").text == "Đã gắn nhóm này với Cụm 1."


def test_a_number_typed_before_an_outage_does_not_answer_what_was_asked_after_it(town: Town) -> None:
    """Lan answered "1" to "Gửi bản tin này?" at half past eight; it reached us at ten, after a new announcement."""
    town.says("lan", "Công nhân xưởng dệt treo băng rôn sáng nay.")
    town.wait(5)
    typed = town.now + timedelta(seconds=30)
    town.wait(5400)
    town.assign("Gửi ảnh băng rôn", local(5, 20, 16))
    town.tick()
    assert town.last("lan").labels[0] == "Đã nhận"
    town.says("lan", "1", at=typed)
    with town.database.snapshot() as session:
        assert session.exec(select(Receipt)).all() == []
    assert [row.state for row in town.submissions()] == [SubmissionState.SUBMITTED]
