"""Logs for an operator: one line an event, and never a secret in it."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

SHORTEST_SECRET = 6
_secrets: set[str] = set()


def hide(*secrets: str) -> None:
    """Blank these wherever they appear in a log, whoever writes it."""
    _secrets.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


def redact(text: str) -> str:
    for secret in _secrets:
        text = text.replace(secret, "•••")
    return text


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: redact(value) if isinstance(value, str) else value for name, value in event.items()}


def set_up() -> None:
    """Send structlog and the standard library to standard error through the same redaction."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for noisy in ("httpx", "httpcore", "alembic", "telegram", "uvicorn"):
        # httpx writes whole addresses at INFO, and a bot's token is part of its address.
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # A tick that is still busy when the next is due is no news: the next one finds the same rows.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    keep_output_clean()


class _StandardError:
    """Whatever standard error is at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def keep_output_clean() -> None:
    """Send structlog to standard error: what a command prints may be read by a program."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.processors.format_exc_info,
            _redact_event,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=False,
    )
