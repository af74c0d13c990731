"""Sign-in v4: one code, one pair, and a refresh token that is worth exactly one refresh."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from .errors import OauthError, ZaloError
from .limits import Limits
from .params import Params
from .state import JSON


@dataclass(frozen=True)
class Pair:
    access: str
    refresh: str
    at: datetime


@dataclass(frozen=True)
class _Code:
    challenge: str
    until: datetime


def challenge_of(verifier: str) -> str:
    """S256: base64url without padding over the raw digest."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@dataclass
class Oauth:
    app_id: str
    app_secret: str
    clock: Callable[[], datetime]
    limits: Callable[[], Limits]
    callback_url: str = "https://loa.example.vn/zalo/callback"
    current: Pair | None = None
    old_access: set[str] = field(default_factory=set)
    refreshes: int = 0
    """Pairs given for a refresh token."""
    refused: list[int] = field(default_factory=list)
    """Error codes of sign-in requests."""
    _codes: dict[str, _Code] = field(default_factory=dict)

    # The console and the admin

    def seed(self) -> Pair:
        """A pair out of the API Explorer of the console. An older pair is dead."""
        return self._issue()

    def consent(self, challenge: str) -> str:
        """The admin of the OA agrees: the code that comes back to the callback address."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(challenge, self.clock() + self.limits().code_life)
        return code

    def permit(self, params: Params) -> str:
        """The consent page, with an admin who agrees at once."""
        if params.text("app_id", "") != self.app_id:
            raise OauthError(-14002, "Invalid app", "Invalid app id")
        if params.text("redirect_uri", "") != self.callback_url:
            raise OauthError(-14003, "Invalid redirect uri", "Redirect uri is invalid")
        return self.consent(params.text("code_challenge", ""))

    def revoke(self) -> None:
        """Callback or permissions were changed in the console, or the admin withdrew: the grant is dead."""
        if self.current:
            self.old_access.add(self.current.access)
        self.current = None
        self._codes.clear()

    # The endpoint

    def token(self, params: Params, secret_key: str | None) -> JSON:
        try:
            return self._token(params, secret_key)
        except OauthError as error:
            self.refused.append(error.code)
            raise

    def _token(self, params: Params, secret_key: str | None) -> JSON:
        if params.text("app_id", "") != self.app_id:
            raise OauthError(-14002, "Invalid app", "Invalid app id")
        if secret_key != self.app_secret:
            raise OauthError(-14002, "Invalid app", "Invalid secret key")
        kind = params.text("grant_type", "")
        if kind == "authorization_code":
            self._spend_code(params.text("code", ""), params.text("code_verifier", ""))
        elif kind == "refresh_token":
            self._spend_refresh(params.text("refresh_token", ""))
        else:
            raise OauthError(-14024, "Invalid grant type", "grant_type is invalid")
        pair = self._issue()
        life = int(self.limits().access_life.total_seconds())
        return {"access_token": pair.access, "refresh_token": pair.refresh, "expires_in": str(life)}

    def _spend_code(self, code: str, verifier: str) -> None:
        known = self._codes.pop(code, None)
        if known is None or self.clock() > known.until:
            raise OauthError(-14012, "Invalid code", "Authorization code is invalid or expired")
        if not 43 <= len(verifier) <= 128 or challenge_of(verifier) != known.challenge:
            raise OauthError(-14014, "Invalid code verifier", "Code verifier is invalid")

    def _spend_refresh(self, token: str) -> None:
        pair = self.current
        if pair is None or token != pair.refresh or self.clock() > pair.at + self.limits().refresh_life:
            raise OauthError(-118, "Invalid refresh token", "Refresh token is invalid or has been used")
        self.refreshes += 1

    def _issue(self) -> Pair:
        if self.current:
            self.old_access.add(self.current.access)
        self.current = Pair(f"AT-{secrets.token_urlsafe(48)}", f"RT-{secrets.token_urlsafe(48)}", self.clock())
        return self.current

    # The other hosts ask

    def check(self, token: str | None) -> None:
        """Raises -216 for a token that never was or is replaced, -220 for one past its 25 hours."""
        pair = self.current
        if pair is None or token != pair.access:
            raise ZaloError(-216)
        if self.clock() >= pair.at + self.limits().access_life:
            raise ZaloError(-220)
