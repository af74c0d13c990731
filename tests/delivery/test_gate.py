"""One gate for an account: no second, no chat and no group's minute ever holds more than the platform allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import JOURNEYS, MINUTE, Booking, Gate, Pace
from bot.delivery.sender import IN_FLIGHT
from tests.fakes.telegram.floods import most_in_any_window

PACE = Pace(per_second=28.5, per_chat=1, per_group_minute=20)
ALLOWED_IN_A_SECOND = 30
delays = st.one_of(st.floats(0, 0.1), st.floats(0, 2))
messages = st.tuples(st.integers(0, 12), st.sampled_from([1, 1, 1, 2, 5, 10]), st.floats(0, 0.4))


@dataclass
class Watch:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Street:
    """Sends as the sender does: whoever is first in line and may, speaks. ``sent``: what the platform saw, and when."""

    watch: Watch = field(default_factory=Watch)
    sent: list[tuple[float, str, int]] = field(default_factory=list)
    under_way: list[tuple[float, Booking]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate = Gate(PACE, self.watch)

    def send(self, chat: str, cost: int = 1, there: float = 0.0, back: float = 0.0) -> None:
        """``there`` and ``back``: seconds that the request and its answer travel."""
        self.gate.closed_chats()  # the sender looks at them before every send
        while (wait := self.wait(chat, cost)) > 0:
            self.live(wait)
        booking = self.gate.take(chat, group=chat.startswith("g"), cost=cost)
        self.sent.append((self.watch.now + there, chat, cost))
        self.under_way.append((self.watch.now + there + back, booking))
        self.live(0)

    def wait(self, chat: str, cost: int) -> float:
        if any(booking.chat == chat for _, booking in self.under_way) or len(self.under_way) >= IN_FLIGHT:
            return min(at for at, _ in self.under_way) - self.watch.now
        return max(self.gate.wait(cost), self.gate.wait_for(chat, cost))

    def live(self, seconds: float) -> None:
        """Time passes; what is answered meanwhile lands."""
        until = self.watch.now + seconds
        for at, booking in sorted(self.under_way, key=lambda one: one[0]):
            if at <= until:
                self.watch.now = max(self.watch.now, at)
                self.gate.landed(booking)
                self.under_way.remove((at, booking))
        self.watch.now = until

    def most(self, seconds: float, chat: str | None = None) -> int:
        found = [(at, cost) for at, to, cost in self.sent if chat in (None, to)]
        return most_in_any_window(found, seconds)


@given(st.floats(0, 0.3), st.lists(st.tuples(st.sampled_from([1, 1, 1, 2, 10]), delays, delays), max_size=150))
def test_however_requests_are_held_up_no_second_of_the_platform_holds_more(
    way: float, line: list[tuple[int, float, float]]
) -> None:
    street = Street()
    for number, (cost, there, back) in enumerate(line):
        held_up = number % 20 > 0  # of so many requests one is as quick as the line can be
        street.send(f"p{number}", cost, way + there * held_up, back * held_up)
    assert street.most(0.999) <= ALLOWED_IN_A_SECOND


@given(st.lists(st.tuples(delays, delays), max_size=60))
def test_however_requests_are_held_up_no_group_hears_too_much(line: list[tuple[float, float]]) -> None:
    street = Street()
    for there, back in line:
        street.send("g1", 1, there, back)
    assert all(later - earlier > 0.999 for (earlier, *_), (later, *_) in pairwise(street.sent))
    assert street.most(MINUTE - 0.001, "g1") <= PACE.per_group_minute


def test_a_long_way_to_the_platform_costs_no_speed() -> None:
    street = Street()
    for number in range(2 * JOURNEYS + 300):
        street.send(f"p{number}", there=0.06, back=0.06)
    assert street.sent[-1][0] - street.sent[2 * JOURNEYS][0] < 300 / 28.4


def test_what_is_not_answered_weighs_until_it_is() -> None:
    street = Street()
    for number in range(2):
        street.send(f"lost{number}", 10, there=0.0, back=30.0)
    for number in range(27):
        street.send(f"p{number}")
    assert street.most(0.999) <= ALLOWED_IN_A_SECOND
    street.gate.landed(lost := street.under_way[0][1])
    street.gate.landed(lost)  # said twice, meant once
    assert street.gate._flying == 10


@given(st.lists(messages, max_size=120))
def test_no_second_holds_more_than_the_account_may_send(line: list[tuple[int, int, float]]) -> None:
    street = Street()
    for number, (place, cost, pause) in enumerate(line):
        street.watch.now += pause if number % 3 == 0 else 0
        street.send(f"p{place}{number}", cost)
    assert street.most(1.0) <= ALLOWED_IN_A_SECOND


@given(st.lists(messages, max_size=60))
def test_a_chat_hears_one_message_a_second_and_a_group_twenty_a_minute(line: list[tuple[int, int, float]]) -> None:
    street = Street()
    for place, cost, pause in line:
        street.watch.now += pause
        street.send(f"g{place}", cost)
    for place in range(13):
        moments = [at for at, to, _ in street.sent if to == f"g{place}"]
        assert all(later - earlier > 0.999 for earlier, later in pairwise(moments))
        assert street.most(MINUTE - 0.001, f"g{place}") <= PACE.per_group_minute


def test_a_thousand_groups_are_told_within_forty_seconds() -> None:
    street = Street()
    for number in range(1000):
        street.send(f"g{number}")
    assert street.sent[-1][0] - street.sent[0][0] < 40


def test_albums_to_everybody_are_as_fast_as_their_photos_allow() -> None:
    street = Street()
    for number in range(200):
        street.send(f"g{number}", 2)
    assert street.sent[-1][0] - street.sent[0][0] < 400 / 27


def test_a_pause_of_the_account_silences_everybody_and_a_pause_of_a_chat_only_that_chat() -> None:
    street = Street()
    street.gate.pause_chat("g1", 7)
    street.send("g2")
    assert street.watch.now == 1000
    street.send("g1")
    assert street.watch.now >= 1007
    street.gate.pause(30)
    street.send("g3")
    assert street.watch.now >= 1037


def test_a_short_pause_does_not_end_a_longer_one() -> None:
    street = Street()
    street.gate.pause(30)
    street.gate.pause(1)
    street.gate.pause_chat("g1", 60)
    street.gate.pause_chat("g1", 1)
    street.send("g2")
    assert street.watch.now >= 1030
    street.send("g1")
    assert street.watch.now >= 1060


def test_the_gate_forgets_chats_that_are_free_again() -> None:
    street = Street()
    for number in range(500):
        street.send(f"g{number}")
    street.watch.now += 2 * MINUTE
    assert street.gate.closed_chats() == {}
    assert not street.gate._group_log  # a year of groups must not stay in memory


def test_an_album_of_more_photos_than_a_minute_holds_still_leaves() -> None:
    street = Street()
    street.send("g1", 25)
    street.send("g1", 25)
    assert street.watch.now >= 1000 + MINUTE
