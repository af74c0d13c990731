"""Inside groups: photos under a push or with "#nop" are taken and credited, other talk is left alone."""

from __future__ import annotations

import os
import random

import pytest

from campaign.organisation import chats
from handlers import linking
from storage.models.work import SubmissionState
from tests.stories.test_joining import invited
from tests.stories.town import CHANNEL, Town, local

# `make albums` lives through ten thousand; the usual run keeps the suite short.
PARTS = 3
ALBUMS = int(os.environ.get("LOA_ALBUM_RUNS", "25"))


@pytest.fixture
def cluster(town: Town) -> Town:
    town.group("nhom", cluster="Cụm 1")
    town.assign("Gửi ảnh băng rôn", local(5, 14, 16))
    town.tick()
    return town


def the_push(town: Town, place: str = "nhom") -> str:
    return next(heard.id for heard in town.heard(place) if "Nộp ảnh/tin" in heard.labels)


def test_a_photo_under_the_push_is_credited_to_the_senders_unit(cluster: Town) -> None:
    cluster.sends_photo("tuan", "nhom", reply_to=the_push(cluster), addressed=True)
    cluster.wait(4)
    assert cluster.last("nhom").text == "Đã nhận 1 ảnh của CĐCS Nhà máy số 2. Mã: TC-0001."
    assert cluster.submissions()[0].duty_id is not None


@pytest.mark.parametrize("words", ["#nop", "Nộp ảnh xưởng A", "gửi ảnh ạ", "GUI TIN cụm mình"])
def test_the_words_for_it_are_enough(cluster: Town, words: str) -> None:
    cluster.sends_photo("lan", "nhom", text=words)
    assert [row.state for row in cluster.submissions()] == [SubmissionState.SUBMITTED]


def test_photos_that_come_one_by_one_follow_the_first_with_the_words(cluster: Town) -> None:
    cluster.sends_photo("lan", "nhom", text="#nop cổng A", settle=False)
    cluster.sends_photo("lan", "nhom", settle=False)
    cluster.sends_photo("tuan", "nhom", settle=False)
    cluster.sends_photo("lan", "nhom", settle=False)
    cluster.wait(4)
    assert cluster.last("nhom").text == "Đã nhận 3 ảnh của CĐCS Nhà máy số 1. Mã: TC-0001."
    assert len(cluster.submissions()) == 1
    cluster.wait(11)
    cluster.sends_photo("lan", "nhom")
    assert len(cluster.items(cluster.submissions()[0])) == 3


def test_other_talk_is_left_alone(cluster: Town) -> None:
    before = len(cluster.heard("nhom"))
    cluster.says("lan", "Chiều nay họp lúc mấy giờ vậy cả nhà?", "nhom")
    cluster.sends_photo("lan", "nhom", text="Cơm trưa nay ngon quá")
    cluster.sends_photo("lan", "nhom")
    cluster.wait(60)
    assert len(cluster.heard("nhom")) == before
    assert cluster.submissions() == []


def test_an_album_nobody_asked_us_to_take_is_forgotten(cluster: Town) -> None:
    for _ in range(3):
        cluster.sends_photo("lan", "nhom", album="cười", settle=False)
    assert [row.state for row in cluster.submissions()] == [SubmissionState.WAITING]
    cluster.wait(3700)
    cluster.tick()
    assert cluster.submissions() == []


def test_somebody_unknown_is_told_how_and_keeps_their_place(cluster: Town) -> None:
    cluster.sends_photo("nguoi-la", "nhom", text="#nop")
    assert "chưa biết anh/chị thuộc đơn vị nào" in cluster.last("nhom").text


def test_in_a_units_own_group_anybody_counts_for_the_unit(town: Town) -> None:
    town.group("to-may", unit="CS03")
    town.sends_photo("chi-hong", "to-may", text="#nop treo băng rôn")
    town.wait(4)
    assert "CĐCS Nhà máy số 3" in town.last("to-may").text


def test_seen_by_button_and_by_word(cluster: Town) -> None:
    cluster.presses("lan", "Đã nhận", "nhom")
    assert cluster.heard("nhom")[-1].toast
    cluster.says("tuan", "đã nhận ạ".replace(" ạ", ""), "nhom", reply_to=the_push(cluster), addressed=True)
    cluster.says("ha", "tiến độ")
    cluster.presses("ha", "Ai chưa nhận thông báo cuối?")
    assert "Đã nhận: 2/4" in cluster.last("ha").text


def test_photos_sent_one_by_one_under_the_same_push_are_one_submission(cluster: Town) -> None:
    for _ in range(3):
        cluster.sends_photo("lan", "nhom", reply_to=the_push(cluster), addressed=True)
    cluster.wait(5)
    assert len(cluster.submissions()) == 1
    assert len(cluster.items(cluster.submissions()[0])) == 3


def test_lienket_binds_the_group_and_needs_the_right(town: Town) -> None:
    code = invited(town, "CS01")
    town.hears(town.event("tuan", "nhom-moi", text=f"/lienket {code}", addressed=True))
    town.deliver()
    assert "Chỉ cán bộ phụ trách" in town.last("nhom-moi").text
    town.says("lan", f"liên kết {code}", "nhom-moi", chat_title="Tổ may A")
    assert town.last("nhom-moi").text == "Đã gắn nhóm này với CĐCS Nhà máy số 1."
    chat = town.chat("nhom-moi")
    assert chat is not None
    assert (chat.title, chat.kind) == ("Tổ may A", "group")


def test_a_group_that_moves_keeps_its_unit_and_its_queue(town: Town) -> None:
    town.group("cu", unit="CS01")
    town.hears(town.event("", "cu", kind="migrated", new_chat="moi"))
    town.assign("Gửi ảnh băng rôn", local(5, 14, 16))
    town.tick()
    assert "Gửi ảnh băng rôn" in town.last("moi").text
    assert town.heard("cu") == []


def test_thrown_out_of_a_group_the_reminder_goes_elsewhere(town: Town) -> None:
    town.group("nhom1", unit="CS01")
    town.hears(town.event("", "nhom1", kind="left"))
    chat = town.chat("nhom1")
    assert chat is not None
    assert not chat.active
    town.assign("Gửi ảnh băng rôn", local(5, 11, 16))
    town.tick()
    assert town.heard("nhom1") == []
    assert "Gửi ảnh băng rôn" in town.last("lan").text


def test_where_the_bot_hears_little_it_says_so_once(town: Town) -> None:
    town.hears(town.event("lan", "kin", kind="joined", hears_all=False, chat_title="Kín"))
    town.deliver()
    assert "chỉ thấy tin trả lời" in town.last("kin").text


def test_two_albums_at_once_stay_two_whatever_the_order(town: Town) -> None:
    """Parts shuffled and doubled, the last nine seconds late, "#nop" on any one of them: each album one submission."""
    town.group("nhom", cluster="Cụm 1")
    chance = random.Random(2027)
    for turn in range(ALBUMS):
        _two_albums(town, chance, turn)
    rows = [row for row in town.submissions() if row.code]
    assert len(rows) == 2 * ALBUMS == len(town.submissions())
    assert {len(town.items(row)) for row in rows} == {PARTS}


def _two_albums(town: Town, chance: random.Random, turn: int) -> None:
    parts = []
    for user in ("lan", "tuan"):
        asked = chance.randrange(PARTS)
        parts += [
            town.photo(user, "nhom", album=f"a{turn}", text="#nop" if place == asked else "") for place in range(PARTS)
        ]
    parts.append(chance.choice(parts))
    chance.shuffle(parts)
    *early, late = parts
    for part in early:
        town.hears(part)
    town.wait(9)
    town.hears(late)
    town.wait(4)


def test_private_album_bookkeeping_lives_in_rows_not_in_memory(town: Town) -> None:
    """A restart between two parts changes nothing: another Town on the same database goes on."""
    town.sends_photo("lan", album="x", settle=False)
    again = Town(town.database, now=town.now)
    again.hears(Town.photo(again, "lan", album="x", event_id="other", message_id="2"))
    again.wait(3)
    with again.database.snapshot() as session:
        assert chats.find(session, CHANNEL, "lan") is not None
    assert len(again.items(again.submissions()[0])) == 2


def test_a_refused_link_does_not_use_the_code_up(town: Town) -> None:
    code = invited(town, "CS01", "editor")
    town.says("lan", f"/lienket {code}", "nhom-moi")
    assert "Chỉ cán bộ phụ trách" in town.last("nhom-moi").text
    town.says("ha", f"/lienket {code}", "nhom-moi")
    assert "làm nơi duyệt" in town.last("nhom-moi").text


def test_an_officer_cannot_take_over_the_clusters_group(cluster: Town) -> None:
    cluster.says("lan", f"/lienket {invited(cluster, 'CS01')}", "nhom")
    assert "Chỉ cán bộ phụ trách" in cluster.last("nhom").text
    chat = cluster.chat("nhom")
    assert chat is not None
    assert chat.cluster_id is not None


OURS = {"made_by": "us"}


def test_a_group_made_by_the_office_is_asked_whose_it_is_only_when_nobody_binds_it(town: Town) -> None:
    town.hears(town.event("", "moi", kind="joined", hears_all=True, chat_title="Mới", details=OURS))
    town.wait(5)
    assert town.texts("moi") == []
    town.wait(6)
    assert [text.partition(".")[0] for text in town.texts("moi")] == ["Xin chào cả nhà"]


def test_a_group_bound_in_the_next_moment_is_greeted_once_as_what_it_is(town: Town) -> None:
    town.hears(town.event("", "moi", kind="joined", hears_all=True, chat_title="Mới", details=OURS))
    with town.database.transaction() as session:
        chat = chats.meet(session, CHANNEL, "moi", town.now, group=True)
        chats.bind(session, chat, unit_id=town.unit("CS01", session).id)
        linking.greet_bound(session, chat, "CĐCS Nhà máy số 1")
    town.wait(11)
    town.hears(town.event("", "moi", kind="joined", hears_all=True, event_id="again", details=OURS))
    assert [text.partition(".")[0] for text in town.texts("moi")] == ["Nhóm đã gắn với CĐCS Nhà máy số 1"]
