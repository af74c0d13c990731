"""The real program, a real Word file: sent before a restart, read after it, and made a campaign by buttons."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document

from tests.e2e.office import open_office
from tests.fakes.telegram import FakeTelegramThread
from tests.stories.plans import PLAN

UNITS = """Mã,Tên đơn vị,Loại,Mã cấp trên
LDLD,LĐLĐ tỉnh Sông Xanh,Liên đoàn Lao động tỉnh,
CS01,CĐCS Nhà máy số 1,Công đoàn cơ sở,LDLD
"""


def word_file(text: str) -> bytes:
    document, made = Document(), io.BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(made)
    return made.getvalue()


def test_an_admin_on_telegram_sends_a_word_plan_and_starts_it(tmp_path: Path) -> None:
    with FakeTelegramThread() as telegram:
        office = open_office(
            tmp_path,
            TELEGRAM__ENABLED="true",
            TELEGRAM__TOKEN=telegram.token,
            TELEGRAM__API_BASE=telegram.base_url,
            CLOCK="2027-04-12T08:00:00+07:00@10",
        )
        (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
        office.loa("units", "import", office.path("units.csv"))
        code = office.json("invite", "--unit", "LDLD", "--role", "admin")["code"]
        quan = telegram.do(lambda tg: tg.user("Quân"))

        def hears(words: str) -> None:
            def heard() -> bool:
                return any(words in (m.text or "") for m in telegram.do(lambda tg: tg.sent(quan.id)))

            office.until(heard, f"{words!r}")

        def presses(label: str, then: str) -> None:
            telegram.do(lambda tg: tg.press(quan, label))
            hears(then)

        with office.running():
            telegram.do(lambda tg: tg.start(quan, code))
            hears("có đồng ý không")
            presses("Đồng ý", "đã vào")
            telegram.do(lambda tg: tg.send_document(quan, name="kế hoạch.docx", data=word_file(PLAN)))
            hears("Đã nhận tệp “kế hoạch.docx”")
            telegram.do(lambda tg: tg.press(quan, "Đọc kế hoạch"))
            hears("đang đọc")
        with office.running():
            hears("3 khẩu hiệu")
            presses("Lập đợt nháp", "Đã lập đợt nháp")
            presses("Xem từng dòng", "Khẩu hiệu 1/3")
            presses("Bỏ dòng này", "Khẩu hiệu 1/2")
            presses("Quay lại", "(nháp)")
            presses("Kích hoạt", "thông báo tới")
            presses("Kích hoạt ngay", "bắt đầu chạy")
        [row] = office.json("campaign", "list")
        assert row["state"] == "active"
