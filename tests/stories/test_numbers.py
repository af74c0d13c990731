"""Where there are no buttons, a number decides. It must never decide on another card than the person meant."""

from __future__ import annotations

import pytest

from storage.models.work import SubmissionState
from tests.stories.town import Town


@pytest.fixture
def waiting(town: Town) -> Town:
    """Two units have sent something in, and Hà has a card for each."""
    for user in ("lan", "tuan"):
        town.sends_photo(user)
        town.presses(user, "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    assert [heard.labels[0] for heard in town.heard("ha")[-2:]] == ["Duyệt", "Duyệt"]
    return town


def states(town: Town) -> list[str]:
    return [row.state for row in town.submissions()]


def test_a_bare_number_with_two_cards_open_asks_which(waiting: Town) -> None:
    waiting.says("ha", "1")
    assert states(waiting) == [SubmissionState.SUBMITTED] * 2
    assert "1 TC-0002" in waiting.last("ha").text


@pytest.mark.parametrize("words", ["1 TC-0001", "1 tc-0001", "1. TC-0001"])
def test_a_number_with_the_code_decides_on_that_card(waiting: Town, words: str) -> None:
    waiting.says("ha", words)
    assert states(waiting) == [SubmissionState.APPROVED, SubmissionState.SUBMITTED]


def test_when_one_card_is_left_the_number_is_enough(waiting: Town) -> None:
    waiting.says("ha", "1 TC-0002")
    waiting.says("ha", "1 TC-0001")
    assert states(waiting) == [SubmissionState.APPROVED] * 2


def test_a_single_card_needs_no_code(town: Town) -> None:
    town.sends_photo("lan")
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    town.says("ha", "1")
    assert states(town) == [SubmissionState.APPROVED]


def test_a_number_before_other_words_is_a_caption(waiting: Town) -> None:
    waiting.sends_photo("lan")
    waiting.says("lan", "3 công nhân giỏi của xưởng may số 1")
    assert "3 công nhân giỏi" in waiting.submissions()[-1].text


def test_in_a_group_of_editors_a_number_with_the_code_needs_no_reply(town: Town) -> None:
    """Under the card of a group without buttons stands “1. Duyệt”; the guide of editors says “1 TC-0001”."""
    town.group("ban", unit="LDLD", purpose="admin")
    town.sends_photo("lan")
    town.presses("lan", "Gửi")
    town.fetch()
    town.wait(10)
    town.tick()
    town.deliver()
    town.says("ha", "1", "ban")
    assert states(town) == [SubmissionState.SUBMITTED], "people count among themselves, too"
    town.says("ha", "1 TC-0001", "ban")
    assert states(town) == [SubmissionState.APPROVED]
    town.says("lan", "3 TC-0001", "ban")
    assert states(town) == [SubmissionState.APPROVED]


def test_the_word_that_lists_what_waits_decides_on_nothing(waiting: Town) -> None:
    """An editor types “duyệt” to see the list, as the guide says; the last card was approved instead."""
    waiting.says("ha", "duyệt")
    assert states(waiting) == [SubmissionState.SUBMITTED] * 2
    assert "chờ duyệt" in waiting.last("ha").text
