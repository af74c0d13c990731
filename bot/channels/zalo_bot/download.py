"""What people sent, into a file of ours. The address comes from outside, so the host must be one we know."""

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
from bot.channels.zalo_bot.limits import ABILITIES, MEGABYTE, Waits

log = structlog.get_logger()
REDIRECTS = 3
LOST = "Zalo không còn giữ ảnh hoặc tệp này. Anh/chị gửi lại giúp."
TOO_BIG = "Tệp lớn hơn mức {limit} MB nên chưa lưu được. Anh/chị gửi bản nhỏ hơn hoặc gửi qua trang web."
STRANGE = "Chưa tải được ảnh này từ Zalo. Anh/chị gửi lại sau; quản trị viên đã được báo trong nhật ký."


class Files:
    """``hosts``: names, and with a leading dot all names under one."""

    def __init__(self, hosts: Sequence[str], waits: Waits) -> None:
        self._hosts = tuple(host.lower() for host in hosts)
        self._http = httpx.AsyncClient(
            verify=trusted(), timeout=httpx.Timeout(waits.file, connect=waits.connect), trust_env=False
        )

    async def fetch(self, ref: dict[str, Any], into: Path) -> None:
        """Raises FetchFailed; then nothing is left at ``into``."""
        try:
            await self._follow(str(ref.get("url") or ""), into)
        except OSError as error:
            log.error("zalo_bot.download_disk", error=type(error).__name__)
            raise FetchFailed("disk") from error
        except httpx.HTTPError as error:
            log.warning("zalo_bot.download", error=type(error).__name__)
            raise FetchFailed("zalo_bot.line") from None
        except (httpx.InvalidURL, ValueError) as error:
            log.error("zalo_bot.no_address", error=type(error).__name__)
            raise FetchFailed("zalo_bot.no_address", STRANGE, final=True) from None

    async def close(self) -> None:
        await self._http.aclose()

    async def _follow(self, url: str, into: Path) -> None:
        for _ in range(REDIRECTS + 1):
            self._demand_known(url)
            onward = await self._once(url, into)
            if not onward:
                return
            url = urljoin(url, onward)
        raise FetchFailed("zalo_bot.redirects")

    def _demand_known(self, url: str) -> None:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or not host or not self._knows(host):
            # The operator reads the name here and puts it into the settings, if it is Zalo's.
            log.error("zalo_bot.unknown_host", host=host, hint="zalo_bot.file_hosts")
            raise FetchFailed("zalo_bot.unknown_host", STRANGE, final=True)

    def _knows(self, host: str) -> bool:
        return any(host.endswith(known) if known.startswith(".") else host == known for known in self._hosts)

    async def _once(self, url: str, into: Path) -> str:
        """The address to go on to; empty when the file is whole."""
        async with self._http.stream("GET", url) as response:
            if response.is_redirect:
                return str(response.headers.get("location", ""))
            if not response.is_success:
                raise _refused(response.status_code)
            await _keep(response, into)
        return ""


async def _keep(response: httpx.Response, into: Path) -> None:
    """Bounded by what really comes, whatever was announced."""
    complete = False
    try:
        with await asyncio.to_thread(into.open, "wb") as file:
            async for chunk in response.aiter_bytes(MEGABYTE):
                if file.tell() + len(chunk) > ABILITIES.download_bytes:
                    limit = ABILITIES.download_bytes // MEGABYTE
                    raise FetchFailed("zalo_bot.too_big", TOO_BIG.format(limit=limit), final=True)
                await asyncio.to_thread(file.write, chunk)
        complete = True
    finally:
        if not complete:
            await asyncio.to_thread(into.unlink, missing_ok=True)


def _refused(status: int) -> FetchFailed:
    final = status in (400, 401, 403, 404, 410)
    log.info("zalo_bot.download_refused", status=status)
    return FetchFailed("zalo_bot.refused", LOST if final else "", final=final)
