"""The stories every channel must live through, whatever its platform."""

from tests.contract.stories import deeds, hearing, speaking, trouble
from tests.contract.stories.base import STORIES, Scene, Story, check_sentence

__all__ = ["STORIES", "Scene", "Story", "check_sentence", "deeds", "hearing", "speaking", "trouble"]
