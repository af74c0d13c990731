"""The platform over HTTP on 127.0.0.1: requests in, answers (or trouble) out."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.fakes.telegram.loopback import Lines, Loopback

from .errors import ApiError, bad_request
from .faults import Fault, Kind
from .methods import METHODS
from .people import People
from .state import JSON, Call

T = TypeVar("T")


class _LineGone(Exception):
    """The line is cut, or the client went away: there is nobody to answer."""


class FakeZaloBot(People):
    """``async with FakeZaloBot() as zalo``: then ``zalo.base_url`` serves the API. See ``World`` for the switches."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.lines: Lines = {}
        self._loopback: Loopback | None = None
        self._app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._api, methods=["GET", "POST"]),
                Route("/photos/{name}", self._file),
            ]
        )

    async def open(self, port: int = 0) -> Self:
        """Port 0: any free one."""
        self._loopback = await Loopback(self._app, self.lines).open(port)
        self.port = self._loopback.port
        self.base_url = f"http://127.0.0.1:{self.port}"
        return self

    async def close(self) -> None:
        """The platform is gone: every line is cut. ``open(port)`` brings it back with all it knew."""
        await self.webhook.close()
        if self._loopback is not None:
            await self._loopback.close()
        self._loopback = None

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _file(self, request: Request) -> Response:
        """What people sent. Trouble for it is scripted under the method name ``file``."""
        name = request.path_params["name"]
        fault = self.faults.strike("file", "")
        if fault is not None:
            try:
                early = await _before(request, fault)
            except ApiError as error:
                return Response(status_code=error.code)
            except _LineGone:
                return await self._cut(request)
            if early is not None:
                return early
        if name not in self.pictures:
            return Response(status_code=404)
        return Response(self.pictures[name], media_type="application/octet-stream")

    async def _api(self, request: Request) -> Response:
        method = request.path_params["method"]
        if request.path_params["token"] != self.token:
            return _refusal(ApiError(401, "Unauthorized"))
        if method not in METHODS:
            return _refusal(ApiError(404, "Not Found"))
        values: JSON = {}
        status = code = 0
        try:
            values = await _values(request)
            response = await self._answer(request, method, values)
            status = response.status_code
        except ApiError as error:
            response, status, code = _refusal(error), error.http, error.code
        except _LineGone:
            response = await self._cut(request)
        finally:
            self.calls.append(Call(self.monotonic(), method, values, status, code))
            self.touch()
        return response

    async def _answer(self, request: Request, method: str, values: JSON) -> Response:
        fault = self.faults.strike(method, str(values.get("chat_id", "")))
        if fault is not None and (early := await _before(request, fault)) is not None:
            return early
        result = await _unless_gone(request, METHODS[method](self, values))
        if fault is not None and fault.kind is Kind.DROP:
            raise _LineGone
        if fault is not None and fault.kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        return JSONResponse({"ok": True, "result": result})

    async def _cut(self, request: Request) -> Response:
        """Closes the line. The response returned is never seen: the framework wants one."""
        client = request.client
        transport = self.lines.get((client.host, client.port)) if client else None
        if transport is not None:
            transport.close()
            await _client_gone(request)
        return Response(status_code=500)


async def _before(request: Request, fault: Fault) -> Response | None:
    """None: carry the request out (trouble may still follow)."""
    if fault.error is not None:
        raise fault.error
    if fault.kind is Kind.HTML:
        return HTMLResponse("<html><body><h1>Bad Gateway</h1></body></html>", fault.status)
    if fault.kind is Kind.HANG:
        await _client_gone(request)
    if fault.kind in (Kind.HANG, Kind.REFUSE):
        raise _LineGone
    return None


async def _values(request: Request) -> JSON:
    """Query, form and JSON are read alike."""
    values: JSON = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise bad_request("body is not JSON") from None
        return values | (body if isinstance(body, dict) else {})
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form() as form:
            values |= dict(form)
    return values


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Any]) -> Any:
    """A long poll ends with its connection, and what nobody took stays for the next one."""
    task, gone = asyncio.ensure_future(work), asyncio.create_task(_client_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise _LineGone
        return task.result()
    finally:
        for ended in (task, gone):
            ended.cancel()


async def _client_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


def _refusal(error: ApiError) -> JSONResponse:
    return JSONResponse(error.body(), error.http)


class FakeZaloBotThread:
    """The fake in a thread of its own, for programs in other processes. Everything goes through ``do``."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._arguments, self._named = arguments, named
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-zalo-bot", daemon=True)
        self._zalo: FakeZaloBot

    @property
    def base_url(self) -> str:
        return self._zalo.base_url

    def do(self, act: Callable[[FakeZaloBot], T]) -> T:
        """Runs ``act`` in the server's loop and returns its result."""

        async def in_loop() -> T:
            return act(self._zalo)

        return asyncio.run_coroutine_threadsafe(in_loop(), self._loop).result()

    def run(self, act: Callable[[FakeZaloBot], Coroutine[Any, Any, T]]) -> T:
        """As ``do``, for what has to wait."""
        return asyncio.run_coroutine_threadsafe(act(self._zalo), self._loop).result()

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    async def _open(self) -> None:
        self._zalo = await FakeZaloBot(*self._arguments, **self._named).open()

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._zalo.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
