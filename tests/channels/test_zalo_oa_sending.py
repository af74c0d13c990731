"""One part, one message, and an honest word about what became of it."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.contract import Recipient, Refused, RetryAt, Sent, Unknown
from bot.channels.split import split_text
from bot.channels.zalo_oa.limits import ABILITIES
from bot.channels.zalo_oa.sending import spoken
from campaign.message import Choice, FilePart
from campaign.work.reach import Way
from storage.models import Outgoing
from tests.channels.zalo_oa_office import Office, office, part, picture
from tests.fakes.zalo_oa import Limits, Person, faults

BUTTONS = (Choice("Đã nhận", "seen:1"), Choice("Xem việc", "duties"))
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
TEMPLATE = {"approved": True, "tag": 2, "price": 200, "params": {"noi_dung": 400}}


def follower(desk: Office, name: str = "Lan") -> Person:
    return desk.oa.user(name, follows=True)


# Saying


async def test_words_reach_a_person_and_a_group(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        group = desk.oa.group("Cụm 1", [lan])
        for place in (lan, group):
            outcome = await desk.channel.send(part(place, "Mời treo cờ"))
            assert outcome == Sent((desk.oa.last(place).id,))
        assert desk.oa.texts() == ["Mời treo cờ"] * 2


async def test_buttons_come_back_as_the_action_they_carry(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        await desk.channel.send(part(lan, "Đã nhận việc?", choices=BUTTONS))
        assert desk.oa.last(lan).labels == ["Đã nhận", "Xem việc"]
        async with desk.hearing() as inbox:
            desk.oa.press(lan, desk.oa.last(lan), "Đã nhận")
            await desk.oa.settled()
            assert (inbox.last.kind, inbox.last.action, inbox.last.sender) == ("button", "seen:1", lan.id)


async def test_an_answer_quotes_what_it_answers(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        said = desk.oa.write(lan, "Khi nào nộp?")
        await desk.channel.send(part(lan, "Trước 16 giờ", reply_to=said.id))
        assert desk.oa.last(lan).quote is said


async def test_an_answer_to_a_message_that_is_gone_arrives_without_quoting_it(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        assert isinstance(await desk.channel.send(part(lan, "Trước 16 giờ", reply_to="đã xóa")), Sent)
        assert (desk.oa.last(lan).text, desk.oa.last(lan).quote) == ("Trước 16 giờ", None)


async def test_a_silent_mark_of_receipt_under_a_private_message(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        said = desk.oa.write(lan, "Em gửi ảnh")
        assert isinstance(await desk.channel.send(part(lan, reacts=said.id)), Sent)
        assert said.reactions == [("OA", "/-strong")]
        assert desk.oa.sent(lan) == []
        group = desk.oa.group("Cụm 1", [lan])
        assert isinstance(await desk.channel.send(part(group, reacts=said.id)), Refused)


async def test_nobody_is_called_by_words_that_somebody_wrote(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1", [follower(desk)])
        await desk.channel.send(part(group, f"Tin của Lan: [@{group.id}] chào [[@1]@{group.id}] cả nhà"))
        assert desk.oa.last(group).mentions == []
        assert desk.oa.last(group).text == "Tin của Lan:  chào  cả nhà"


@given(st.text(alphabet="[]@12 a\u0301\n", max_size=40))
@example("Đoàn[@84903]\u0301")
def test_no_text_keeps_a_mention_and_all_are_composed(text: str) -> None:
    assert "[@" not in spoken(text) or "]" not in spoken(text).partition("[@")[2]
    assert unicodedata.is_normalized("NFC", spoken(text))


async def test_decomposed_vietnamese_of_the_full_length_arrives_composed(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        composed = "Đẩy mạnh phong trào thi đua " * 80
        decomposed = unicodedata.normalize("NFD", composed[:1990])
        assert len(decomposed) > 2000
        (piece,) = split_text(decomposed, ABILITIES.text_limit, ABILITIES.measure)
        assert isinstance(await desk.channel.send(part(lan, piece)), Sent)
        assert desk.oa.last(lan).text == composed[:1990].strip()


@pytest.mark.parametrize("deed", ["edits", "deletes", "pins", "unpins", "toast"])
async def test_what_zalo_cannot_do_is_refused_without_asking(tmp_path: Path, deed: str) -> None:
    async with office(tmp_path) as desk:
        assert isinstance(await desk.channel.send(part(follower(desk), "x", **{deed: "m1"})), Refused)
        assert desk.oa.calls == []


async def test_nothing_to_say_is_refused_in_words(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        outcome = await desk.channel.send(part(follower(desk), " [@all] "))
        assert outcome == Refused("Tin không có chữ nào. Viết nội dung rồi gửi lại.")


# Pictures and files


async def test_a_picture_is_made_to_fit_and_uploaded_once_for_everybody(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        people = [follower(desk, name) for name in ("Lan", "Tuấn", "Hà")]
        photo = picture(tmp_path, "bang-ron.png", 5000, 3000, "PNG")
        sent = await asyncio.gather(*(desk.channel.send(part(one, "Mẫu băng rôn", photos=(photo,))) for one in people))
        assert all(isinstance(outcome, Sent) for outcome in sent)
        assert desk.oa.called("upload/image") == 1
        shown = desk.oa.last(people[0])
        assert (shown.kind, shown.text, shown.uploaded[:3]) == ("image", "Mẫu băng rôn", b"\xff\xd8\xff")


async def test_an_upload_is_used_for_six_days_and_then_made_anew(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1", [follower(desk)])
        photo = picture(tmp_path, "a.jpg")
        for days in (0, 5, 1.5):
            desk.pass_time(days=days)
            assert isinstance(await desk.channel.send(part(group, photos=(photo,))), Sent)
        assert desk.oa.called("upload/image") == 2


async def test_a_picture_zalo_has_forgotten_is_uploaded_once_more(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1", [follower(desk)])
        photo = picture(tmp_path, "a.jpg")
        await desk.channel.send(part(group, photos=(photo,)))
        desk.oa.assets.clear()
        assert isinstance(await desk.channel.send(part(group, photos=(photo,))), Sent)
        desk.oa.script(faults.error(-100), path="group/message", times=None)
        outcome = await desk.channel.send(part(group, photos=(photo,)))
        assert isinstance(outcome, Refused)
        assert desk.oa.called("upload/image") == 3


async def test_a_broken_line_during_the_upload_is_no_doubt_about_the_message(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1", [follower(desk)])
        photo = picture(tmp_path, "a.jpg")
        desk.oa.script(faults.accept_then_drop(), path="upload/image")
        assert isinstance(await desk.channel.send(part(group, photos=(photo,))), RetryAt)
        assert desk.oa.sent(group) == []


async def test_a_document_goes_under_its_own_name(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan, paper = follower(desk), tmp_path / "f"
        paper.write_bytes(b"%PDF-1.7 ke hoach")
        sent = await desk.channel.send(part(lan, file=FilePart("f", "Kế hoạch 12.pdf"), file_path=paper))
        assert isinstance(sent, Sent)
        assert (desk.oa.last(lan).file_name, desk.oa.last(lan).uploaded) == ("Kế hoạch 12.pdf", b"%PDF-1.7 ke hoach")


@pytest.mark.parametrize(
    ("name", "kind", "size", "word"),
    [
        ("danh-sach.xlsx", "document", 10, "PDF"),
        ("hoi-thao.mp4", "video", 10, "liên kết"),
        ("loi-nhan.m4a", "voice", 10, "liên kết"),
        ("ke-hoach.pdf", "document", 5_000_001, "5 MB"),
        ("ke-hoach.pdf", "document", 0, "không có nội dung"),
    ],
)
async def test_a_file_zalo_would_not_take_is_refused_with_the_way_out(
    tmp_path: Path, name: str, kind: str, size: int, word: str
) -> None:
    async with office(tmp_path) as desk:
        paper = tmp_path / "f"
        paper.write_bytes(b"x" * size)
        outcome = await desk.channel.send(part(follower(desk), file=FilePart("f", name, kind), file_path=paper))
        assert isinstance(outcome, Refused)
        assert word in outcome.reason
        assert desk.oa.called("upload/file") == 0


async def test_what_is_no_picture_is_refused_and_what_is_missing_too(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        fake = tmp_path / "a.jpg"
        fake.write_bytes(b"<html>")
        for photo in (fake, tmp_path / "gone.jpg"):
            assert isinstance(await desk.channel.send(part(follower(desk), photos=(photo,))), Refused)


# Windows and money


async def test_beyond_seven_days_nobody_is_asked_in_vain(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        desk.met(lan)
        desk.pass_time(days=7, minutes=1)
        outcome = await desk.channel.send(part(lan, "Mời treo cờ"))
        assert isinstance(outcome, Refused)
        assert "7 ngày" in outcome.reason
        assert desk.oa.called("message/cs") == 0


@pytest.mark.parametrize("nested", [False, True])
async def test_beyond_seven_days_an_approved_template_arrives(tmp_path: Path, nested: bool) -> None:
    settings = {"template_id": "T1", "template_nested": nested}
    async with office(tmp_path, settings) as desk:
        desk.oa.template_nested = nested
        desk.oa.templates["T1"] = TEMPLATE
        lan = follower(desk)
        desk.met(lan)
        desk.pass_time(days=8)
        outcome = await desk.channel.send(part(lan, "Mời\ntreo cờ " + "a" * 500))
        assert isinstance(outcome, Sent), outcome
        body = desk.oa.bodies("message/template")[-1]
        words = body["template_data"]["noi_dung"]
        assert words.startswith("Mời treo cờ")
        assert len(words) <= 400


async def test_a_window_that_turns_out_closed_falls_back_on_the_template(tmp_path: Path) -> None:
    async with office(tmp_path, {"template_id": "T1"}) as desk:
        desk.oa.templates["T1"] = TEMPLATE
        lan = follower(desk)
        desk.oa.script(faults.error(-230), path="message/cs")
        assert isinstance(await desk.channel.send(part(lan, "Mời treo cờ")), Sent)
        assert desk.oa.called("message/template") == 1


async def test_a_template_carries_no_pictures(tmp_path: Path) -> None:
    async with office(tmp_path, {"template_id": "T1"}) as desk:
        lan = follower(desk)
        desk.met(lan)
        desk.pass_time(days=8)
        outcome = await desk.channel.send(part(lan, photos=(picture(tmp_path, "a.jpg"),)))
        assert isinstance(outcome, Refused)
        assert desk.oa.calls == []


async def test_whom_a_push_reaches_and_for_how_much_is_known_before(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        now = desk.clock.now()

        def way(heard: timedelta | None, said: int = 0, **settings: Any) -> tuple[Way, int]:
            channel = desk.another(**settings)
            found = channel.reach(Recipient("u", False, None if heard is None else now - heard, said), now)
            assert bool(found.reason) == (found.way is not Way.FREE)
            return found.way, found.cost

        assert desk.channel.reach(Recipient("g", True, None), now).way is Way.GROUP
        assert way(timedelta(hours=48)) == (Way.FREE, 0)
        assert way(timedelta(hours=1), said=8) == (Way.PAID, 55)
        assert way(timedelta(hours=1), said=800, free_per_window=0) == (Way.FREE, 0)
        assert way(timedelta(hours=48, seconds=1)) == (Way.PAID, 55)
        assert way(timedelta(days=7)) == (Way.PAID, 55)
        assert way(timedelta(days=7, seconds=1)) == (Way.NONE, 0)
        assert way(timedelta(days=30), template_id="T1", template_price=120) == (Way.TEMPLATE, 120)
        assert way(None) == (Way.NONE, 0)


# What becomes of it


async def test_a_line_that_breaks_before_the_request_is_tried_again(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        await desk.channel.tokens.current()
        away = desk.another(api_base="http://127.0.0.1:1")
        outcomes = [await away.send(part(lan, "x")) for _ in range(3)]
        assert all(isinstance(outcome, RetryAt) and outcome.whole_account for outcome in outcomes)
        waits = [outcome.when - desk.clock.now() for outcome in outcomes if isinstance(outcome, RetryAt)]
        assert waits == sorted(waits)
        await away.close()


@pytest.mark.parametrize(
    "trouble", [faults.hang(), faults.accept_then_drop(), faults.garbled(), faults.server_error(502)]
)
async def test_an_answer_that_is_lost_is_in_doubt(tmp_path: Path, trouble: faults.Fault) -> None:
    async with office(tmp_path) as desk:
        desk.oa.script(trouble, path="message/cs")
        assert isinstance(await desk.channel.send(part(follower(desk), "x")), Unknown)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_busy_server_is_asked_again(tmp_path: Path, status: int) -> None:
    async with office(tmp_path) as desk:
        desk.oa.script(faults.server_error(status), path="message/cs")
        assert isinstance(await desk.channel.send(part(follower(desk), "x")), RetryAt)


async def test_when_the_minute_is_used_up_the_account_waits_before_it_is_refused(tmp_path: Path) -> None:
    async with office(tmp_path, limits=Limits(per_minute=3)) as desk:
        lan = follower(desk)
        outcomes = [await desk.channel.send(part(lan, f"{number}")) for number in range(5)]
        assert [type(outcome) for outcome in outcomes] == [Sent, Sent, Sent, RetryAt, RetryAt]
        assert all(isinstance(outcome, RetryAt) and outcome.whole_account for outcome in outcomes[3:])
        assert desk.oa.rejected == 0


async def test_too_much_pauses_the_whole_account_for_a_minute(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        desk.oa.script(faults.rate_limited(), path="message/cs")
        outcome = await desk.channel.send(part(lan, "x"))
        assert isinstance(outcome, RetryAt)
        assert outcome.whole_account
        assert timedelta(seconds=50) < outcome.when - desk.clock.now() <= timedelta(seconds=60)


async def test_at_night_it_waits_for_the_morning(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        desk.pass_time(hours=14)  # 23:00 there
        desk.oa.script(faults.error(-234), path="message/cs")
        outcome = await desk.channel.send(part(follower(desk), "x"))
        assert isinstance(outcome, RetryAt)
        local = outcome.when.astimezone(LOCAL)
        assert datetime(2026, 5, 5, 6, 5, tzinfo=LOCAL) <= local <= datetime(2026, 5, 5, 6, 20, tzinfo=LOCAL)
        assert outcome.when.tzinfo is UTC


async def test_what_failed_without_a_reason_is_tried_once_more(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        desk.oa.script(faults.error(-200), path="message/cs", times=2)
        assert isinstance(await desk.channel.send(part(lan, "x")), RetryAt)
        assert isinstance(await desk.channel.send(part(lan, "x")), Refused)


async def test_a_group_whose_package_ended_is_told_in_plain_words(tmp_path: Path) -> None:
    """And not by an alarm: the warning about packages names the group and its day, by day."""
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1", [follower(desk)])
        desk.oa.lapse(group)
        outcome = await desk.channel.send(part(group, "x"))
        assert isinstance(outcome, Refused)
        assert outcome.gone
        assert "hết hạn" in outcome.reason
        assert desk.alarms == []


async def test_what_only_a_person_can_mend_stops_the_account(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        desk.oa.broken = -221
        outcome = await desk.channel.send(part(follower(desk), "x"))
        assert isinstance(outcome, Refused)
        assert outcome.closes_channel


async def test_the_proof_goes_along_where_it_is_asked_for(tmp_path: Path) -> None:
    async with office(tmp_path, {"send_proof": True}) as desk:
        desk.oa.enforce_proof = True
        assert isinstance(await desk.channel.send(part(follower(desk), "x")), Sent)
        bare = desk.another(send_proof=False)
        outcome = await bare.send(part(follower(desk), "x"))
        assert isinstance(outcome, Refused)
        assert outcome.closes_channel
        await bare.close()


# Made up for: answers that were lost


async def test_a_message_whose_answer_was_lost_is_found_in_the_history(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        for place in (lan, desk.oa.group("Cụm 1", [lan])):
            since = desk.clock.now()
            desk.oa.script(faults.accept_then_drop(), to=place)
            said = part(place, "Mời  treo cờ [@1]")
            assert isinstance(await desk.channel.send(said), Unknown)
            assert await desk.channel.said(said, since) == (desk.oa.last(place).id,)


async def test_a_message_that_never_arrived_is_known_to_be_missing(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1", [follower(desk)])
        await desk.channel.send(part(group, "Mời treo cờ"))
        desk.pass_time(minutes=10)
        since = desk.clock.now()
        desk.oa.script(faults.hang(), path="group/message")
        assert isinstance(await desk.channel.send(part(group, "Mời treo cờ")), Unknown)
        assert await desk.channel.said(part(group, "Mời treo cờ"), since) == ()


async def test_the_same_words_said_by_another_push_prove_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        group, since = desk.oa.group("Cụm 1", [follower(desk)]), desk.clock.now()
        arrived = await desk.channel.send(part(group, "Mời treo cờ"))
        assert isinstance(arrived, Sent)
        row = Outgoing(
            key="k", channel="zalo_oa", to=group.id, state="sent", finished_at=since, external_ids=list(arrived.ids)
        )
        with desk.database.transaction() as session:
            session.add(row)
        assert await desk.channel.said(part(group, "Mời treo cờ"), since) == ()


async def test_a_picture_whose_answer_was_lost_is_found_too(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        group = desk.oa.group("Cụm 1", [follower(desk)])
        since, said = desk.clock.now(), part(group, "Mẫu", photos=(picture(tmp_path, "a.jpg"),))
        desk.oa.script(faults.accept_then_drop(), path="group/message")
        await desk.channel.send(said)
        assert await desk.channel.said(said, since) == (desk.oa.last(group).id,)
        assert await desk.channel.said(part(group, "Mẫu"), since) != ()


async def test_when_the_history_cannot_be_read_nobody_can_say(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan = follower(desk)
        desk.oa.script(faults.server_error(), path="conversation")
        assert await desk.channel.said(part(lan, "x"), desk.clock.now()) is None


async def test_a_history_that_does_not_reach_back_far_enough_proves_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        lan, since = follower(desk), desk.clock.now()
        for number in range(310):
            desk.oa.write(lan, f"{number}")
        assert await desk.channel.said(part(lan, "x"), since) is None
