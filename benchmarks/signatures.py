"""What it costs a board to verify a signed order: Ed25519 in plain integers on 32-bit MicroPython.

Times of this machine say little about a board, so each is also given in turns of an empty counting
loop on the same interpreter; a board's own loop, timed once, turns that into its milliseconds.
"""

import json
import subprocess
import sys

from tools.places import MICROPYTHON_32, ROOT

RESULT = ROOT / "build" / "bench" / "signatures.json"
BOARD_HEAP = "110K"
# What a rescuer may wait for an order to be believed, and how long a key press may go unnoticed:
# 2 s and 0.2 s on a board that makes 200,000 turns a second (an ESP32, not measured).
VERIFY_LOOP_TURNS = 400_000
LONGEST_STEP_LOOP_TURNS = 40_000

# Runs on MicroPython; prints one JSON object.
PROGRAM = """
import gc, json, sys, time
sys.path.insert(0, sys.argv[1])
from turna_protocol import ed25519

KEY = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)

def loop_us(turns):
    started = time.ticks_us()
    n = 0
    while n < turns:
        n += 1
    return time.ticks_diff(time.ticks_us(), started)

steps = []
gc.collect()
before = time.ticks_us()
for _ in ed25519.verifying(KEY, b"\\x72", SIGNATURE):
    now = time.ticks_us()
    steps.append(time.ticks_diff(now, before))
    before = now
steps.append(time.ticks_diff(time.ticks_us(), before))
turn_us = min([loop_us(100_000) for _ in range(5)]) / 100_000
print(json.dumps({
    "verify_us": sum(steps),
    "steps": len(steps),
    "longest_step_us": max(steps),
    "verify_loop_turns": int(sum(steps) / turn_us),
    "longest_step_loop_turns": int(max(steps) / turn_us),
}))
"""


def measure() -> dict[str, int]:
    """Return the quickest of several runs: whatever else the machine does only makes one slower."""
    return min((_run() for _ in range(9)), key=lambda run: run["longest_step_loop_turns"])


def _run() -> dict[str, int]:
    done = subprocess.run(
        [
            str(MICROPYTHON_32 / "micropython"),
            *("-X", f"heapsize={BOARD_HEAP}", "-c", PROGRAM),
            str(ROOT / "protocol"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, int] = json.loads(done.stdout)
    return result


def main() -> int:
    """Print a table and write the same as JSON."""
    measured = measure()
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(measured, indent=1) + "\n")
    limits = {
        "verify_loop_turns": VERIFY_LOOP_TURNS,
        "longest_step_loop_turns": LONGEST_STEP_LOOP_TURNS,
    }
    for name, value in measured.items():
        limit = f"   limit {limits[name]:,}" if name in limits else ""
        print(f"{name:26} {value:>10,}{limit}")
    return 0 if all(measured[name] <= limit for name, limit in limits.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
