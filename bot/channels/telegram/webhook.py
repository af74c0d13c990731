"""Where Telegram calls us. What is not answered with 200 it keeps for a day and sends again."""

from __future__ import annotations

from bot.channels.hook import Hook

HOOK = Hook(
    channel="telegram",
    path="/telegram/webhook",
    header="X-Telegram-Bot-Api-Secret-Token",
    salt=b"loa webhook",
    number="update_id",
)
