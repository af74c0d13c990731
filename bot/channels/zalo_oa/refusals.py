"""What would be refused is not asked for; the reason is a sentence for whoever wrote the message."""

from __future__ import annotations


class Unsendable(Exception):
    """No request is made. ``sentence`` says what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
