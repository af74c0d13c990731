"""The three hosts and the content host over HTTP: requests in, answers (or trouble) out."""

import asyncio
import hashlib
import hmac
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakes.telegram.loopback import Lines

from .endpoints import API, BUSINESS, SENDS, Act, addressee
from .errors import OauthError, ZaloError, invalid
from .faults import Fault, Kind
from .params import Params, unpacked
from .state import Call, Send, Upload
from .world import World

_PROXY_PAGE = "<html><head><title>Error</title></head><body><h1>The server is busy</h1></body></html>"
_VERBS = ["GET", "POST"]


class _LineGone(Exception):
    """The line is cut, or the client went away: there is nobody to answer."""


class Surface:
    """One app a host: an address asked at the wrong host is not found."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lines: Lines = {}
        """By the client's address, so that a line can be cut."""
        self.apps = {
            host: Starlette(routes=[Route("/{path:path}", handler, methods=_VERBS)])
            for host, handler in (
                ("api", self.api), ("business", self.business), ("oauth", self.oauth), ("media", self.media),
            )
        }  # fmt: skip

    async def api(self, request: Request) -> Response:
        return await self._logged("api", request)

    async def business(self, request: Request) -> Response:
        return await self._logged("business", request)

    async def oauth(self, request: Request) -> Response:
        return await self._logged("oauth", request)

    async def media(self, request: Request) -> Response:
        return await self._logged("media", request)

    async def _logged(self, host: str, request: Request) -> Response:
        """Answers and writes one line in the call log, whatever happens."""
        status, params, code = 0, Params(), None
        at, path = self.world.monotonic(), request.url.path
        try:
            params = await _params(request)
            response, code = await self._troubled(host, request, params)
            status = response.status_code
        except (ZaloError, OauthError) as error:
            response, code, status = JSONResponse(self._refusal(error)), error.code, 200
        except _LineGone:
            response = await self._cut(request)
        finally:
            headers = dict(request.headers)
            call = Call(at, host, request.method, path, params.values, headers, status, code)
            self.world.calls.append(call)
            if path in SENDS:
                self.world.sends.append(Send(at, path, addressee(params) or "", code))
            self.world.touch()
        response.headers["Date"] = format_datetime(self.world.now(), usegmt=True)
        if host == "api" and "X-RateLimit-Limit" not in response.headers:
            response.headers.update(self.world.meter.headers())
        return response

    def _refusal(self, error: ZaloError | OauthError) -> dict[str, Any]:
        if isinstance(error, OauthError):
            return error.body()
        return error.body(positive=self.world.positive_codes)

    async def _troubled(self, host: str, request: Request, params: Params) -> tuple[Response, int | None]:
        """The answer and the code in it, with the scripted trouble before and after."""
        fault = self.world.faults.strike(request.url.path, addressee(params))
        if fault is not None and (early := await _trouble_before(request, fault)) is not None:
            return early
        response = await self._answer(host, request, params)
        if fault is not None and fault.kind is Kind.DROP:
            self._mark_lost(params)
            raise _LineGone
        if fault is not None and fault.kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind is Kind.GARBLED:
            self._mark_lost(params)
            return HTMLResponse(_PROXY_PAGE), None
        return response, 0 if response.status_code == 200 else None

    def _mark_lost(self, params: Params) -> None:
        to, newest = addressee(params), next(reversed(self.world.messages.values()), None)
        if newest is not None and newest.sender is None and newest.place.id == to:
            newest.lost = True

    async def _answer(self, host: str, request: Request, params: Params) -> Response:
        if host == "media":
            return self._picture(request.url.path)
        if host == "oauth":
            return self._sign_in(request, params)
        table = API if host == "api" else BUSINESS
        act = table.get((request.method, request.url.path))
        if act is None:
            known = any(path == request.url.path for _, path in table)
            return JSONResponse({"error": -1, "message": "no such API"}, 405 if known else 404)
        return self._carry_out(act, host, request, params)

    def _carry_out(self, act: Act, host: str, request: Request, params: Params) -> Response:
        if host == "api" and not self.world.meter.admit(self.world.monotonic()):
            raise ZaloError(-32)
        self._let_in(host, request)
        return JSONResponse({"data": act(self.world, params), "error": 0, "message": "Success"})

    def _let_in(self, host: str, request: Request) -> None:
        token = request.headers.get("access_token")
        if host == "api":
            if self.world.broken:
                raise ZaloError(self.world.broken)
            self.world.oauth.check(token)
            self._check_proof(request, token or "", -242)
            return
        try:
            self.world.oauth.check(token)
        except ZaloError:
            raise ZaloError(-124) from None
        self._check_proof(request, token or "", -1241)

    def _check_proof(self, request: Request, token: str, code: int) -> None:
        """Wrong is refused always, missing only when it is enforced."""
        proof = request.headers.get("appsecret_proof")
        if proof is None and not self.world.enforce_proof:
            return
        right = hmac.new(self.world.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof != right:
            raise ZaloError(code)

    def _sign_in(self, request: Request, params: Params) -> Response:
        if (request.method, request.url.path) == ("GET", "/v4/oa/permission"):
            code = self.world.oauth.permit(params)
            back = f"{self.world.oauth.callback_url}?code={code}&oa_id={self.world.oa_id}"
            state = params.text("state", "")
            return RedirectResponse(f"{back}&state={state}" if state else back, 302)
        if (request.method, request.url.path) != ("POST", "/v4/oa/access_token"):
            return JSONResponse({"error": -1}, 404)
        if _content_type(request) != "application/x-www-form-urlencoded":
            raise OauthError(-14024, "Invalid request", "Content-Type must be application/x-www-form-urlencoded")
        return JSONResponse(self.world.oauth.token(params, request.headers.get("secret_key")))

    def _picture(self, path: str) -> Response:
        if path.startswith("/oa/"):
            asset = self.world.assets.get(path.removeprefix("/oa/"))
            return Response(asset.upload.data) if asset else Response(status_code=404)
        found = self.world.pictures.get(path.removeprefix("/"))
        if found is None:
            return Response(status_code=404)
        data, mime, at = found
        life = self.world.limits.url_life
        if life is not None and self.world.now() - at > life:
            return Response(status_code=403)
        return Response(data, media_type=mime)

    async def _cut(self, request: Request) -> Response:
        """Closes the line. The response returned is never seen: the framework wants one."""
        client = request.client
        transport = self.lines.get((client.host, client.port)) if client else None
        if transport is not None:
            transport.close()
            await _client_gone(request)
        return Response(status_code=500)


async def _trouble_before(request: Request, fault: Fault) -> tuple[Response, int | None] | None:
    """None: carry the request out (trouble may still follow)."""
    if fault.kind is Kind.CODE:
        code = str(fault.code) if fault.as_text else fault.code
        body = {"error": code, "message": ZaloError(-abs(fault.code)).message}
        return JSONResponse(body, headers=fault.headers), fault.code
    if fault.kind is Kind.STATUS:
        return HTMLResponse(_PROXY_PAGE, fault.code), None
    if fault.kind is Kind.HANG:
        await _client_gone(request)
    if fault.kind in (Kind.HANG, Kind.REFUSE):
        raise _LineGone
    return None


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def _params(request: Request) -> Params:
    params = Params(unpacked(dict(request.query_params)))
    kind = _content_type(request)
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form() as form:
            for name, value in form.multi_items():
                await _add_part(params, name, value)
    elif request.method == "POST":
        if kind != "application/json":
            raise invalid("Content-Type")
        params.values |= await _json(request)
    return params


async def _json(request: Request) -> dict[str, Any]:
    try:
        values = await request.json()
    except ValueError:
        raise invalid("body") from None
    if not isinstance(values, dict):
        raise invalid("body")
    return values


async def _add_part(params: Params, name: str, value: UploadFile | str) -> None:
    if isinstance(value, str):
        params.values[name] = value
    else:
        params.uploads[name] = Upload(value.filename or "", await value.read())


async def _client_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
