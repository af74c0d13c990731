"""Requests to the OA Open API: token in a header, errors inside HTTP 200, one renewal, and no blind repetition."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.certificates import trusted
from bot.channels.zalo_oa.limits import RATE_SECONDS, TOKEN_ERRORS, Waits
from bot.channels.zalo_oa.tokens import Tokens
from bot.settings import ZaloOa

log = structlog.get_logger()
# They happen before the first byte of the request: it did not arrive.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
NOT_TAKEN = (429, 500, 503)  # statuses of a server that did nothing; other gateways may have passed the request on
CONNECTIONS = 8


class ApiError(Exception):
    """The platform answered, and said no. ``template``: to a template, whose numbers mean something else."""

    template = False

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words[:200]}")
        self.code, self.words = code, words


class NotSent(Exception):
    """The platform did nothing: asking again is safe. ``seconds``: how long it asks to wait, 0 when it does not say."""

    def __init__(self, cause: str, seconds: float = 0.0) -> None:
        super().__init__(cause)
        self.cause, self.seconds = cause, seconds


class NoAnswer(Exception):
    """The request left and no answer came that means anything: it may have been carried out."""


class Rate:
    """What ``X-RateLimit-Remain`` says, and until when nothing may be asked because of it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._asked: deque[float] = deque()
        self._until = 0.0
        self.limit = ""  # requests a minute, as the platform last said

    def wait(self) -> float:
        """Seconds until the account may ask again."""
        return max(0.0, self._until - self._monotonic())

    def asked(self, headers: httpx.Headers) -> None:
        """After an answer. With nothing left, wait until the first request of this minute no longer counts."""
        now = self._monotonic()
        self._asked.append(now)
        while self._asked[0] <= now - RATE_SECONDS:
            self._asked.popleft()
        self.limit = headers.get("x-ratelimit-limit", "").strip() or self.limit
        if headers.get("x-ratelimit-remain", "").strip() == "0":
            self._until = self._asked[0] + RATE_SECONDS

    def refused(self) -> float:
        """The platform says that it was too much: nothing for a whole window."""
        self._until = self._monotonic() + RATE_SECONDS
        return RATE_SECONDS


class OaClient:
    """Raises ApiError, NotSent, NoAnswer, and NoGrant of ``tokens``. Answers are the ``data`` of the envelope."""

    def __init__(self, settings: ZaloOa, tokens: Tokens, waits: Waits) -> None:
        self._settings, self._tokens, self._waits = settings, tokens, waits
        timeout = httpx.Timeout(connect=waits.connect, read=waits.read, write=waits.write, pool=waits.pool)
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=20)
        self._http = httpx.AsyncClient(
            base_url=settings.api_base.rstrip("/"), verify=trusted(), timeout=timeout, limits=limits
        )
        self.rate = Rate()
        self.date: datetime | None = None  # what time the platform said it was, with its last answer

    async def get(self, path: str, *, data: dict[str, Any] | None = None, **query: Any) -> Any:
        """1:1 reads take one parameter ``data`` with JSON in it, group reads take ordinary ones."""
        if data is not None:
            query["data"] = json.dumps(data, separators=(",", ":"))
        return await self._call("GET", path, params=query)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self._call("POST", path, json=body)

    async def upload(self, path: str, name: str, content: bytes, mime: str) -> Any:
        """A file is of no use by itself, so silence is no doubt here: it is as if nothing had been asked."""
        timeout = httpx.Timeout(self._waits.upload, connect=self._waits.connect, pool=self._waits.pool)
        try:
            return await self._call("POST", path, files={"file": (name, content, mime)}, timeout=timeout)
        except NoAnswer as error:
            raise NotSent(str(error)) from None

    async def close(self) -> None:
        await self._http.aclose()

    async def _call(self, method: str, path: str, **request: Any) -> Any:
        token = await self._token()
        try:
            return await self._once(method, path, token, request)
        except ApiError as error:
            if abs(error.code) not in TOKEN_ERRORS:
                raise
            log.info("zalo_oa.token_refused", code=error.code)
        try:
            token = await self._tokens.renew(token)
        except SQLAlchemyError as error:
            raise NotSent(type(error).__name__) from error
        return await self._once(method, path, token, request)

    async def _token(self) -> str:
        try:
            return await self._tokens.current()
        except SQLAlchemyError as error:
            raise NotSent(type(error).__name__) from error

    async def _once(self, method: str, path: str, token: str, request: dict[str, Any]) -> Any:
        if (seconds := self.rate.wait()) > 0:
            raise NotSent("rate", seconds)
        try:
            answer = await self._http.request(method, path, headers=self._headers(token), **request)
        except NOT_SENT as error:
            raise NotSent(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None
        self.rate.asked(answer.headers)
        self.date = _date(answer.headers) or self.date
        return _data(answer)

    def _headers(self, token: str) -> dict[str, str]:
        headers = {"access_token": token}
        if self._settings.send_proof:
            secret = self._settings.app_secret.get_secret_value().encode()
            headers["appsecret_proof"] = hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()
        return headers


def _date(headers: httpx.Headers) -> datetime | None:
    with suppress(ValueError):
        said = parsedate_to_datetime(headers.get("date", ""))
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    return None


def _data(answer: httpx.Response) -> Any:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or "error" not in body:
        raise _foreign(answer.status_code)
    code = _number(body["error"])
    if code:
        raise ApiError(code, str(body.get("message", "")))
    return body.get("data")


def _foreign(status: int) -> Exception:
    """Something on the way answered instead of the platform."""
    said_no = status in NOT_TAKEN or 400 <= status < 500
    return NotSent(f"HTTP {status}") if said_no else NoAnswer(f"HTTP {status}")


def _number(value: object) -> int:
    """Numbers come as strings too. What is neither counts as a failure without a known meaning."""
    try:
        return int(str(value))
    except ValueError:
        return -200
