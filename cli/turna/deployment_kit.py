"""Reads a mission kit's folder and lets it grow: one more handset, one more gateway.

What was made before keeps its keys and numbers: a kit is only added to, and a handset whose board
is replaced gets a higher generation.
"""

import json
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from turna import deployment
from turna.countries import require_country
from turna.deployment import Kit
from turna.deployment_boards import BOARDS
from turna.usage import UsageError
from turna_protocol.errors import MalformedError
from turna_protocol.mission import Device, Gateway, Mission, mission_from_json
from turna_protocol.packet import DEVICE_MAX, GATEWAY_MAX

# How a handset saves power until another mode is chosen on it (turna_handset.power): `listen` hears
# an order or an alarm at once and lasts days longer than `live`.
POWER_MODES = ("live", "listen", "saver", "poll")
USUAL_POWER_MODE = "listen"

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_GATEWAY_NAME = re.compile(r"[a-z0-9_-]{1,32}")  # a segment of an MQTT topic, a file's name
_CALL_SIGN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")  # what fits a handset's first line
_HARDWARE_ID = re.compile(r"[0-9a-f]{12}")  # machine.unique_id() of an ESP32: six bytes


@dataclass(frozen=True)
class NewHandset:
    """A handset that is to be added."""

    team: str
    country: str
    board: str
    hardware_id: str | None  # None: a board that exists in a simulation only
    call_sign: str | None = None  # None: the team's next one
    language: str | None = None
    power: str = USUAL_POWER_MODE
    freq_hz: int | None = None  # on a gateway's second channel; None: on the mission's


def read_kit(directory: Path) -> Kit:
    """Return the kit in a folder; UsageError if it is none or damaged."""
    _require_private(directory / deployment.MASTER_FILE)
    try:
        mission = mission_from_json(_json(directory / deployment.MISSION_FILE))
        master = bytes.fromhex(str(_json(directory / deployment.MASTER_FILE)["master"]))
    except MalformedError as error:
        raise UsageError(f"{directory / deployment.MISSION_FILE}: field {error} is wrong") from None
    except (KeyError, ValueError):
        raise UsageError(f"{directory / deployment.MASTER_FILE}: is damaged") from None
    boards: dict[int, str] = {}
    further: dict[int, dict[str, object]] = {}
    channels: dict[int, int] = {}
    for device in mission.devices:
        settings = _json(deployment.handset_file(directory, device.device))
        boards[device.device] = str(settings["board"])
        usual = deployment.handset_settings(mission, device, boards[device.device], master)
        freq_hz = deployment.frequency_of(settings)
        if freq_hz != mission.channel.freq_hz:
            channels[device.device] = freq_hz
        further[device.device] = {k: v for k, v in settings.items() if k not in usual}
    modems = {
        gateway.name: str(_json(directory / f"modem-{gateway.name}.json")["board"])
        for gateway in mission.gateways
    }
    seconds = {
        gateway.name: int(str(_json(path)["freq_hz"]))
        for gateway in mission.gateways
        if (path := deployment.second_modem_file(directory, gateway.name)).exists()
    }
    return Kit(mission, master, boards, modems, further, channels, seconds)


def with_handset(kit: Kit, new: NewHandset) -> tuple[Kit, Device]:
    """Return the kit with one handset more, and that handset."""
    _require_board(new.board)
    require_country(new.country)
    taken = kit.mission.devices
    number = max((device.device for device in taken), default=0) + 1
    if number > DEVICE_MAX:
        raise UsageError("this deployment has no number left for another handset")
    call_sign = new.call_sign or _next_call_sign(kit.mission, new.team)
    _require(_CALL_SIGN, call_sign, "a call sign is up to 16 letters, digits, - or _")
    if call_sign.lower() in (device.call_sign.lower() for device in taken):
        raise UsageError(f"{call_sign} is the call sign of another handset")
    made = Device(
        device=number,
        hardware_id=_hardware_id(kit.mission, new.hardware_id, new.team),
        generation=deployment.FIRST_GENERATION,
        call_sign=call_sign,
        team=new.team,
        country=new.country,
    )
    further = {"power": new.power}
    if new.language is not None:
        further["language"] = new.language
    grown = _with_devices(kit, (*taken, made), made, new.board, further)
    if new.freq_hz in (None, kit.mission.channel.freq_hz):
        return grown, made
    if new.freq_hz not in kit.second_modems.values():
        raise UsageError("no gateway of this kit listens there: add-gateway --second-frequency-mhz")
    return replace(grown, second_channels={**kit.second_channels, number: new.freq_hz}), made


def with_new_board(kit: Kit, call_sign: str, hardware_id: str, board: str) -> tuple[Kit, Device]:
    """Return the kit with another board for a handset: new keys, a higher generation."""
    _require_board(board)
    old = device_of(kit.mission, call_sign)
    hardware_id = _hardware_id(kit.mission, hardware_id, old.team)
    made = Device(
        device=old.device,
        hardware_id=hardware_id,
        generation=old.generation + 1,
        call_sign=old.call_sign,
        team=old.team,
        country=old.country,
    )
    devices = tuple(made if device is old else device for device in kit.mission.devices)
    return _with_devices(kit, devices, made, board, {}), made


def with_gateway(
    kit: Kit, name: str, country: str, board: str, second_freq_hz: int | None = None
) -> tuple[Kit, Gateway]:
    """Return the kit with one gateway more, and that gateway; with two modems, if it has two."""
    _require_board(board)
    require_country(country)
    _require(
        _GATEWAY_NAME, name, "a gateway's name is up to 32 of a-z, 0-9, - and _, as in hatay-1"
    )
    taken = kit.mission.gateways
    if kit.mission.gateway(name) is not None:
        raise UsageError(f"there is a gateway {name} already")
    index = max((gateway.index for gateway in taken), default=0) + 1
    if index > GATEWAY_MAX:
        raise UsageError("this deployment has no number left for another gateway")
    made = Gateway(index=index, name=name, country=country)
    grown = _grown(kit.mission, gateways=(*taken, made))
    seconds = {} if second_freq_hz is None else {name: second_freq_hz}
    return replace(
        kit,
        mission=grown,
        modem_boards={**kit.modem_boards, name: board},
        second_modems={**kit.second_modems, **seconds},
    ), made


def device_of(mission: Mission, call_sign: str) -> Device:
    """Return the handset with a call sign or a hardware id, however spelled; else UsageError."""
    for device in mission.devices:
        if call_sign.lower() in (device.call_sign.lower(), device.hardware_id.lower()):
            return device
    known = ", ".join(device.call_sign for device in mission.devices) or "none yet"
    raise UsageError(f"no handset is called {call_sign}; there are: {known}")


def write(directory: Path, kit: Kit) -> None:
    """Write the kit; UsageError if no part of the field would accept it."""
    try:
        deployment.write_kit(directory, kit)
    except MalformedError as error:
        raise UsageError(f"such a deployment would be refused: {error}") from None


def _with_devices(
    kit: Kit,
    devices: tuple[Device, ...],
    made: Device,
    board: str,
    further: Mapping[str, object],
) -> Kit:
    kept = kit.further_settings.get(made.device, {})
    return replace(
        kit,
        mission=_grown(kit.mission, devices=devices),
        handset_boards={**kit.handset_boards, made.device: board},
        further_settings={**kit.further_settings, made.device: {**kept, **further}},
    )


def _grown(mission: Mission, **changed: object) -> Mission:
    values = {name: getattr(mission, name) for name in mission.FIELDS}
    return Mission(**{**values, **changed})


def _next_call_sign(mission: Mission, team: str) -> str:
    taken = {device.call_sign.lower() for device in mission.devices}
    index = 1
    while deployment.call_sign(team, index).lower() in taken:
        index += 1
    return deployment.call_sign(team, index)


def _hardware_id(mission: Mission, given: str | None, team: str) -> str:
    if given is None:
        return deployment.virtual_hardware_id(mission.name, team, len(mission.devices))
    hardware_id = given.lower().replace(":", "")
    _require(_HARDWARE_ID, hardware_id, "a hardware id is twelve hexadecimal digits")
    for device in mission.devices:
        if device.hardware_id.lower() == hardware_id:
            raise UsageError(f"this board is {device.call_sign} already")
    return hardware_id


def _require_board(board: str) -> None:
    if board not in BOARDS:
        raise UsageError(f"there is no board {board}; there are: {', '.join(BOARDS)}")


def _require(pattern: re.Pattern[str], text: str, sentence: str) -> None:
    if pattern.fullmatch(text) is None:
        raise UsageError(f"{text!r}: {sentence}")


def _require_private(path: Path) -> None:
    """Refuse keys that others may read, as the services do (turna_backbone.kit)."""
    if path.exists() and path.stat().st_mode & _OTHERS:
        raise UsageError(f"{path}: others may read these keys; run: chmod 600 {path}")


def _json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path} is missing; is {path.parent} a mission kit?") from None
    except (OSError, ValueError):
        raise UsageError(f"{path} cannot be read, or is damaged") from None
    if not isinstance(content, dict):
        raise UsageError(f"{path} is not a file of a mission kit")
    return content
