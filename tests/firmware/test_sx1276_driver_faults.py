"""The SX1276 driver on boards that are wired wrongly, and with a chip that stops working."""

from collections.abc import Iterator

import pytest

from tests.firmware.radio_bench import LISTEN, Bench, RadioBoard, still_air
from turna_simulation.chips.sx1276 import Sx1276
from turna_simulation.world import World

START = "await radio.start(USUAL_CHANNEL)"
# The first radio object has taken the pins; one more on the same pins is what is tested.
REWIRED = """
from machine import SPI
from turna_board.sx1276 import Sx1276
wires = dict(nss=Pin(18, Pin.OUT, value=1), dio0=Pin(26, Pin.IN), reset=Pin(14, Pin.OUT, value=1))
spi = dict(sck=Pin(5), mosi=Pin(27), miso=Pin(19))
{change}
radio = RadioDriver(Sx1276(SPI(1, baudrate=8000000, **spi), **wires))
"""


TWO_PACKETS = """
await attempt(radio.send(b"first"))
await attempt(radio.send(b"second"))
"""


def dip(chip: Sx1276) -> None:
    """Take the supply away for a moment that the processor survives."""
    chip.power(on=False)
    chip.power(on=True)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with World(seed=3, path_loss=still_air()) as world:
        yield Bench(world)


def add(bench: Bench, name: str, steps: str) -> RadioBoard:
    """Put up a board with an SX1276."""
    return bench.add(name, steps, model="heltec_v2")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("wires['reset'] = Pin(13, Pin.OUT, value=1)", "the chip does not answer to a reset"),
        ("wires['nss'] = Pin(13, Pin.OUT, value=1)", "no chip answers on SPI"),
        ("spi['miso'] = Pin(13)", "no chip answers on SPI"),
        ("spi['mosi'] = Pin(13)", "no chip answers on SPI"),
    ],
    ids=["wrong reset", "wrong NSS", "wrong MISO", "wrong MOSI"],
)
def test_a_wrong_wire_is_named_at_set_up(bench: Bench, change: str, error: str) -> None:
    steps = REWIRED.replace("{change}", change) + "await attempt(radio.start(USUAL_CHANNEL))"
    board = add(bench, "board", steps + "\nsay(fault=radio.fault)")
    bench.run(board)

    assert board.values("error") == [error]
    assert board.values("fault") == [error]


def test_a_wrong_interrupt_pin_is_named_at_the_first_packet(bench: Bench) -> None:
    rewired = REWIRED.replace("{change}", "wires['dio0'] = Pin(13, Pin.IN, Pin.PULL_DOWN)")
    board = add(bench, "board", rewired + START + "\nawait attempt(radio.send(b'x'))")
    bench.run(board)

    assert board.values("error") == ["the interrupt line does not follow the chip"]


def test_a_chip_that_hangs_is_reset_and_the_next_packet_goes_out(bench: Bench) -> None:
    board = add(
        bench,
        "board",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(1000)
await attempt(radio.send(b"lost"))
await attempt(radio.send(b"sent"))
say(resets=radio.counters.resets, fault=radio.fault)
""",
    )
    bench.world.at(800, board.chip_1276.hang)
    bench.run(board)

    assert "error" in board.said[0]
    assert board.said[1] == {"ok": True}
    assert board.said[2] == {"resets": 1, "fault": ""}


def test_a_chip_that_hangs_while_it_sends_is_noticed(bench: Bench) -> None:
    board = add(
        bench,
        "board",
        START
        + """
await asyncio.sleep_ms(500)
await attempt(radio.send(bytes(100)))
await attempt(radio.send(b"sent"))
say(resets=radio.counters.resets, timeouts=radio.counters.timeouts)
""",
    )
    bench.world.at(900, board.chip_1276.hang)
    bench.run(board)

    assert board.said[:2] == [{"error": "the transmission did not end"}, {"ok": True}]
    assert board.said[2] == {"resets": 1, "timeouts": 1}


def test_a_chip_that_hangs_while_it_receives_receives_again_within_seconds(bench: Bench) -> None:
    listener = add(bench, "listener", LISTEN)
    sender = bench.add(
        "sender", START + "\nawait asyncio.sleep_ms(15000)\nawait radio.send(b'heard')"
    )
    bench.world.at(2_000, listener.chip_1276.hang)
    bench.run(sender)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_listening_chip_that_has_lost_its_settings_is_set_up_anew(bench: Bench) -> None:
    listener = add(bench, "listener", LISTEN)
    sender = bench.add(
        "sender", START + "\nawait asyncio.sleep_ms(15000)\nawait radio.send(b'heard')"
    )
    bench.world.at(2_000, lambda: dip(listener.chip_1276))
    bench.run(sender)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_chip_that_stays_away_is_tried_again_and_again(bench: Bench) -> None:
    listener = add(bench, "listener", LISTEN)
    sender = bench.add(
        "sender", START + "\nawait asyncio.sleep_ms(60000)\nawait radio.send(b'heard')"
    )
    bench.world.at(2_000, lambda: listener.chip_1276.power(on=False))
    bench.world.at(40_000, lambda: listener.chip_1276.power(on=True))
    bench.run(sender, timeout_ms=90_000)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_lost_interrupt_delays_and_loses_nothing(bench: Bench) -> None:
    """An ESP32 drops soft interrupts when eight wait; here all of them are lost."""
    board = add(
        bench,
        "board",
        START
        + """
await radio.receive_continuous()
Pin(26).irq(handler=None)
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


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("freq_hz=600000000", "freq_hz"),
        ("sf=6", "sf"),
        ("bandwidth_hz=41700", "bandwidth_hz"),
        ("coding_rate=4", "coding_rate"),
        ("power_dbm=21", "power_dbm"),
        ("power_dbm=1", "power_dbm"),
        ("sync_word=256", "sync_word"),
    ],
)
def test_a_setting_out_of_range_is_a_misuse_that_names_it(
    bench: Bench, change: str, field: str
) -> None:
    board = add(
        bench,
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


def test_a_radio_whose_tcxo_nobody_switches_on_is_named_at_set_up(bench: Bench) -> None:
    steps = "Pin(33, Pin.OUT, value=0)\nawait attempt(radio.start(USUAL_CHANNEL))"
    board = bench.add("board", steps, model="lilygo_t3_v2_1_tcxo")
    bench.run(board)

    assert board.values("error") == ["the image calibration does not end"]
    assert "the oscillator does not run" in board.chip_1276.refusals
    assert bench.sent("board") == []


def test_a_radio_with_a_tcxo_sends_once_it_is_switched_on(bench: Bench) -> None:
    board = bench.add("board", START + "\nawait radio.send(b'x')", model="lilygo_t3_v2_1_tcxo")
    bench.run(board)

    assert board.chip_1276.refusals == []
    assert len(bench.sent("board")) == 1


def test_a_chip_that_has_lost_its_settings_sends_nothing_wrong_and_is_set_up_anew(
    bench: Bench,
) -> None:
    """As after a dip of its supply, between two packets."""
    steps = START + "\nawait asyncio.sleep_ms(2000)"
    board = add(bench, "board", steps + TWO_PACKETS)
    bench.world.at(1_500, lambda: dip(board.chip_1276))
    bench.run(board)

    assert board.said[-2] == {"ok": True}
    sent = bench.sent("board")
    assert sent
    assert {round(record["freq_hz"], -3) for record in sent} == {433_175_000}
    assert {record["payload"] for record in sent} <= {b"first".hex(), b"second".hex()}
    assert sent[-1]["payload"] == b"second".hex()
