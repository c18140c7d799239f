"""The gateway's process: read this first.  Sets up each part in order, runs the loop, takes it down.

Threads: the loop (this one) owns store and decisions; the modem's reader, the broker session and
the status page only put events into the inbox or read a snapshot.
"""

import logging
import queue
import secrets
import signal
import sqlite3

from turna_backbone.configuration import ConfigurationError
from turna_backbone.envelope import BOOT_ID_LENGTH
from turna_backbone.kit import GatewayKeys, read_gateway_keys, read_mission
from turna_backbone.mqtt import MqttSession, Will
from turna_gateway.config import Config
from turna_gateway.gateway import Gateway, Identity
from turna_gateway.keyring import Keyring
from turna_gateway.ports import Event, Stop
from turna_gateway.runner import Runner
from turna_gateway.serial_radio import SerialRadio
from turna_gateway.status import StatusBoard
from turna_gateway.status_page import StatusPage
from turna_gateway.store import Store
from turna_gateway.supervisor import Supervisor
from turna_protocol.mission import Mission
from turna_protocol.regions import REGIONS, SubBand, refusal

log = logging.getLogger(__name__)


def run(config: Config) -> int:
    """Serve until SIGTERM or SIGINT.  Exit code 1 after an error: start it again."""
    mission = read_mission(config.mission)
    band = allowed_band(mission)
    keys = read_gateway_keys(config.keys)
    identity = identify(mission, keys)
    supervisor = Supervisor()
    inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
    store = Store(config.store)
    store.open()
    topic, farewell = identity.presence(online=False)
    session = MqttSession(
        addresses=config.brokers,
        client_id=f"turna-gateway-{identity.name}",
        inbox=inbox,
        clock=config.clock,
        subscriptions=identity.subscriptions(),
        will=Will(topic, farewell),
    )
    radio = SerialRadio(
        port=config.modem_port,
        unique_id=config.modem_id or None,
        radio=mission.radio,
        inbox=inbox,
        clock=config.clock,
    )
    gateway = Gateway(
        identity=identity,
        mission=mission,
        band=band,
        keyring=Keyring(mission, keys.link_branch),
        store=store,
        radio=radio,
        uplink=session,
        clock=config.clock,
    )
    board = StatusBoard(gateway, mission, config.clock)
    page = StatusPage(board, config.status_host, config.status_port)

    def progress() -> None:
        board.refresh()
        if not session.alive():
            raise RuntimeError("the broker session ended by itself")
        supervisor.alive()

    runner = Runner(gateway=gateway, inbox=inbox, clock=config.clock, progress=progress)
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: inbox.put_nowait(Stop()))
    try:
        gateway.load()
        session.start()
        radio.start()
        page.start()
        supervisor.ready()
        runner.run()
        supervisor.stopping()
        session.publish(topic, farewell, retain=True)
    except sqlite3.Error as error:
        log.error("the database failed, nothing is acknowledged any more reason=%s", error)
        return 1
    finally:
        page.stop()
        radio.stop()
        session.stop()
        store.close()
    return 0


def allowed_band(mission: Mission) -> SubBand:
    """Return the sub-band the gateway may use; without one it does not start."""
    radio = mission.radio
    objection = refusal(mission.region, radio.freq_hz, radio.bandwidth_hz, radio.power_dbm)
    if objection is not None:
        raise ConfigurationError(
            f"nothing may be transmitted: {objection}; make the mission kit with the region of the"
            " country where it is used"
        )
    band = REGIONS[mission.region].sub_band(radio.freq_hz, radio.bandwidth_hz)
    assert band is not None  # or it would have been refused
    return band


def identify(mission: Mission, keys: GatewayKeys) -> Identity:
    """Return who this gateway is: its keys and its mission must agree on it."""
    known = mission.gateway(keys.name)
    if known is None or known.index != keys.index:
        raise ConfigurationError(
            f"the keys are those of gateway {keys.name}, which mission {mission.name} does not"
            " have; take both files from the same mission kit"
        )
    return Identity(
        name=known.name,
        index=known.index,
        country=known.country,
        boot_id=secrets.token_bytes(BOOT_ID_LENGTH),
    )
