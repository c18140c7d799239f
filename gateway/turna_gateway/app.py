"""The gateway's process, read this first: sets up each part in order, runs the loop, ends it.

Threads: the loop (this one) owns store and decisions; the modem's reader, the broker session and
the status page only put events into the inbox or read a snapshot.
"""

import gc
import logging
import queue
import secrets
import signal
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from turna_backbone.credentials import CredentialsError
from turna_backbone.envelope import BOOT_ID_LENGTH
from turna_backbone.kit import read_gateway_keys, read_mission, read_revocations
from turna_backbone.mqtt import MqttSession, Will
from turna_gateway.airwaves import allowed_band
from turna_gateway.config import Config
from turna_gateway.gateway import Gateway
from turna_gateway.identity import Identity, identify
from turna_gateway.keyring import Keyring
from turna_gateway.modem_radio import radio_setting
from turna_gateway.ports import Event, Modem, ModemState, RadioInbox, Stop
from turna_gateway.radio_pair import RadioPair
from turna_gateway.runner import Runner
from turna_gateway.serial_radio import SerialRadio
from turna_gateway.showing import show
from turna_gateway.status import StatusBoard
from turna_gateway.status_page import StatusPage
from turna_gateway.store import NewerStoreError, Store
from turna_gateway.supervisor import Supervisor
from turna_protocol.mission import Mission
from turna_protocol.modem.radio_messages import RadioSetting

log = logging.getLogger(__name__)


Inbox = queue.SimpleQueue[Event]


def serial_modem(config: Config, mission: Mission, inbox: Inbox) -> Modem:
    """Return the modem on the configured serial port, or both of two."""
    setting = radio_setting(mission)
    first = partial(_serial, config, config.modem_port, config.modem_id, setting)
    if config.second_modem is None:
        return first(inbox)
    board = config.second_modem
    second_setting = radio_setting(mission, board.freq_hz)
    second = partial(_serial, config, board.port, board.unique_id, second_setting)
    return RadioPair(inbox, (first, second))


def _serial(
    config: Config, port: str, unique_id: bytes, setting: RadioSetting, inbox: RadioInbox
) -> Modem:
    return SerialRadio(
        port=port,
        unique_id=unique_id or None,
        setting=setting,
        inbox=inbox,
        clock=config.clock,
    )


def run(
    config: Config, open_modem: Callable[[Config, Mission, Inbox], Modem] = serial_modem
) -> int:
    """Serve until SIGTERM or SIGINT.  Exit code 1 after an error: start it again."""
    mission = read_mission(config.mission)
    band, second = allowed_band(mission), config.second_modem
    second_band = None if second is None else allowed_band(mission, second.freq_hz)
    keys = read_gateway_keys(config.keys)
    identity = identify(mission, keys, boot_id=secrets.token_bytes(BOOT_ID_LENGTH))
    supervisor = Supervisor()
    inbox: Inbox = queue.SimpleQueue()
    store, newer_store = _opened(config.store)
    session = _session(config, identity, inbox)
    radio = open_modem(config, mission, inbox)
    gateway = Gateway(
        identity=identity,
        mission=mission,
        band=band,
        second_band=second_band,
        keyring=Keyring(mission, keys.link_branch),
        store=store,
        radio=radio,
        uplink=session,
        clock=config.clock,
        revoked_by_kit=read_revocations(config.mission.parent, mission),
    )
    gateway.newer_store = newer_store
    board = StatusBoard(
        gateway, mission, config.clock, _certificate_days(config), partial(_modems, radio)
    )
    page = StatusPage(board, config.status_host, config.status_port)

    def progress() -> None:
        board.refresh()
        if not session.alive():
            raise RuntimeError("the broker session ended by itself")
        if not radio.alive():
            raise RuntimeError("the modem's thread ended by itself")
        supervisor.alive()

    runner = Runner(gateway=gateway, inbox=inbox, clock=config.clock, progress=progress)
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: inbox.put_nowait(Stop()))
    try:
        if newer_store:
            show(gateway, board, page, inbox, supervisor)
            return 0
        gateway.load()
        session.start()
        radio.start()
        page.start()
        supervisor.ready()
        gc.collect()
        gc.freeze()  # it stays: the collector need not go through it again and again
        _run_or_blame(runner, gateway)
        supervisor.stopping()
        session.publish(*identity.presence(online=False), retain=True)
    except sqlite3.Error as error:
        log.error("the database failed, nothing is acknowledged any more reason=%s", error)
        store.note_damage(error)
        return 1
    finally:
        page.stop()
        radio.stop()
        session.stop()
        store.close()
    return 0


def _opened(path: Path) -> tuple[Store, str]:
    """Return the store, and why it may only be read, if that is so."""
    store = Store(path)
    try:
        store.open()
    except NewerStoreError as error:
        log.error("this gateway only shows what it holds reason=%s", error)
        store.open_to_read()
        return store, str(error)
    return store, ""


def _session(config: Config, identity: Identity, inbox: Inbox) -> MqttSession:
    credentials = config.credentials
    return MqttSession(
        addresses=config.brokers,
        client_id=f"turna-gateway-{identity.name}",
        inbox=inbox,
        clock=config.clock,
        subscriptions=identity.subscriptions(),
        will=Will(*identity.presence(online=False)),
        tls=None if credentials is None else credentials.contexts(config.clock.unix_s),
    )


def _run_or_blame(runner: Runner, gateway: Gateway) -> None:
    """Run; a packet at which our code breaks off is noted before the process ends by it."""
    try:
        runner.run()
    except sqlite3.Error:
        raise
    except Exception:
        gateway.broke_off()
        raise


def _modems(radio: Modem) -> Sequence[ModemState]:
    return radio.states if isinstance(radio, RadioPair) else ()


def _certificate_days(config: Config) -> Callable[[int], int | None]:
    """Return what tells for how long our certificate is valid; None without TLS or certificate."""

    def days(now_s: int) -> int | None:
        try:
            return None if config.credentials is None else config.credentials.days_left(now_s)
        except CredentialsError:
            return None  # told as the backbone's trouble

    return days
