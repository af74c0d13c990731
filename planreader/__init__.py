"""A union's plan document, read into facts, each with the sentence it was read from."""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["MAX_CHARS", "PlanTooLong", "Reading", "read_file", "read_text"]

if TYPE_CHECKING:
    from planreader.model import Reading
    from planreader.reader import MAX_CHARS, PlanTooLong, read_file, read_text
else:
    # The reader compiles hundreds of patterns; who only wants `planreader.encodings` does not wait for them.
    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module("planreader.model" if name == "Reading" else "planreader.reader"), name)
