"""Reading the mission kit: each part gets its own keys, and a wrong file is named with a remedy."""

import json
from pathlib import Path

import pytest

from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_backbone.configuration import ConfigurationError
from turna_backbone.kit import read_gateway_keys, read_mission, read_secretariat_keys
from turna_protocol import keys

MASTER = bytes(range(32))


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    make_deployment(
        tmp_path,
        name="Hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=1_790_000_000,
        region="EU433",
        teams=[TeamPlan("AFAD", "tr", handsets=2)],
        gateways=[GatewayPlan("hatay-1", "tr")],
        master=MASTER,
    )
    return tmp_path


def test_each_part_reads_its_own_branch(kit: Path) -> None:
    assert read_mission(kit / "mission.json").name == "Hatay"
    gateway = read_gateway_keys(kit / "gateway-hatay-1.keys.json")
    assert (gateway.name, gateway.index) == ("hatay-1", 1)
    assert gateway.link_branch == keys.link_branch(MASTER)
    secretariat = read_secretariat_keys(kit / "secretariat.keys.json")
    assert secretariat.authentication_branch == keys.authentication_branch(MASTER)


def test_keys_never_show_in_a_printed_value(kit: Path) -> None:
    gateway = read_gateway_keys(kit / "gateway-hatay-1.keys.json")

    assert repr(gateway) == "GatewayKeys(name='hatay-1', index=1)"


def test_a_key_file_that_others_may_read_is_refused_with_the_command_that_helps(kit: Path) -> None:
    path = kit / "gateway-hatay-1.keys.json"
    path.chmod(0o644)

    with pytest.raises(ConfigurationError, match=f"chmod 600 {path}"):
        read_gateway_keys(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"gateway": "x", "index": 1}'])
def test_a_damaged_key_file_is_refused(kit: Path, content: str) -> None:
    path = kit / "gateway-hatay-1.keys.json"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match=str(path)):
        read_gateway_keys(path)


def test_a_key_file_of_another_part_is_refused(kit: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a gateway's key file"):
        read_gateway_keys(kit / "secretariat.keys.json")
    with pytest.raises(ConfigurationError, match="not the Secretariat's key file"):
        read_secretariat_keys(kit / "gateway-hatay-1.keys.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is not there; copy it"):
        read_mission(tmp_path / "mission.json")


def test_a_mission_with_a_wrong_field_names_the_field(kit: Path) -> None:
    path = kit / "mission.json"
    content = json.loads(path.read_text())
    content["mode"] = "drill"
    path.write_text(json.dumps(content))

    with pytest.raises(ConfigurationError, match="its field mode is wrong"):
        read_mission(path)
