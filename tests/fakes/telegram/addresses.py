"""Web addresses in buttons and hidden links."""

import re
from urllib.parse import urlsplit

from .errors import bad_request


def web_address(url: str, owner: str) -> None:
    """Buttons and links need a full host name: Telegram refuses ``http://localhost`` and its like."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https", "tg"):
        raise bad_request(f"{owner} URL '{url}' is invalid: Unsupported URL protocol")
    if parts.scheme != "tg" and not re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.hostname or ""):
        raise bad_request(f"{owner} URL '{url}' is invalid: Wrong HTTP URL")
