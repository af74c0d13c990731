"""Choices as buttons under a message."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.limits import CALLBACK_BYTES
from bot.channels.telegram.refusals import Unsendable
from campaign.message import Choice

SHORT_LABEL = 16  # characters that are still readable on half the width of a small phone


def keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """Short labels two in a row, a long one alone, in their order. Raises Unsendable for an action that is too long."""
    rows: list[list[Choice]] = []
    for choice in choices:
        if len(choice.action.encode()) > CALLBACK_BYTES:
            raise Unsendable(f"Nút “{choice.label[:40]}” không dùng được trên Telegram. Báo người quản trị.")
        if rows and len(rows[-1]) == 1 and _is_short(rows[-1][0]) and _is_short(choice):
            rows[-1].append(choice)
        else:
            rows.append([choice])
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(c.label, callback_data=c.action) for c in row] for row in rows])


def _is_short(choice: Choice) -> bool:
    return len(choice.label) <= SHORT_LABEL
