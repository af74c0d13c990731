"""The signature of a webhook: SHA-256 over id, raw body, timestamp and secret. Sources disagree on three terms."""

import hashlib
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Signing:
    """Which of the eight variants this Zalo speaks, and how the header is written."""

    id: Literal["app", "oa"] = "app"
    secret: Literal["oa", "app"] = "oa"
    timestamp: Literal["body", "header"] = "body"
    shape: str = "mac={}"
    """Some captures show the bare hex, or ``mac = {}``."""


VARIANTS = [
    Signing(id, secret, stamp) for id in ("app", "oa") for secret in ("oa", "app") for stamp in ("body", "header")
]  # fmt: skip


@dataclass(frozen=True)
class Keys:
    app_id: str
    oa_id: str
    app_secret: str
    oa_secret: str


def signature(keys: Keys, how: Signing, raw: bytes, body_stamp: str, header_stamp: str) -> str:
    """The value of ``X-ZEvent-Signature``."""
    id = keys.app_id if how.id == "app" else keys.oa_id
    secret = keys.oa_secret if how.secret == "oa" else keys.app_secret
    stamp = body_stamp if how.timestamp == "body" else header_stamp
    mac = hashlib.sha256(id.encode() + raw + stamp.encode() + secret.encode()).hexdigest()
    return how.shape.format(mac)
