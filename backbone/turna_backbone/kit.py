"""Reads the mission kit: the public mission, and keys from files that only their owner may read."""

import json
import stat
from dataclasses import dataclass, field
from pathlib import Path

from turna_backbone.configuration import ConfigurationError
from turna_protocol.errors import MalformedError
from turna_protocol.key_parts import KEY_BYTES
from turna_protocol.mission import Mission, mission_from_json

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class GatewayKeys:
    """What one gateway is given: its identity and the branch that yields every link key."""

    name: str
    index: int
    link_branch: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecretariatKeys:
    """What the Secretariat is given: the branch that yields every authentication key."""

    authentication_branch: bytes = field(repr=False)


def read_mission(path: Path) -> Mission:
    try:
        return mission_from_json(_read(path))
    except MalformedError as error:
        raise ConfigurationError(
            f"{path}: its field {error} is wrong; take mission.json from the mission kit again"
        ) from None


def read_gateway_keys(path: Path) -> GatewayKeys:
    content = _read_secret(path)
    name, index = content.get("gateway"), content.get("index")
    if not isinstance(name, str) or not isinstance(index, int):
        raise _not_a_key_file(path, "a gateway's")
    return GatewayKeys(name, index, _key(path, content, "link_branch", "a gateway's"))


def read_secretariat_keys(path: Path) -> SecretariatKeys:
    content = _read_secret(path)
    return SecretariatKeys(_key(path, content, "authentication_branch", "the Secretariat's"))


def _read_secret(path: Path) -> dict[str, object]:
    if path.exists() and path.stat().st_mode & _OTHERS:
        raise ConfigurationError(f"{path}: others may read these keys; run: chmod 600 {path}")
    return _read(path)


def _read(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise ConfigurationError(
            f"{path}: is damaged (not JSON); take it from the mission kit again"
        ) from None
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path}: is not a file of a mission kit")
    return content


def _key(path: Path, content: dict[str, object], name: str, whose: str) -> bytes:
    text = content.get(name)
    try:
        key = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise _not_a_key_file(path, whose)
    return key


def _not_a_key_file(path: Path, whose: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: is not {whose} key file; take it from the mission kit")
