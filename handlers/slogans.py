"""Khẩu hiệu: the exact wording, one message each, found with or without marks."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, select

from campaign.message import Choice
from campaign.text import fold_words
from campaign.work import submissions
from handlers.context import BACK, HOME, Actions, Context, Steps, Words, number, short
from storage.models import Campaign, Slogan
from storage.models.campaigns import CampaignState

NONE = "Hiện chưa có khẩu hiệu nào được phát hành."
PAGE = 6
LIST = "Có {count} khẩu hiệu. Anh/chị chọn một câu để nhận nguyên văn, hoặc gõ vài chữ để tìm."
FOUND = "Tìm thấy {count} câu có “{words}”:"
NOT_FOUND = "Không có khẩu hiệu nào có “{words}”. Anh/chị gõ chữ khác, hoặc xem cả danh sách."


def released(context: Context) -> list[Slogan]:
    """Slogans of campaigns that run now."""
    statement = (
        select(Slogan)
        .join(Campaign, col(Campaign.id) == Slogan.campaign_id)
        .where(Campaign.state == CampaignState.ACTIVE, col(Slogan.withdrawn).is_(False))
        .order_by(col(Slogan.campaign_id), col(Slogan.position))
    )
    return list(context.session.exec(statement))


def show(context: Context, argument: str = "") -> None:
    everything = released(context)
    if not everything:
        return context.say(NONE, (HOME,))
    context.go("slogans")
    start = number(argument) if number(argument) < len(everything) else 0
    page = everything[start : start + PAGE]
    more = [Choice("Xem tiếp", f"slogans:{start + PAGE}")] if start + PAGE < len(everything) else []
    context.say(LIST.format(count=len(everything)), (*_choices(page), *more, HOME))


def _choices(slogans: Iterable[Slogan]) -> list[Choice]:
    return [Choice(short(slogan.text, 56), f"slogan:{slogan.id}") for slogan in slogans]


def one(context: Context, argument: str) -> None:
    """The whole slogan and nothing else, so that it can be copied."""
    slogan = context.session.get(Slogan, number(argument))
    if slogan is None or slogan.withdrawn:
        return show(context)
    context.say(slogan.text)
    context.say("Anh/chị chạm giữ câu trên để sao chép.", (Choice("Khẩu hiệu khác", "slogans"), HOME))


def search(context: Context) -> bool:
    """Words typed while the list is open."""
    words = fold_words(context.event.text)
    drafting = submissions.draft_of(context.session, context.event.channel, context.place, context.event.sender)
    if not words or len(words) > 60 or drafting is not None:
        return False
    found = [slogan for slogan in released(context) if words in fold_words(slogan.text)]
    text = context.event.text
    if not found:
        context.say(NOT_FOUND.format(words=short(text)), (Choice("Cả danh sách", "slogans"), HOME))
    else:
        context.say(FOUND.format(count=len(found), words=short(text)), (*_choices(found[:PAGE]), BACK, HOME))
    return True


ACTIONS: Actions = {"slogans": show, "slogan": one}
WORDS: Words = {"khau hieu": "slogans", "cac khau hieu": "slogans", "xem khau hieu": "slogans"}
STEPS: Steps = {"slogans": search}
