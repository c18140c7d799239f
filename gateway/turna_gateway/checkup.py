"""Looks through a gateway's settings and surroundings before it is started; changes nothing.

What would keep it from starting is `WRONG`; what it starts without, and goes on looking for, such
as a board or a broker, is `MISSING`.
"""

import contextlib
import getpass
import glob
import os
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from turna_backbone.configuration import ConfigurationError
from turna_backbone.credentials import PLAUSIBLE_FROM_S, CredentialsError
from turna_backbone.kit import read_gateway_keys, read_mission, read_revocations
from turna_gateway.airwaves import allowed_band
from turna_gateway.config import Config, read_config
from turna_gateway.identity import identify
from turna_gateway.serial_radio import usb_ports
from turna_gateway.store import SCHEMA_VERSION

GOOD, MISSING, WRONG = 0, 1, 2
CONNECT_S = 3.0
_DAYS_SOON = 60
_NO_BOOT = bytes(8)
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; the text of what is not good says what to do."""

    what: str
    grade: int
    text: str


def look_through(path: Path) -> Iterator[Finding]:
    """Look at one thing after the other; nothing more is looked at without readable settings."""
    if not path.exists():
        text = f"there is no {path}; name yours by --config, or: turna gateway configfile > {path}"
        yield Finding("settings", WRONG, text)
        return
    try:
        config = read_config(path)
    except ConfigurationError as error:
        yield Finding("settings", WRONG, str(error))
        return
    yield Finding("settings", GOOD, str(path))
    yield _kit(config)
    yield _store(config.store)
    yield from _modems(config)
    yield _time(config)
    yield from _backbone(config)


def _kit(config: Config) -> Finding:
    try:
        mission = read_mission(config.mission)
        band = allowed_band(mission)
        if config.second_modem is not None:
            allowed_band(mission, config.second_modem.freq_hz)
        keys = read_gateway_keys(config.keys)
        identify(mission, keys, boot_id=_NO_BOOT)
        read_revocations(config.mission.parent, mission)
    except ConfigurationError as error:
        return Finding("mission kit", WRONG, str(error))
    handsets = f"{len(mission.devices)} handsets, {mission.mode.upper()}"
    text = f"gateway {keys.name} of {mission.name}: {handsets}, {mission.region} {band.name}"
    return Finding("mission kit", GOOD, text)


def _store(path: Path) -> Finding:
    folder = path.parent
    if not folder.is_dir():
        text = f"there is no folder {folder}; make it or correct [store] path"
        return Finding("database", WRONG, text)
    if not os.access(folder, os.W_OK | os.X_OK):
        text = f"{folder} cannot be written by user {_user()}; run: chown turna: {folder}"
        return Finding("database", WRONG, text)
    if not path.exists():
        return Finding("database", GOOD, f"{path}: will be made, empty")
    try:
        version = _schema_version(path)
    except sqlite3.Error as error:
        text = f"{path}: {error}; what can be read is saved at the next start"
        return Finding("database", MISSING, text)
    if version > SCHEMA_VERSION:
        text = f"{path}: was written by a newer Turna; install that version again"
        return Finding("database", WRONG, text)
    return Finding("database", GOOD, f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def _schema_version(path: Path) -> int:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def _modems(config: Config) -> Iterator[Finding]:
    yield _modem("modem", config.modem_port, config.modem_id)
    if config.second_modem is not None:
        yield _modem("second modem", config.second_modem.port, config.second_modem.unique_id)


def _modem(what: str, pattern: str, unique_id: bytes) -> Finding:
    ports = sorted(glob.glob(pattern))  # noqa: PTH207 - may be absolute
    if unique_id:
        ports = list(dict.fromkeys([*ports, *usb_ports()]))
    if not ports:
        text = f"no port {pattern}; plug the board in, and look at: ls /dev/serial/by-id"
        return Finding(what, MISSING, text)
    closed = [port for port in ports if not os.access(port, os.R_OK | os.W_OK)]
    if closed == ports:
        text = f"{closed[0]} may not be opened by user {_user()}: it has to be in group dialout"
        return Finding(what, MISSING, text)
    return Finding(what, GOOD, f"{', '.join(ports)}; which board it is turns out at the start")


def _user() -> str:
    return getpass.getuser()


def _time(config: Config) -> Finding:
    if config.clock.unix_s() < PLAUSIBLE_FROM_S:
        text = "this machine does not know the time; set it: date -u -s '2026-01-31 12:00'"
        return Finding("time", MISSING, text)
    now = datetime.fromtimestamp(config.clock.unix_s(), UTC)
    return Finding("time", GOOD, f"{now:%Y-%m-%d %H:%M} UTC; is that right?")


def _without_certificate(config: Config) -> Finding:
    far = [one.host for one in config.brokers if one.host not in _THIS_MACHINE]
    if not far:
        return Finding("certificate", GOOD, "none: the broker is on this machine")
    text = f"none: whoever is on the way to {far[0]} can read reports; set ca, certificate and key"
    return Finding("certificate", MISSING, text)


def _backbone(config: Config) -> Iterator[Finding]:
    if config.credentials is None:
        yield _without_certificate(config)
    else:
        try:
            config.credentials.context(config.clock.unix_s())
            days = config.credentials.days_left(config.clock.unix_s())
            grade = MISSING if days < _DAYS_SOON else GOOD
            soon = "; ask for a new one" if grade else ""
            yield Finding("certificate", grade, f"valid for {days} days{soon}")
        except CredentialsError as error:
            yield Finding("certificate", MISSING, str(error))
    for broker in config.brokers:
        name = f"{broker.host}:{broker.port}"
        try:
            socket.create_connection((broker.host, broker.port), CONNECT_S).close()
        except OSError as error:
            reason = error.strerror or str(error)
            text = f"{name}: {reason}; reports are kept until it answers"
            yield Finding("broker", MISSING, text)
        else:
            yield Finding("broker", GOOD, f"{name} answers")
