"""One ASGI app: health, and what the channels bring (pages, webhooks)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

DRAIN_SECONDS = 3


def make_web(routes: Sequence[Any], is_ready: Callable[[], bool], hosts: Sequence[str] = ()) -> Starlette:
    """``is_ready`` turns ``GET /healthz`` from 503 to 200. ``hosts``: the only names it answers to, when given."""

    async def healthz(_: Request) -> JSONResponse:
        ready = is_ready()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    guards = [Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))] if hosts else []
    return Starlette(routes=[Route("/healthz", healthz), *routes], middleware=guards)


class QuietServer(uvicorn.Server):
    """uvicorn without its own signal handlers: the application decides in which order things stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_server(web: Starlette, host: str, port: int) -> QuietServer:
    return QuietServer(
        uvicorn.Config(
            web, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=DRAIN_SECONDS
        )
    )
