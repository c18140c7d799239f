"""What issue and specification promise of sizes and airtime, as numbers beside their limits.

Needs no peer's package: the tests hold every run to these, the benchmarks print them.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.corpora import TUNED_ON, Corpus, other_reports, situation_reports
from turna_protocol import airtime, sealing
from turna_protocol.reports import Report, encode_report

SITREP_MEDIAN_BYTES = 32
SOS_BYTES = 26
OVERHEAD_BYTES = 13
AIRTIME_RATIO = 1.25
OTHER_CORPUS_RATIO = 1.10
SPREADING_FACTORS = (7, 10)
# A shorter preamble makes a harder ratio: the least that LoRaWAN sends, not Turna's own 12.
PREAMBLE = 8


@dataclass(frozen=True)
class Promise:
    """One number and the most it may be."""

    name: str
    measured: float
    limit: float

    @property
    def holds(self) -> bool:
        return self.measured <= self.limit


def size_promises(count: int) -> list[Promise]:
    """Return the promises in bytes, measured over so many reports of each corpus."""
    corpora = situation_reports(count)
    found = [Promise("header and both tags, bytes", sealing.REPORT_OVERHEAD_BYTES, OVERHEAD_BYTES)]
    for corpus in corpora:
        median = statistics.median(packet_bytes(corpus))
        found.append(Promise(f"{corpus.name}: median packet, bytes", median, SITREP_MEDIAN_BYTES))
    for corpus in other_reports(count):
        if corpus.name.startswith("sos"):
            longest = max(packet_bytes(corpus))
            found.append(Promise(f"{corpus.name}: longest packet, bytes", longest, SOS_BYTES))
    return found


def airtime_promises(count: int) -> list[Promise]:
    """Return the promises of time on air, measured over so many reports of each corpus."""
    corpora = situation_reports(count)
    return [promise for sf in SPREADING_FACTORS for promise in _airtimes(corpora, sf)]


def packet_bytes(corpus: Corpus) -> list[int]:
    """Return the lengths of the whole authenticated packets of a corpus."""
    return [_packet_length(report, corpus) for report in corpus.reports]


def airtime_us(lengths: Sequence[int], sf: int, preamble_symbols: int = PREAMBLE) -> int:
    """Return the whole time on air of packets at 125 kHz, 4/5, explicit header, CRC."""
    return sum(packet_us(length, sf, preamble_symbols) for length in lengths)


def packet_us(length: int, sf: int, preamble_symbols: int) -> int:
    return airtime.airtime_us(
        airtime.SX126X,
        length,
        sf=sf,
        bandwidth_hz=125_000,
        coding_rate=5,
        preamble_symbols=preamble_symbols,
    )


def _airtimes(corpora: Sequence[Corpus], sf: int) -> list[Promise]:
    """Hold the corpus tuned on to the limit, and the others to it within a tenth."""
    ratios = {corpus.name: _ratio(corpus, sf) for corpus in corpora}
    tuned_on = ratios[f"sitrep {TUNED_ON}"]
    return [
        Promise(
            f"{name}: airtime at SF{sf}, times that of its bound",
            ratio,
            AIRTIME_RATIO if name == f"sitrep {TUNED_ON}" else tuned_on * OTHER_CORPUS_RATIO,
        )
        for name, ratio in ratios.items()
    ]


def _ratio(corpus: Corpus, sf: int) -> float:
    return airtime_us(packet_bytes(corpus), sf) / airtime_us(corpus.packet_bound_bytes(), sf)


def _packet_length(report: Report, corpus: Corpus) -> int:
    return len(encode_report(report, corpus.frame)) + sealing.REPORT_OVERHEAD_BYTES
