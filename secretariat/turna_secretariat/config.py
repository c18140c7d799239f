"""The Secretariat's settings: a TOML file in, frozen values out, one sentence for each error."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from turna_backbone.addresses import read_brokers
from turna_backbone.clock import Clock
from turna_backbone.configuration import Document, Table, read_clock
from turna_backbone.mqtt import Address
from turna_secretariat.engines import postgresql_url, sqlite_url

TEMPLATE = """\
# Settings of a Turna Secretariat.  Relative paths start at this file's folder.

[mission]
kit = "kit/mission.json"             # the public half of the mission kit
keys = "kit/secretariat.keys.json"   # the Secretariat's own keys; nobody else may read the file

[archive]
path = "secretariat.db"              # SQLite; every report ever received
# In PostgreSQL instead; the password stands in ~/.pgpass, nowhere else:
# postgresql = "postgresql://turna@db.example.org/turna"

[backbone]
brokers = ["127.0.0.1:1883"]         # MQTT brokers, tried in turn

[page]
# There are no accounts yet: whoever reaches this address sees everything and can accept an SOS.
# Leave it on this machine; from another one, come through an SSH tunnel.
host = "127.0.0.1"
port = 8470
"""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked."""

    mission: Path
    keys: Path
    archive: sa.URL
    brokers: tuple[Address, ...]
    page_host: str
    page_port: int
    clock: Clock


def read_config(path: Path) -> Config:
    """Read and check a configuration file. ConfigurationError says line, key and remedy."""
    document = Document(path)
    document.require_only("mission", "archive", "backbone", "page", "simulated_time")
    mission, archive = document.table("mission"), document.table("archive")
    backbone, page = document.table("backbone"), document.table("page")
    config = Config(
        mission=mission.path("kit"),
        keys=mission.path("keys"),
        archive=_archive(archive),
        brokers=read_brokers(backbone),
        page_host=page.text("host", "127.0.0.1"),
        page_port=page.integer("port", 8470, low=1, high=65535),
        clock=read_clock(document.table("simulated_time")),
    )
    for table in (mission, archive, backbone, page):
        table.finish()
    return config


def _archive(table: Table) -> sa.URL:
    if not table.has("postgresql"):
        return sqlite_url(table.path("path", "secretariat.db"))
    if table.has("path"):
        raise table.error("path", "stands beside postgresql: the archive is in one of them")
    try:
        return postgresql_url(table.text("postgresql"))
    except ValueError as error:
        raise table.error("postgresql", str(error)) from None
