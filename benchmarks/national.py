"""``python -m benchmarks.national``: 34 federations on this machine, 3,500 chats each, a push to all of them at once.

The product's own parts on PostgreSQL: ``Account`` elects by advisory lock which process speaks for which account,
``Sender`` and ``Gate`` send at the pace of the settings through the Telegram channel. The fake platform is lean, keeps
the limits of each account by itself, and runs in its own process. ``LOA_NATIONAL_CHATS`` makes the accounts smaller,
``LOA_NATIONAL_SECONDS`` ends each run earlier.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import func, select

from benchmarks.delivery import WORDS
from benchmarks.federation import wait_until
from benchmarks.free import ALWAYS_OPEN, NOW, FreeChannel, sender_for
from benchmarks.machine import Fake, children, cpu_seconds, fake, process, resident_mb
from benchmarks.table import Table
from bot import logs
from bot.accounts import Account, name_of
from bot.channels.contract import Part
from bot.channels.telegram.channel import TelegramChannel
from bot.clock import wall_clock
from bot.delivery.pace import Gate, Pace
from bot.delivery.sender import Sender
from bot.settings import Settings, Telegram
from bot.turns import Turns
from campaign.message import Choice, Message
from campaign.outbox import say_to_all
from storage.database import Database
from storage.leadership import claims_on
from storage.models import Chat, Outgoing
from storage.models.messages import OutgoingState, Priority
from tests.postgres import Server, running_server

ACCOUNTS = 34
CHATS = int(os.environ.get("LOA_NATIONAL_CHATS", "3500"))
SECONDS = float(os.environ.get("LOA_NATIONAL_SECONDS", "170"))
PROCESSES = (1, 2, 4)
STANDBY = 15.0  # seconds
STARTING = 90.0
ALLOWED = 30  # messages a second for one account: what the platform publishes
PACE = Settings().pace.telegram


def main(table: Table, chats: int = CHATS) -> None:
    with running_server(careful=True) as server:
        server.make_template()
        enqueue(table, server, chats)
        costs(table, server)
        for processes in PROCESSES:
            run(table, server, processes, chats)


# -- what one delivery costs -------------------------------------------------------------------------------------------


def enqueue(table: Table, server: Server, chats: int) -> None:
    """Into the database that each run starts from a copy of."""
    database = Database(server.url("migrated"))
    message, start = Message(text=WORDS, choices=(Choice("Đã nhận", "seen:1"),)), time.perf_counter()
    for number in range(ACCOUNTS):
        places = [(f"p{number}:{chat}", _chat(number, chat)) for chat in range(1, chats + 1)]
        with database.transaction() as session:
            say_to_all(session, places, message, priority=Priority.PUSH, personal=False)
    rate = ACCOUNTS * chats / (time.perf_counter() - start)
    database.close()
    beside = f"n={ACCOUNTS * chats:,}, one transaction an account"
    table.add("rows enqueued on PostgreSQL", f"{rate:,.0f}/s", beside)


def _chat(account: int, number: int) -> Chat:
    return Chat(channel=f"telegram-{account}", external_id=str(-number), created_at=NOW)


def costs(table: Table, server: Server) -> None:
    with fake("benchmarks.lean", "--unlimited") as platform:
        client, theirs = asyncio.run(_client_cost(platform))
    database = Database(server.migrated())
    with database.transaction() as session:
        places = [(f"p:{chat}", _chat(0, chat)) for chat in range(2000)]
        say_to_all(session, places, Message(text=WORDS), priority=Priority.PUSH, personal=False)
    before, (ours, count) = server_cpu(server), asyncio.run(_own_cost(database))
    of_server = (server_cpu(server) - before) / count
    database.close()
    table.add("a delivery: python-telegram-bot on httpx", f"{client * 1e6:.0f} µs", "processor time, n=2,000")
    table.add(
        "a delivery: our claim, pace and record, with the driver", f"{ours * 1e6:.0f} µs", f"n={count:,}, 4 a turn"
    )
    table.add("a delivery: PostgreSQL", f"{of_server * 1e6:.0f} µs", "processor time of all its processes")
    table.add("a delivery: the fake platform", f"{theirs * 1e6:.0f} µs", "not ours, but on the same cores")
    total = client + ours + of_server + theirs
    most = (os.cpu_count() or 1) / total
    table.add(
        "so this machine can deliver at most", f"{most:,.0f}/s", f"{os.cpu_count()} cores, {total * 1e6:.0f} µs each"
    )


async def _client_cost(platform: Fake) -> tuple[float, float]:
    channel, count = telegram(platform.address, 0), 2000
    for warm in range(20):
        await channel.send(Part(key="w", to=str(-1 - warm), group=True, text=WORDS))
    start, before = time.process_time(), cpu_seconds(platform.pid)
    for number in range(count):
        await channel.send(Part(key="k", to=str(-100 - number), group=True, text=WORDS))
    cost = time.process_time() - start, cpu_seconds(platform.pid) - before
    await channel.close()
    return cost[0] / count, cost[1] / count


async def _own_cost(database: Database) -> tuple[float, int]:
    channel = FreeChannel(name="telegram-0")
    sender, start = sender_for(database, channel), time.process_time()
    running = asyncio.create_task(sender.run())
    while channel.sent < 2000:
        await asyncio.sleep(0.01)
    cost = time.process_time() - start
    await sender.drain(10)
    await running
    return cost / channel.sent, channel.sent


def server_cpu(server: Server) -> float:
    """Of the server and all that it has started, the finished ones included."""
    first = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    return sum(_cpu(pid) for pid in (first, *children(first)))


def _cpu(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


# -- all of them -------------------------------------------------------------------------------------------------------


@dataclass
class Watched:
    """What was seen while the workers ran: megabytes of each, the processor time of each kind."""

    seconds: float
    memory: list[float]
    workers: float
    postgres: float
    platform: float


def run(table: Table, server: Server, processes: int, chats: int) -> None:
    url = server.copy("migrated")
    with fake("benchmarks.lean") as platform:
        watched = _let_work(server, platform, url, processes, chats)
        report = platform.ctl("report")
    wanted, sent = ACCOUNTS * chats, report["sent"]
    seconds = max(0.001, report["last"] - report["first"])
    rate, allowed, paced = (sent - 1) / seconds, ACCOUNTS * ALLOWED, ACCOUNTS * PACE.per_second
    fewest = min(report["by_account"].values(), default=0)
    parts = ((watched.workers, "ours"), (watched.postgres, "PostgreSQL"), (watched.platform, "the fake"))
    cpu = ", ".join(f"{used / watched.seconds * 100:.0f} % {name}" for used, name in parts)
    memory = f"{max(watched.memory):.0f} MB" if watched.memory else "?"
    name = f"{processes} process{'es' if processes > 1 else ''}"
    beside = (
        f"{sent:,} of {wanted:,} in {seconds:.0f} s; {rate / paced:.0%} of our pace ({paced:,.0f}/s); "
        f"429: {report['rejected']}; fewest of an account {fewest:,}; memory of the largest process {memory}; "
        f"of one core: {cpu}; database {_size_mb(server, url):.0f} MB; {_states(url)}"
    )
    table.add(f"{name}: share of {allowed:,}/s", f"{rate:,.0f}/s = {rate / allowed:.0%}", beside)


def _let_work(server: Server, platform: Fake, url: str, processes: int, chats: int) -> Watched:
    with ExitStack() as stack, open(os.devnull, "w") as quiet:
        arguments = ("-m", "benchmarks.national", "--work", url, platform.address)
        places = [(str(place), str(processes)) for place in range(processes)]
        workers = [stack.enter_context(process(*arguments, *place, stdout=quiet)) for place in places]
        pids = [worker.pid for worker in workers]
        wait_until(lambda: platform.ctl("report")["sent"], STARTING)
        started = sum(cpu_seconds(pid) for pid in pids)
        start, before = time.monotonic(), server_cpu(server)
        while time.monotonic() - start < SECONDS and platform.ctl("report")["sent"] < ACCOUNTS * chats:
            time.sleep(1)
        return Watched(
            time.monotonic() - start,
            [resident_mb(pid, peak=True) for pid in pids],
            sum(cpu_seconds(pid) for pid in pids) - started,
            server_cpu(server) - before,
            cpu_seconds(platform.pid),
        )


def _size_mb(server: Server, url: str) -> float:
    database = Database(url)
    with database.snapshot() as session:
        size: int = session.connection().exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
    database.close()
    return size / 2**20


def _states(url: str) -> str:
    database = Database(url)
    with database.snapshot() as session:
        rows = session.exec(select(Outgoing.state, func.count()).group_by(Outgoing.state)).all()
    database.close()
    return ", ".join(f"{count:,} {state}" for state, count in sorted(rows) if state != OutgoingState.QUEUED)


# -- one process of several --------------------------------------------------------------------------------------------


def telegram(address: str, number: int) -> TelegramChannel:
    settings = Telegram(enabled=True, token=SecretStr(f"{1000 + number}:bench"), api_base=address)
    channel = TelegramChannel(settings, wall_clock(), "")
    channel.name = f"telegram-{number}"
    return channel


async def work(url: str, address: str, place: str, of: str) -> None:
    """Stand for our share of the accounts at once, and a little later for all others, as their standby. Without that
    the process that starts first would speak for all of them. Ends with SIGTERM.
    """
    logs.set_up()
    logging.getLogger().setLevel(logging.ERROR)
    database, clock = Database(url), wall_clock()
    turns = Turns(claims_on(database))
    pace = Pace(PACE.per_second, PACE.per_chat, PACE.per_group_minute)
    accounts = []
    for number in range(ACCOUNTS):
        channel = telegram(address, number)
        sender = Sender(
            database, channel, Gate(pace), clock, ALWAYS_OPEN, no_media,
            may_speak=partial(turns.holds, name_of(channel)),
        )  # fmt: skip
        late = 0.0 if number % int(of) == int(place) else STANDBY
        accounts.append(stand(Account(channel, sender, turns), late))
    gc.collect()
    gc.freeze()  # as a process of the product does when it has started
    await asyncio.gather(turns.keep(), *accounts)


async def stand(account: Account, late: float) -> None:
    await asyncio.sleep(late)
    await account.run(ignore)


async def ignore(_: object) -> None: ...


def no_media(sha256: str) -> Path:
    raise FileNotFoundError(sha256)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        asyncio.run(work(*sys.argv[2:6]))
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the workers must not outlive us
        table = Table("34 federations on one machine", "make bench-national")
        main(table)
        table.save("national")
