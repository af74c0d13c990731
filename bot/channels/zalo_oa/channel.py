"""The Zalo Official Account channel: one account, its followers and its groups."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bot.channels.contract import Outcome, Part, Proof, Receive, Recipient, Refused, Seen, Sent
from bot.channels.zalo_oa import doctor, firstday, lifetimes
from bot.channels.zalo_oa.client import ApiError, NoAnswer, NotSent, OaClient
from bot.channels.zalo_oa.download import Fetcher
from bot.channels.zalo_oa.groups import Groups
from bot.channels.zalo_oa.hearing import Ear, sent_ids
from bot.channels.zalo_oa.history import History
from bot.channels.zalo_oa.journal import Journal
from bot.channels.zalo_oa.keeping import Keeper
from bot.channels.zalo_oa.limits import ABILITIES, NAME, Waits
from bot.channels.zalo_oa.outcomes import Outcomes
from bot.channels.zalo_oa.reach import reach_of
from bot.channels.zalo_oa.sending import NO_DEED, Speaker
from bot.channels.zalo_oa.signature import Signer
from bot.channels.zalo_oa.tokens import NoGrant, Ring, Tokens
from bot.channels.zalo_oa.uploads import Uploads
from bot.channels.zalo_oa.webhook import PATH, verification_route, webhook_route
from bot.clock import Clock
from bot.settings import ZaloOa
from campaign.hours import Hours
from campaign.work.reach import Reach
from storage import grants
from storage.database import Database
from storage.sealing import Sealer

log = structlog.get_logger()
KNOWN_OA = "oa"  # the fact, under no account, that names the account somebody signed in with
TROUBLES = (ApiError, NotSent, NoAnswer, NoGrant)
LATELY = timedelta(minutes=10)
INFO_PATH, QUOTA_PATH = "/v2.0/oa/getoa", "/v3.0/oa/quota/message"
REVOKED = "Quản trị viên OA vừa thu hồi quyền của ứng dụng trên Zalo. Cấp quyền lại bằng lệnh: loa zalo login"


async def only_log(channel: str, code: str, sentence: str) -> None:
    """The alarm of a command: its output tells the operator."""
    log.error("alarm", channel=channel, code=code, sentence=sentence)


class ZaloOaChannel:
    """A ``Channel`` that also ``Checks``, ``Proves``, ``Reaches``, ``Remembers``, is ``Mounted`` and ``OwnsGroups``."""

    name = NAME
    abilities = ABILITIES

    def __init__(
        self,
        settings: ZaloOa,
        database: Database,
        sealer: Sealer,
        clock: Clock,
        hours: Hours,
        public_url: str,
        ring: Ring = only_log,
        *,
        waits: Waits | None = None,
    ) -> None:
        self._settings, self._database, self._clock, self._ring = settings, database, clock, ring
        self._public_url, waits = public_url.rstrip("/"), waits or Waits()
        self.account = settings.oa_id or known_oa(database)
        self.tokens = Tokens(database, sealer, settings, self.account, clock, ring, waits)
        self.client = OaClient(settings, self.tokens, waits)
        self._journal = Journal(database, self.account, clock)
        self._ear = Ear(self.account, database, clock)
        self._history = History(self.client, self.account, clock, waits)
        self._speaker = Speaker(
            self.client, Uploads(self.client, database, self.account, clock), database, settings, clock
        )
        self._outcomes = Outcomes(clock, self.client.rate, ring)
        self._fetcher = Fetcher(settings.file_hosts, waits.upload)
        self.keeper = Keeper(
            self.tokens, self._history, self._journal, self._ear, database, clock, hours, ring, waits,
            settings.silence_hours,
        )  # fmt: skip
        self.groups = Groups(self.client, database, settings, clock)
        self.keeper.chores += [self._learn_name, self.groups.look_after_packages]

    # Who we are

    def link(self, code: str, *, group: bool = False) -> str:
        """The page of the account. Zalo carries no code along: the person types it, or the QR shows it beside."""
        return f"https://zalo.me/{self.account}" if self.account and not group else ""

    def secrets(self) -> list[str]:
        """Those of the settings and of the grant in force; later ones are hidden as they come."""
        hidden = self._settings
        named = (
            hidden.app_secret, hidden.oa_secret_key, hidden.access_token, hidden.refresh_token, hidden.code_verifier,
        )  # fmt: skip
        known = [secret.get_secret_value() for secret in named] + self.tokens.known_secrets()
        return [secret for secret in known if secret]

    async def _learn_name(self) -> None:
        """People call the account by its name in groups. Asked for once."""
        if not self._ear.name:
            shown = await self.client.get(INFO_PATH)
            self._ear.call(str(shown.get("name", "")) if isinstance(shown, dict) else "")

    # Hearing

    async def listen(self, receive: Receive) -> None:
        """Zalo calls us; here is what must be looked after meanwhile."""
        await self.keeper.keep(receive)

    def routes(self, receive: Receive) -> list[Any]:
        async def hear(raw: dict[str, Any], variant: str, again: bool) -> None:
            try:
                await self._hear(raw, variant, receive)
                if again:
                    await self._journal.heard(firstday.RETRIED, variant)
            except Exception:
                self._journal.missed = True
                raise

        routes = [webhook_route(self._signer, hear)]
        if doctor.VERIFIER_FILE.fullmatch(self._settings.verification_file):
            routes.append(verification_route(self._settings.verification_file))
        return routes

    async def _hear(self, raw: dict[str, Any], variant: str, receive: Receive) -> None:
        what = str(raw.get("event_name", ""))
        event = await self._ear.understood(raw)
        if event is None:
            log.info("zalo_oa.not_ours", what=what[:60])
            return
        await receive(event)
        await self._journal.heard(what, variant)
        if what == "permission_revoked":
            await self._ring(NAME, f"{NAME}.revoked", REVOKED)

    def _signer(self) -> Signer:
        known = self._settings
        return Signer(
            known.app_id, self.account, known.oa_secret_key.get_secret_value(), known.app_secret.get_secret_value(),
            known.signature_variant,
        )  # fmt: skip

    # Speaking and fetching

    async def send(self, part: Part) -> Outcome:
        if part.toast or part.edits or part.deletes or part.pins or part.unpins:
            return Refused(NO_DEED)
        if part.lets_in or part.turns_away:
            return await self._at_the_door(part)
        try:
            request = await self._speaker.prepared(part)
        except Exception as error:
            return await self._outcomes.of(error, part, left=False)
        try:
            ids = await self._speaker.deliver(part, request)
        except Exception as error:
            return await self._outcomes.of(error, part)
        self._outcomes.arrived(part)
        return Sent(ids)

    async def _at_the_door(self, part: Part) -> Outcome:
        try:
            return await self.groups.decide(part)
        except Exception as error:
            return await self._outcomes.of(error, part)

    async def said(self, part: Part, since: datetime) -> tuple[str, ...] | None:
        try:
            others = await self._database.read(sent_ids, part.to, since - LATELY)
            return await self._history.said(part, since, others)
        except (ApiError, NotSent, NoAnswer, NoGrant) as error:
            log.warning("zalo_oa.not_looked_up", key=part.key, error=type(error).__name__)
            return None

    def reach(self, recipient: Recipient, at: datetime) -> Reach:
        return reach_of(self._settings, recipient, at)

    async def download(self, ref: dict[str, Any], into: Path) -> None:
        await self._fetcher.fetch(ref, into)

    async def close(self) -> None:
        await self.tokens.close()
        await self.client.close()
        await self._fetcher.close()

    # For the operator

    async def diagnose(self) -> list[str]:
        found = doctor.check_settings(self._settings, self.account, self._public_url)
        try:
            oa = await self.client.get(INFO_PATH)
        except (ApiError, NotSent, NoAnswer, NoGrant) as error:
            return [*found, doctor.sentence_of(error)]
        if self._clock.speed == 1:
            found += doctor.check_clock(self.client.date, self._clock.now())
        found += doctor.check_oa(oa if isinstance(oa, dict) else {}, self._settings, self.account)
        return found + doctor.check_heard(await self._journal.last(), self._settings, self._public_url + PATH)

    async def first_day(self, seen: Seen) -> list[Proof]:
        shown = await self._shown(await self._database.read(firstday.last_person))
        standing = await self._database.read(firstday.standing_of, self.account)  # after asking: that may renew or bury
        heard = await self._journal.last()
        address = self._public_url + PATH
        return firstday.checklist(seen, self._settings, standing, shown, heard, address, self._clock.now())

    async def _shown(self, person: str) -> firstday.Shown:
        """What the platform says of the account, and of the window of one person where there is one."""
        try:
            oa = await self.client.get(INFO_PATH)
        except TROUBLES as error:
            return firstday.Shown({}, doctor.sentence_of(error))
        try:
            window = await self.client.post(QUOTA_PATH, {"user_id": person}) if person else None
        except TROUBLES:  # of this person alone: the line stays open
            window = None
        old = await self._database.read(lifetimes.photos_by_age, self._clock.now())
        life = await lifetimes.measured(old, self.download)
        return firstday.Shown(oa if isinstance(oa, dict) else {}, "", self.client.rate.limit, window, life)


def known_oa(database: Database) -> str:
    """The account somebody signed in with; empty when nobody has."""
    with database.snapshot() as session:
        row = grants.fact(session, NAME, "", KNOWN_OA)
        return str(row.value.get("oa_id", "")) if row is not None else ""
