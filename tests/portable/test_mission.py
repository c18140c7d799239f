"""The mission: what is written down is what is read, and nonsense is named."""

import json

from turna_protocol import mission
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.mission import Device, Gateway, Mission
from turna_protocol.regions import USUAL_CHANNEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def demo() -> Mission:
    return Mission(
        name="hatay",
        mode="exercise",
        frame=Frame(3_620_000, 3_616_000, 1_763_800_000),
        region="COMMON433",
        channel=USUAL_CHANNEL,
        devices=(
            Device(
                device=1,
                hardware_id="0a0b0c0d0e01",
                generation=1,
                call_sign="akut-1",
                team="akut",
                country="tr",
            ),
            Device(
                device=2,
                hardware_id="0a0b0c0d0e02",
                generation=3,
                call_sign="qazaq-1",
                team="qazaq",
                country="kz",
            ),
        ),
        gateways=(Gateway(index=1, name="kirikhan", country="tr"),),
        public_key="0f" * 32,
        alert_anchors=("01" * 10, "02" * 10, "03" * 10),
    )


def as_json() -> "Any":
    """Return the mission as a file would hold it, for the test to spoil."""
    return json.loads(json.dumps(mission.mission_to_json(demo())))


def test_a_mission_comes_back_from_json_as_it_was() -> None:
    assert mission.mission_from_json(as_json()) == demo()


def test_handsets_and_gateways_are_found_by_number_and_name() -> None:
    one = demo()
    assert one.device(2) == one.devices[1]
    assert one.device(3) is None
    assert one.gateway("kirikhan") == one.gateways[0]
    assert one.gateway("elsewhere") is None


def test_nonsense_is_refused_with_the_name_of_the_field() -> None:
    for path, value, named in (
        (("mode",), "war", "mode"),
        (("format",), 2, "format"),
        (("name",), "", "name"),
        (("name",), "x" * 33, "name"),
        (("origin_lat_e5",), 9_000_001, "origin_lat_e5"),
        (("epoch_s",), True, "epoch_s"),
        (("epoch_s",), -1, "epoch_s"),
        (("radio",), None, "radio"),
        (("radio", "sf"), 13, "sf"),
        (("radio", "freq_hz"), "433 MHz", "freq_hz"),
        (("devices",), {}, "devices"),
        (("devices", 0), [], "devices"),
        (("devices", 0, "device"), 0, "device"),
        (("devices", 0, "device"), 2, "devices not unique"),
        (("devices", 0, "hardware_id"), "0a0b0c0d0e02", "hardware_id not unique"),
        (("devices", 0, "hardware_id"), "0A0B0C0D0E02", "hardware_id not unique"),
        (("devices", 0, "hardware_id"), "board", "hardware_id"),
        (("devices", 0, "generation"), -1, "generation"),
        (("devices", 0, "generation"), 65_536, "generation"),
        (
            ("gateways",),
            [{"index": 1, "name": n, "country": "tr"} for n in "ab"],
            "gateways not unique",
        ),
        (("gateways", 0, "index"), 256, "index"),
        (("public_key",), "0f" * 31, "public_key"),
        (("public_key",), "xy" * 32, "public_key"),
        (("alert_anchors",), ["01" * 10], "alert_anchors"),
        (("alert_anchors", 2), "01", "alert_anchors"),
        (("alert_anchors",), ["01" * 10] * 12, "alert_anchors"),
    ):
        data = as_json()
        at = data
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        try:
            mission.mission_from_json(data)
        except MalformedError as error:
            assert error.args[0] == named, (path, error)
            continue
        raise AssertionError(path)


def test_what_is_no_object_is_refused() -> None:
    for data in (None, [1], 5, "mission"):
        try:
            mission.mission_from_json(data)
        except MalformedError:
            continue
        raise AssertionError(data)


def with_first_device(hardware_id: str, generation: int) -> Mission:
    data = as_json()
    data["devices"][0].update({"hardware_id": hardware_id, "generation": generation})
    return mission.mission_from_json(data)


def test_another_board_under_a_handsets_number_needs_a_new_generation() -> None:
    older = with_first_device("0a0b0c0d0e01", 4)
    for hardware_id, generation, allowed in (
        ("0a0b0c0d0e01", 4, True),
        ("0A0B0C0D0E01", 4, True),
        ("0a0b0c0d0e01", 5, True),
        ("0a0b0c0d0e01", 3, False),
        ("0a0b0c0d0e09", 4, False),
        ("0a0b0c0d0e09", 5, True),
    ):
        newer = with_first_device(hardware_id, generation)
        try:
            mission.require_successor(older, newer)
        except MalformedError as error:
            assert not allowed, (hardware_id, generation)
            assert error.args[0] == "generation of device 1 not raised"
            continue
        assert allowed, (hardware_id, generation)
