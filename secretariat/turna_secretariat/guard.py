"""Stands before every answer of the page: how much may be sent, what browsers may do.

On loopback the page answers to loopback's own names only: a foreign site cannot reach it through a
name of its own that it lets point here (DNS rebinding).
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from turna_secretariat.notices import NOTICE_BYTES_MAX

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# Far above any deed; a longer body is refused before it is read.
BODY_LIMIT = 65_536
_LONGER = {"/api/notices": NOTICE_BYTES_MAX}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; "  # Leaflet holds places with an empty data: image
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware; `names` are the host names answered to, None for any."""

    def __init__(self, app: ASGIApp, names: frozenset[str] | None) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", _caching(scope["path"]))
            await send(message)

        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send_guarded)
        else:
            status, why = refusal
            await JSONResponse({"detail": why}, status)(scope, receive, send_guarded)

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self._names is not None and _name(host) not in self._names:
            return 421, "this page does not answer to that host name"
        if method in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "another site may not act here"
        length = headers.get("content-length", "")
        # A body in chunks is as long as it likes, whatever length is said beside it.
        is_told = length.isascii() and length.isdigit() and len(length) < 10
        if not is_told or "transfer-encoding" in headers:
            return 411, "the length of the request is missing"
        most = _LONGER.get(path, BODY_LIMIT)
        return (413, "the request is too long") if int(length) > most else None


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _caching(path: str) -> str:
    """Code is asked for anew each time, answered briefly if unchanged; news are never kept."""
    return "no-cache" if path.startswith(("/static/", "/leaflet/")) else "no-store"
