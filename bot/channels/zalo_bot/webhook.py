"""Where the Zalo Bot Platform calls us. Whether it asks again after anything but 200 is not known."""

from __future__ import annotations

from bot.channels.hook import Hook

HOOK = Hook(
    channel="zalo_bot",
    path="/zalo-bot/webhook",
    header="X-Bot-Api-Secret-Token",
    salt=b"loa zalo bot webhook",
)
