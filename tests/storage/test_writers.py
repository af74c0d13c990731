"""Two lines before the threads that write."""

from __future__ import annotations

from threading import Event

import pytest

from storage.writers import Writers


def test_what_somebody_waits_for_is_written_before_what_has_not_begun() -> None:
    writers, begun, may_end, done = Writers(1), Event(), Event(), list[str]()

    def long() -> None:
        begun.set()
        may_end.wait(10)
        done.append("đang làm")

    writers.submit(long)
    begun.wait(10)
    for name in ("việc thường 1", "việc thường 2"):
        writers.submit(lambda name=name: done.append(name))
    writers.submit(lambda: done.append("người gửi đang chờ"), first=True)
    may_end.set()
    writers.close()
    assert done == ["đang làm", "người gửi đang chờ", "việc thường 1", "việc thường 2"]


def test_a_failure_is_told_to_whoever_asked_and_stops_nobody_else() -> None:
    writers = Writers(1)
    broken, sound = writers.submit(lambda: 1 // 0), writers.submit(lambda: 7)
    with pytest.raises(ZeroDivisionError):
        broken.result(10)
    assert sound.result(10) == 7
    writers.close()


def test_what_is_given_up_before_it_begins_is_not_done() -> None:
    writers, begun, may_end, done = Writers(1), Event(), Event(), list[str]()
    writers.submit(lambda: (begun.set(), may_end.wait(10)))
    begun.wait(10)
    given_up = writers.submit(lambda: done.append("thôi"))
    given_up.cancel()
    kept = writers.submit(lambda: done.append("giữ"))
    may_end.set()
    kept.result(10)
    writers.close()
    assert done == ["giữ"]
