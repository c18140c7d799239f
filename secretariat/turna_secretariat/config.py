"""The Secretariat's settings: a TOML file in, frozen values out, one sentence for each error."""

from dataclasses import dataclass
from pathlib import Path

from turna_backbone.clock import Clock, PacedClock, SystemClock
from turna_backbone.configuration import ConfigurationError, Document, Table

TEMPLATE = """\
# Settings of a Turna Secretariat.  Relative paths start at this file's folder.

[mission]
kit = "kit/mission.json"             # the public half of the mission kit
keys = "kit/secretariat.keys.json"   # the Secretariat's own keys; nobody else may read the file

[archive]
path = "secretariat.db"              # SQLite; every report ever received

[backbone]
host = "127.0.0.1"                   # the MQTT broker
port = 1883

[page]
host = "127.0.0.1"                   # where the duty officer's page is served
port = 8470
"""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked."""

    mission: Path
    keys: Path
    archive: Path
    broker_host: str
    broker_port: int
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
        archive=archive.path("path", "secretariat.db"),
        broker_host=backbone.text("host"),
        broker_port=backbone.integer("port", 1883, low=1, high=65535),
        page_host=page.text("host", "127.0.0.1"),
        page_port=page.integer("port", 8470, low=1, high=65535),
        clock=_clock(document.table("simulated_time")),
    )
    for table in (mission, archive, backbone, page):
        table.finish()
    return config


def _clock(table: Table) -> Clock:
    """Return the machine's clock, unless an exercise runs here at a pace of its own."""
    speed = table.integer("speed_permille", 0, low=0, high=1_000_000)
    epoch_s = table.integer("epoch_s", 0, low=0, high=1 << 40)
    started_us = table.integer("started_monotonic_us", 0, low=0, high=1 << 62)
    table.finish()
    if not speed:
        return SystemClock()
    return PacedClock(epoch_s=epoch_s, speed=speed / 1000, started_monotonic=started_us / 1_000_000)


__all__ = ["TEMPLATE", "Config", "ConfigurationError", "read_config"]
