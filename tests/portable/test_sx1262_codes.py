"""Settings of the SX1262 as bytes, and its bytes in units."""

from turna_board import sx1262_codes as codes
from turna_protocol.errors import MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def refused(function: "Callable[[int], object]", argument: int) -> str:
    """Return the name of the setting that is refused."""
    try:
        function(argument)
    except MisuseError as error:
        return str(error.args[0])
    return ""


def test_frequencies_are_in_steps_of_the_synthesizer() -> None:
    assert codes.frequency_steps(433_175_000) == 454_216_909
    assert codes.frequency_steps(868_000_000) == 868_000_000 * 2**25 // 32_000_000
    assert refused(codes.frequency_steps, 149_999_999) == "freq_hz"


def test_image_calibration_is_that_of_the_band() -> None:
    assert codes.image_band(433_175_000) == (0x6B, 0x6F)
    assert codes.image_band(868_100_000) == (0xD7, 0xDB)
    assert codes.image_band(915_000_000) == (0xE1, 0xE9)
    assert refused(codes.image_band, 600_000_000) == "freq_hz"


def test_modulation_has_its_codes_and_low_data_rate_from_16_milliseconds_on() -> None:
    assert codes.modulation(7, 125_000, 5) == (7, 4, 1, 0)
    assert codes.modulation(11, 125_000, 8) == (11, 4, 4, 1)
    assert codes.modulation(12, 500_000, 6) == (12, 6, 2, 0)
    assert codes.modulation(10, 62_500, 5) == (10, 3, 1, 1)


def test_sync_words_spread_over_two_registers() -> None:
    assert codes.sync_registers(0x12) == (0x14, 0x24)
    assert codes.sync_registers(0x34) == (0x34, 0x44)


def test_output_power_uses_the_amplifiers_efficient_settings_where_it_has_them() -> None:
    assert codes.output_power(22) == (4, 7, 22)
    assert codes.output_power(20) == (3, 5, 22)
    assert codes.output_power(17) == (2, 3, 22)
    assert codes.output_power(14) == (2, 2, 22)
    assert codes.output_power(10) == (4, 7, 10)
    assert codes.output_power(-9) == (4, 7, -9)
    assert refused(codes.output_power, 23) == "power_dbm"


def test_tcxo_voltages_are_those_of_the_table() -> None:
    assert codes.tcxo_voltage(1800) == 2
    assert codes.tcxo_voltage(3300) == 7
    assert refused(codes.tcxo_voltage, 1750) == "tcxo_millivolts"


def test_timers_count_in_64ths_of_a_millisecond_rounded_up() -> None:
    assert codes.timer_steps(1_000) == 64
    assert codes.timer_steps(1) == 1
    assert codes.timer_steps(262_143_000) == 16_777_152
    assert refused(codes.timer_steps, 0) == "duration_us"
    assert refused(codes.timer_steps, 262_144_000) == "duration_us"


def test_a_duty_cycle_sees_8_symbols_of_any_such_preamble_and_waits_for_its_header() -> None:
    symbol_us = 2_048
    tcxo_us = 5_000
    for preamble in (24, 32, 64, 128, 400):
        periods = codes.duty_cycle_us(8, 125_000, preamble, tcxo_us)
        assert periods is not None
        listen_us, sleep_us = periods
        assert listen_us >= 8 * symbol_us
        deaf_us = sleep_us + tcxo_us + 1_000
        assert deaf_us + 2 * 8 * symbol_us <= preamble * symbol_us
        assert 2 * listen_us + sleep_us >= (preamble + 13) * symbol_us


def test_a_short_preamble_leaves_no_time_to_sleep() -> None:
    assert codes.duty_cycle_us(8, 125_000, 12, 5_000) is None
    assert codes.duty_cycle_us(8, 125_000, 19, 5_000) is None


def test_strength_below_the_noise_is_that_of_the_signal() -> None:
    assert codes.received_dbm(bytes((164, 40, 166))) == -82
    assert codes.received_dbm(bytes((233, 0xE0, 250))) == -125
    assert codes.received_dbm(bytes((195, 0, 200))) == -97


def test_ratios_are_signed() -> None:
    assert [codes.signed(byte) for byte in (0, 127, 128, 255)] == [0, 127, -128, -1]
