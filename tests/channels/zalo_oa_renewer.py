"""A process that finds its access token refused: prints what it then holds.

``python -m tests.channels.zalo_oa_renewer DATABASE KEY_FILE OAUTH_URL APP_ID APP_SECRET OA_ID REFUSED``
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from bot.channels.zalo_oa.channel import only_log
from bot.channels.zalo_oa.limits import Waits
from bot.channels.zalo_oa.tokens import Tokens
from bot.clock import wall_clock
from bot.settings import ZaloOa
from storage.database import Database
from storage.sealing import Sealer


async def main(url: str, key: str, oauth: str, app_id: str, app_secret: str, oa_id: str, refused: str) -> None:
    database = Database(url)
    settings = ZaloOa(app_id=app_id, app_secret=SecretStr(app_secret), oauth_base=oauth)
    tokens = Tokens(database, Sealer("", Path(key)), settings, oa_id, wall_clock(), only_log, Waits())
    print("ready", flush=True)
    sys.stdin.readline()
    print(await tokens.renew(refused), flush=True)
    await tokens.close()
    database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
