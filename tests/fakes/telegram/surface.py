"""The Bot API over HTTP: requests in, answers (or trouble) out."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from .control import control
from .errors import ApiError, bad_request, not_found, unauthorized
from .faults import Fault, Kind
from .inspection import Inspection
from .loopback import Lines
from .methods import EDITS, METHODS, SENDS, albums, canonical, items
from .params import Params, Upload
from .state import Call

_PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class _LineGone(Exception):
    """The line is cut, or the client went away: there is nobody to answer."""


class Surface:
    def __init__(self, telegram: Inspection) -> None:
        self.telegram = telegram
        self.lines: Lines = {}
        """By the client's address, so that a line can be cut."""
        verbs = ["GET", "POST"]
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self.api, methods=verbs),
                Route("/file/bot{token}/{path:path}", self.download),
                Route("/ctl/{action}", self.control, methods=verbs),
            ]
        )

    async def control(self, request: Request) -> Response:
        return await control(self.telegram, request)

    async def api(self, request: Request) -> Response:
        method = canonical(request.path_params["method"])
        if request.path_params["token"] != self.telegram.token:
            return _refusal(unauthorized())
        if method is None:
            return _refusal(not_found())
        try:
            params = await _params(request)
        except ApiError as error:
            return _refusal(error)
        return await self._logged(request, method, params)

    async def download(self, request: Request) -> Response:
        if request.path_params["token"] != self.telegram.token:
            return _refusal(unauthorized())
        return await self._logged(request, "download", Params({"path": request.path_params["path"]}))

    async def _logged(self, request: Request, method: str, params: Params) -> Response:
        """Answers and writes one line in the call log, whatever happens."""
        status, description = 0, "line cut"
        try:
            response = await self._answer(request, method, params)
            status, description = response.status_code, ""
        except ApiError as error:
            response = _refusal(error)
            status, description = error.code, error.description
        except _LineGone:
            response = await self._cut(request)
        finally:
            at = self.telegram.monotonic()
            self.telegram.calls.append(Call(at, method, params.values, status, description))
            self.telegram.touch()
        return response

    async def _answer(self, request: Request, method: str, params: Params) -> Response:
        chat = self._chat_id(params)
        try:
            self._admit(method, params, chat or 0)
            fault = self.telegram.faults.strike(method, chat)
            if fault is not None:
                early = await self._trouble_before(request, fault, method, params)
                if early is not None:
                    return early
            result = await self._carry_out(request, method, params)
        except ApiError as error:
            self._log_send(method, params, chat or 0, [], error)
            raise
        self._log_send(method, params, chat or 0, result, None)
        if fault is not None and fault.kind is Kind.DROP:
            raise _LineGone
        if fault is not None and fault.kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        return result if isinstance(result, Response) else JSONResponse({"ok": True, "result": result})

    async def _trouble_before(self, request: Request, fault: Fault, method: str, params: Params) -> Response | None:
        """None: carry the request out (trouble may still follow)."""
        if fault.kind is Kind.ALBUM:
            albums.send_media_group(self.telegram, params, only=fault.done)
        if fault.error is not None:
            raise fault.error
        if fault.kind is Kind.HTML:
            return HTMLResponse(_PROXY_PAGE, 502)
        if fault.kind is Kind.HANG:
            await _client_gone(request)
        if fault.kind in (Kind.HANG, Kind.REFUSE):
            raise _LineGone
        return None

    async def _carry_out(self, request: Request, method: str, params: Params) -> Any:
        if method == "download":
            stored = self.telegram.files.download(params.text("path"))
            return Response(stored.data, media_type="application/octet-stream")
        result = METHODS[method](self.telegram, params)
        if asyncio.iscoroutine(result):
            return await _unless_gone(request, result)
        return result

    def _chat_id(self, params: Params) -> int | None:
        """The number behind ``chat_id``, if it is one or names a chat we know."""
        with suppress(ApiError):
            return self.telegram.chat_named(params.text("chat_id")).id
        text = params.text("chat_id")
        return int(text) if text.lstrip("-").isdigit() else None

    def _admit(self, method: str, params: Params, chat: int) -> None:
        if method in SENDS or method in EDITS:
            count = items(method, params)
            now = self.telegram.monotonic()
            self.telegram.flood.admit(now, chat, group=chat < 0, edit=method in EDITS, items=count)

    def _log_send(self, method: str, params: Params, chat: int, result: Any, error: ApiError | None) -> None:
        if method in SENDS:
            ids = tuple(m["message_id"] for m in (result if isinstance(result, list) else [result]))
            self.telegram.log_send(method, chat, items(method, params), ids, error)

    async def _cut(self, request: Request) -> Response:
        """Closes the line. The response returned is never seen: the framework wants one."""
        client = request.client
        transport = self.lines.get((client.host, client.port)) if client else None
        if transport is not None:
            transport.close()
            await _client_gone(request)
        return Response(status_code=500)


async def _params(request: Request) -> Params:
    params = Params(dict(request.query_params))
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        try:
            values = await request.json()
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        params.values |= values if isinstance(values, dict) else {}
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form() as form:
            for name, value in form.multi_items():
                await _add_part(params, name, value)
    return params


async def _add_part(params: Params, name: str, value: UploadFile | str) -> None:
    if isinstance(value, str):
        params.values[name] = value
    else:
        mime = value.content_type or ""
        params.uploads[name] = Upload(value.filename or name, mime, await value.read())


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Any]) -> Any:
    """A long poll ends with its connection: a killed bot must not be taken for a rival of its successor."""
    task, gone = asyncio.create_task(work), asyncio.create_task(_client_gone(request))
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
    return JSONResponse(error.body(), error.code)
