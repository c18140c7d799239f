"""What a report costs a handset: heap, instructions and flash, on 32-bit MicroPython.

Instructions are counted by valgrind, where it is installed, on the 64-bit interpreter, which runs
the same bytecode. Turns of an empty counting loop on the 32-bit one are given in any case: a
board's own loop, timed once, turns them into its milliseconds.
"""

import statistics
from collections.abc import Sequence

from benchmarks import board, results
from benchmarks.corpora import situation_reports

REPORTS = 200
GROWTH_PACKETS = 10_000
HEAP_BYTES = 1_200
AT_ONCE = 20  # reports that fit a board's heap beside each other
# Task of on_board.py: what it is, and how often to repeat it for a steady number.
WORK = {
    "encode": ("encode a report", 100),
    "seal": ("seal a report", 100),
    "seal_plainly": ("seal it step by step, no sealer", 100),
    "to_json": ("make JSON of it instead", 40),
    "alert": ("check an alert's token, the next one", 100),
    "alert_after_a_gap": ("check an alert's token, 64 ahead", 10),
    "signature": ("verify an Ed25519 signature", 2),
}
LOOP_TURNS = 1_000


def main() -> int:
    """Print tables and write build/bench/handset_cost.json; return 1 if a limit is broken."""
    if board.UNAVAILABLE.exists():
        print(board.UNAVAILABLE.read_text().strip())
        return 0
    heaps = {corpus.name: heap(corpus.name) for corpus in situation_reports(REPORTS)}
    results.table(
        f"heap of one SITREP to encode and seal, bytes, over {REPORTS} (limit {HEAP_BYTES})",
        ("", "median", "p95", "worst", "within the limit"),
        [[name, *(float(value) for value in each.values())] for name, each in heaps.items()],
    )
    grew = growth(GROWTH_PACKETS)
    print(f"\nheap grew over {GROWTH_PACKETS:,} packets: {grew} bytes (limit 0)")
    sizes = flash()
    results.table(
        "bytecode that encodes and seals a SITREP",
        ("module", "bytes"),
        [*sizes.items(), ("all together", sum(sizes.values()))],
    )
    work = _work()
    measured = {
        "heap_bytes": heaps,
        "heap_limit_bytes": HEAP_BYTES,
        "heap_grew_bytes": {"packets": GROWTH_PACKETS, "bytes": grew},
        "mpy_bytes": sizes,
        "work": work,
    }
    results.write("handset_cost", measured)
    within = all(each["worst"] <= HEAP_BYTES for each in heaps.values())
    return 0 if within and grew <= 0 else 1


def heap(name: str, count: int = REPORTS) -> dict[str, float]:
    """Return what encoding and sealing the reports of a corpus take from a board's heap."""
    (corpus,) = (each for each in situation_reports(REPORTS) if each.name == name)
    taken = sorted(
        encoding + sealing
        for start in range(0, count, AT_ONCE)
        for found in [board.found("heap", 0, board.arguments(corpus, start, AT_ONCE))]
        for encoding, sealing in zip(found["encode"], found["seal"], strict=True)
    )
    return {
        "median": statistics.median(taken),
        "p95": taken[round(0.95 * (len(taken) - 1))],
        "worst": taken[-1],
        "share_within": sum(each <= HEAP_BYTES for each in taken) / len(taken),
    }


def growth(packets: int) -> int:
    """Return by how many bytes the heap in use grew over so many packets."""
    grew: int = board.found("growth", packets, _typical())["grew"]
    return grew


def flash() -> dict[str, int]:
    """Return the bytecode of each module that a handset needs to encode and seal."""
    return board.module_sizes(board.found("loaded", 0, _typical()))


def _typical() -> list[str]:
    return board.arguments(situation_reports(REPORTS)[0], 0, AT_ONCE)


def _work() -> dict[str, dict[str, float | str]]:
    """Measure and print what each task takes."""
    reports = _typical()
    turn_us = board.took_us("loop", 200, reports) / (200 * LOOP_TURNS)
    measured: dict[str, dict[str, float | str]] = {}
    for task, (what, number) in WORK.items():
        results.progress(f"instructions: {what}")
        measured[task] = {"what": what, **_cost(task, number, reports, turn_us)}
    counted = all("instructions" in each for each in measured.values())
    units = ("instructions", "loop_turns", "us") if counted else ("loop_turns", "us")
    one_report = sum(float(measured[task][units[0]]) for task in ("encode", "seal"))
    results.table(
        "instructions of the 64-bit interpreter (valgrind), time of the 32-bit one"
        if counted
        else "turns of an empty loop",
        ("", *(unit.replace("_", " ") for unit in units), "x one report"),
        [
            [
                *(str(each["what"]), *(each[unit] for unit in units)),
                float(each[units[0]]) / one_report,
            ]
            for each in measured.values()
        ],
    )
    return measured


def _cost(task: str, number: int, reports: Sequence[str], turn_us: float) -> dict[str, float | str]:
    us = board.took_us(task, number, reports) / number
    cost: dict[str, float | str] = {"us": us, "loop_turns": round(us / turn_us)}
    instructions = board.instructions(task, max(number // 10, 1), reports)
    return cost if instructions is None else {**cost, "instructions": instructions}
