"""``python -m benchmarks.webhooks``: how long Zalo waits for our answer to an event, which it gets when it is stored.

``loa run`` in a process of its own; events of a hundred people, signed, one after the other and eight at a time.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.machine import spread
from benchmarks.table import Table
from tests.e2e.office import open_office
from tests.fakes.zalo_oa import FakeZaloOaThread
from tests.fakes.zalo_oa.signing import Keys, Signing, signature
from tests.fakes.zalo_oa.webhook import SIGNATURE_HEADER

EVENTS, PEOPLE = 400, 100
TOGETHER = (1, 8)


def main(table: Table) -> None:
    with TemporaryDirectory() as folder, FakeZaloOaThread() as zalo:
        oa = zalo.oa
        keys = Keys(oa.app_id, oa.oa_id, oa.app_secret, oa.oa_secret)
        settings = {
            "ENABLED": "true", "APP_ID": oa.app_id, "APP_SECRET": oa.app_secret, "OA_ID": oa.oa_id,
            "OA_SECRET_KEY": oa.oa_secret, "ACCESS_TOKEN": oa.access_token, "REFRESH_TOKEN": oa.refresh_token,
            "API_BASE": oa.base_url, "OAUTH_BASE": oa.oauth_url,
        }  # fmt: skip
        office = open_office(Path(folder), **{f"ZALO_OA__{name}": value for name, value in settings.items()})
        with office.running():
            for together in TOGETHER:
                took = asyncio.run(call(f"http://127.0.0.1:{office.port}/zalo/oa/webhook", keys, together))
                table.add(
                    f"our answer to an event of Zalo, {together} at a time",
                    f"p95 {sorted(took)[round(0.95 * (len(took) - 1))]:.0f} ms",
                    spread(took, "ms", 0) + ". Goal: 100 ms",
                )


async def call(url: str, keys: Keys, together: int) -> list[float]:
    """Milliseconds until the answer, of each event."""
    took: list[float] = []

    async def caller(numbers: range) -> None:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=30) as http:
            for number in numbers:
                raw, headers = event(keys, f"{together}-{number}", number)
                start = time.perf_counter()
                answer = await http.post(url, content=raw, headers=headers)
                took.append((time.perf_counter() - start) * 1000)
                answer.raise_for_status()

    await asyncio.gather(*(caller(range(first, EVENTS, together)) for first in range(together)))
    return took


def event(keys: Keys, message: str, number: int) -> tuple[bytes, dict[str, str]]:
    stamp = str(int(time.time() * 1000))
    body = {
        "app_id": keys.app_id, "sender": {"id": str(10**15 + number % PEOPLE)}, "user_id_by_app": str(number % PEOPLE),
        "recipient": {"id": keys.oa_id}, "event_name": "user_send_text", "timestamp": stamp,
        "message": {"text": "Chào bạn", "msg_id": message},
    }  # fmt: skip
    raw = json.dumps(body).encode()
    return raw, {"Content-Type": "application/json", SIGNATURE_HEADER: signature(keys, Signing(), raw, stamp, stamp)}


if __name__ == "__main__":
    main(Table("Webhooks", "python -m benchmarks.webhooks"))
