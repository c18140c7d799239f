"""The SX1262 driver on boards that are wired wrongly, and with a chip that stops working."""

from collections.abc import Iterator

import pytest

from tests.firmware.radio_bench import LISTEN, Bench, still_air
from turna_simulation.chips.sx1262 import Sx1262
from turna_simulation.world import World

START = "await radio.start(USUAL_CHANNEL)"
# The first radio object has taken the pins; one more on the same pins is what is tested.
REWIRED = """
from machine import SPI
from turna_board.sx1262 import Sx1262
wires = dict(nss=Pin(8, Pin.OUT, value=1), busy=Pin(13, Pin.IN), dio1=Pin(14, Pin.IN),
             reset=Pin(12, Pin.OUT, value=1), tcxo_millivolts=1800, dio2_is_rf_switch=True)
spi = dict(sck=Pin(9), mosi=Pin(10), miso=Pin(11))
{change}
radio = RadioDriver(Sx1262(SPI(1, baudrate=8000000, **spi), **wires))
"""


TWO_PACKETS = """
await attempt(radio.send(b"first"))
await attempt(radio.send(b"second"))
"""


def dip(chip: Sx1262) -> None:
    """Take the supply away for a moment that the processor survives."""
    chip.power(on=False)
    chip.power(on=True)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with World(seed=3, path_loss=still_air()) as world:
        yield Bench(world)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            "wires['tcxo_millivolts'] = None",
            "the oscillator does not start: is the TCXO voltage right?",
        ),
        (
            "wires['tcxo_millivolts'] = 1600",
            "the oscillator does not start: is the TCXO voltage right?",
        ),
        (
            "wires['busy'] = Pin(14, Pin.IN)",
            "BUSY does not answer to a reset",
        ),
        (
            "wires['busy'] = Pin(0, Pin.IN, Pin.PULL_UP)",
            "the chip stays busy",
        ),
        (
            "wires['reset'] = Pin(7, Pin.OUT, value=1)",
            "BUSY does not answer to a reset",
        ),
        (
            "wires['nss'] = Pin(7, Pin.OUT, value=1)",
            "no chip answers on SPI",
        ),
        (
            "spi['miso'] = Pin(7)",
            "no chip answers on SPI",
        ),
    ],
    ids=[
        "no TCXO voltage",
        "too little TCXO voltage",
        "BUSY always low",
        "BUSY always high",
        "wrong reset",
        "wrong NSS",
        "wrong MISO",
    ],
)
def test_a_wrong_wire_is_named_at_set_up(bench: Bench, change: str, error: str) -> None:
    steps = REWIRED.replace("{change}", change) + "await attempt(radio.start(USUAL_CHANNEL))"
    board = bench.add("board", steps + "\nsay(fault=radio.fault)")
    bench.run(board)

    assert board.values("error") == [error]
    assert board.values("fault") == [error]


def test_a_wrong_interrupt_pin_is_named_at_the_first_packet(bench: Bench) -> None:
    rewired = REWIRED.replace("{change}", "wires['dio1'] = Pin(7, Pin.IN, Pin.PULL_DOWN)")
    board = bench.add("board", rewired + START + "\nawait attempt(radio.send(b'x'))")
    bench.run(board)

    assert board.values("error") == ["the interrupt line does not follow the chip"]


def test_without_the_rf_switch_next_to_nothing_is_radiated(bench: Bench) -> None:
    rewired = REWIRED.replace("{change}", "wires['dio2_is_rf_switch'] = False")
    board = bench.add("board", rewired + START + "\nawait radio.send(b'x')")
    bench.run(board)

    assert [r["power_dbm"] for r in bench.sent("board")] == [-20.0]


def test_a_chip_that_hangs_is_reset_and_the_next_packet_goes_out(bench: Bench) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(1000)
await attempt(radio.send(b"lost"))
await attempt(radio.send(b"sent"))
say(counters=radio.counters.__dict__, fault=radio.fault)
""",
    )
    bench.world.at(800, board.chip.hang)
    bench.run(board)

    assert [(fact.get("error"), fact.get("ok")) for fact in board.said[:2]] == [
        ("the chip stays busy", None),
        (None, True),
    ]
    counters = board.values("counters")[0]
    assert (counters["resets"], counters["busy_timeouts"], counters["sent"]) == (1, 1, 1)
    assert board.values("fault") == [""]


def test_a_chip_that_hangs_while_it_sends_is_noticed(bench: Bench) -> None:
    board = bench.add(
        "board",
        START
        + """
await asyncio.sleep_ms(500)
await attempt(radio.send(bytes(100)))
await attempt(radio.send(b"sent"))
say(resets=radio.counters.resets)
""",
    )
    bench.world.at(900, board.chip.hang)
    bench.run(board)

    assert "error" in board.said[0]
    assert board.said[1] == {"ok": True}
    assert board.values("resets") == [1]


def test_a_chip_that_hangs_while_it_receives_receives_again_within_seconds(bench: Bench) -> None:
    listener = bench.add("listener", LISTEN)
    sender = bench.add(
        "sender", START + "\nawait asyncio.sleep_ms(15000)\nawait radio.send(b'heard')"
    )
    bench.world.at(2_000, listener.chip.hang)
    bench.run(sender)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


# A packet that finds no memory, as the first one heard.
NO_MEMORY_ONCE = """
take = radio._reader.take

def no_memory(**options):
    radio._reader.take = take
    raise MemoryError

radio._reader.take = no_memory
"""


def test_a_packet_that_finds_no_memory_is_lost_and_the_next_is_heard(bench: Bench) -> None:
    listener = bench.add("listener", NO_MEMORY_ONCE + LISTEN)
    sends = "\nawait asyncio.sleep_ms(2000)\nawait radio.send(b'lost')"
    sends += "\nawait asyncio.sleep_ms(2000)\nawait radio.send(b'heard')"
    bench.run(bench.add("sender", START + sends))
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_chip_that_has_lost_its_settings_is_set_up_anew(bench: Bench) -> None:
    """As after a dip of its supply that the processor survives."""
    listener = bench.add("listener", LISTEN)
    sender = bench.add(
        "sender", START + "\nawait asyncio.sleep_ms(15000)\nawait radio.send(b'heard')"
    )

    bench.world.at(2_000, lambda: dip(listener.chip))
    bench.run(sender)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_chip_that_stays_away_is_tried_again_and_again(bench: Bench) -> None:
    listener = bench.add("listener", LISTEN)
    sender = bench.add(
        "sender", START + "\nawait asyncio.sleep_ms(60000)\nawait radio.send(b'heard')"
    )
    bench.world.at(2_000, lambda: listener.chip.power(on=False))
    bench.world.at(40_000, lambda: listener.chip.power(on=True))
    bench.run(sender, timeout_ms=90_000)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_lost_interrupt_delays_and_loses_nothing(bench: Bench) -> None:
    """An ESP32 drops soft interrupts when eight wait; here all of them are lost."""
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous()
Pin(14).irq(handler=None)
say_packet(await radio.next_packet(5000))
await attempt(radio.send(b"sent"))
say(resets=radio.counters.resets)
""",
    )
    bench.add("other", START + "\nawait asyncio.sleep_ms(500)\nawait radio.send(b'heard')")
    bench.run(board)

    assert board.packets == [b"heard"]
    assert {"ok": True} in board.said
    assert board.values("resets") == [0]


def test_a_transmission_given_up_is_cut_off_and_reception_resumes(bench: Bench) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous()
try:
    await asyncio.wait_for_ms(radio.send(bytes(200)), 100)
except asyncio.TimeoutError:
    say(given_up=True)
say_packet(await radio.next_packet(3000))
""",
    )
    bench.add("other", START + "\nawait asyncio.sleep_ms(1000)\nawait radio.send(b'heard')")
    bench.run(board)

    assert board.values("given_up") == [True]
    assert [r["station"] for r in bench.world.ether.log if r["event"] == "cut_off"] == ["board"]
    assert board.packets == [b"heard"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("freq_hz=600000000", "freq_hz"),
        ("sf=13", "sf"),
        ("bandwidth_hz=100000", "bandwidth_hz"),
        ("coding_rate=4", "coding_rate"),
        ("power_dbm=23", "power_dbm"),
        ("sync_word=256", "sync_word"),
    ],
)
def test_a_setting_out_of_range_is_a_misuse_that_names_it(
    bench: Bench, change: str, field: str
) -> None:
    board = bench.add(
        "board",
        f"""
from turna_protocol.errors import MisuseError
try:
    await radio.start(USUAL_CHANNEL.replace({change}))
except MisuseError as error:
    say(misuse=str(error))
""",
    )
    bench.run(board)

    assert board.values("misuse") == [field]


def test_a_chip_that_has_lost_its_settings_sends_nothing_wrong_and_is_set_up_anew(
    bench: Bench,
) -> None:
    """As after a dip of its supply, between two packets."""
    steps = START + "\nawait asyncio.sleep_ms(2000)"
    board = bench.add("board", steps + TWO_PACKETS)
    bench.world.at(1_500, lambda: dip(board.chip))
    bench.run(board)

    assert board.said[-2] == {"ok": True}
    sent = bench.sent("board")
    assert sent
    assert {round(record["freq_hz"], -3) for record in sent} == {433_175_000}
    assert {record["payload"] for record in sent} <= {b"first".hex(), b"second".hex()}
    assert sent[-1]["payload"] == b"second".hex()
