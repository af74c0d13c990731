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
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

DRAIN_SECONDS = 3
LOST = """<!doctype html><html lang="vi"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Không có trang này</title>
<body style="margin: 0; background: #f7efe2; font: 1.15rem/1.6 system-ui, sans-serif; text-align: center">
<main style="max-width: 22rem; margin: 16vh auto 0; padding: 1.5rem; background: #fff; border-radius: 1rem">
<h1 style="color: #8f0d16; font-size: 1.5rem">Không có trang này</h1>
<p>Anh/chị mở lại đường dẫn trong thư mời, hoặc <a style="color: #8f0d16" href="/">về trang đầu</a>.</p></main>"""


def make_web(routes: Sequence[Any], is_ready: Callable[[], bool], hosts: Sequence[str] = ()) -> Starlette:
    """``is_ready`` turns ``GET /healthz`` from 503 to 200. ``hosts``: the only names it answers to, when given."""

    async def healthz(_: Request) -> JSONResponse:
        ready = is_ready()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    guards = [Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))] if hosts else []
    lost: Any = {404: _lost}
    return Starlette(routes=[Route("/healthz", healthz), *routes], middleware=guards, exception_handlers=lost)


async def _lost(_: Request, __: Exception) -> HTMLResponse:
    """An address that was typed or copied wrongly."""
    return HTMLResponse(LOST, 404)


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
