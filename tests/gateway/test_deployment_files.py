"""The files that an operator installs say the same as the code."""

import configparser
import re

from tools.places import ROOT
from turna_backbone import topics
from turna_gateway.runner import LONGEST_WAIT_S
from turna_gateway.serial_radio import USB_IDS


def test_the_udev_rule_names_the_boards_that_the_gateway_looks_for() -> None:
    text = (ROOT / "deploy/udev/70-turna-modem.rules").read_text()
    pairs = re.findall(r'idVendor\}=="(\w+)", ATTRS\{idProduct\}=="(\w+)"', text)

    assert {(int(vendor, 16), int(product, 16)) for vendor, product in pairs} == USB_IDS
    assert "ID_MM_DEVICE_IGNORE" in text


def test_the_service_is_watched_more_slowly_than_the_loop_goes_round() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive
    unit.read(ROOT / "deploy/systemd/turna-gateway.service")
    service = unit["Service"]

    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) > 10 * LONGEST_WAIT_S
    assert "turna gateway run --config" in service["ExecStart"]
    assert service["RestartPreventExitStatus"] == "2"


def test_the_access_rules_let_a_gateway_say_and_hear_what_it_must() -> None:
    acl = (ROOT / "deploy/mosquitto/acl").read_text()
    block = acl[acl.index("user hatay-1") :].split("\n\n")[0]

    for said in (
        topics.report("tr", "+"),
        topics.sos("tr", "+"),
        topics.gateway_reports("tr", "hatay-1"),
        topics.gateway_connection("tr", "hatay-1"),
        topics.gateway_health("tr", "hatay-1"),
    ):
        assert f"topic write {said.replace('/_/', '/+/')}\n" in block
    assert f"topic read {topics.receipt('tr', 'hatay-1')}\n" in block
    assert "readwrite" not in block
