"""Who really called the webhook: a plain SHA-256 over id, raw body, time and secret.

The sources disagree on three points (which id, which secret, whose timestamp), so all eight readings are tried, with
configured values only. The one that matches is written down, and then pinned by a setting.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

VARIANTS = tuple("/".join(way) for way in product(("app", "oa"), ("oasecret", "appsecret"), ("body", "hdr")))


@dataclass(frozen=True, slots=True)
class Signer:
    """``pinned``: the one variant that counts; empty: any."""

    app_id: str
    oa_id: str
    oa_secret: str
    app_secret: str
    pinned: str = ""

    def variant(self, raw: bytes, shown: str, body_time: str, header_time: str) -> str:
        """The name of the variant that ``shown`` (the header) matches; empty: nobody we trust signed this.

        All are computed whatever matches, so that the time taken says nothing.
        """
        mac = shown.rpartition("=")[2].strip().lower().encode()
        found = ""
        for name, computed in self._computed(raw, body_time, header_time):
            if hmac.compare_digest(computed.encode(), mac) and self.pinned in ("", name):
                found = found or name
        return found

    def sign(self, name: str, raw: bytes, body_time: str, header_time: str = "") -> str:
        """As the platform would under the variant ``name``."""
        return dict(self._computed(raw, body_time, header_time))[name]

    def _computed(self, raw: bytes, body_time: str, header_time: str) -> Iterator[tuple[str, str]]:
        for who, ident in (("app", self.app_id), ("oa", self.oa_id)):
            for owner, secret in (("oasecret", self.oa_secret), ("appsecret", self.app_secret)):
                for when, moment in (("body", body_time), ("hdr", header_time)):
                    if ident and secret and moment:
                        signed = ident.encode() + raw + moment.encode() + secret.encode()
                        yield f"{who}/{owner}/{when}", hashlib.sha256(signed).hexdigest()
