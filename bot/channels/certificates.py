"""The certificates that this machine trusts, read once a process."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """For ``verify`` of every client. Reading the list takes longer than many a request."""
    return httpx.create_ssl_context()
