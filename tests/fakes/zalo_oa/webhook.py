"""Events pushed to the bot's address: answered within two seconds, or called again along a ladder, then silence."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from .signing import Keys, Signing, signature
from .state import JSON

LADDER = (30, 300, 900, 1800, 3600)
"""Seconds between a failed call and the next; after the last one the app is unsubscribed."""
SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"


@dataclass(eq=False)
class Delivery:
    """One event on its way. ``tries``: the HTTP status of each call, 0 when nobody could be reached, -1 too slow.

    ``state``: held (by the test), waiting, taken, failed (answered badly or too late; not called again), lost (no
    address, or unsubscribed).
    """

    event: str
    body: JSON
    raw: bytes
    queue: str
    extra: dict[str, str]
    state: str = "waiting"
    tries: list[int] = field(default_factory=list)


@dataclass
class Webhook:
    keys: Keys
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    signing: Signing = field(default_factory=Signing)
    unsigned: bool = False
    """Send events without a signature: what an impostor would do."""
    answer_seconds: float = 2.0
    scale: float = 0.0005
    """Real seconds that a second of the ladder takes, unless the fake's clock is moved past it first."""
    calls_again: bool = False
    """Are bad and late answers called again too? The text of the rule speaks of connections only."""
    copies: int = 1
    """How often each event is delivered."""
    ticked: set[str] | None = None
    """Events the operator ticked in the console; None: all."""
    only_hash: bool = False
    """The console's filter "only texts that begin with #"."""
    url: str = ""
    subscribed: bool = True
    deliveries: list[Delivery] = field(default_factory=list)
    complaints: int = 0
    """Mails to the admin that the webhook is down."""
    _holding: bool = False
    _queues: dict[str, deque[Delivery]] = field(default_factory=lambda: defaultdict(deque))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _busy: int = 0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _http: httpx.AsyncClient | None = None

    # The console

    async def save(self, url: str, body: bytes = b'{"event_name":"webhook_test"}') -> bool:
        """Saves the address and calls it once, unsigned; False when it did not answer 200 (it is kept all the same)."""
        self.url, self.subscribed = url, True
        try:
            answer = await self._client().post(url, content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    def clear(self) -> None:
        self.url = ""

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    # Order

    def hold(self) -> None:
        """Keeps new events back until ``release``."""
        self._holding = True

    def release(self, order: Callable[[list[Delivery]], list[Delivery]] = lambda held: held[::-1]) -> list[Delivery]:
        """Lets them go, the last first unless told otherwise; each in a queue of its own."""
        self._holding = False
        held = order([d for d in self.deliveries if d.state == "held"])
        for number, delivery in enumerate(held):
            delivery.queue = f"{delivery.queue}#{number}"
            delivery.state = "waiting"
            self._enqueue(delivery)
        return held

    def again(self, delivery: Delivery) -> Delivery:
        """The very same bytes once more."""
        return self._accept(Delivery(delivery.event, delivery.body, delivery.raw, delivery.queue, delivery.extra))

    # Delivering

    def push(self, body: JSON, queue: str, extra: dict[str, str] | None = None) -> Delivery:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        event = str(body.get("event_name", ""))
        for _ in range(self.copies):
            delivery = self._accept(Delivery(event, body, raw, queue, extra or {}))
        return delivery

    @property
    def idle(self) -> bool:
        """Nothing is under way; what waits for a later call does not count."""
        return self._busy == 0

    def time_moved(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    def _accept(self, delivery: Delivery) -> Delivery:
        self.deliveries.append(delivery)
        if not self.url or not self.subscribed or self._filtered(delivery):
            delivery.state = "lost"
        elif self._holding:
            delivery.state = "held"
        else:
            self._enqueue(delivery)
        self.wake()
        return delivery

    def _filtered(self, delivery: Delivery) -> bool:
        if self.ticked is not None and delivery.event not in self.ticked:
            return True
        text = str(delivery.body.get("message", {}).get("text", ""))
        return self.only_hash and delivery.event.endswith("_text") and not text.startswith("#")

    def _enqueue(self, delivery: Delivery) -> None:
        queue = self._queues[delivery.queue]
        queue.append(delivery)
        self._busy += 1
        if len(queue) == 1:
            self._start(self._work(delivery.queue))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, name: str) -> None:
        queue = self._queues[name]
        while queue:
            if await self._call(queue[0], 0) is False:
                self._start(self._climb(queue[0], self.clock()))
            queue.popleft()
            self._busy -= 1
            self.wake()
        del self._queues[name]

    async def _climb(self, delivery: Delivery, failed: datetime) -> None:
        for number, pause in enumerate(LADDER, 1):
            await self._pause(pause, failed + timedelta(seconds=pause))
            if not self.subscribed:
                delivery.state = "lost"
                return
            if await self._call(delivery, number) is not False:
                return
            failed = self.clock()
        delivery.state, self.subscribed = "lost", False
        self.wake()

    async def _pause(self, seconds: int, due: datetime) -> None:
        end = asyncio.get_running_loop().time() + seconds * self.scale
        while self.clock() < due and (left := end - asyncio.get_running_loop().time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), left)

    async def _call(self, delivery: Delivery, number: int) -> bool | None:
        """True: taken; False: call again later; None: given up."""
        status = await self._post(delivery, number)
        delivery.tries.append(status)
        again = status == 0 or (status != 200 and self.calls_again)
        delivery.state = "taken" if status == 200 else "waiting" if again else "failed"
        self.complaints += status != 200
        self.wake()
        return True if status == 200 else False if again else None

    async def _post(self, delivery: Delivery, number: int) -> int:
        headers = self._headers(delivery) | ({"num_retry": str(number)} if number else {})
        try:
            answer = await self._client().post(self.url, content=delivery.raw, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return 0
        except httpx.HTTPError:
            return -1
        return answer.status_code

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        stamp = str(int(self.clock().timestamp() * 1000) + 7)
        headers = {"Content-Type": "application/json", **delivery.extra}
        if self.signing.timestamp == "header":
            headers[TIMESTAMP_HEADER] = stamp
        if not self.unsigned:
            body_stamp = str(delivery.body.get("timestamp", ""))
            headers[SIGNATURE_HEADER] = signature(self.keys, self.signing, delivery.raw, body_stamp, stamp)
        return headers

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(verify=False, trust_env=False, timeout=self.answer_seconds)
        return self._http
