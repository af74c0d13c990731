"""The ``loa`` command. Commands that change rows are safe while ``loa run`` is running: both go through the
database.
"""

from bot.cli.root import main

__all__ = ["main"]
