"""Refusals that a person reads."""

from __future__ import annotations


class Refusal(Exception):
    """Something cannot be done. ``sentence`` says to a cadre what to do next, ``code`` goes to the log."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code, self.sentence = code, sentence
