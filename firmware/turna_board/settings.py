"""Reads the settings that were put on this board: in two slots by a host, or as one plain file.

Knows where they are and whether they are whole and this board's; what they mean is for the role to
judge.  The slots are `turna deployment provision`'s; /settings.json is for copying by hand.
"""

import json

import machine

from turna_protocol.errors import MalformedError
from turna_protocol.settings_slot import BODY_BYTES_MAX, SLOTS, UNFINISHED, unpack_slot

from . import flash

PATH = "/settings.json"
_SLOT_BYTES_MAX = BODY_BYTES_MAX + 64


class SettingsError(Exception):
    """There are no settings that can be used; the first argument says why, in a few words."""

    board = ""  # the board's name as its settings give it, if they go that far


def load() -> dict[str, object]:
    """Return the settings, or raise SettingsError."""
    if flash.exists(UNFINISHED):
        raise SettingsError("setting up broke off")
    found = _parse(_newest_slot() or _plain())
    hardware_id = found.get("hardware_id")
    if hardware_id is not None and str(hardware_id).lower() != machine.unique_id().hex():
        error = SettingsError("settings of another board")
        error.board = str(found.get("board"))
        raise error
    return found


def _newest_slot() -> bytes | None:
    """Return the body of the valid slot with the highest counter; None if there is no slot."""
    newest, highest, there_are = b"", -1, False
    for path in SLOTS:
        content = _read(path, _SLOT_BYTES_MAX)
        if content is None:
            continue
        there_are = True
        try:
            counter, body = unpack_slot(content)
        except MalformedError:
            continue
        if counter > highest:
            newest, highest = body, counter
    if there_are and highest < 0:
        raise SettingsError("settings damaged")
    return newest if there_are else None


def _plain() -> bytes:
    content = _read(PATH, BODY_BYTES_MAX)
    if content is None:
        raise SettingsError("no settings.json")
    return content


def _read(path: str, bytes_max: int) -> bytes | None:
    try:
        with open(path, "rb") as file:
            content = file.read(bytes_max + 1)
    except OSError:
        return None
    if len(content) > bytes_max:
        raise SettingsError("settings too long")
    return content


def _parse(raw: bytes) -> dict[str, object]:
    try:
        found = json.loads(raw.decode())
    except ValueError:
        raise SettingsError("settings not JSON") from None
    if not isinstance(found, dict):
        raise SettingsError("settings no object")
    return found
