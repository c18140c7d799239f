"""Makes a mission kit: the public mission and, in files only the owner may read, all keys.

Each file goes to one place and holds no more than that place needs: a gateway gets the link branch,
the Secretariat the authentication branch, a handset its own leaves.  The master stays in the kit.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from turna.phone_codes import code_of
from turna_protocol import alerts, keys, mission
from turna_protocol.channel import Channel
from turna_protocol.frame import Frame
from turna_protocol.mission import Device, Gateway, Mission
from turna_protocol.regions import USUAL_CHANNEL

MASTER_BYTES = 32
FIRST_GENERATION = 1
USUAL_BOARD = "heltec_v3"
MISSION_FILE = "mission.json"
MASTER_FILE = "provisioning.keys.json"
VIRTUAL_HARDWARE_ID_BYTES = 6  # as long as an ESP32's machine.unique_id()


@dataclass(frozen=True)
class TeamPlan:
    """A team and its handsets: real boards by hardware id (hex), or so many virtual ones."""

    name: str
    country: str
    handsets: int = 1
    hardware_ids: tuple[str, ...] = ()
    board: str | None = None  # what all of them are; None: the deployment's usual one

    def ids(self, deployment: str) -> tuple[str, ...]:
        return self.hardware_ids or tuple(
            virtual_hardware_id(deployment, self.name, i) for i in range(self.handsets)
        )


@dataclass(frozen=True)
class GatewayPlan:
    """A gateway: its name is also its MQTT identity."""

    name: str
    country: str
    board: str | None = None  # of its modem


@dataclass(frozen=True)
class Kit:
    """Everything of one deployment: the public mission, each board's kind, the one secret."""

    mission: Mission
    master: bytes = field(repr=False)
    handset_boards: Mapping[int, str] = field(default_factory=dict)  # by device
    modem_boards: Mapping[str, str] = field(default_factory=dict)  # by gateway
    # What a handset's settings hold beside what follows from the mission, by device: its language.
    further_settings: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    # Which handsets are on a gateway's second channel, by device: its frequency in Hz.
    second_channels: Mapping[int, int] = field(default_factory=dict)
    second_modems: Mapping[str, int] = field(default_factory=dict)  # the same, by gateway


def make_deployment(
    directory: Path,
    *,
    name: str,
    mode: str,
    origin: tuple[int, int],
    epoch_s: int,
    region: str,
    teams: Sequence[TeamPlan],
    gateways: Sequence[GatewayPlan],
    channel: Channel = USUAL_CHANNEL,
    hops: int = 0,
    board: str = USUAL_BOARD,
    master: bytes | None = None,
) -> Mission:
    """Write the kit into `directory` and return the mission.  `origin` is (lat_e5, lon_e5)."""
    master = master or secrets.token_bytes(MASTER_BYTES)
    authority = keys.authentication_branch(master)
    made = Mission(
        name=name,
        mode=mode,
        frame=Frame(origin[0], origin[1], epoch_s),
        region=region,
        channel=channel,
        hops=hops,
        devices=_devices(name, teams),
        gateways=tuple(
            Gateway(index=index, name=plan.name, country=plan.country)
            for index, plan in enumerate(gateways, start=1)
        ),
        public_key=_public_key(authority).hex(),
        alert_anchors=tuple(anchor.hex() for anchor in alerts.anchors(authority)),
    )
    boards = [team.board or board for team in teams for _ in team.ids(name)]
    kit = Kit(
        made,
        master,
        handset_boards=dict(enumerate(boards, start=1)),
        modem_boards={plan.name: plan.board or board for plan in gateways},
    )
    write_kit(directory, kit)
    return made


def write_kit(directory: Path, kit: Kit) -> None:
    """Write every file anew; refuses what no reader would accept, and numbers used twice."""
    mission.mission_from_json(mission.mission_to_json(kit.mission))
    _require_successor(directory, kit.mission, kit.master)
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / MASTER_FILE, {"master": kit.master.hex()})
    _write_places(directory, kit)
    for device in kit.mission.devices:
        board = kit.handset_boards.get(device.device, USUAL_BOARD)
        freq_hz = kit.second_channels.get(device.device)
        settings = handset_settings(kit.mission, device, board, kit.master, freq_hz)
        further = kit.further_settings.get(device.device, {})
        _write(handset_file(directory, device.device), {**further, **settings})
    # Last: whatever it names has its file.
    _write(directory / MISSION_FILE, mission.mission_to_json(kit.mission), mode=0o644)


def second_modem_file(directory: Path, gateway: str) -> Path:
    """Return where the settings of a gateway's second modem are in a kit, if it has one."""
    return directory / f"modem-{gateway}-2.json"


def write_public(path: Path, content: dict[str, object]) -> None:
    """Put a file without secrets into a kit."""
    _write(path, content, mode=0o644)


def handset_file(directory: Path, device: int) -> Path:
    """Return where a handset's settings are in a kit."""
    return directory / f"handset-{device}.json"


def handset_settings(
    made: Mission, device: Device, board: str, master: bytes, freq_hz: int | None = None
) -> dict[str, object]:
    """Return the `/settings.json` of one handset: its mission and its own keys.

    `freq_hz`: the second channel, where it is on that; all else of the radio is the mission's.
    """
    links = keys.link_branch(master)
    ends = keys.authentication_branch(master)
    identity = (bytes.fromhex(device.hardware_id), device.device, device.generation)
    public = mission.mission_to_json(made)
    del public["devices"]
    if freq_hz is not None:
        public["radio"] = {**_radio_of(public), "freq_hz": freq_hz}
    authentication_key = keys.authentication_key(ends, *identity)
    return {
        **public,
        "role": "handset",
        "board": board,
        "device": device.device,
        "hardware_id": device.hardware_id,
        "generation": device.generation,
        "call_sign": device.call_sign,
        "team": device.team,
        "country": device.country,
        "link_key": keys.link_key(links, *identity).hex(),
        "authentication_key": authentication_key.hex(),
        "broadcast_key": keys.broadcast_key(links).hex(),
        "phone_code": code_of(device.call_sign, authentication_key),
    }


def _radio_of(settings: Mapping[str, object]) -> dict[str, object]:
    radio = settings["radio"]
    assert isinstance(radio, dict)
    return radio


def frequency_of(settings: Mapping[str, object]) -> int:
    """Return the frequency in a handset's settings, in Hz."""
    return int(str(_radio_of(settings)["freq_hz"]))


def relay_settings(made: Mission, board: str) -> dict[str, object]:
    """Return the `/settings.json` of any relay: its channel, and no key."""
    public = mission.mission_to_json(made)
    return {"role": "relay", "board": board, "region": made.region, "radio": public["radio"]}


def _require_successor(directory: Path, made: Mission, master: bytes) -> None:
    """Refuse to write over a kit of the same master what would use keys and numbers again."""
    kept = directory / MASTER_FILE
    if kept.exists() and json.loads(kept.read_text())["master"] == master.hex():
        older = json.loads((directory / MISSION_FILE).read_text())
        mission.require_successor(mission.mission_from_json(older), made)


def _write_places(directory: Path, kit: Kit) -> None:
    """Write what the Secretariat and each gateway with its modem are given."""
    _write(
        directory / "secretariat.keys.json",
        {"authentication_branch": keys.authentication_branch(kit.master).hex()},
    )
    boards = [kit.modem_boards.get(gateway.name, USUAL_BOARD) for gateway in kit.mission.gateways]
    _write(directory / "modem.json", _modem(boards[0] if boards else USUAL_BOARD), mode=0o644)
    _write(directory / "relay.json", relay_settings(kit.mission, USUAL_BOARD), mode=0o644)
    for gateway, board in zip(kit.mission.gateways, boards, strict=True):
        _write(directory / f"modem-{gateway.name}.json", _modem(board), mode=0o644)
        if gateway.name in kit.second_modems:
            second = {**_modem(board), "freq_hz": kit.second_modems[gateway.name]}
            _write(second_modem_file(directory, gateway.name), second, mode=0o644)
        _write(
            directory / f"gateway-{gateway.name}.keys.json",
            {
                "gateway": gateway.name,
                "index": gateway.index,
                "link_branch": keys.link_branch(kit.master).hex(),
            },
        )


def _modem(board: str) -> dict[str, object]:
    return {"role": "modem", "board": board}


def _devices(deployment: str, teams: Sequence[TeamPlan]) -> tuple[Device, ...]:
    members = [(team, i, id_) for team in teams for i, id_ in enumerate(team.ids(deployment), 1)]
    return tuple(
        Device(
            device=number,
            hardware_id=hardware_id,
            generation=FIRST_GENERATION,
            call_sign=call_sign(team.name, i),
            team=team.name,
            country=team.country,
        )
        for number, (team, i, hardware_id) in enumerate(members, start=1)
    )


def call_sign(team: str, index: int) -> str:
    """Return the usual call sign of a team's so-and-so-many-th handset, counted from 1."""
    return f"{team}-{index}"


def _public_key(authentication_branch: bytes) -> bytes:
    seed = keys.signing_seed(authentication_branch)
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def virtual_hardware_id(deployment: str, team: str, index: int) -> str:
    """Return what stands for the hardware id of a board that exists in a simulation only."""
    digest = hashlib.sha256(f"{deployment}/{team}/{index}".encode()).digest()
    return digest[:VIRTUAL_HARDWARE_ID_BYTES].hex()


def _write(path: Path, content: dict[str, object], mode: int = 0o600) -> None:
    """Replace the file at once, never readable for more people than `mode` says."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
        file.write("\n")
    new.replace(path)
