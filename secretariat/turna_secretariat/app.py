"""The Secretariat's process: read this first, it sets up each part in order and waits for the end.

Two threads besides the broker session: the subscriber owns the archive's writes, the page reads.
"""

import logging
import queue
import secrets
import threading

import uvicorn

from turna_backbone.envelope import BOOT_ID_LENGTH
from turna_backbone.kit import read_mission, read_secretariat_keys
from turna_backbone.mqtt import MqttSession
from turna_secretariat.archive import Archive
from turna_secretariat.config import Config
from turna_secretariat.desk import Desk
from turna_secretariat.presence import birth, will
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import SUBSCRIPTIONS, Inbox, Subscriber
from turna_secretariat.web import create_page

log = logging.getLogger(__name__)

CLIENT_ID = "turna-secretariat"
# An open event stream would hold the stop for ever.
GRACEFUL_STOP_S = 2


def run(config: Config) -> int:
    """Serve until SIGTERM or SIGINT. Exit code 1 if the subscriber failed: start it again."""
    mission = read_mission(config.mission)
    registry = Registry(mission, read_secretariat_keys(config.keys).authentication_branch)
    archive = Archive.in_file(config.archive)
    archive.open()
    inbox: Inbox = queue.Queue()
    boot_id = secrets.token_bytes(BOOT_ID_LENGTH)
    session = MqttSession(
        addresses=config.brokers,
        client_id=CLIENT_ID,
        inbox=inbox,
        clock=config.clock,
        subscriptions=SUBSCRIPTIONS,
        will=will(boot_id),
    )
    subscriber = Subscriber(
        desk=Desk(archive, registry, mission.frame),
        registry=registry,
        session=session,
        inbox=inbox,
        clock=config.clock,
        birth=birth(boot_id),
    )
    page = create_page(
        archive=archive,
        registry=registry,
        inbox=inbox,
        clock=config.clock,
        feed=subscriber.as_json,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            page,
            host=config.page_host,
            port=config.page_port,
            log_config=None,
            timeout_graceful_shutdown=GRACEFUL_STOP_S,
        )
    )
    stopping = threading.Event()
    failed = threading.Event()

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
        server.run()
    finally:
        stopping.set()
        worker.join()
        session.stop()
        archive.close()
    return 1 if failed.is_set() else 0
