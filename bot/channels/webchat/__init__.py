"""The embedded default: a chat page served by the bot itself, which needs no platform at all."""

from bot.channels.webchat.channel import WebChatChannel
from bot.channels.webchat.people import DemoDoor, Names, RoomInfo, Rooms, seat

__all__ = ["DemoDoor", "Names", "RoomInfo", "Rooms", "WebChatChannel", "seat"]
