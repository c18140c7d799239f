"""Settings of the SX1276 as registers, and its registers in units."""

from turna_board import sx1276_codes as codes
from turna_protocol.errors import MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def refused(function: "Callable[..., object]", *arguments: int) -> str:
    """Return the name of the setting that is refused."""
    try:
        function(*arguments)
    except MisuseError as error:
        return str(error.args[0])
    return ""


def test_carriers_are_in_the_nearest_step_of_61_hz() -> None:
    assert codes.frequency_steps(434_000_000) == 0x6C8000
    assert codes.frequency_steps(868_100_000) == 0xD90666
    assert refused(codes.frequency_steps, 300_000_000) == "freq_hz"


def test_the_modem_is_configured_with_header_and_crc() -> None:
    assert codes.modem_config(8, 125_000, 5) == (0x72, 0x84, 0x04)
    assert codes.modem_config(12, 125_000, 8) == (0x78, 0xC4, 0x0C)
    assert codes.modem_config(11, 250_000, 5) == (0x82, 0xB4, 0x04)
    assert refused(codes.modem_config, 6, 125_000, 5) == "sf"
    assert refused(codes.modem_config, 8, 31_250, 5) == "bandwidth_hz"
    assert refused(codes.modem_config, 8, 125_000, 9) == "coding_rate"


def test_every_output_power_has_its_registers() -> None:
    assert codes.output_power(2) == (0xF0, 0x84, 0x2B)
    assert codes.output_power(17) == (0xFF, 0x84, 0x2B)
    assert codes.output_power(18) == (0xFD, 0x87, 0x31)
    assert codes.output_power(20) == (0xFF, 0x87, 0x31)
    assert refused(codes.output_power, 1) == "power_dbm"
    assert refused(codes.output_power, 21) == "power_dbm"


def test_the_remedies_depend_on_band_and_bandwidth() -> None:
    assert (0x3A, 0x7F) in codes.receiver_remedies(433_175_000, 500_000)
    assert (0x3A, 0x64) in codes.receiver_remedies(868_100_000, 500_000)
    assert (0x31, 0x43) in codes.receiver_remedies(868_100_000, 125_000)


def test_strength_depends_on_the_band_and_is_corrected_below_the_noise() -> None:
    assert codes.received_dbm(433_175_000, 60, 20) == -100
    assert codes.received_dbm(868_100_000, 60, 20) == -93
    assert codes.received_dbm(433_175_000, 47, -32) == -125
