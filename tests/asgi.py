"""Asks an ASGI application without a socket, one request at a time."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


class Client:
    """What httpx offers for a server, for an application in this process."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, path: str, **said: Any) -> httpx.Response:
        return self.request("GET", path, **said)

    def post(self, path: str, **said: Any) -> httpx.Response:
        return self.request("POST", path, **said)

    def request(self, method: str, path: str, **said: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, said))

    async def _ask(self, method: str, path: str, said: dict[str, Any]) -> httpx.Response:
        way = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=way, base_url="http://testserver") as client:
            return await client.request(method, path, **said)
