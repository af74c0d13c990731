"""``python -m tests.swarm.nursery``: imports the product once, then forks one process for each line it reads.

Each child is the whole program, wired by ``bot.app`` from settings in its environment, as ``loa run`` starts it; only
the second of importing is saved. The line holds the environment, the answer is the child's process id.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import traceback
from typing import NoReturn

import bot.channels.telegram.channel  # noqa: F401
from bot import app, logs
from bot.core import open_core


def live(environment: dict[str, str]) -> NoReturn:
    """In the child."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.update(environment)
        log = os.open(environment["SWARM_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(log, stream)
        logs.set_up()
        process = app.make_app(open_core())
        asyncio.run(process.run(lambda: None))
        status = int(process.broken)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(status)


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    gc.collect()
    gc.freeze()  # a child that never touches old objects copies fewer pages
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(json.loads(line))
        print(child, flush=True)


if __name__ == "__main__":
    serve()
