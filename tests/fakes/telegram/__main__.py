"""``python -m tests.fakes.telegram --port 8081``: the fake alone, scripted over ``/ctl``."""

import argparse
import asyncio

from .floods import STRICT
from .server import FakeTelegram
from .world import BOT_TOKEN


async def _serve(port: int, token: str, *, flood: bool) -> None:
    telegram = FakeTelegram(token, flood=STRICT if flood else None)
    await telegram.open(port)
    try:
        print(f"{telegram.base_url} {token}", flush=True)
        await asyncio.Event().wait()
    finally:
        await telegram.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A strict fake of the Telegram Bot API on 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port; the address is printed")
    parser.add_argument("--token", default=BOT_TOKEN)
    parser.add_argument("--no-flood", action="store_true", help="switch the flood model off")
    chosen = parser.parse_args()
    try:
        asyncio.run(_serve(chosen.port, chosen.token, flood=not chosen.no_flood))
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
