"""The settings of the mission kit: understood as a whole, or refused by the field's name."""

from turna_handset.kit import read_provisioning
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.mission import Gateway, Mission, mission_to_json
from turna_protocol.regions import USUAL_CHANNEL

NOW_S = 1_801_915_200
LINK_KEY, AUTHENTICATION_KEY, BROADCAST_KEY = bytes(range(32)), bytes(range(1, 33)), bytes(32)


def settings(**changes: object) -> dict[str, object]:
    mission = Mission(
        name="Hatay",
        mode="exercise",
        frame=Frame(3_620_000, 3_616_000, NOW_S - 3600),
        region="COMMON433",
        channel=USUAL_CHANNEL,
        devices=(),
        gateways=(Gateway(index=1, name="field", country="tr"),),
    )
    found = mission_to_json(mission)
    found.update(
        {
            "role": "handset",
            "board": "heltec_v3",
            "device": 7,
            "hardware_id": "a1b2c3d4e5f6",
            "generation": 1,
            "call_sign": "TR-USAR-1",
            "team": "TR-USAR",
            "country": "tr",
            "link_key": LINK_KEY.hex(),
            "authentication_key": AUTHENTICATION_KEY.hex(),
            "broadcast_key": BROADCAST_KEY.hex(),
        }
    )
    found.update(changes)
    return found


def test_settings_of_the_mission_kit_are_understood() -> None:
    provisioning = read_provisioning(settings(position_interval_s=60))
    assert provisioning.call_sign == "TR-USAR-1"
    assert provisioning.position_interval_s == 60
    assert provisioning.health_interval_s == 600
    assert provisioning.refusal is None
    assert read_provisioning(settings(region="UNSET")).refusal is not None
    assert read_provisioning(settings(region="nowhere")).refusal is not None


def test_settings_that_are_wrong_name_the_field() -> None:
    for name, wrong in (
        ("role", "gateway"),
        ("device", 0),
        ("device", 4095),
        ("device", "7"),
        ("call_sign", ""),
        ("link_key", "00"),
        ("link_key", "zz" * 32),
        ("authentication_key", None),
        ("position_interval_s", 1),
        ("health_interval_s", True),
        ("mode", "war"),
        ("radio", {}),
        ("phone_code", "00"),
        ("phone_code", "zz" * 116),
    ):
        try:
            read_provisioning(settings(**{name: wrong}))
        except MalformedError:
            continue
        raise AssertionError((name, wrong))


def test_keys_are_in_no_representation() -> None:
    provisioning = read_provisioning(settings())
    assert LINK_KEY.hex() not in repr(provisioning)
    assert "\\x01\\x02" not in repr(provisioning)
