"""Bare requests without a client library: what a test of the fake's own rules needs."""

import json
from types import TracebackType
from typing import Any, Self

import httpx

from .server import FakeZaloOa


class Caller:
    """``await call.post("/v3.0/oa/message/cs", {...})`` → the JSON answer, refusals included."""

    def __init__(self, oa: FakeZaloOa) -> None:
        self.oa = oa
        self.http = httpx.AsyncClient(verify=False, trust_env=False, timeout=10)

    def _headers(self, headers: dict[str, str] | None) -> dict[str, str]:
        return {"access_token": self.oa.access_token} if headers is None else headers

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        answer = await self.http.post(self.oa.base_url + path, json=body, headers=self._headers(headers))
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        """Ordinary query parameters, as for groups."""
        answer = await self.http.get(self.oa.base_url + path, params=query, headers=self._headers(None))
        return answer.json()

    async def ask(self, path: str, **data: Any) -> Any:
        """``data=<JSON>``, as for people."""
        return await self.get(path, data=json.dumps(data))

    async def upload(self, kind: str, name: str, data: bytes) -> Any:
        url, files = f"{self.oa.base_url}/v2.0/oa/upload/{kind}", {"file": (name, data)}
        return (await self.http.post(url, files=files, headers=self._headers(None))).json()

    async def token(self, secret_key: str | None = None, **form: str) -> Any:
        headers = {"secret_key": self.oa.app_secret if secret_key is None else secret_key}
        body = {"app_id": self.oa.app_id} | form
        return (await self.http.post(f"{self.oa.oauth_url}/v4/oa/access_token", data=body, headers=headers)).json()

    async def business(self, path: str, body: Any) -> Any:
        answer = await self.http.post(self.oa.business_url + path, json=body, headers=self._headers(None))
        return answer.json()

    async def say(self, to: str, text: str, **message: Any) -> Any:
        """A consultation message."""
        body = {"recipient": {"user_id": to}, "message": {"text": text, **message}}
        return await self.post("/v3.0/oa/message/cs", body)

    async def say_in_group(self, to: str, text: str, **message: Any) -> Any:
        body = {"recipient": {"group_id": to}, "message": {"text": text, **message}}
        return await self.post("/v3.0/oa/group/message", body)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self.http.aclose()


def media(**element: Any) -> dict[str, Any]:
    """The only shape in which a picture is taken."""
    return {"type": "template", "payload": {"template_type": "media", "elements": [element]}}


def image(**element: Any) -> dict[str, Any]:
    return media(media_type="image", **element)


def buttons(*titles: str, **more: Any) -> dict[str, Any]:
    known = [{"title": title, "type": "oa.query.hide", "payload": f"ack:{title}"} | more for title in titles]
    return {"type": "template", "payload": {"buttons": known}}
