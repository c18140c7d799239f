"""The Secretariat's settings: a TOML file in, frozen values out, one sentence for each error."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from turna_backbone.addresses import read_brokers
from turna_backbone.clock import Clock
from turna_backbone.configuration import SIMULATED_TIME, Document, Table, read_clock
from turna_backbone.credentials import Credentials, read_credentials
from turna_backbone.mqtt import Address
from turna_secretariat.engines import postgresql_url, sqlite_url
from turna_secretariat.guard import is_loopback

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
# With these three the connection is by TLS; the certificate's common name is "secretariat".
# ca = "tls/ca.pem"                  # whom we trust; two while one replaces another
# certificate = "tls/secretariat.pem"
# key = "tls/secretariat.key"        # nobody else may read the file
json_feed = false                    # true: tell each proved report as JSON, for other programs
                                     # (docs/asyncapi.html); never to or by a gateway

[people]
path = "people.db"                   # accounts and audit log; in PostgreSQL if the archive is there

[page]
# Whoever has an account may sign in: turna secretariat account add --config FILE NAME ...
host = "127.0.0.1"
port = 8470
# To serve other machines: their address as host, and what the browser proves the server by.
# certificate = "page.pem"
# key = "page.key"
# names = ["secretariat.example.org"]  # on 127.0.0.1 behind a proxy: what the proxy is called
"""


_NAMES_WANTED = 'must be a list of host names, as in ["secretariat.example.org"]'


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked."""

    mission: Path
    keys: Path
    archive: sa.URL
    people: sa.URL
    brokers: tuple[Address, ...]
    credentials: Credentials | None
    json_feed: bool
    page_host: str
    page_port: int
    page_certificate: Path | None
    page_key: Path | None
    page_names: tuple[str, ...]
    clock: Clock


def read_config(path: Path) -> Config:
    """Read and check a configuration file. ConfigurationError says line, key and remedy."""
    document = Document(path)
    document.require_only("mission", "archive", "people", "backbone", "page", SIMULATED_TIME)
    mission, archive = document.table("mission"), document.table("archive")
    people = document.table("people")
    backbone, page = document.table("backbone"), document.table("page")
    archive_url = _archive(archive)
    config = Config(
        mission=mission.path("kit"),
        keys=mission.path("keys"),
        archive=archive_url,
        people=_people(people, archive_url),
        brokers=read_brokers(backbone),
        credentials=read_credentials(backbone),
        json_feed=backbone.flag("json_feed"),
        page_host=page.text("host", "127.0.0.1"),
        page_port=page.integer("port", 8470, low=1, high=65535),
        page_certificate=page.path("certificate") if page.has("certificate") else None,
        page_key=page.path("key") if page.has("key") else None,
        page_names=page.texts("names", _NAMES_WANTED) if page.has("names") else (),
        clock=read_clock(document.table(SIMULATED_TIME)),
    )
    for table in (mission, archive, people, backbone, page):
        table.finish()
    _require_no_clear_passwords(page, config)
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


def _people(table: Table, archive: sa.URL) -> sa.URL:
    path = table.path("path", "people.db")
    return sqlite_url(path) if archive.get_backend_name() == "sqlite" else archive


def _require_no_clear_passwords(page: Table, config: Config) -> None:
    if (config.page_certificate is None) != (config.page_key is None):
        raise page.error("certificate", "and key stand together: set both or neither")
    if config.page_certificate is None and not is_loopback(config.page_host):
        raise page.error(
            "host", "lets others in, whose passwords would travel readable: set certificate and key"
        )
