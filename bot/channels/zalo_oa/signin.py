"""The sign-in host: a code or a refresh token becomes a pair. Each works once."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from bot.channels.certificates import trusted
from bot.channels.zalo_oa.limits import LIFETIME_SECONDS, Waits
from bot.settings import ZaloOa

PATH = "/v4/oa/access_token"


class SignInRefused(Exception):
    """The platform answered, and gave no pair. ``code`` is for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SignInUnreachable(Exception):
    """The request never left: the token in it is still good."""


class SignInUnanswered(Exception):
    """The request left and no answer came: the token in it may be spent."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``lifetime``: real seconds for which the access token is good."""

    access: str
    refresh: str
    lifetime: float = LIFETIME_SECONDS

    def __repr__(self) -> str:
        return "Pair(•••)"


class SignIn:
    """One request each; nothing is repeated here."""

    def __init__(self, settings: ZaloOa, waits: Waits) -> None:
        self._settings = settings
        timeout = httpx.Timeout(waits.read, connect=waits.connect, pool=waits.pool)
        self._http = httpx.AsyncClient(base_url=settings.oauth_base.rstrip("/"), verify=trusted(), timeout=timeout)

    async def exchange(self, code: str, verifier: str) -> Pair:
        return await self._ask(code=code, code_verifier=verifier, grant_type="authorization_code")

    async def renew(self, refresh: str) -> Pair:
        return await self._ask(refresh_token=refresh, grant_type="refresh_token")

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask(self, **form: str) -> Pair:
        secret = self._settings.app_secret.get_secret_value()
        form["app_id"] = self._settings.app_id
        try:
            answer = await self._http.post(PATH, data=form, headers={"secret_key": secret})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise SignInUnreachable from None
        except httpx.HTTPError:
            raise SignInUnanswered from None
        return _pair(answer)


def _pair(answer: httpx.Response) -> Pair:
    """Errors come with HTTP 200 too: only a body with both tokens is a success."""
    try:
        body = answer.json()
    except ValueError:
        raise SignInUnanswered from None  # somebody on the way answered; what became of the request nobody knows
    if answer.status_code >= 500 or not isinstance(body, dict):
        raise SignInUnanswered
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        raise SignInRefused(str(body.get("error", answer.status_code)))
    return Pair(access, refresh, _seconds(body.get("expires_in")))


def _seconds(text: object) -> float:
    try:
        return max(float(str(text)), 60.0)
    except ValueError:
        return LIFETIME_SECONDS


def new_verifier() -> str:
    """One fixed value for an installation, because its challenge is typed into the console once."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def pasted(text: str) -> tuple[str, str]:
    """(code, OA id) from what the operator pasted: the bare code, or the whole address the browser ended at."""
    text = text.strip().strip("\"'")
    query = parse_qs(urlsplit(text).query) if "?" in text else parse_qs(text) if "code=" in text else {}
    if "code" in query:
        return query["code"][0], query.get("oa_id", [""])[0]
    return ("", "") if "://" in text or " " in text else (text, "")
