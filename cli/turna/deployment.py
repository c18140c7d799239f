"""Makes a mission kit: the public mission and, in files only the owner may read, all keys.

Each file goes to one place and holds no more than that place needs: a gateway gets the link branch,
the Secretariat the authentication branch, a handset its own leaves.  The master stays in the kit.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from turna_protocol import alerts, keys, mission
from turna_protocol.frame import Frame
from turna_protocol.mission import Device, Gateway, Mission, Radio

MASTER_BYTES = 32
FIRST_GENERATION = 1
_PROVISIONING = "provisioning.keys.json"
VIRTUAL_HARDWARE_ID_BYTES = 6  # as long as an ESP32's machine.unique_id()

# The band common to the member states (turna_protocol.regions), one channel for all.
DEFAULT_RADIO = Radio(
    freq_hz=433_175_000,
    bandwidth_hz=125_000,
    sf=8,
    coding_rate=5,
    preamble_symbols=12,
    sync_word=0x12,
    power_dbm=10,
)


@dataclass(frozen=True)
class TeamPlan:
    """A team and its handsets: real boards by hardware id (hex), or so many virtual ones."""

    name: str
    country: str
    handsets: int = 1
    hardware_ids: tuple[str, ...] = ()

    def ids(self, deployment: str) -> tuple[str, ...]:
        return self.hardware_ids or tuple(
            _virtual_hardware_id(deployment, self.name, i) for i in range(self.handsets)
        )


@dataclass(frozen=True)
class GatewayPlan:
    """A gateway: its name is also its MQTT identity."""

    name: str
    country: str


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
    radio: Radio = DEFAULT_RADIO,
    board: str = "heltec_v3",
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
        radio=radio,
        devices=_devices(name, teams),
        gateways=tuple(
            Gateway(index=index, name=plan.name, country=plan.country)
            for index, plan in enumerate(gateways, start=1)
        ),
        public_key=_public_key(authority).hex(),
        alert_anchors=tuple(anchor.hex() for anchor in alerts.anchors(authority)),
    )
    mission.mission_from_json(mission.mission_to_json(made))  # refuses what no reader would accept
    _require_successor(directory, made, master)
    _write_kit(directory, made, board, master)
    return made


def handset_settings(made: Mission, device: Device, board: str, master: bytes) -> dict[str, object]:
    """Return the `/settings.json` of one handset: its mission and its own keys."""
    links = keys.link_branch(master)
    ends = keys.authentication_branch(master)
    identity = (bytes.fromhex(device.hardware_id), device.device, device.generation)
    public = mission.mission_to_json(made)
    del public["devices"]
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
        "authentication_key": keys.authentication_key(ends, *identity).hex(),
        "broadcast_key": keys.broadcast_key(links).hex(),
    }


def relay_settings(made: Mission, board: str) -> dict[str, object]:
    """Return the `/settings.json` of any relay: its channel, and no key."""
    public = mission.mission_to_json(made)
    return {"role": "relay", "board": board, "region": made.region, "radio": public["radio"]}


def _require_successor(directory: Path, made: Mission, master: bytes) -> None:
    """Refuse to write over a kit of the same master what would use keys and numbers again."""
    kept = directory / _PROVISIONING
    if kept.exists() and json.loads(kept.read_text())["master"] == master.hex():
        older = json.loads((directory / "mission.json").read_text())
        mission.require_successor(mission.mission_from_json(older), made)


def _write_kit(directory: Path, made: Mission, board: str, master: bytes) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / "mission.json", mission.mission_to_json(made), mode=0o644)
    _write(directory / "modem.json", {"role": "modem", "board": board}, mode=0o644)
    _write(directory / "relay.json", relay_settings(made, board), mode=0o644)
    _write(directory / _PROVISIONING, {"master": master.hex()})
    _write(
        directory / "secretariat.keys.json",
        {"authentication_branch": keys.authentication_branch(master).hex()},
    )
    for gateway in made.gateways:
        _write(
            directory / f"gateway-{gateway.name}.keys.json",
            {
                "gateway": gateway.name,
                "index": gateway.index,
                "link_branch": keys.link_branch(master).hex(),
            },
        )
    for device in made.devices:
        _write(
            directory / f"handset-{device.device}.json",
            handset_settings(made, device, board, master),
        )


def _devices(deployment: str, teams: Sequence[TeamPlan]) -> tuple[Device, ...]:
    members = [(team, i, id_) for team in teams for i, id_ in enumerate(team.ids(deployment), 1)]
    return tuple(
        Device(
            device=number,
            hardware_id=hardware_id,
            generation=FIRST_GENERATION,
            call_sign=f"{team.name}-{i}",
            team=team.name,
            country=team.country,
        )
        for number, (team, i, hardware_id) in enumerate(members, start=1)
    )


def _public_key(authentication_branch: bytes) -> bytes:
    seed = keys.signing_seed(authentication_branch)
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _virtual_hardware_id(deployment: str, team: str, index: int) -> str:
    digest = hashlib.sha256(f"{deployment}/{team}/{index}".encode()).digest()
    return digest[:VIRTUAL_HARDWARE_ID_BYTES].hex()


def _write(path: Path, content: dict[str, object], mode: int = 0o600) -> None:
    """Write so that the file never exists with wider rights than `mode`."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
        file.write("\n")
