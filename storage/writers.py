"""The threads that write, and two lines before them: what somebody outside waits for does not queue behind our work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Writers:
    """``threads`` at once; one where the database takes one writer only."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="db-write")
        self._first: deque[Callable[[], None]] = deque()
        self._others: deque[Callable[[], None]] = deque()

    def submit(self, work: Callable[[], T], *, first: bool = False) -> Future[T]:
        """``first``: before all that has not begun. Only for what is short, or the others never begin."""
        future: Future[T] = Future()
        (self._first if first else self._others).append(lambda: _fulfil(future, work))
        self._pool.submit(self._next)  # as many turns as there is work, so a turn always finds some
        return future

    def close(self) -> None:
        """Returns when everything is done."""
        self._pool.shutdown(wait=True)

    def _next(self) -> None:
        try:
            work = self._first.popleft()
        except IndexError:
            work = self._others.popleft()
        work()


def _fulfil(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)
