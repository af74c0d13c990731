"""The documents the project was founded on, where they lie beside the checkout; and what holds for any text."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from planreader import MAX_CHARS, PlanTooLong, Reading, read_text
from planreader.check import drop_invented
from planreader.model import Slogan, Source

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "plans"
PLAN = (Path(__file__).parent / "plans" / "province_appendix.txt").read_text(encoding="utf-8")


@pytest.mark.skipif(not (SHARED / "seen").is_dir(), reason="the founding documents are not beside this checkout")
def test_the_founding_documents_are_read_up_to_every_bar() -> None:
    scored = subprocess.run(
        [sys.executable, str(SHARED / "score.py"), str(SHARED / "seen"), "--", sys.executable, "-m", "planreader"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "every bar is met" in scored.stdout, scored.stdout + scored.stderr


def test_a_slogan_that_the_plan_does_not_print_is_dropped_and_shown_to_a_person() -> None:
    invented = Slogan("Tất cả vì sản xuất", Source(3, "II. KHẨU HIỆU"))
    printed = Slogan("An toàn là trên hết", Source(4, "- An toàn là trên hết"))
    reading = Reading("ke_hoach", slogans=[invented, printed])
    drop_invented(reading, "II. KHẨU HIỆU\n- An toàn là\ntrên hết")
    assert reading.slogans == [printed]
    assert [(w.code, w.source.line) for w in reading.warnings] == [("not_in_document", 3)]


def test_sixty_pages_cost_little() -> None:
    head, body = PLAN.split("III. NỘI DUNG", 1)
    long = head + ("III. NỘI DUNG" + body.split("Nơi nhận", 1)[0]) * 60
    long = long[:160_000]
    begun = time.process_time()
    read_text(long)
    assert time.process_time() - begun < 4 * _slowness()


def _slowness() -> float:
    """How much slower than a plain office computer this machine is just now, at least 1."""
    begun = time.process_time()
    sum(i * i for i in range(3_000_000))
    return max(1.0, (time.process_time() - begun) / 0.3)


LONG = MAX_CHARS // 4  # cost grows with length: what is quick here is bounded at the limit
HOSTILE = {
    "brackets": "(" * LONG,
    "open quotes": "“" * LONG,
    "nested bullets": "\n".join("- " * (i % 40) + "x" for i in range(LONG // 40)),
    "nested numbers": "\n".join("1." * (i % 5 + 1) + " việc" for i in range(LONG // 11)),
    "dates": "1/5/2026 " * (LONG // 9),
    "days in a list": "1, " * (LONG // 3 - 1) + "5/5",
    "anniversaries": "48 năm ngày " * (LONG // 12),
    "one endless word": "1" * LONG,
    "table of one row": "|a" * (LONG // 2),
    "minimums": "ít nhất 2 " * (LONG // 10),
    "months": "Tháng Công nhân 1/5 - 31/5; " * (LONG // 28),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_seconds_not_hours(name: str) -> None:
    begun = time.process_time()
    reading = read_text(HOSTILE[name])
    assert time.process_time() - begun < 10 * _slowness()
    assert len(reading.slogans) == 0


def test_what_is_longer_than_any_plan_is_refused_with_a_sentence() -> None:
    with pytest.raises(PlanTooLong) as refusal:
        read_text("(" * 10_000_000)
    assert refusal.value.sentence.endswith("kế hoạch cần đọc.")


@pytest.mark.parametrize("text", ["", "\n\n\n", "x", "|", "“", "- ", "I.", "\ufeff", "1. \n2. \n", "Nơi nhận:"])
def test_scraps_are_read_without_an_error_and_say_nothing(text: str) -> None:
    reading = read_text(text)
    assert [*reading.slogans, *reading.activities, *reading.report_deadlines, *reading.assignments] == []


def test_a_plan_file_is_printed_as_json_and_a_missing_file_refused(tmp_path: Path) -> None:
    plan = tmp_path / "kehoach.txt"
    plan.write_text(PLAN, encoding="utf-8")
    command = [sys.executable, "-m", "planreader"]
    printed = subprocess.run([*command, str(plan)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert '"deadline": "2026-04-29T16:00"' in printed.stdout
    empty = tmp_path / "trong.txt"
    empty.write_bytes(b"")
    refused = subprocess.run([*command, str(empty)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr.strip()
