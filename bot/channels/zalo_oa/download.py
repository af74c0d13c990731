"""What people sent, into a file of ours: only from the platform's own hosts, wherever an address points."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from bot.channels.certificates import trusted
from bot.channels.contract import FetchFailed
from bot.channels.zalo_oa.limits import ABILITIES, MEGABYTE

log = structlog.get_logger()
HOPS = 3
GONE = (401, 403, 404, 410)
BIG = "Tệp lớn hơn mức {limit} MB hệ thống nhận qua Zalo. Gửi bản nhỏ hơn, hoặc gửi qua trang web."
LOST = "Zalo không còn giữ tệp này. Gửi lại tệp giúp ban biên tập."


class Fetcher:
    """``hosts``: a name, or with a dot in front everything below it."""

    def __init__(self, hosts: Sequence[str], seconds: float) -> None:
        self._hosts = tuple(host.lower() for host in hosts)
        self._http = httpx.AsyncClient(verify=trusted(), timeout=seconds, follow_redirects=False)

    async def fetch(self, ref: dict[str, Any], into: Path) -> None:
        """Raises FetchFailed; then nothing is left at ``into``."""
        if (ref.get("size") or 0) > ABILITIES.download_bytes:
            raise _too_big()
        try:
            await self._follow(str(ref.get("url", "")), into)
        except httpx.HTTPError as error:
            log.warning("zalo_oa.download", error=type(error).__name__)
            raise FetchFailed("zalo_oa.line") from None
        except (httpx.InvalidURL, ValueError) as error:
            log.error("zalo_oa.no_address", error=type(error).__name__)
            raise FetchFailed("zalo_oa.no_address", LOST, final=True) from None
        except OSError as error:
            log.error("zalo_oa.download_disk", error=type(error).__name__)
            raise FetchFailed("disk") from error

    async def close(self) -> None:
        await self._http.aclose()

    def allows(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not host or parts.username:
            return False
        return any(host.endswith(known) if known.startswith(".") else host == known for known in self._hosts)

    async def _follow(self, url: str, into: Path) -> None:
        for _ in range(HOPS):
            if not self.allows(url):
                log.error("zalo_oa.foreign_host", host=_host(url))
                raise FetchFailed("zalo_oa.foreign_host", LOST, final=True)
            async with self._http.stream("GET", url) as answer:
                if not answer.is_redirect:
                    return await _keep(answer, into)
                url = urljoin(url, answer.headers.get("location", ""))
        raise FetchFailed("zalo_oa.redirects", LOST, final=True)


async def _keep(answer: httpx.Response, into: Path) -> None:
    """Bounded by what really comes, whatever was announced."""
    if not answer.is_success:
        final = answer.status_code in GONE
        log.info("zalo_oa.download_refused", status=answer.status_code)
        raise FetchFailed("zalo_oa.refused", LOST if final else "", final=final)
    complete = False
    try:
        with await asyncio.to_thread(into.open, "wb") as file:
            async for chunk in answer.aiter_bytes(MEGABYTE):
                if file.tell() + len(chunk) > ABILITIES.download_bytes:
                    raise _too_big()
                await asyncio.to_thread(file.write, chunk)
        complete = True
    finally:
        if not complete:
            await asyncio.to_thread(into.unlink, missing_ok=True)


def _too_big() -> FetchFailed:
    limit = ABILITIES.download_bytes // MEGABYTE
    return FetchFailed("zalo_oa.too_big", BIG.format(limit=limit), final=True)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
