"""Lets nobody but signed-in people past the door, and each only as far as their role and countries.

Secure by default: a new address is closed to the world, a new deed to observers, and what is done
or tried there stands in the audit log, without a line of its own.
"""

import asyncio
import base64
import json
from http.cookies import CookieError, SimpleCookie
from typing import Self
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from turna_backbone.clock import Clock
from turna_secretariat import audit
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER, OFFICER, Account, Accounts
from turna_secretariat.deeds import DEED, Noted, tried
from turna_secretariat.proof import Proof, TooOftenError
from turna_secretariat.registry import Registry
from turna_secretariat.scope import countries_in_view, devices_in_view

COOKIE = "turna_session"
LOGIN = "/login"
# What a person needs in order to sign in, and a service manager to look after the process.
_OPEN = (LOGIN, "/api/login", "/healthz")
_OPEN_FOLDERS = ("/static/", "/leaflet/")
# What other programs fetch by an address that stays the same; they say name and password with it.
_FOR_PROGRAMS = "/export/"
_TAKEN_AWAY = ("/export/report", "/export/emt")
_OWN = ("/api/logout", "/api/logout/everywhere", "/api/password")
_ADMINISTRATORS = ("/api/accounts", "/api/audit")
# Asked while a form is filled in; nothing comes of it.
_ONLY_ASKED = ("/api/down/cost",)
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_READING = ("GET", "HEAD")
# How soon an open line of news ends after its session.
_LOOK_EVERY_MS = 1_000


class SignedIn:
    """ASGI middleware."""

    def __init__(
        self,
        app: ASGIApp,
        accounts: Accounts,
        proof: Proof,
        registry: Registry,
        clock: Clock,
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._proof = proof
        self._registry = registry
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # the page has none; whoever adds one adds its door
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if scope["type"] != "http" or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        token = session_token(Headers(scope=scope))
        account: Account | None = None
        try:
            account = await self._whose(token) if token else await self._whose_word(scope)
            refusal = _refusal(account, scope)
        except TooOftenError as error:
            refusal = _said(429, str(error))
        if account is not None and (is_noted(scope) or refusal is not None):
            scope.setdefault("state", {})
            async with _Noting(self._accounts, self._clock, account, scope, send) as noted:
                await self._let_in(account, token, refusal, scope, receive, noted.send)
        else:
            await self._let_in(account, token, refusal, scope, receive, send)

    async def _let_in(
        self,
        account: Account | None,
        token: str,
        refusal: Response | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if account is None or refusal is not None:
            assert refusal is not None  # whoever is nobody was refused
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["account"] = account
        devices_in_view.set(self._devices(account))
        countries_in_view.set(frozenset(account.countries) or None)
        if token:
            send = self._while_signed_in(token, send)
        await self._app(scope, receive, send)

    async def _whose(self, token: str) -> Account | None:
        if not token:
            return None
        return await asyncio.to_thread(
            self._accounts.of_session, token, self._clock.unix_s() * 1000
        )

    async def _whose_word(self, scope: Scope) -> Account | None:
        """Return who says name and password with the request itself: a GIS that fetches a file."""
        said = Headers(scope=scope).get("authorization", "")
        if not scope["path"].startswith(_FOR_PROGRAMS) or not said.lower().startswith("basic "):
            return None
        try:
            name, _, password = base64.b64decode(said[6:], validate=True).decode().partition(":")
        except ValueError:  # no base64, or no UTF-8
            return None
        return await asyncio.to_thread(self._proof.account, name, password, address_of(scope))

    def _devices(self, account: Account) -> frozenset[int] | None:
        if not account.countries:
            return None
        return frozenset(
            handset.device
            for handset in self._registry.handsets()
            if handset.country in account.countries
        )

    def _while_signed_in(self, token: str, send: Send) -> Send:
        """End an open line of news soon after its session."""
        is_line = is_over = False
        looked_ms = self._clock.now_ms()

        async def send_on(message: Message) -> None:
            nonlocal is_line, is_over, looked_ms
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                is_line = kind.startswith("text/event-stream")
            elif is_line and not is_over and self._clock.now_ms() - looked_ms >= _LOOK_EVERY_MS:
                looked_ms = self._clock.now_ms()
                if await self._whose(token) is None:
                    is_over = True
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            if not is_over:
                await send(message)

        return send_on


class _Noting:
    """Writes what came of a deed into the audit log before its answer leaves."""

    def __init__(
        self, accounts: Accounts, clock: Clock, account: Account, scope: Scope, send: Send
    ) -> None:
        self._accounts = accounts
        self._clock = clock
        self._account = account
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._is_noted = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._is_noted:  # it broke off without an answer
            await self._note(audit.FAILED, "")

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            outcome = audit.outcome_of(start["status"])
            await self._note(outcome, "" if outcome == audit.DONE else _why(message))
            await self._send(start)
        await self._send(message)

    async def _note(self, outcome: str, why: str) -> None:
        self._is_noted = True
        scope = self._scope
        query = scope.get("query_string", b"").decode("ascii", "replace")
        deed = scope["state"].get(DEED) or tried(scope["method"], scope["path"], query)
        assert isinstance(deed, Noted)  # `deeds.tell` leaves nothing else there
        entry = audit.Entry(
            who=self._account.name,
            person=self._account.person,
            deed=deed,
            outcome=outcome,
            why=why,
            address=address_of(scope),
            at_ms=self._clock.unix_s() * 1000,
        )
        await asyncio.to_thread(self._accounts.note, entry)


def signed_in(request: Request) -> Account:
    """Return who asks; every address behind the door has somebody."""
    account = request.state.account
    assert isinstance(account, Account)  # the door put it there
    return account


def session_token(headers: Headers) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


def is_noted(scope: Scope) -> bool:
    """Tell whether a request belongs into the audit log: deeds, and what is taken away."""
    if scope["path"] in _ONLY_ASKED:
        return False
    return scope["method"] not in _READING or scope["path"].startswith(_TAKEN_AWAY)


def address_of(scope: Scope) -> str:
    client = scope.get("client")
    return "" if client is None else str(client[0])


def comes_from_this_page(headers: Headers) -> bool:
    """Tell whether a browser says that the request is this page's own, not a foreign site's."""
    if headers.get("sec-fetch-site") == "same-origin":
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host", "")


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_FOLDERS)


def _refusal(account: Account | None, scope: Scope) -> Response | None:
    path, reads = scope["path"], scope["method"] in _READING
    if account is None:
        if path.startswith(_FOR_PROGRAMS):
            response = _said(401, "sign in first")
            response.headers["www-authenticate"] = 'Basic realm="Turna exports", charset="UTF-8"'
            return response
        if reads and "text/html" in Headers(scope=scope).get("accept", ""):
            return RedirectResponse(LOGIN, 303)
        return _said(401, "sign in first")
    if not account.may(_role_for(path, reads=reads)):
        return _said(403, f"your account is an {account.role}'s: it may not do this")
    if not reads and not comes_from_this_page(Headers(scope=scope)):
        return _said(403, "another site may not act here; a program says its Origin")
    return None


def _role_for(path: str, *, reads: bool) -> str:
    if path.startswith(_ADMINISTRATORS):
        return ADMINISTRATOR
    return OBSERVER if reads or path in _OWN else OFFICER


def _why(body: Message) -> str:
    """Return the reason that an answer gives."""
    try:
        return str(json.loads(body.get("body", b""))["detail"])
    except (ValueError, KeyError, TypeError):
        return ""


def _said(status: int, why: str) -> JSONResponse:
    return JSONResponse({"detail": why}, status)
