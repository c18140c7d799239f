"""The simulation's own idea of time on air, against published values and the protocol's formula."""

import itertools
from dataclasses import replace

import pytest

from turna_protocol.airtime import CHIP_US, SX126X, airtime_us, needs_low_data_rate
from turna_simulation.lora import Modulation


def modulation(
    sf: int, bandwidth_hz: int, coding_rate: int, preamble: int, *, header: bool, crc: bool
) -> Modulation:
    return Modulation(
        freq_hz=433_175_000,
        bandwidth_hz=bandwidth_hz,
        sf=sf,
        coding_rate=coding_rate,
        low_data_rate=needs_low_data_rate(sf, bandwidth_hz),
        preamble_symbols=preamble,
        sync_word=0x1424,
        explicit_header=header,
        crc=crc,
    )


# SF, kHz, coding rate, preamble, header, CRC, bytes, microseconds
PUBLISHED = [
    (7, 125, 5, 8, True, True, 10, 41_216),  # The Things Network
    (7, 125, 8, 8, True, True, 10, 53_504),
    (7, 500, 5, 8, True, True, 10, 10_304),
    (9, 125, 5, 8, True, True, 10, 144_384),
    (10, 125, 5, 8, True, True, 10, 288_768),
    (11, 125, 5, 8, True, True, 10, 577_536),
    (12, 125, 5, 8, True, True, 10, 991_232),
    (12, 500, 5, 8, True, True, 1, 206_848),  # Semtech's SX1261 calculator
    (12, 500, 5, 12, False, False, 16, 280_576),
    (8, 125, 6, 8, True, True, 253, 827_904),
    (5, 500, 5, 2, True, False, 1, 1_360),
    (5, 125, 8, 12, False, True, 253, 213_568),
    (11, 250, 8, 16, False, False, 100, 1_411_072),  # RadioLib
    (8, 125, 5, 8, True, True, 25, 113_152),  # avbentem's calculator
    (11, 125, 5, 8, True, True, 25, 823_296),
]


@pytest.mark.parametrize("case", PUBLISHED, ids=str)
def test_time_on_air_equals_the_published_values(
    case: tuple[int, int, int, int, bool, bool, int, int],
) -> None:
    sf, khz, coding_rate, preamble, header, crc, length, expected_us = case

    channel = modulation(sf, 1000 * khz, coding_rate, preamble, header=header, crc=crc)

    assert channel.airtime_us(length) == expected_us


def test_low_data_rate_optimisation_makes_blocks_smaller() -> None:
    channel = modulation(7, 125_000, 5, 8, header=True, crc=True)

    optimised = replace(channel, low_data_rate=True)

    assert optimised.airtime_us(255) == 548_096  # RadioLib


def test_time_on_air_equals_the_protocols_formula_everywhere() -> None:
    grid = itertools.product(
        range(5, 13), CHIP_US, (5, 8), (6, 12), (True, False), (True, False), (0, 1, 20, 33, 255)
    )
    for sf, bandwidth_hz, coding_rate, preamble, header, crc, length in grid:
        channel = modulation(sf, bandwidth_hz, coding_rate, preamble, header=header, crc=crc)
        assert channel.airtime_us(length) == airtime_us(
            SX126X,
            length,
            sf=sf,
            bandwidth_hz=bandwidth_hz,
            coding_rate=coding_rate,
            preamble_symbols=preamble,
            explicit_header=header,
            crc=crc,
        )


def test_noise_and_floor_give_the_datasheets_sensitivity() -> None:
    channel = modulation(12, 125_000, 5, 8, header=True, crc=True)

    assert round(channel.noise_dbm() - 20) == -137  # SX1261/2 DS table 3-8
