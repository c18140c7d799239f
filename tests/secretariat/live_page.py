"""The whole Secretariat but its broker, serving on a port of this machine."""

import queue
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.secretariat.field import EPOCH_S, Field
from turna.deployment import TeamPlan
from turna_backbone import topics
from turna_backbone.clock import SteppedClock
from turna_backbone.envelope import ReportEnvelope
from turna_backbone.mqtt import Connected, Disconnected, Message
from turna_protocol import keys
from turna_protocol.reports import Sos
from turna_secretariat.accounts import OFFICER, Accounts
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.engines import sqlite_url
from turna_secretariat.inbox import Inbox
from turna_secretariat.registry import Registry
from turna_secretariat.signed_in import COOKIE
from turna_secretariat.subscriber import Subscriber
from turna_secretariat.web import create_page

# A machine that is busy with other tests answers late.
PATIENCE_S = 60.0
PASSWORD = "a long enough password"  # of every account of a test
# Argon2 as quick as it can be: a test proves who may come in, not how long guessing takes.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OFFICERS = {"aylin": "Aylin Demir", "bekzat": "Bekzat Omarov"}


class SilentBroker:
    """Confirms nothing, keeps what it is given."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        del qos, retain
        self.published.append((topic, payload))
        return len(self.published)

    def acknowledge(self, token: int) -> None:
        return


class AsAylin:
    """Signs in whoever has no session of their own: most tests are about what comes after."""

    def __init__(self, app: ASGIApp, cookie: str) -> None:
        self._app = app
        self._cookie = cookie.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not Headers(scope=scope).get("cookie"):
            said = dict(scope["headers"])
            more = [(b"cookie", self._cookie)]
            if b"origin" not in said:
                more.append((b"sec-fetch-site", b"same-origin"))
            scope = {**scope, "headers": [*scope["headers"], *more]}
        await self._app(scope, receive, send)


def _served(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Mount):
            yield "GET", route.path
        elif isinstance(route, Route):
            yield from ((method, route.path) for method in route.methods or () if method != "HEAD")
        else:  # how FastAPI keeps a router that was included; its addresses are whole
            included: APIRouter = route.original_router  # type: ignore[attr-defined]  # its own
            yield from _served(included.routes)


class LivePage:
    """Subscriber, archive and page in threads; a test plays the field.

    Whoever comes is Aylin, an officer, unless the door is closed: then they sign in themselves.
    """

    def __init__(
        self,
        directory: Path,
        teams: Sequence[TeamPlan] | None = None,
        *,
        door_closed: bool = False,
    ) -> None:
        self._door_closed = door_closed
        self.accounts = Accounts(sqlite_url(directory / "people.db"), QUICK_HASHER)
        self.field = Field(directory / "kit", *(() if teams is None else (teams,)))
        self.registry = Registry(self.field.mission, keys.authentication_branch(self.field.master))
        self.archive = Archive.in_file(directory / "archive.db")
        self.clock = SteppedClock(epoch_s=EPOCH_S + 60)
        self.inbox: Inbox = queue.Queue()
        self.broker = SilentBroker()
        self._subscriber = Subscriber(
            desk=Desk(self.archive, self.registry, self.field.mission.frame),
            registry=self.registry,
            session=self.broker,
            inbox=self.inbox,
            clock=self.clock,
            boot_id=b"boot-id2",
        )
        self._stopping = threading.Event()
        self._worker = threading.Thread(target=self._subscriber.run, args=(self._stopping,))
        self._port = 0
        self._page: FastAPI | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.archive.open()
        self.accounts.open()
        for name, person in OFFICERS.items():
            self.accounts.add(name, person=person, role=OFFICER, password=PASSWORD, now_ms=0)
        self._worker.start()
        self.inbox.put(Connected(session_present=False))
        self.serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_off()
        self._stopping.set()
        self._worker.join()
        self.archive.close()
        self.accounts.close()

    def addresses(self, method: str) -> list[str]:
        """Return every address that the page serves by a method."""
        assert self._page is not None
        known: dict[str, dict[str, object]] = self._page.openapi()["paths"]
        return [path for path, methods in known.items() if method in methods]

    def routes(self) -> set[tuple[str, str]]:
        """Return method and address of everything that the page serves; of a folder "GET"."""
        assert self._page is not None
        return set(_served(self._page.routes))

    def token_of(self, name: str) -> str:
        """Return the token of a new session, the value of the cookie `COOKIE`."""
        account_id = self.accounts.named(name).id
        return self.accounts.begin_session(account_id, self.clock.unix_s() * 1000)

    def does(self, name: str, what: str, body: dict[str, Any]) -> Any:
        """Let somebody do it on a page of their own, and return what the Secretariat answers."""
        answer = httpx.post(
            f"{self.address}/api/{what}",
            headers={"origin": self.address},
            cookies={COOKIE: self.token_of(name)},
            json=body,
            timeout=PATIENCE_S,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def alerts(self, name: str, code: str) -> None:
        self.does(name, "down", {"kind": "alert", "form": {"code": code}, "to": {"all": True}})

    def calls(self) -> list[dict[str, Any]]:
        """Return the calls for help that have been filed, the newest first."""
        found: list[dict[str, Any]] = httpx.get(
            f"{self.address}/api/sos", timeout=PATIENCE_S
        ).json()
        return found

    def is_called(self, device: int, report: Sos, seq: int, *, accepted_by: str) -> None:
        """Let a handset call for help, and somebody take it in hand."""
        self.arrives(self.field.carried(report, device=device, seq=seq))
        number = {"device": device, "seq": seq}
        while not (found := [call for call in self.calls() if number.items() <= call.items()]):
            time.sleep(0.05)
        self.does(accepted_by, f"reports/{found[0]['id']}/accepted", {})

    def serve(self) -> None:
        """Open the page, on the same port as before if it was open."""
        listening = socket.create_server(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        self._page = page = create_page(
            archive=self.archive,
            accounts=self.accounts,
            registry=self.registry,
            inbox=self.inbox,
            clock=self.clock,
            feed=self._subscriber.as_json,
            closing=lambda: server.should_exit,
        )
        app: ASGIApp = page
        if not self._door_closed:
            app = AsAylin(page, f"{COOKIE}={self.token_of('aylin')}")
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2)
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        self._thread.start()

    def cut_off(self) -> None:
        """Close the page; what arrives meanwhile is filed all the same."""
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join()

    def backbone(self, *, up: bool) -> None:
        self.inbox.put(Connected(session_present=True) if up else Disconnected("cut"))

    def arrives(self, *envelopes: ReportEnvelope) -> None:
        for envelope in envelopes:
            topic = topics.report("tr", f"device-{envelope.device}")
            self.inbox.put(Message(topic, envelope.pack(), False, 1))
