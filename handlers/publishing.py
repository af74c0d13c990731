"""Đăng: where an approved item appeared; the link goes back to whoever sent it."""

from __future__ import annotations

import re

from campaign.problems import Refusal
from campaign.work import reviews
from handlers.answering import tell_decision
from handlers.context import HOME, Actions, Context, Steps, Words, number
from handlers.reviewing import UNDER_THIS
from storage.models.work import SubmissionState

ASK_LINK = "{code} đã đăng ở đâu? Anh/chị dán đường dẫn bài đăng, bắt đầu bằng https://"
NOT_A_LINK = "Đây chưa phải đường dẫn. Anh/chị dán đường dẫn bắt đầu bằng https://, hoặc gõ “trang chủ” để thôi."
RECORDED = "Đã ghi nơi đăng của {code} và báo cho người gửi."
LINK = re.compile(r"https?://(?P<outlet>[^\s/?#]+)\S*")


def ask_link(context: Context, argument: str) -> None:
    submission = reviews.for_editor(context.session, context.person_id, number(argument))
    if submission.state not in (SubmissionState.APPROVED, SubmissionState.PUBLISHED):
        raise Refusal("publish.not_approved", "Tin chưa được duyệt nên chưa đăng được. Anh/chị duyệt trước.")
    context.go("publish", submission=submission.id)
    asked = ASK_LINK.format(code=submission.code)
    context.say(f"{asked} {UNDER_THIS}" if context.event.group else asked)


def take_link(context: Context) -> bool:
    match = LINK.search(context.event.text)
    if match is None:
        if context.event.group:
            context.leave()  # asked once; whoever wants to go on presses the button again
        context.say(NOT_A_LINK, () if context.event.group else (HOME,))
        return True
    submission = reviews.publish(
        context.session,
        context.person_id,
        int(context.data["submission"]),
        match["outlet"],
        match[0],
        context.now,
        context.house.hours,
    )
    context.leave()
    tell_decision(context, submission, "published", "", match[0])
    context.say(RECORDED.format(code=submission.code), () if context.event.group else (HOME,))
    return True


ACTIONS: Actions = {"publish": ask_link}
WORDS: Words = {}
STEPS: Steps = {"publish": take_link}
