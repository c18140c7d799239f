"""The gateway's settings: a TOML file in, frozen values out, one sentence for each error."""

from dataclasses import dataclass
from pathlib import Path

from turna_backbone.addresses import read_brokers
from turna_backbone.clock import Clock
from turna_backbone.configuration import SIMULATED_TIME, Document, Table, read_clock
from turna_backbone.credentials import Credentials, read_credentials
from turna_backbone.mqtt import Address

TEMPLATE = """\
# Settings of a Turna field gateway.  Relative paths start at this file's folder.

[mission]
kit = "kit/mission.json"                  # the public half of the mission kit
keys = "kit/gateway-NAME.keys.json"       # this gateway's own keys; nobody else may read the file

[store]
path = "gateway.db"                       # SQLite; every report until long after its receipt

[modem]
port = "/dev/ttyUSB0"                     # serial port of the board with the modem firmware;
                                          # better its name under /dev/serial/by-id
# unique_id = "a1b2c3d4e5f6"              # accept only this board, whatever its port is called

# [second_modem]                          # a second channel: handsets whose kit has that frequency
# port = "/dev/ttyUSB*"                   # with two modems each needs its unique_id
# unique_id = "0a1b2c3d4e5f"
# freq_hz = 433375000                     # all else of the radio is the mission's

[backbone]
brokers = ["127.0.0.1:1883"]              # MQTT brokers, tried in turn
# With these three the connection is by TLS; the certificate's common name is its name.
# ca = "tls/ca.pem"                       # whom we trust; two while one replaces another
# certificate = "tls/gateway.pem"
# key = "tls/gateway.key"                 # nobody else may read the file

[status]
host = "127.0.0.1"                        # the operator's page; "0.0.0.0": for the local network,
                                          # read only, and whoever is on it sees where teams are
port = 8480
"""


@dataclass(frozen=True, slots=True)
class SecondModem:
    """A board on another frequency than the mission's."""

    port: str
    unique_id: bytes
    freq_hz: int


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked; `modem_id` empty takes any modem."""

    mission: Path
    keys: Path
    store: Path
    modem_port: str
    modem_id: bytes
    second_modem: SecondModem | None
    brokers: tuple[Address, ...]
    credentials: Credentials | None
    status_host: str
    status_port: int
    clock: Clock


def read_config(path: Path) -> Config:
    """Read and check a settings file; ConfigurationError says line, key and remedy."""
    document = Document(path)
    document.require_only(
        "mission", "store", "modem", "second_modem", "backbone", "status", SIMULATED_TIME
    )
    mission, store, modem = (document.table(name) for name in ("mission", "store", "modem"))
    backbone, status = document.table("backbone"), document.table("status")
    config = Config(
        mission=mission.path("kit"),
        keys=mission.path("keys"),
        store=store.path("path", "gateway.db"),
        modem_port=str(modem.path("port")),
        modem_id=_unique_id(modem),
        second_modem=_second_modem(document.table("second_modem"), modem),
        brokers=read_brokers(backbone),
        credentials=read_credentials(backbone),
        status_host=status.text("host", "127.0.0.1"),
        status_port=status.integer("port", 8480, low=0, high=65535),
        clock=read_clock(document.table(SIMULATED_TIME)),
    )
    for table in (mission, store, modem, backbone, status):
        table.finish()
    return config


def _second_modem(table: Table, first: Table) -> SecondModem | None:
    if not any(table.has(key) for key in ("port", "unique_id", "freq_hz")):
        table.finish()
        return None
    second = SecondModem(
        port=str(table.path("port")),
        unique_id=_unique_id(table),
        freq_hz=table.integer("freq_hz", low=100_000_000, high=1_000_000_000),
    )
    table.finish()
    remedy = (
        "is needed, to tell two modems apart; `turna gateway status` shows it as the board's id"
    )
    if not second.unique_id:
        raise table.error("unique_id", remedy)
    if not _unique_id(first):
        raise first.error("unique_id", remedy)
    return second


def _unique_id(table: Table) -> bytes:
    text = table.text("unique_id", "any")
    if text == "any":
        return b""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise table.error("unique_id", 'must be hexadecimal, or "any"') from None
