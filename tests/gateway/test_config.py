"""The gateway's settings, its region and its identity: every mistake is one sentence."""

from pathlib import Path

import pytest

from tests.gateway.field import BOOT_ID, mission
from turna_backbone.clock import PacedClock, SystemClock
from turna_backbone.configuration import ConfigurationError
from turna_backbone.kit import GatewayKeys
from turna_backbone.mqtt import Address
from turna_gateway.airwaves import Airwaves, allowed_band
from turna_gateway.config import TEMPLATE, SecondModem, read_config
from turna_gateway.identity import identify

LEAST = """\
[mission]
kit = "mission.json"
keys = "keys.json"
[modem]
port = "/dev/ttyUSB0"
[backbone]
brokers = ["10.0.0.1:1883", "broker.example:8883"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.toml"


def test_the_template_is_itself_a_valid_file(file: Path) -> None:
    file.write_text(TEMPLATE)
    config = read_config(file)

    assert config.brokers == (Address("127.0.0.1", 1883),)
    assert config.store == file.parent / "gateway.db"
    assert isinstance(config.clock, SystemClock)


def test_what_is_left_out_has_a_default(file: Path) -> None:
    file.write_text(LEAST)
    config = read_config(file)

    assert config.brokers[1] == Address("broker.example", 8883)
    assert (config.status_host, config.status_port, config.modem_id) == ("127.0.0.1", 8480, b"")


def test_an_exercise_may_run_at_its_own_pace(file: Path) -> None:
    file.write_text(LEAST + "[simulated_time]\nspeed_permille = 10000\nepoch_s = 1790000000\n")

    assert isinstance(read_config(file).clock, PacedClock)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ('"10.0.0.1:1883"', r":7: backbone\.brokers must be a list of \"host:port\""),
        ("[]", r":7: backbone\.brokers must be a list"),
        ('["nowhere"]', r":7: backbone\.brokers must be .* not 'nowhere'"),
        ('["host:99999"]', r":7: backbone\.brokers must be"),
        ("[1883]", r":7: backbone\.brokers must be a list"),
    ],
)
def test_wrong_brokers_are_named_with_their_line(file: Path, wrong: str, sentence: str) -> None:
    file.write_text(LEAST.replace('["10.0.0.1:1883", "broker.example:8883"]', wrong))

    with pytest.raises(ConfigurationError, match=sentence):
        read_config(file)


def test_a_wrong_modem_id_is_named(file: Path) -> None:
    file.write_text(LEAST.replace("[backbone]", 'unique_id = "xyz"\n[backbone]'))

    with pytest.raises(ConfigurationError, match=r":6: modem\.unique_id must be hexadecimal"):
        read_config(file)


@pytest.mark.parametrize(("written", "meant"), [("board", "{}/board"), ("/dev/tty*", "/dev/tty*")])
def test_a_relative_port_starts_at_the_files_folder(file: Path, written: str, meant: str) -> None:
    file.write_text(
        LEAST.replace("/dev/ttyUSB0", written).replace("[backbone]", 'unique_id = "ff"\n[backbone]')
        + SECOND.replace("/dev/ttyUSB*", written)
    )
    config = read_config(file)

    assert config.second_modem is not None
    assert {config.modem_port, config.second_modem.port} == {meant.format(file.parent)}


def test_a_misspelled_setting_is_refused(file: Path) -> None:
    file.write_text(LEAST + "[status]\nprot = 1\n")

    with pytest.raises(ConfigurationError, match=r":9: status\.prot is not a setting"):
        read_config(file)


@pytest.mark.parametrize("region", ["UNSET", "TM", "NOWHERE"])
def test_without_a_region_nothing_is_transmitted_and_a_sentence_says_why(region: str) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing may be transmitted: .*region"):
        allowed_band(mission(region=region))


def test_a_channel_within_its_region_has_a_band(file: Path) -> None:
    assert allowed_band(mission(region="TR433")).duty_permille == 100


def test_keys_of_a_gateway_that_the_mission_does_not_know_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="same mission kit"):
        identify(mission(), GatewayKeys("other", 2, bytes(32)), boot_id=BOOT_ID)


def test_a_gateway_knows_its_own_topics() -> None:
    identity = identify(mission(), GatewayKeys("hatay-1", 1, bytes(32)), boot_id=BOOT_ID)

    assert identity.subscriptions() == (
        "ots/v1/tr/g/hatay-1/receipt",
        "ots/v1/tr/g/hatay-1/resend",
        "ots/v1/tr/g/hatay-1/down",
        "ots/v1/sys/sec/conn",
    )
    assert identity.presence(online=True)[0] == "ots/v1/tr/g/hatay-1/conn"


def test_a_backbone_by_tls_needs_all_three_files(file: Path) -> None:
    file.write_text(LEAST.replace("[backbone]", '[backbone]\nca = "ca.pem"\nkey = "tls/g.key"'))

    with pytest.raises(ConfigurationError, match=r"backbone\.certificate is missing"):
        read_config(file)


def test_a_backbone_by_tls_has_its_files_beside_the_settings(file: Path) -> None:
    named = '[backbone]\nca = "ca.pem"\nkey = "g.key"\ncertificate = "g.pem"'
    file.write_text(LEAST.replace("[backbone]", named))

    credentials = read_config(file).credentials

    assert credentials is not None
    assert credentials.key == file.parent / "g.key"


SECOND = """\
[second_modem]
port = "/dev/ttyUSB*"
unique_id = "0a1b"
freq_hz = 433375000
"""


def test_a_second_modem_is_on_a_frequency_of_its_own(file: Path) -> None:
    file.write_text(LEAST.replace("[backbone]", 'unique_id = "ff"\n[backbone]') + SECOND)

    assert read_config(file).second_modem == SecondModem("/dev/ttyUSB*", b"\x0a\x1b", 433_375_000)


def test_two_modems_without_ids_are_refused_because_nobody_could_tell_them_apart(
    file: Path,
) -> None:
    file.write_text(LEAST + SECOND)

    with pytest.raises(ConfigurationError, match=r"modem\.unique_id is needed"):
        read_config(file)


def test_two_channels_cost_the_stricter_hour_twice() -> None:
    plan = mission()
    band = allowed_band(plan)
    one, two = Airwaves(plan.channel, band), Airwaves(plan.channel, band, band)

    one.book(50, 0)
    two.book(50, 0)

    assert two.used_ms(0) >= 2 * one.used_ms(0) - 1
    assert two.budget_ms() == one.budget_ms()
    with pytest.raises(ConfigurationError, match="nothing may be transmitted"):
        allowed_band(plan, 700_000_000)
