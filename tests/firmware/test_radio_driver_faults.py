"""The radio driver on boards that are wired wrongly, and with a chip that stops working."""

from collections.abc import Callable

import pytest

from tests.firmware.radio_bench import LISTEN, START, SX1262, SX1276, Bench, Kind, RadioBoard

NO_OSCILLATION = "the oscillator does not start: is the TCXO voltage right?"
HEARD_AFTER_15_S = "await asyncio.sleep_ms(15000)\nawait radio.send(b'heard')"
TWO_PACKETS = """
await attempt(radio.send(b"first"))
await attempt(radio.send(b"second"))
"""
# A packet that finds no memory, as the first one heard.
NO_MEMORY_ONCE = """
take = radio._reader.take

def no_memory(**options):
    radio._reader.take = take
    raise MemoryError

radio._reader.take = no_memory
"""


def dip(board: RadioBoard) -> None:
    """Take the chip's supply away for a moment that the processor survives."""
    board.chip.power(on=False)
    board.chip.power(on=True)


@pytest.mark.parametrize(
    ("kind", "change", "error"),
    [
        pytest.param(
            SX1262, "wires['tcxo_millivolts'] = None", NO_OSCILLATION, id="sx1262, no TCXO voltage"
        ),
        pytest.param(
            SX1262,
            "wires['tcxo_millivolts'] = 1600",
            NO_OSCILLATION,
            id="sx1262, too little TCXO voltage",
        ),
        pytest.param(
            SX1262,
            "wires['busy'] = Pin(14, Pin.IN)",
            "BUSY does not answer to a reset",
            id="sx1262, BUSY always low",
        ),
        pytest.param(
            SX1262,
            "wires['busy'] = Pin(0, Pin.IN, Pin.PULL_UP)",
            "the chip stays busy",
            id="sx1262, BUSY always high",
        ),
        pytest.param(
            SX1262,
            "wires['reset'] = Pin(7, Pin.OUT, value=1)",
            "BUSY does not answer to a reset",
            id="sx1262, wrong reset",
        ),
        pytest.param(
            SX1262,
            "wires['nss'] = Pin(7, Pin.OUT, value=1)",
            "no chip answers on SPI",
            id="sx1262, wrong NSS",
        ),
        pytest.param(
            SX1262, "spi['miso'] = Pin(7)", "no chip answers on SPI", id="sx1262, wrong MISO"
        ),
        pytest.param(
            SX1276,
            "wires['reset'] = Pin(13, Pin.OUT, value=1)",
            "the chip does not answer to a reset",
            id="sx1276, wrong reset",
        ),
        pytest.param(
            SX1276,
            "wires['nss'] = Pin(13, Pin.OUT, value=1)",
            "no chip answers on SPI",
            id="sx1276, wrong NSS",
        ),
        pytest.param(
            SX1276, "spi['miso'] = Pin(13)", "no chip answers on SPI", id="sx1276, wrong MISO"
        ),
        pytest.param(
            SX1276, "spi['mosi'] = Pin(13)", "no chip answers on SPI", id="sx1276, wrong MOSI"
        ),
    ],
)
def test_a_wrong_wire_is_named_at_set_up(bench: Bench, kind: Kind, change: str, error: str) -> None:
    steps = kind.rewired.replace("{change}", change) + "await attempt(radio.start(USUAL_CHANNEL))"
    board = bench.add("board", steps + "\nsay(fault=radio.fault)", model=kind.model)
    bench.run(board)

    assert board.values("error") == [error]
    assert board.values("fault") == [error]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (SX1262, "wires['dio1'] = Pin(7, Pin.IN, Pin.PULL_DOWN)"),
        (SX1276, "wires['dio0'] = Pin(13, Pin.IN, Pin.PULL_DOWN)"),
    ],
    ids=["sx1262", "sx1276"],
)
def test_a_wrong_interrupt_pin_is_named_at_the_first_packet(
    bench: Bench, kind: Kind, change: str
) -> None:
    rewired = kind.rewired.replace("{change}", change)
    steps = rewired + START + "\nawait attempt(radio.send(b'x'))"
    board = bench.add("board", steps, model=kind.model)
    bench.run(board)

    assert board.values("error") == ["the interrupt line does not follow the chip"]


def test_a_chip_that_hangs_is_reset_and_the_next_packet_goes_out(bench: Bench, kind: Kind) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(1000)
await attempt(radio.send(b"lost"))
await attempt(radio.send(b"sent"))
say(resets=radio.counters.resets, sent=radio.counters.sent, fault=radio.fault)
""",
        model=kind.model,
    )
    bench.world.at(800, board.chip.hang)
    bench.run(board)

    assert "error" in board.said[0]
    assert board.said[1] == {"ok": True}
    assert board.said[2] == {"resets": 1, "sent": 1, "fault": ""}


@pytest.mark.parametrize(
    ("kind", "error", "counter"),
    [
        (SX1262, "the chip stays busy", "busy_timeouts"),
        (SX1276, "the transmission did not end", "timeouts"),
    ],
    ids=["sx1262", "sx1276"],
)
def test_a_chip_that_hangs_while_it_sends_is_noticed_and_counted(
    bench: Bench, kind: Kind, error: str, counter: str
) -> None:
    board = bench.add(
        "board",
        START
        + f"""
await asyncio.sleep_ms(500)
await attempt(radio.send(bytes(100)))
await attempt(radio.send(b"sent"))
say(resets=radio.counters.resets, counted=radio.counters.{counter})
""",
        model=kind.model,
    )
    bench.world.at(900, board.chip.hang)
    bench.run(board)

    assert board.said[:2] == [{"error": error}, {"ok": True}]
    assert board.said[2] == {"resets": 1, "counted": 1}


@pytest.mark.parametrize(
    "trouble",
    [
        lambda _: None,
        lambda board: board.chip.hang(),
        dip,
        lambda board: board.chip.power(on=False),
    ],
    ids=["works", "hangs", "has lost its settings", "is away for a while"],
)
def test_a_transmission_is_given_up_whatever_the_chip_does_and_it_listens_again(
    bench: Bench, kind: Kind, trouble: Callable[[RadioBoard], None]
) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous()
sending = asyncio.create_task(radio.send(bytes(200)))
await asyncio.sleep_ms(300)
sending.cancel()
try:
    await sending
except asyncio.CancelledError:
    say(given_up=True)
say_packet(await radio.next_packet(20000))
await attempt(radio.send(b"sent"))
say(fault=radio.fault)
""",
        model=kind.model,
    )
    bench.add_sender(HEARD_AFTER_15_S)
    bench.world.at(500, lambda: trouble(board))
    bench.world.at(5_000, lambda: board.chip.power(on=True))
    bench.run(board)

    assert board.said[0] == {"given_up": True}
    assert board.packets == [b"heard"]
    assert board.said[2:4] == [{"ok": True}, {"fault": ""}]


def test_a_chip_that_hangs_while_it_receives_receives_again_within_seconds(
    bench: Bench, kind: Kind
) -> None:
    listener = bench.add("listener", LISTEN, model=kind.model)
    sender = bench.add_sender(HEARD_AFTER_15_S)
    bench.world.at(2_000, listener.chip.hang)
    bench.run(sender)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_packet_that_finds_no_memory_is_lost_and_the_next_is_heard(
    bench: Bench, kind: Kind
) -> None:
    listener = bench.add("listener", NO_MEMORY_ONCE + LISTEN, model=kind.model)
    sends = "await asyncio.sleep_ms(2000)\nawait radio.send(b'lost')"
    sends += "\nawait asyncio.sleep_ms(2000)\nawait radio.send(b'heard')"
    bench.run(bench.add_sender(sends))
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_listening_chip_that_has_lost_its_settings_is_set_up_anew(
    bench: Bench, kind: Kind
) -> None:
    listener = bench.add("listener", LISTEN, model=kind.model)
    sender = bench.add_sender(HEARD_AFTER_15_S)
    bench.world.at(2_000, lambda: dip(listener))
    bench.run(sender)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_chip_that_has_lost_its_settings_sends_nothing_wrong_and_is_set_up_anew(
    bench: Bench, kind: Kind
) -> None:
    steps = START + "\nawait asyncio.sleep_ms(2000)"
    board = bench.add("board", steps + TWO_PACKETS, model=kind.model)
    bench.world.at(1_500, lambda: dip(board))
    bench.run(board)

    assert board.said[-2] == {"ok": True}
    sent = bench.sent("board")
    assert sent
    assert {round(record["freq_hz"], -3) for record in sent} == {433_175_000}
    assert {record["payload"] for record in sent} <= {b"first".hex(), b"second".hex()}
    assert sent[-1]["payload"] == b"second".hex()


def test_a_chip_that_stays_away_is_tried_again_and_again(bench: Bench, kind: Kind) -> None:
    listener = bench.add("listener", LISTEN, model=kind.model)
    sender = bench.add_sender("await asyncio.sleep_ms(60000)\nawait radio.send(b'heard')")
    bench.world.at(2_000, lambda: listener.chip.power(on=False))
    bench.world.at(40_000, lambda: listener.chip.power(on=True))
    bench.run(sender, timeout_ms=90_000)
    bench.world.run_for(200)

    assert listener.packets == [b"heard"]


def test_a_lost_interrupt_delays_and_loses_nothing(bench: Bench, kind: Kind) -> None:
    """An ESP32 drops soft interrupts when eight wait; here all of them are lost."""
    board = bench.add(
        "board",
        START
        + f"""
await radio.receive_continuous()
Pin({kind.interrupt_pin}).irq(handler=None)
say_packet(await radio.next_packet(5000))
await attempt(radio.send(b"sent"))
say(resets=radio.counters.resets)
""",
        model=kind.model,
    )
    bench.add_sender("await asyncio.sleep_ms(500)\nawait radio.send(b'heard')")
    bench.run(board)

    assert board.packets == [b"heard"]
    assert {"ok": True} in board.said
    assert board.values("resets") == [0]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        *((SX1262, change) for change in ("sf=13", "bandwidth_hz=100000", "power_dbm=23")),
        *((SX1276, change) for change in ("sf=6", "bandwidth_hz=41700", "power_dbm=21")),
        (SX1276, "power_dbm=1"),
        *(
            (kind, change)
            for kind in (SX1262, SX1276)
            for change in ("freq_hz=600000000", "coding_rate=4", "sync_word=256")
        ),
    ],
    ids=lambda value: value.model if isinstance(value, Kind) else value,
)
def test_a_setting_out_of_range_is_a_misuse_that_names_it(
    bench: Bench, kind: Kind, change: str
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
        model=kind.model,
    )
    bench.run(board)

    assert board.values("misuse") == [change.partition("=")[0]]
