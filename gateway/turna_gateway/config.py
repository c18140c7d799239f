"""The gateway's settings: a TOML file in, frozen values out, one sentence for each error."""

from dataclasses import dataclass
from pathlib import Path

from turna_backbone.addresses import read_brokers
from turna_backbone.clock import Clock
from turna_backbone.configuration import Document, Table, read_clock
from turna_backbone.credentials import Credentials
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

[backbone]
brokers = ["127.0.0.1:1883"]              # MQTT brokers, tried in turn
# With these three the connection is by TLS; the certificate's common name is its name.
# ca = "tls/ca.pem"                       # whom we trust; two while one replaces another
# certificate = "tls/gateway.pem"
# key = "tls/gateway.key"                 # nobody else may read the file

[status]
host = "127.0.0.1"                        # where /status.json and /healthz are served
port = 8480
"""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked; `modem_id` empty takes any modem."""

    mission: Path
    keys: Path
    store: Path
    modem_port: str
    modem_id: bytes
    brokers: tuple[Address, ...]
    credentials: Credentials | None
    status_host: str
    status_port: int
    clock: Clock


def read_config(path: Path) -> Config:
    """Read and check a settings file; ConfigurationError says line, key and remedy."""
    document = Document(path)
    document.require_only("mission", "store", "modem", "backbone", "status", "simulated_time")
    mission, store, modem = (document.table(name) for name in ("mission", "store", "modem"))
    backbone, status = document.table("backbone"), document.table("status")
    config = Config(
        mission=mission.path("kit"),
        keys=mission.path("keys"),
        store=store.path("path", "gateway.db"),
        modem_port=modem.text("port"),
        modem_id=_unique_id(modem),
        brokers=read_brokers(backbone),
        credentials=_credentials(backbone),
        status_host=status.text("host", "127.0.0.1"),
        status_port=status.integer("port", 8480, low=0, high=65535),
        clock=read_clock(document.table("simulated_time")),
    )
    for table in (mission, store, modem, backbone, status):
        table.finish()
    return config


def _credentials(backbone: Table) -> Credentials | None:
    """Return the TLS files if any is named: then all three are needed."""
    if not any(backbone.has(key) for key in ("ca", "certificate", "key")):
        return None
    return Credentials(backbone.path("ca"), backbone.path("certificate"), backbone.path("key"))


def _unique_id(table: Table) -> bytes:
    text = table.text("unique_id", "any")
    if text == "any":
        return b""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise table.error("unique_id", 'must be hexadecimal, or "any"') from None
