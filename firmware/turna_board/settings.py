"""Reads the settings that were put on a board: /settings.json, one JSON object.

Knows only where they are; what is in them is for the role to judge.
"""

import json

PATH = "/settings.json"
BYTES_MAX = (
    8192  # a mission kit's file has about 1 kB; more would not fit in memory beside the rest
)


class SettingsError(Exception):
    """There are no settings that can be used; the first argument says why, in a few words."""


def load(path: str = PATH) -> dict[str, object]:
    """Return the settings, or raise SettingsError."""
    try:
        with open(path, "rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except OSError:
        raise SettingsError("no settings.json") from None
    if len(raw) > BYTES_MAX:
        raise SettingsError("settings too long")
    try:
        found = json.loads(raw.decode())
    except ValueError:
        raise SettingsError("settings not JSON") from None
    if not isinstance(found, dict):
        raise SettingsError("settings no object")
    return found
