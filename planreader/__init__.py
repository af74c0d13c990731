"""A union's plan document, read into facts, each with the sentence it was read from."""

from planreader.model import Reading
from planreader.reader import MAX_CHARS, PlanTooLong, read_file, read_text

__all__ = ["MAX_CHARS", "PlanTooLong", "Reading", "read_file", "read_text"]
