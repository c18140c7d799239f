"""Reads the mission kit: the public mission, whose keys its owner revoked, and the secret keys."""

import getpass
import json
import stat
from dataclasses import dataclass, field
from pathlib import Path

from turna_backbone.configuration import ConfigurationError
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.key_parts import KEY_BYTES
from turna_protocol.mission import Mission, mission_from_json
from turna_protocol.notices import REVOCATIONS, verify_notice
from turna_protocol.revocation import Revocations, unpack_revocations

REVOCATIONS_FILE = "revocations.json"  # beside mission.json, and copied with it
REVOCATIONS_NUMBER = 0  # it is signed as a notice, which has a number; no handset sees this one
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


def read_revocations(folder: Path, mission: Mission) -> Revocations:
    """Return whose keys the kit's owner revoked; believed by the mission's signature alone."""
    revoked, path = Revocations(), folder / REVOCATIONS_FILE
    if not path.exists():
        return revoked
    content = _read(path)
    try:
        whole = bytes.fromhex(str(content["content"]) + str(content["signature"]))
        notice = verify_notice(REVOCATIONS_NUMBER, whole, bytes.fromhex(mission.public_key))
        if notice.subject != REVOCATIONS:
            raise MalformedError("subject")
        revoked.accept(unpack_revocations(notice.body))
    except (KeyError, ValueError, MalformedError, NotAuthenticError):
        raise ConfigurationError(
            f"{path}: was not signed with this mission's key; take it from the mission kit again"
        ) from None
    return revoked


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
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: cannot be read, it is not there; copy it from the mission kit"
        ) from None
    except PermissionError:
        raise ConfigurationError(
            f"{path}: cannot be read by user {getpass.getuser()}, whose it has to be"
        ) from None
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
