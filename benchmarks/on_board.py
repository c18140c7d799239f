"""What a handset does, to be measured: runs on MicroPython, given what to measure and contents.

Prints one JSON value. Reports come as contents, because decoding is not what is measured; keys and
the sealer are made before, as a handset makes them once.
"""

import gc
import json
import sys
import time

sys.path.insert(0, sys.argv[1])

from turna_protocol.frame import Frame
from turna_protocol.reports import decode_report, encode_report
from turna_protocol.sealer import Sealer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_protocol.reports import Report

CONTENTS = sys.argv[3:]
FRAME = Frame(int(CONTENTS[0]), int(CONTENTS[1]), int(CONTENTS[2]))
LINK_KEY, AUTHENTICATION_KEY = bytes(range(32)), bytes(range(32, 64))
DEVICE = 117
RUNS = 5


def reports() -> "list[Report]":
    """Return the reports; swept up one by one, so that they lie close together."""
    found = []
    for content in CONTENTS[3:]:
        found.append(decode_report(bytes.fromhex(content), FRAME))
        gc.collect()
    return found


def in_use() -> int:
    """Return the bytes of heap that are taken."""
    taken: int = gc.mem_alloc()  # type: ignore[attr-defined]  # MicroPython's
    return taken


def heap(_number: int) -> "dict[str, list[int]]":
    """Return the heap that encoding and sealing take for each report, nothing being freed."""
    sealer = Sealer(DEVICE, LINK_KEY, AUTHENTICATION_KEY)
    sealer.seal(encode_report(decode_report(bytes.fromhex(CONTENTS[3]), FRAME), FRAME), 0)
    encoding, sealing = [], []
    for seq, content in enumerate(CONTENTS[3:]):
        report = decode_report(bytes.fromhex(content), FRAME)
        gc.collect()
        gc.disable()
        before = in_use()
        encoded = encode_report(report, FRAME)
        between = in_use()
        sealer.seal(encoded, seq)
        after = in_use()
        gc.enable()
        encoding.append(between - before)
        sealing.append(after - between)
    return {"encode": encoding, "seal": sealing}


def growth(number: int) -> "dict[str, int]":
    """Return by how much the heap in use grew over so many packets, and the longest packet."""
    drawn = reports()
    sealer = Sealer(DEVICE, LINK_KEY, AUTHENTICATION_KEY)
    longest = 0
    for seq in range(len(drawn)):
        longest = max(longest, len(sealer.seal(encode_report(drawn[seq], FRAME), seq)))
    gc.collect()
    before = in_use()
    for seq in range(number):
        sealer.seal(encode_report(drawn[seq % len(drawn)], FRAME), seq)
    gc.collect()
    return {"grew": in_use() - before, "longest_packet": longest}


def encode(number: int) -> None:
    drawn = reports()
    for at in range(number):
        encode_report(drawn[at % len(drawn)], FRAME)


def seal(number: int) -> None:
    sealer = Sealer(DEVICE, LINK_KEY, AUTHENTICATION_KEY)
    contents = [bytes.fromhex(content) for content in CONTENTS[3:]]
    for seq in range(number):
        sealer.seal(contents[seq % len(contents)], seq)


def seal_plainly(number: int) -> None:
    """Seal by the specification's own steps: what the sealer is compared with."""
    from turna_protocol.sealing import seal_report

    contents = [bytes.fromhex(content) for content in CONTENTS[3:]]
    for seq in range(number):
        seal_report(
            contents[seq % len(contents)],
            device=DEVICE,
            seq=seq,
            link_key=LINK_KEY,
            authentication_key=AUTHENTICATION_KEY,
        )


def to_json(number: int) -> None:
    """Encode as JSON instead, by the interpreter's own json module in C."""
    from turna_protocol.json_form import report_to_json

    drawn = reports()
    for at in range(number):
        json.dumps(report_to_json(drawn[at % len(drawn)]))


def alert(number: int) -> None:
    """Check a token one step ahead of the last one known."""
    _alerts(number, 1)


def alert_after_a_gap(number: int) -> None:
    """Check a token as far ahead as a handset follows."""
    _alerts(number, 64)


def _alerts(number: int, step: int) -> None:
    from turna_protocol import alerts
    from turna_protocol.errors import NotAuthenticError

    body = alerts.alert_body(alerts.Alert(alerts.EVACUATE, step), bytes(alerts.TOKEN_BYTES))
    watch = alerts.AlertWatch((bytes(10), bytes(10), bytes(10)), bytes(32))
    packet = alerts.pack_alert(body)
    for _ in range(number):
        try:
            watch.hear(packet)
        except NotAuthenticError:
            continue  # the last step fails: as much work as success, and the state stays


def signature(number: int) -> None:
    """Verify one Ed25519 signature (RFC 8032, 7.1, test 2) each time."""
    from turna_protocol.ed25519 import verify

    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    proof = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    for _ in range(number):
        verify(key, b"\x72", proof)


def loop(number: int) -> None:
    """Count to a thousand, each time: the reference that a board can be timed with."""
    for _ in range(number):
        n = 0
        while n < 1_000:
            n += 1


def loaded(_number: int) -> "list[str]":
    """Return the modules that encoding and sealing a report of each content load."""
    sealer = Sealer(DEVICE, LINK_KEY, AUTHENTICATION_KEY)
    for report in reports():
        sealer.seal(encode_report(report, FRAME), 0)
    return sorted([name for name in sys.modules if name.startswith("turna_protocol")])


def took_us(task: "Callable[[int], object]", number: int) -> int:
    """Return the shortest time of several runs."""
    shortest = 1 << 30
    for _ in range(RUNS):
        gc.collect()
        started: int = time.ticks_us()  # type: ignore[attr-defined]  # MicroPython's
        task(number)
        took: int = time.ticks_diff(time.ticks_us(), started)  # type: ignore[attr-defined]
        shortest = min(shortest, took)
    return shortest


if __name__ == "__main__":
    measure, task, number = sys.argv[2].split(":")
    work = globals()[task]
    if measure == "time":
        print(json.dumps(took_us(work, int(number)) - took_us(work, 0)))
    else:
        print(json.dumps(work(int(number))))
