"""Groups (GMF) that the account owns: made by it, paid for by a package each, entered by a link and an approval.

People cannot be pulled in unless they follow the account or have written to it within seven days; all others get the
link. A group whose package has ended is locked, and dissolved some weeks later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog
from sqlmodel import Session

from bot.channels.contract import GroupTrouble, Outcome, Package, Part, Sent
from bot.channels.zalo_oa.client import ApiError, NoAnswer, NotSent, OaClient
from bot.channels.zalo_oa.doctor import sentence_of
from bot.channels.zalo_oa.errors import rule_of
from bot.channels.zalo_oa.limits import NAME
from bot.channels.zalo_oa.tokens import NoGrant
from bot.clock import Clock
from bot.settings import ZaloOa
from campaign.organisation import chats, circles
from campaign.organisation.circles import Circle
from storage.database import Database
from storage.models import Chat

log = structlog.get_logger()
BASE = "/v3.0/oa/group"
QUOTA_PATH = "/v3.0/oa/quota/group"
KINDS = ("gmf10", "gmf50", "gmf100", "gmf1000")
QUOTAS = ("sub_quota", "purchase_quota", "reward_quota")
PAGE = 50
MOST_PAGES = 20
AT_ONCE = 20  # people invited in one request
CHECK_EVERY = timedelta(hours=6)
CHECKED_AT_ONCE = 10  # a round: catching up with all groups must not eat what messages need
DISSOLVED_AFTER = timedelta(days=45)  # of a locked group, where the platform does not name the day
NOT_THERE, WRONG_FIELD = 403, 201

NO_ADMIN = (
    "Zalo đòi trong nhóm có một quản trị viên OA đang quan tâm OA. "
    "Đặt [zalo_oa] group_admin = mã người dùng của người đó (số ở loa chats list, khi đã vào bằng Zalo), "
    "hoặc thêm --admin MÃ."
)
NO_GROUP = "OA không có nhóm mã này: mã gõ sai, nhóm đã giải tán, hoặc OA đã ra khỏi nhóm. Xem mã ở loa chats list."
NOT_WAITING = "Người này không chờ ở nhóm ấy: đã được duyệt, đã bị từ chối, hoặc mã gõ sai. Xem: loa groups pending"
LATER = "Zalo đang bận, chưa mời được. Mời lại sau."


class Groups:
    """``GroupOffice`` of the contract, and what the account must do about its groups by itself."""

    def __init__(self, client: OaClient, database: Database, settings: ZaloOa, clock: Clock) -> None:
        self._client, self._database, self._settings, self._clock = client, database, settings, clock

    # For the operator

    async def packages(self, kind: str = "") -> list[Package]:
        found: dict[str, Package] = {}
        async with _plainly():
            for product in (kind,) if kind else KINDS:
                for quota in QUOTAS:
                    asked = {"quota_owner": "OA", "product_type": product, "quota_type": quota}
                    for row in _rows(await self._client.post(QUOTA_PATH, asked)):
                        package = _package(row, product)
                        found[package.id] = package
        return list(found.values())

    async def create(self, title: str, about: str, package_id: str, admin: str = "") -> Circle:
        admin = admin or self._settings.group_admin
        if not admin:
            raise GroupTrouble(NO_ADMIN)
        body = {
            "group_name": title, "group_description": about, "asset_id": package_id, "member_user_ids": [admin],
        }  # fmt: skip
        async with _plainly():
            made = await self._client.post(f"{BASE}/creategroupwithoa", body)
            chat = _text(made, "group_id")
            doors = {"group_id": chat, "enable_link_join": True, "join_appr": True}
            await self._client.post(f"{BASE}/updateinfo", doors)
            return await self._described(chat)

    async def describe(self, chat: str) -> Circle:
        async with _plainly():
            return await self._described(chat)

    async def invite(self, chat: str, members: Sequence[str]) -> dict[str, str]:
        """Many at once; where one of them cannot be invited the platform refuses all, and they are asked singly."""
        failed: dict[str, str] = {}
        for start in range(0, len(members), AT_ONCE):
            batch = list(members[start : start + AT_ONCE])
            if (reason := await self._invited(chat, batch)) and len(batch) > 1:
                reasons = [(one, await self._invited(chat, [one])) for one in batch]
                failed.update({one: why for one, why in reasons if why})
            elif reason:
                failed[batch[0]] = reason
        return failed

    async def members(self, chat: str) -> list[tuple[str, str]]:
        return await self._listed(f"{BASE}/listmember", chat)

    async def waiting(self, chat: str) -> list[tuple[str, str]]:
        return await self._listed(f"{BASE}/listpendinginvite", chat)

    async def answer(self, chat: str, members: Sequence[str], *, let_in: bool) -> None:
        async with _plainly({WRONG_FIELD: NOT_WAITING}):
            await self._answer(chat, members, let_in)

    # As a message: an answer at the door that delivery looks after

    async def decide(self, part: Part) -> Outcome:
        """Raises what the client raises."""
        await self._answer(part.to, part.lets_in or part.turns_away, bool(part.lets_in))
        return Sent(())

    # By itself

    async def look_after_packages(self) -> None:
        """How long each group is paid for, some groups at a time."""
        before = self._clock.now() - CHECK_EVERY
        for chat in await self._database.read(circles.to_check, NAME, before, CHECKED_AT_ONCE):
            try:
                found = await self._described(chat.external_id)
            except ApiError as error:
                if abs(error.code) != NOT_THERE:
                    raise
                await self._database.write(_lost, chat.id, rule_of(error.code).words, self._clock.now())
            else:
                await self._database.write(_keep, chat.id, found, self._clock.now())

    # Requests

    async def _described(self, chat: str) -> Circle:
        return _circle(chat, await self._client.get(f"{BASE}/getgroup", group_id=chat))

    async def _invited(self, chat: str, members: Sequence[str]) -> str:
        """Empty when they are invited, else why not."""
        try:
            await self._client.post(f"{BASE}/invite", {"group_id": chat, "member_user_ids": list(members)})
        except ApiError as error:
            log.info("zalo_oa.not_invited", code=error.code, people=len(members))
            return rule_of(error.code).words
        except (NotSent, NoAnswer):
            return LATER
        except NoGrant as error:
            raise GroupTrouble(error.sentence) from None
        return ""

    async def _answer(self, chat: str, members: Sequence[str], let_in: bool) -> None:
        verb = "acceptpendinginvite" if let_in else "rejectpendinginvite"
        await self._client.post(f"{BASE}/{verb}", {"group_id": chat, "member_user_ids": list(members)})

    async def _listed(self, path: str, chat: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        async with _plainly():
            for page in range(MOST_PAGES):
                answer = await self._client.get(path, group_id=chat, offset=page * PAGE, count=PAGE)
                rows = _rows(answer)
                found += [(user, _text(row, "name")) for row in rows if (user := _text(row, "user_id"))]
                if len(rows) < PAGE:
                    break
        return found


@asynccontextmanager
async def _plainly(here: Mapping[int, str] = MappingProxyType({})) -> AsyncIterator[None]:
    """What goes wrong, as a sentence for the operator; ``here``: what a code means in this place."""
    known = {NOT_THERE: NO_GROUP, **here}
    try:
        yield
    except ApiError as error:
        raise GroupTrouble(known.get(abs(error.code)) or sentence_of(error)) from None
    except (NotSent, NoAnswer, NoGrant) as error:
        raise GroupTrouble(sentence_of(error)) from None


def _keep(session: Session, chat_id: int | None, found: Circle, now: datetime) -> None:
    chat = session.get(Chat, chat_id)
    if chat is not None:
        circles.remember(session, chat, found, now)


def _lost(session: Session, chat_id: int | None, reason: str, now: datetime) -> None:
    chat = session.get(Chat, chat_id)
    if chat is not None:
        circles.forget_package(session, chat, now)
        chats.lose(session, NAME, chat.external_id, reason)


def _circle(chat: str, answer: Any) -> Circle:
    info, asset = _part(answer, "group_info"), _part(answer, "asset_info")
    until, enabled = _day(_text(asset, "valid_through")), _text(info, "status").lower() in ("", "enabled")
    ends = _day(_text(info, "auto_delete_date"))
    if ends is None and not enabled and until is not None:
        ends = until + DISSOLVED_AFTER
    members = _text(info, "total_member")
    return Circle(
        chat=chat, title=_text(info, "name"), link=_text(info, "group_link"),
        members=int(members) if members.isascii() and members.isdigit() else None,
        package=_text(asset, "asset_type"), package_id=_text(asset, "asset_id"),
        valid_until=until, ends_on=ends, enabled=enabled,
    )  # fmt: skip


def _package(row: dict[str, Any], kind: str) -> Package:
    used = _text(row, "used_id") or ("?" if _text(row, "status") == "used" else "")
    return Package(
        id=_text(row, "asset_id"), kind=_text(row, "product_type") or kind,
        valid_until=_day(_text(row, "valid_through")), used_by=used,
        renews=_text(row, "auto_renew").lower() in ("true", "1"),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007  (a day, without a zone)
    except ValueError:
        return None


def _rows(answer: Any) -> list[dict[str, Any]]:
    """A bare list, or one under any name."""
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), [])
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []


def _part(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return str(found) if isinstance(found, str | int) else ""
