"""The stories every channel must live through, whatever its platform. ``needs`` names what some platforms lack."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bot.channels.contract import Event, Outcome, Refused
from campaign.message import Choice
from tests.channels.telegram_office import eventually
from tests.contract.office import Kind, Office, Seen

CHOICES = (Choice("Đã nhận", "seen:12"), Choice("Nộp ảnh/tin", "give:7"))
PLAN = "https://congdoan.vn/ke-hoach?so=46"
TELLING = re.compile(r"[Gg]ửi|[Nn]hờ|[Gg]ọi|[Ll]ưu|[Mm]ở|[Vv]iết|[Đđ]ính kèm")  # a verb that says what to do
CODES = re.compile(r"HTTP|Error|Exception|\b[45]\d\d\b|-\d{2,}|[a-z]+_[a-z]+")


@dataclass(frozen=True)
class Scene:
    office: Office
    kind: Kind
    folder: Path


@dataclass(frozen=True)
class Story:
    act: Callable[[Scene], Awaitable[None]]
    needs: str = ""

    def __str__(self) -> str:
        return self.act.__name__


STORIES: list[Story] = []


def story(needs: str = "") -> Callable[[Callable[[Scene], Awaitable[None]]], Callable[[Scene], Awaitable[None]]]:
    def kept(act: Callable[[Scene], Awaitable[None]]) -> Callable[[Scene], Awaitable[None]]:
        STORIES.append(Story(act, needs))
        return act

    return kept


async def heard(office: Office, count: int = 1) -> list[Event]:
    await eventually(lambda: len(office.inbox.events) >= count)
    return office.inbox.events


def joined(seen: list[Seen]) -> str:
    """Words alone, so that a cut at white space does not matter."""
    return "".join("".join(one.text.split()) for one in seen)


def jpeg(width: int = 640, height: int = 480) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "darkred").save(target, "JPEG")
    return target.getvalue()


def check_whole(event: Event, office: Office) -> None:
    """Ids are texts, the account is ours, and the inbox gets back what it stores."""
    assert (event.channel, event.account) == (office.channel.name, office.channel.account)
    for name in ("event_id", "chat", "sender", *(("message_id",) if event.kind == "message" else ())):
        assert isinstance(getattr(event, name), str)
        assert getattr(event, name), name
    stored = json.loads(json.dumps(event.cleaned().as_json(), ensure_ascii=False))
    assert Event.from_json(stored) == event.cleaned()
    assert abs(event.at - office.clock.now()) < timedelta(minutes=5)
    assert event.at.utcoffset() == timedelta(0)


def check_refusal(outcome: Outcome) -> None:
    assert isinstance(outcome, Refused)
    assert not outcome.gone
    assert not outcome.closes_channel
    check_sentence(outcome.reason)


def check_sentence(sentence: str) -> None:
    """For a person: short, no code, no exception."""
    assert 10 < len(sentence) <= 350
    assert not CODES.search(sentence), sentence
