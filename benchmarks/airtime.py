"""Time on the air of a report at SF7 and SF10, each protocol in its own frame and preamble.

The same modulation for all (125 kHz, 4/5, explicit header, CRC), so that what differs is the
protocol. Beside each stands the bound of `sizes`, with a preamble of Turna's length.
"""

import statistics
from collections.abc import Sequence

from benchmarks import results
from benchmarks.corpora import Corpus, other_reports, situation_reports
from benchmarks.frames import TURNA_PREAMBLE, Packets, all_packets
from benchmarks.limits import PREAMBLE, SPREADING_FACTORS, airtime_promises, packet_us

COUNT = 2_000
HEADINGS = ("", "median ms", "p95 ms", "mean ms", "x bound", "packets")
SOURCES = {
    "time on air": "SX1261/2 datasheet 6.1.4; the reference values of tests/portable/test_airtime",
    "LoRaWAN": "TS001-1.0.4 chapter 4: 13 bytes around a payload; RP002: 8 symbols of preamble",
    "Meshtastic": "meshtastic/firmware src/mesh/RadioInterface.h: 16-byte header, 12 bytes for a"
    " message to one key, 16 symbols; messages of the PyPI package",
    "Reticulum": "markqvist/RNode_Firmware Config.h: 1 byte a frame, at least 18 symbols and 24 ms;"
    " packets of the PyPI packages rns and lxmf",
    "COSE": "RFC 9052 by the PyPI package pycose, alone in a packet with Turna's preamble",
}

Times = dict[str, dict[str, float]]


def main() -> int:
    """Print tables and write build/bench/airtime.json; return 1 if a limit is broken."""
    measured: dict[str, dict[str, Times]] = {}
    for corpus in (*situation_reports(COUNT), *other_reports(COUNT // 2)):
        results.progress(corpus.name)
        lengths = [_Lengths(corpus, packets) for packets in all_packets()]
        for sf in SPREADING_FACTORS:
            measured.setdefault(f"SF{sf}", {})[corpus.name] = _times(corpus, lengths, sf)
    for sf_name, corpora in measured.items():
        for name, times in corpora.items():
            results.table(f"{name} at {sf_name}", HEADINGS, results.rows(times))
    found = airtime_promises(COUNT)
    limits = results.limits(f"promises (preamble of {PREAMBLE} symbols, the hardest case)", found)
    results.write("airtime", {**measured, "promises": limits, "sources": SOURCES})
    return 0 if all(each.holds for each in found) else 1


class _Lengths:
    """The packets of a corpus in one protocol: made once, timed at each spreading factor."""

    def __init__(self, corpus: Corpus, packets: Packets) -> None:
        self.packets = packets
        self.of_reports = [packets.lengths(report, corpus.frame) for report in corpus.reports]

    def times_ms(self, sf: int) -> list[float]:
        symbols = self.packets.preamble(sf)
        return [_report_ms(lengths, sf, symbols) for lengths in self.of_reports]

    def packets_per_report(self) -> float:
        return statistics.mean(len(lengths) for lengths in self.of_reports)


def _times(corpus: Corpus, protocols: Sequence[_Lengths], sf: int) -> Times:
    bound = [_report_ms([length], sf, TURNA_PREAMBLE) for length in corpus.packet_bound_bytes()]
    found = {"(bound) with a 64-bit tag": _summary(bound, bound, 1)}
    for lengths in protocols:
        packets = lengths.packets_per_report()
        found[lengths.packets.name] = _summary(lengths.times_ms(sf), bound, packets)
    return found


def _summary(times: Sequence[float], bound: Sequence[float], packets: float) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "median_ms": statistics.median(ordered),
        "p95_ms": ordered[round(0.95 * (len(ordered) - 1))],
        "mean_ms": statistics.mean(ordered),
        "ratio": sum(ordered) / sum(bound),
        "packets": packets,
    }


def _report_ms(lengths: Sequence[int], sf: int, symbols: int) -> float:
    return sum(packet_us(length, sf, symbols) for length in lengths) / 1000
