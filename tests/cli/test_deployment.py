"""The mission kit: each file holds what its reader needs, and nobody else's keys."""

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_protocol import alerts, codes, keys, mission, notices
from turna_protocol.errors import MalformedError
from turna_protocol.mission import Mission

MASTER = bytes(range(32))
TEAMS = (TeamPlan("akut", "tr", 2), TeamPlan("qazaq", "kz", hardware_ids=("0a0b0c0d0e01",)))
GATEWAYS = (GatewayPlan("kirikhan", "tr"), GatewayPlan("antakya", "tr"))


def make(directory: Path, mode: str = "exercise") -> Mission:
    return make_deployment(
        directory,
        name="hatay",
        mode=mode,
        origin=(3_620_000, 3_616_000),
        epoch_s=1_763_800_000,
        region="COMMON433",
        teams=TEAMS,
        gateways=GATEWAYS,
        master=MASTER,
    )


def secrets_in(path: Path) -> set[str]:
    """Return every string of a file that is as long as a key in hex."""
    content = json.loads(path.read_text())
    public = content.get("public_key")
    return {
        value
        for value in content.values()
        if isinstance(value, str) and len(value) == 64 and value != public
    }


def test_the_mission_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    made = make(tmp_path)
    assert mission.mission_from_json(json.loads((tmp_path / "mission.json").read_text())) == made
    assert [device.call_sign for device in made.devices] == ["akut-1", "akut-2", "qazaq-1"]
    assert [device.device for device in made.devices] == [1, 2, 3]
    assert made.devices[2].hardware_id == "0a0b0c0d0e01"


def test_files_with_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    make(tmp_path)
    make(tmp_path)  # again, over the old files
    for path in tmp_path.iterdir():
        rights = stat.S_IMODE(path.stat().st_mode)
        assert rights == (0o600 if secrets_in(path) else 0o644), path.name


def test_what_is_public_holds_no_secret(tmp_path: Path) -> None:
    make(tmp_path)
    assert not secrets_in(tmp_path / "mission.json")
    assert not secrets_in(tmp_path / "modem.json")


def test_no_file_but_the_provisioning_hosts_holds_the_master(tmp_path: Path) -> None:
    make(tmp_path)
    holders = [path.name for path in tmp_path.iterdir() if MASTER.hex() in path.read_text()]
    assert holders == ["provisioning.keys.json"]


def test_gateway_and_secretariat_can_open_exactly_their_half_of_every_handset(
    tmp_path: Path,
) -> None:
    made = make(tmp_path)
    (links,) = secrets_in(tmp_path / "gateway-antakya.keys.json")
    (ends,) = secrets_in(tmp_path / "secretariat.keys.json")
    assert links != ends
    for device in made.devices:
        settings = json.loads((tmp_path / f"handset-{device.device}.json").read_text())
        identity = (bytes.fromhex(device.hardware_id), device.device, device.generation)
        assert settings["link_key"] == keys.link_key(bytes.fromhex(links), *identity).hex()
        assert (
            settings["authentication_key"]
            == keys.authentication_key(bytes.fromhex(ends), *identity).hex()
        )
        assert not {links, ends} & secrets_in(tmp_path / f"handset-{device.device}.json")


def test_what_the_secretariat_signs_and_alerts_is_believed_by_handsets(tmp_path: Path) -> None:
    made = make(tmp_path)
    (ends,) = secrets_in(tmp_path / "secretariat.keys.json")
    authority = bytes.fromhex(ends)
    private = Ed25519PrivateKey.from_private_bytes(keys.signing_seed(authority))
    settings = mission.mission_from_json(
        {**json.loads((tmp_path / "handset-1.json").read_text()), "devices": []}
    )
    assert settings.public_key == made.public_key

    notice = notices.Notice(1, notices.ORDER_TO_ALL, b"regroup")
    signature = private.sign(notices.signed_message(notice))
    whole = bytes([notice.subject]) + notice.body + signature
    assert notices.verify_notice(1, whole, bytes.fromhex(settings.public_key)) == notice

    anchors = tuple(bytes.fromhex(anchor) for anchor in settings.alert_anchors)
    watch = alerts.AlertWatch(anchors, bytes.fromhex(settings.public_key))
    for mode in range(len(codes.MODES)):
        alarm = alerts.Alert(alerts.CEASE_WORK, 1, mode=mode)
        token = alerts.token(authority, alerts.CEASE_WORK, 1, mode)
        assert watch.hear(alerts.pack_alert(alerts.alert_body(alarm, token))) == alarm


def test_two_handsets_share_only_the_broadcast_key(tmp_path: Path) -> None:
    make(tmp_path)
    one, two = (secrets_in(tmp_path / f"handset-{n}.json") for n in (1, 2))
    assert one & two == {keys.broadcast_key(keys.link_branch(MASTER)).hex()}


def test_without_a_master_each_kit_gets_its_own(tmp_path: Path) -> None:
    masters = set()
    for name in ("a", "b"):
        make_deployment(
            tmp_path / name,
            name="hatay",
            mode="exercise",
            origin=(0, 0),
            epoch_s=0,
            region="COMMON433",
            teams=TEAMS,
            gateways=GATEWAYS,
        )
        masters |= secrets_in(tmp_path / name / "provisioning.keys.json")
    assert len(masters) == 2


def test_a_mission_that_no_part_would_accept_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match="mode"):
        make(tmp_path / "kit", mode="war")
    assert not (tmp_path / "kit").exists()
