"""What each platform says to a part's text and spans: its own strict fake where it has one."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from bot.channels.contract import Abilities, Part
from bot.channels.telegram.limits import ABILITIES as TELEGRAM
from bot.channels.telegram.sending import entities
from bot.channels.webchat import WebChatChannel
from bot.channels.zalo_bot.limits import ABILITIES as ZALO_BOT
from bot.channels.zalo_bot.styles import styles
from bot.channels.zalo_oa.limits import ABILITIES as ZALO_OA
from bot.channels.zalo_oa.sending import spoken
from tests.fakes.telegram import limits as telegram
from tests.fakes.telegram.params import Params
from tests.fakes.zalo_bot.styles import check
from tests.fakes.zalo_bot.world import TEXT_LIMIT


@dataclass(frozen=True)
class Judge:
    """``judge`` raises when the platform would refuse the words of a part, sent ``as_caption`` or by themselves."""

    name: str
    abilities: Abilities
    judge: Callable[[Part, bool], None]

    def __str__(self) -> str:
        return self.name


def by_telegram(part: Part, as_caption: bool) -> None:
    given = [entity.to_dict() for entity in entities(part) or []]
    if as_caption:
        shown = telegram.caption(Params({"caption": part.text, "caption_entities": given}), telegram.Limits())
    else:
        shown = telegram.message_text(Params({"text": part.text, "entities": given}), telegram.Limits())
    assert shown.text == part.text, "Telegram trims what stands around a text"


def by_the_page(part: Part, as_caption: bool) -> None:
    """The page builds what lies between the edges of the spans: they must be edges of letters of this text."""
    json.dumps(part.text).encode()
    links = [span for span in part.spans if span.kind == "link"]
    for span in part.spans:
        assert 0 <= span.start < span.end <= len(part.text)
        assert span.kind == "bold" or span.url.startswith(("https://", "http://"))
    assert all(one.end <= other.start for one, other in pairwise(links))


def by_zalo_bot(part: Part, as_caption: bool) -> None:
    """A caption has no styles: they are lost there, and the words are not."""
    assert 0 < len(part.text) <= TEXT_LIMIT
    assert part.text.strip() == part.text
    check(part.text, styles(part.text, part.spans))


def by_zalo_oa(part: Part, as_caption: bool) -> None:
    """No marks at all; composed; at most 2,000 letters; and nobody is called by what stands in the text."""
    said = spoken(part.text)
    assert part.spans == ()
    assert unicodedata.is_normalized("NFC", said)
    assert len(said) <= 2000
    assert not re.search(r"\[@[^\]]*\]", said)


JUDGES = [
    Judge("webchat", WebChatChannel.abilities, by_the_page),
    Judge("telegram", TELEGRAM, by_telegram),
    Judge("zalo_bot", ZALO_BOT, by_zalo_bot),
    Judge("zalo_oa", ZALO_OA, by_zalo_oa),
]
