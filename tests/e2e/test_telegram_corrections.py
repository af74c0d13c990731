"""A wrong hour on Telegram, put right and taken back by an operator: the whole program against the strict fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.office import Office, open_office
from tests.fakes.telegram import Chat, FakeTelegramThread

UNITS = "Mã,Tên đơn vị,Loại,Mã cấp trên\nLDLD,LĐLĐ tỉnh Sông Xanh,Liên đoàn Lao động tỉnh,\n" + "".join(
    f"CS0{number},CĐCS Nhà máy số {number},Công đoàn cơ sở,LDLD\n" for number in range(1, 5)
)


@pytest.fixture
def telegram() -> Iterator[FakeTelegramThread]:
    with FakeTelegramThread() as thread:
        yield thread


@pytest.fixture
def office(tmp_path: Path, telegram: FakeTelegramThread) -> Office:
    made = open_office(
        tmp_path,
        TELEGRAM__ENABLED="true",
        TELEGRAM__TOKEN=telegram.token,
        TELEGRAM__API_BASE=telegram.base_url,
        CLOCK="2027-05-10T08:00:00+07:00@60",
    )
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    made.loa("units", "import", made.path("units.csv"))
    return made


def test_put_right_where_it_stands_else_answered_else_named_and_then_taken_back(
    office: Office, telegram: FakeTelegramThread
) -> None:
    """In CS01 the bot may pin; in CS02 somebody deleted its message; CS03 has thrown it out."""
    groups = {
        number: telegram.do(
            lambda tg, n=number: tg.group(f"Nhóm {n}", [tg.user("X")], bot="administrator" if n == 1 else "member")
        )
        for number in range(1, 5)
    }
    for number, group in groups.items():
        office.loa("chats", "bind", "telegram", str(group.id), "--unit", f"CS0{number}", "--title", f"Nhóm {number}")

    def texts(group: Chat) -> list[str | None]:
        return [message.text for message in telegram.do(lambda tg: tg.sent(group.id)) if not message.deleted]

    def over(kind: str) -> dict[str, Any] | None:
        found = office.json("push", "corrections", "1")[-1]
        settled = not found["under_way"] and found["edited"] + found["deleted"] + found["answered"]
        return found if found["kind"] == kind and settled == 3 else None

    with office.running():
        office.json("push", "Họp lúc 8h.", "--to", "all", "--now", "--pin-until", "2027-05-20T17:00")
        office.until(lambda: office.json("push", "status", "1")["sent"] == 4, "four sent")
        office.until(lambda: telegram.do(lambda tg: groups[1].pinned), "pinned where the group allows it")
        assert "không còn nơi nào" in office.loa("push", "pause", "1", expect=1)

        telegram.do(lambda tg: setattr(tg.last(groups[2].id), "deleted", True))
        telegram.do(lambda tg: tg.remove_bot(groups[3]))
        office.until(lambda: not _is_active(office, groups[3]), "the lost group is known")
        office.loa("push", "correct", "1", "Họp lúc **9h**.")
        corrected = office.until(lambda: over("correct"), "corrected")
        assert (corrected["edited"], corrected["answered"]) == (2, 1)
        assert [failure["place"] for failure in corrected["failures"]] == ["Nhóm 3"]
        assert texts(groups[1]) == texts(groups[4]) == ["Họp lúc 9h."]
        assert texts(groups[2]) == ["Đính chính: Họp lúc 9h."]

        office.loa("push", "withdraw", "1")
        withdrawn = office.until(lambda: over("withdraw"), "withdrawn")
        assert withdrawn["deleted"] == 3
        assert texts(groups[1]) == texts(groups[2]) == texts(groups[4]) == []
        assert "đã được thu hồi" in office.loa("push", "correct", "1", "Họp lúc 10h.", expect=1)
        shown = office.loa("push", "corrections", "1")
        assert "Đính chính lần 1: 2 sửa tại chỗ, 1 nhắn thêm, 1 không được" in shown
        assert "• Nhóm 3:" in shown
    assert telegram.token not in office.log()


def _is_active(office: Office, group: Chat) -> bool:
    found = next(row for row in office.json("chats", "list") if row["chat_id"] == str(group.id))
    return bool(found["active"])


def test_held_at_night_cut_short_in_the_morning(office: Office, telegram: FakeTelegramThread) -> None:
    """A push that waits for the morning is paused, let go, and cancelled before anything has left."""
    office.env["LOA_CLOCK"] = "2027-05-10T22:00:00+07:00@60"
    group = telegram.do(lambda tg: tg.group("Nhóm 1", [tg.user("X")], bot="member"))
    office.loa("chats", "bind", "telegram", str(group.id), "--unit", "CS01")
    office.json("push", "Sáng mai treo cờ.", "--to", "unit:CS01")
    assert office.json("push", "pause", "1") == {"id": 1, "waiting": 1}
    assert office.json("push", "status", "1")["queued"] == 1
    assert office.json("push", "resume", "1") == {"id": 1, "waiting": 1}
    assert "0 nơi đã nhận, 1 nơi không gửi nữa" in office.loa("push", "cancel", "1")
    assert office.json("push", "status", "1")["cancelled"] == 1
    assert "không tạm dừng" in office.loa("push", "resume", "1", expect=1)
