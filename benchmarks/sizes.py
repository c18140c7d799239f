"""Bytes of a report, beside other codings and protocols and beside what no code can undercut.

The bound is each corpus's own: a report is drawn field by field from stated distributions, and the
sum of -log2(probability) of what was drawn is the information in it. By Shannon's source coding
theorem no uniquely decodable code is shorter on average, unless it remembers earlier reports or
looks at a clock. For packets the sender (one of 200 handsets), the number (one of 4,000) and a
64-bit tag are added, in whole bytes.
"""

import statistics
from collections.abc import Sequence

from benchmarks import results
from benchmarks.codings import CODINGS
from benchmarks.corpora import Corpus, other_reports, situation_reports
from benchmarks.frames import all_packets
from benchmarks.limits import size_promises

COUNT = 2_000
HEADINGS = ("", "median", "p95", "mean", "x bound")
BOUND = "(bound)"

Sizes = dict[str, dict[str, float]]


def main() -> int:
    """Print tables and write build/bench/sizes.json; return 1 if a limit is broken."""
    measured: dict[str, dict[str, Sizes]] = {"content": {}, "packet": {}}
    for corpus in (*situation_reports(COUNT), *other_reports(COUNT // 2)):
        results.progress(corpus.name)
        measured["content"][corpus.name] = _contents(corpus)
        measured["packet"][corpus.name] = _packets(corpus)
    for kind, corpora in measured.items():
        for name, sizes in corpora.items():
            results.table(f"{kind} of {name}, bytes", HEADINGS, results.rows(sizes))
    found = size_promises(COUNT)
    limits = results.limits("promises", found)
    notes = {packets.name: packets.note for packets in all_packets() if packets.note}
    results.write("sizes", {**measured, "promises": limits, "notes": notes, "bound": __doc__})
    return 0 if all(each.holds for each in found) else 1


def summary(lengths: Sequence[float], bound: Sequence[float]) -> dict[str, float]:
    """Return median, 95th percentile, mean, and the mean's ratio to the bound's."""
    ordered = sorted(lengths)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[round(0.95 * (len(ordered) - 1))],
        "mean": statistics.mean(ordered),
        "ratio": statistics.mean(ordered) / statistics.mean(bound),
    }


def _contents(corpus: Corpus) -> Sizes:
    bound = corpus.content_bound_bytes()
    found = {BOUND: summary(bound, bound)}
    for name, coding in CODINGS.items():
        lengths = [len(coding(report, corpus.frame)) for report in corpus.reports]
        found[name] = summary(lengths, bound)
    return found


def _packets(corpus: Corpus) -> Sizes:
    bound = corpus.packet_bound_bytes()
    found = {f"{BOUND} with a 64-bit tag": summary(bound, bound)}
    for packets in all_packets():
        lengths = [sum(packets.lengths(report, corpus.frame)) for report in corpus.reports]
        found[packets.name] = summary(lengths, bound)
    return found
