"""Refusals as the platform words them: ``{"ok": false, "description": …, "error_code": …}``."""

from typing import Any


class ApiError(Exception):
    """``http``: the status of the answer, where it differs from the code inside."""

    def __init__(self, code: int, description: str, http: int | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code, self.description = code, description
        self.http = code if http is None else http

    def body(self) -> dict[str, Any]:
        return {"ok": False, "description": self.description, "error_code": self.code}


def bad_request(what: str) -> ApiError:
    return ApiError(400, f"Bad Request: {what}")
