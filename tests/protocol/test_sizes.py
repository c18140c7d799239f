"""What a report costs on the air: promises of docs/protocol.md, over corpora of 2,000 reports."""

import math
import statistics
from collections.abc import Sequence

import pytest

from benchmarks import corpus
from turna_protocol import airtime, sealing
from turna_protocol.reports import decode_report, encode_report

COUNT = 2_000
SEED = 7
TAG_BYTES = 8  # the least that a bound may leave out: 64 bits of proof
PACKET_MEDIAN_BYTES = 32
SOS_PACKET_BYTES = 26
AIRTIME_RATIO = 1.25


def test_header_and_tags_take_thirteen_bytes() -> None:
    assert sealing.REPORT_OVERHEAD_BYTES == 13


@pytest.mark.parametrize("name", corpus.PROFILES)
def test_half_of_all_situation_reports_fit_32_bytes_header_and_tags_included(name: str) -> None:
    lengths, _ = _packets(name)
    assert statistics.median(lengths) <= PACKET_MEDIAN_BYTES


@pytest.mark.parametrize("name", corpus.PROFILES)
@pytest.mark.parametrize("sf", [7, 10])
def test_airtime_stays_near_what_no_code_can_undercut(name: str, sf: int) -> None:
    lengths, bounds = _packets(name)
    assert _airtime_us(lengths, sf) <= AIRTIME_RATIO * _airtime_us(bounds, sf)


@pytest.mark.parametrize("sf", [7, 10])
def test_a_corpus_of_other_habits_costs_the_same_within_a_tenth(sf: int) -> None:
    ratios = [
        _airtime_us(lengths, sf) / _airtime_us(bounds, sf)
        for lengths, bounds in map(_packets, corpus.PROFILES)
    ]
    assert max(ratios) / min(ratios) <= 1.1


@pytest.mark.parametrize("name", corpus.PROFILES)
def test_every_call_for_help_fits_26_bytes(name: str) -> None:
    profile = corpus.PROFILES[name]
    for sos, _ in corpus.calls_for_help(profile, COUNT, SEED):
        length = len(encode_report(sos, profile.frame)) + sealing.REPORT_OVERHEAD_BYTES
        assert length <= SOS_PACKET_BYTES, sos


def test_corpora_come_back_as_they_were() -> None:
    for profile in corpus.PROFILES.values():
        for report, _ in corpus.sitreps(profile, 200, SEED):
            assert decode_report(encode_report(report, profile.frame), profile.frame) == report


def _packets(name: str) -> tuple[list[int], list[int]]:
    """Return the lengths of whole packets, and the least that could say the same with a tag."""
    profile = corpus.PROFILES[name]
    drawn = corpus.sitreps(profile, COUNT, SEED)
    lengths = [
        len(encode_report(report, profile.frame)) + sealing.REPORT_OVERHEAD_BYTES
        for report, _ in drawn
    ]
    outside = corpus.SENDER_BITS + corpus.SEQUENCE_BITS
    return lengths, [math.ceil((bits + outside) / 8) + TAG_BYTES for _, bits in drawn]


def _airtime_us(lengths: Sequence[int], sf: int) -> int:
    return sum(
        airtime.airtime_us(
            airtime.SX126X, length, sf=sf, bandwidth_hz=125_000, coding_rate=5, preamble_symbols=8
        )
        for length in lengths
    )
