"""The Secretariat's process: read this first, it sets up each part in order and waits for the end.

Two threads besides the broker session: the subscriber owns the archive's writes, the page reads.
"""

import errno
import logging
import os
import queue
import secrets
import signal
import socket
import threading

import uvicorn
from fastapi import FastAPI

from turna_backbone.configuration import ConfigurationError
from turna_backbone.envelope import BOOT_ID_LENGTH
from turna_backbone.kit import read_mission, read_revocations, read_secretariat_keys
from turna_backbone.mqtt import MqttSession
from turna_secretariat import page_tls
from turna_secretariat.accounts import Accounts
from turna_secretariat.archive import Archive
from turna_secretariat.config import Config
from turna_secretariat.desk import Desk
from turna_secretariat.guard import LOOPBACK_NAMES, is_loopback
from turna_secretariat.inbox import Inbox
from turna_secretariat.json_feed import JsonFeed
from turna_secretariat.presence import will
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import SUBSCRIPTIONS, Subscriber
from turna_secretariat.web import create_page

log = logging.getLogger(__name__)

CLIENT_ID = "turna-secretariat"
# Open event lines end by themselves; a request that hangs is not waited for longer than this.
GRACEFUL_STOP_S = 2
_REMEDIES: dict[int | None, str] = {
    errno.EADDRINUSE: "stop whoever serves there, or choose another port in [page]",
    errno.EACCES: "choose a port above 1023 in [page]",
}


def run(config: Config) -> int:
    """Serve until SIGTERM or SIGINT. Exit code 1 if the subscriber failed: start it again."""
    mission = read_mission(config.mission)
    branch = read_secretariat_keys(config.keys).authentication_branch
    registry = Registry(mission, branch, read_revocations(config.mission.parent, mission))
    listening = _listen(config.page_host, config.page_port)
    archive, accounts = Archive(config.archive), Accounts(config.people)
    archive.open()
    accounts.open()
    if not accounts.all():
        log.warning("nobody can sign in yet: turna secretariat account add")
    inbox: Inbox = queue.Queue()
    boot_id = secrets.token_bytes(BOOT_ID_LENGTH)
    session = MqttSession(
        addresses=config.brokers,
        client_id=CLIENT_ID,
        inbox=inbox,
        clock=config.clock,
        subscriptions=SUBSCRIPTIONS,
        will=will(boot_id),
        tls=None
        if config.credentials is None
        else config.credentials.contexts(config.clock.unix_s),
    )
    subscriber = Subscriber(
        desk=Desk(archive, registry, mission.frame),
        registry=registry,
        session=session,
        inbox=inbox,
        clock=config.clock,
        boot_id=boot_id,
        json_feed=JsonFeed(archive, registry) if config.json_feed else None,
    )
    page = create_page(
        archive=archive,
        accounts=accounts,
        registry=registry,
        inbox=inbox,
        clock=config.clock,
        feed=subscriber.as_json,
        closing=lambda: server.should_exit,
        names=LOOPBACK_NAMES | set(config.page_names) if is_loopback(config.page_host) else None,
    )
    server = _server(page, config)
    try:
        return _serve(server, listening, subscriber, session)
    finally:
        archive.close()
        accounts.close()


def _serve(
    server: uvicorn.Server, listening: socket.socket, subscriber: Subscriber, session: MqttSession
) -> int:
    """Run subscriber, session and page until one of them ends; each is stopped in good order."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal once more when it has ended; what is below has to run then.
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    stopping, failed = threading.Event(), threading.Event()

    def subscribe() -> None:
        try:
            subscriber.run(stopping)
        except Exception:
            log.exception("the subscriber ended; nothing is acknowledged any more")
            failed.set()
            server.should_exit = True

    worker = threading.Thread(target=subscribe, name="subscriber")
    session.start()
    worker.start()
    try:
        server.run(sockets=[listening])
    finally:
        stopping.set()
        worker.join()
        session.stop()
    return 1 if failed.is_set() else 0


class _Server(uvicorn.Server):
    """Says where the page is, once it is there."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        scheme = "https" if self.config.is_ssl else "http"
        for listening in sockets or ():
            host, port = listening.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            log.info("the page is served address=%s://%s:%d/", scheme, shown, port)


def _server(page: FastAPI, config: Config) -> uvicorn.Server:
    if config.page_certificate is not None and config.page_key is not None:
        page_tls.check(config.page_certificate, config.page_key, config.clock.unix_s())
    settings = uvicorn.Config(
        page,
        log_config=None,
        log_level=logging.WARNING,  # what it says of its own start, `_Server` says in our words
        access_log=False,
        server_header=False,
        proxy_headers=False,  # an address that a client may choose would be no address
        timeout_graceful_shutdown=GRACEFUL_STOP_S,
        ssl_certfile=config.page_certificate,
        ssl_keyfile=config.page_key,
    )
    try:
        settings.load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ConfigurationError(f"page: certificate or key cannot be used ({error})") from None
    return _Server(settings)


def _listen(host: str, port: int) -> socket.socket:
    """Take the page's port before anything else is touched."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        remedy = _REMEDIES.get(error.errno, "is host in [page] an address of this machine?")
        raise ConfigurationError(
            f"page: {host} port {port} cannot be opened ({reason}): {remedy}"
        ) from None
