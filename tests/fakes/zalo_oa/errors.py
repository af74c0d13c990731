"""Refusals as Zalo words them: the number decides, the sentence is for people, and HTTP says 200.

Sentences are not documented; a client that reads them is wrong.
"""

from typing import Any

MESSAGES = {
    -32: "Your application reach limit call api",
    -100: "Attachment id is expired or invalid",
    -201: "Params is invalid",
    -210: "Parameter exceeds the allowed limit",
    -211: "Out of quota",
    -213: "User has not followed OA",
    -214: "Article is processing",
    -216: "Access token is invalid",
    -217: "User has blocked invitations",
    -218: "Recipient reached quota",
    -220: "Access token is expired",
    -221: "OA must be verified",
    -223: "OA has not granted the permission to the app",
    -224: "OA must upgrade its package",
    -227: "User is banned or has been inactive for more than 45 days",
    -230: "User has not interacted with the OA in the past 7 days",
    -232: "User has not interacted with the OA or the interaction has expired",
    -233: "Message type is not supported",
    -234: "Not allowed from 22:00 to 06:00",
    -237: "Group is disabled",
    -238: "Asset is disabled",
    -240: "Message API v2 has been shut down",
    -241: "Asset has been used",
    -242: "appsecret_proof is invalid",
    -244: "User has restricted this type of message",
    -248: "Content violates the platform standards",
    -249: "Template cannot be sent by UID",
    -320: "OA has not linked a ZCA",
    -321: "ZCA has not enough money",
    -403: "OA is not in the group",
}


class ZaloError(Exception):
    """Becomes ``{"error": code, "message": …}``."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        self.message = MESSAGES.get(code, "Error") + (f": {detail}" if detail else "")
        super().__init__(f"{code} {self.message}")

    def body(self, *, positive: bool = False) -> dict[str, Any]:
        return {"error": abs(self.code) if positive else self.code, "message": self.message}


def invalid(what: str) -> ZaloError:
    """-201 names the field."""
    return ZaloError(-201, what)


def too_much(what: str) -> ZaloError:
    return ZaloError(-210, what)


class OauthError(Exception):
    """The sign-in host's own shape of refusal, HTTP 200 all the same.

    -14002, -14003 and -118 are known; which number stands for which other mishap is not (-14012, -14014 and -14024 are
    mentioned in threads), so a client must treat every body without a token alike.
    """

    def __init__(self, code: int, name: str, reason: str) -> None:
        self.code, self.name, self.reason = code, name, reason
        super().__init__(f"{code} {name}")

    def body(self) -> dict[str, Any]:
        return {
            "error": self.code,
            "error_name": self.name,
            "error_reason": self.reason,
            "error_description": self.reason,
        }
