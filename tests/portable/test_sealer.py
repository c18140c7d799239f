"""The sealer of boards: the same packets as `seal_report`, with little heap and no growth."""

import gc
import sys

from turna_protocol import sealing
from turna_protocol.errors import MisuseError
from turna_protocol.frame import Frame
from turna_protocol.packet import FRAGMENT, ORDER
from turna_protocol.reports import decode_report, encode_report
from turna_protocol.sealer import Sealer

LINK = bytes(range(32))
END = bytes(range(32, 64))
CONTENT = b"nineteen bytes here"
# What one report may cost a board; of that to seal it, the rest is for encoding.
PROMISED_BYTES = 1_200
HEAP_BYTES_MAX = 560
WORDS = 2 if sys.maxsize > 1 << 32 else 1  # boards have 32 bits; 64 take twice the heap


def new_sealer() -> Sealer:
    return Sealer(7, LINK, END)


def reference(content: bytes, seq: int, hops_left: int = 0) -> bytes:
    return sealing.seal_report(
        content,
        device=7,
        seq=seq,
        link_key=LINK,
        authentication_key=END,
        hops_left=hops_left,
    )


def test_it_makes_the_same_packets_at_every_length_one_after_the_other() -> None:
    sealer = new_sealer()
    for size in range(1, sealing.REPORT_CONTENT_BYTES_MAX + 1):
        content = bytes([(size + i) & 0xFF for i in range(size)])
        assert sealer.seal(content, size, hops_left=size % 4) == reference(content, size, size % 4)


def test_other_kinds_from_a_handset_are_sealed_alike() -> None:
    packet = new_sealer().seal(CONTENT, 9, kind=FRAGMENT)
    opened = sealing.open_link(packet, LINK)
    assert opened.header.kind == FRAGMENT
    assert sealing.verify_end_to_end(7, 9, opened.content, opened.end_to_end_tag, END, FRAGMENT)


def test_device_and_number_are_packed_alike_at_their_limits() -> None:
    for device in (1, 15, 16, 255, 4094):
        for seq in (0, 255, 256, 65_535, 65_536, 0xFFFFF):
            packet = Sealer(device, LINK, END).seal(CONTENT, seq)
            header = sealing.open_link(packet, LINK).header
            assert (header.device, header.seq) == (device, seq)


def test_what_no_handset_sends_is_our_mistake() -> None:
    for content, kind in (
        (b"", 1),
        (bytes(sealing.REPORT_CONTENT_BYTES_MAX + 1), 1),
        (b"x", ORDER),
    ):
        try:
            new_sealer().seal(content, 9, kind=kind)
        except MisuseError:
            continue
        raise AssertionError((len(content), kind))


def test_a_report_with_a_text_is_encoded_and_sealed_in_the_heap_promised() -> None:
    if not hasattr(gc, "mem_alloc"):
        return  # only MicroPython counts
    frame = Frame(3_620_000, 3_616_000, 1_770_340_620)
    # sitrep_with_text of the vectors: counts, needs, and 39 letters, half of them Turkish
    content = bytes.fromhex(
        "1b5994db6cbc90cf661b06d61a691efb53171b0019aa1268bd4d1f5827f2d8de6e63de206b6174746120736573"
        "207661722c2069dd206d616b696e657369206c617adb6d"
    )
    report, sealer = decode_report(content, frame), new_sealer()
    sealer.seal(encode_report(report, frame), 0)
    gc.collect()
    before = gc.mem_alloc()
    gc.disable()
    sealer.seal(encode_report(report, frame), 1)
    taken = gc.mem_alloc() - before
    gc.enable()
    assert taken <= PROMISED_BYTES * WORDS, taken


def test_a_report_costs_little_heap_and_none_for_ever() -> None:
    if not hasattr(gc, "mem_alloc"):
        return  # only MicroPython counts
    sealer = new_sealer()
    sealer.seal(CONTENT, 0)
    gc.collect()
    before = gc.mem_alloc()
    gc.disable()
    for seq in range(10):
        sealer.seal(CONTENT, seq)
    per_packet = (gc.mem_alloc() - before) // 10
    gc.enable()
    assert per_packet <= HEAP_BYTES_MAX * WORDS, per_packet

    gc.collect()
    before = gc.mem_alloc()
    for seq in range(2_000):
        sealer.seal(CONTENT, seq)
    gc.collect()
    assert gc.mem_alloc() - before <= 256
