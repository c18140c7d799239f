"""The SX1276 driver on MicroPython against the simulated chip, and the SX1262 as its opposite."""

from collections.abc import Iterator

import pytest

from tests.firmware.radio_bench import LISTEN, Bench, RadioBoard, still_air
from turna_simulation.chips import sx1276_facts as facts
from turna_simulation.chips.sx1276_facts import Mode
from turna_simulation.ether import Impairment
from turna_simulation.interpreter import find_micropython
from turna_simulation.world import World

START = "await radio.start(USUAL_CHANNEL)"
OLD, NEW = "heltec_v2", "heltec_v3"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with World(seed=3, path_loss=still_air()) as world:
        yield Bench(world)


def add(bench: Bench, name: str, steps: str) -> RadioBoard:
    """Put up a board with an SX1276."""
    return bench.add(name, steps, model=OLD)


def test_set_up_leaves_nothing_at_its_wrong_default(bench: Bench) -> None:
    board = add(bench, "board", START)
    bench.run(board)

    settings = board.chip_1276.radio.settings
    channel = settings.modulation()
    assert abs(channel.freq_hz - 433_175_000) < 61
    assert (channel.sf, channel.coding_rate, channel.low_data_rate) == (8, 5, False)
    assert (channel.sync_word, channel.preamble_symbols, channel.crc) == (0x1424, 12, True)
    assert settings.desensitised_db() == 0
    assert board.chip_1276.radio.mode is Mode.STANDBY
    assert board.chip_1276.refusals == []
    assert board.board.faults == []


@pytest.mark.parametrize("freq_hz", [433_175_000, 868_100_000])
@pytest.mark.parametrize("bandwidth_hz", [62_500, 125_000, 250_000, 500_000])
def test_errata_image_and_gain_are_right_on_every_channel(
    bench: Bench, freq_hz: int, bandwidth_hz: int
) -> None:
    changes = f"freq_hz={freq_hz}, bandwidth_hz={bandwidth_hz}"
    board = add(bench, "board", f"await radio.start(USUAL_CHANNEL.replace({changes}))")
    bench.run(board)

    settings = board.chip_1276.radio.settings
    assert settings.desensitised_db() == 0
    assert abs(settings.image_hz - freq_hz) < 61
    assert board.chip_1276.refusals == []


def test_time_on_air_is_that_of_the_ether_for_every_channel(bench: Bench) -> None:
    board = add(
        bench,
        "board",
        """
for sf in range(7, 13):
    for bandwidth_hz in (62500, 125000, 250000, 500000):
        for coding_rate in (5, 8):
            await radio.start(USUAL_CHANNEL.replace(sf=sf, bandwidth_hz=bandwidth_hz,
                                            coding_rate=coding_rate))
            for length in (1, 33):
                say(airtime_us=await radio.send(bytes(length)))
""",
    )
    bench.run(board, timeout_ms=300_000)

    assert board.values("airtime_us") == [r["airtime_us"] for r in bench.sent("board")]
    assert len(board.values("airtime_us")) == 6 * 4 * 2 * 2
    assert board.chip_1276.refusals == []


def test_the_power_asked_for_is_the_power_on_the_air_up_to_20_dbm(bench: Bench) -> None:
    board = add(
        bench,
        "board",
        """
for power_dbm in range(2, 21):
    await radio.start(USUAL_CHANNEL.replace(power_dbm=power_dbm))
    await radio.send(b"x")
""",
    )
    bench.run(board)

    assert [r["power_dbm"] for r in bench.sent("board")] == list(range(2, 21))


def test_20_dbm_gets_the_amplifiers_supply_and_current(bench: Bench) -> None:
    board = add(bench, "board", "await radio.start(USUAL_CHANNEL.replace(power_dbm=20))")
    bench.run(board)

    settings = board.chip_1276.radio.settings
    assert settings.lora(facts.PA_CONFIG) == 0xFF
    assert settings.lora(facts.PA_DAC) == 0x87
    assert facts.current_limit_milliamps(settings.lora(facts.OCP)) == 140


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize(("sender", "listener"), [(OLD, NEW), (NEW, OLD), (OLD, OLD)])
def test_both_kinds_of_chip_understand_each_other(
    bench: Bench, sender: str, listener: str, bits: int
) -> None:
    try:
        interpreter = find_micropython(bits)
    except FileNotFoundError as reason:
        pytest.skip(str(reason))
    hears = bench.add("listener", LISTEN, interpreter, "110K", listener)
    sends = bench.add(
        "sender",
        START
        + """
await asyncio.sleep_ms(300)
for length in (1, 17, 120, 255):
    await radio.send(bytes(range(length)))
""",
        interpreter,
        "110K",
        sender,
    )
    bench.run(sends)
    bench.world.run_for(200)

    assert hears.packets == [bytes(range(length)) for length in (1, 17, 120, 255)]
    for board in (hears, sends):
        assert board.board.parts.radio.refusals == []
        assert board.board.faults == []


@pytest.mark.parametrize("sf", [7, 9, 12])
def test_they_agree_on_every_rate_and_its_optimisation(bench: Bench, sf: int) -> None:
    start = f"await radio.start(USUAL_CHANNEL.replace(sf={sf}))\nawait radio.receive_continuous()\n"
    hear = "\nsay_packet(await radio.next_packet(8000))"
    call = "\nawait asyncio.sleep_ms(500)\nawait radio.send(b'from ' * 8)" + hear
    answer = hear + "\nawait asyncio.sleep_ms(100)\nawait radio.send(b'back ' * 8)"
    old = add(bench, "old", start + call)
    new = bench.add("new", start + answer)
    bench.run(old)

    assert (old.packets, new.packets) == ([b"back " * 8], [b"from " * 8])


@pytest.mark.parametrize(
    ("freq_hz", "loss_db"), [(433_175_000, 90), (868_100_000, 90), (433_175_000, 132)]
)
def test_strength_is_right_in_each_band_and_below_the_noise(
    bench: Bench, freq_hz: int, loss_db: int
) -> None:
    configure = f"await radio.start(USUAL_CHANNEL.replace(freq_hz={freq_hz}))"
    listener = add(bench, "listener", LISTEN.replace(START, configure))
    sender = bench.add(
        "sender", configure + "\nawait asyncio.sleep_ms(300)\nawait radio.send(b'x')"
    )
    bench.set_path_loss("sender", "listener", loss_db)
    bench.run(sender)
    bench.world.run_for(100)

    assert listener.values("rssi") == [pytest.approx(10 - loss_db, abs=1)]
    assert (listener.values("snr")[0] < 0) is (loss_db > 127)


def test_power_on_the_channel_can_be_asked_while_receiving(bench: Bench) -> None:
    board = add(
        bench,
        "board",
        START
        + """
say(rssi=radio.rssi_dbm())
await radio.receive_continuous()
await asyncio.sleep_ms(2)
say(rssi=radio.rssi_dbm())
""",
    )
    bench.run(board)

    assert board.values("rssi") == [None, -117]


def test_packets_that_follow_each_other_closely_wait_for_a_busy_handler(bench: Bench) -> None:
    listener = add(
        bench,
        "listener",
        START
        + """
await radio.receive_continuous()
for _ in range(8):
    time.sleep_ms(240)          # nothing else runs, as while flash is erased
    await asyncio.sleep_ms(20)
for _ in range(8):
    say_packet(await radio.next_packet(500))
say(recovered=radio.counters.recovered)
""",
    )
    steps = "\nfor number in range(8):\n    await radio.send(bytes([number]) * 30)"
    bench.add("sender", START + "\nawait asyncio.sleep_ms(100)" + steps)
    bench.run(listener)

    assert listener.packets == [bytes([number]) * 30 for number in range(8)]
    assert listener.values("recovered")[0] >= 1
    assert listener.chip_1276.refusals == []


def test_a_quiet_channel_is_clear_and_one_with_a_packet_is_not(bench: Bench) -> None:
    board = add(
        bench,
        "board",
        START
        + """
say(clear=await radio.channel_is_clear())
await asyncio.sleep_ms(400)
say(clear=await radio.channel_is_clear())
await asyncio.sleep_ms(1000)
say(clear=await radio.channel_is_clear())
""",
    )
    bench.add("other", START + "\nawait asyncio.sleep_ms(300)\nawait radio.send(bytes(200))")
    bench.run(board)

    assert board.values("clear") == [True, False, True]
    assert board.chip_1276.refusals == []


def test_asking_whether_the_channel_is_clear_does_not_cost_the_packet_coming_in(
    bench: Bench,
) -> None:
    board = add(
        bench,
        "board",
        START
        + """
await radio.receive_continuous()
for _ in range(12):
    await asyncio.sleep_ms(50)
    say(clear=await radio.channel_is_clear())
say_packet(await radio.next_packet(500))
""",
    )
    bench.add("other", START + "\nawait asyncio.sleep_ms(100)\nawait radio.send(bytes(100))")
    bench.run(board)

    assert board.packets == [bytes(100)]
    assert board.values("clear").count(False) >= 4


def test_damaged_packets_are_counted_and_not_delivered(bench: Bench) -> None:
    listener = add(
        bench,
        "listener",
        START
        + """
await radio.receive_continuous()
say_packet(await radio.next_packet(2000))
say(crc_errors=radio.counters.crc_errors, received=radio.counters.received)
""",
    )
    bench.add("sender", START + "\nawait asyncio.sleep_ms(200)\nawait radio.send(bytes(20))")
    bench.world.ether.impair("sender", "listener", Impairment(corruption=1.0, path_loss_db=90))
    bench.run(listener)

    assert listener.values("crc_errors") == [1]
    assert listener.values("received") == [0]


def test_a_sleeping_radio_wakes_to_send_and_sleeps_again(bench: Bench) -> None:
    board = add(
        bench,
        "board",
        START
        + """
await radio.sleep()
await asyncio.sleep_ms(500)
await radio.send(b"awake")
await asyncio.sleep_ms(100)
""",
    )
    listener = bench.add("listener", LISTEN)
    bench.run(board)
    bench.world.run_for(100)

    assert listener.packets == [b"awake"]
    assert board.chip_1276.radio.mode is Mode.SLEEP
    assert board.chip_1276.refusals == []


def test_receive_duty_cycle_becomes_continuous_reception(bench: Bench) -> None:
    board = add(bench, "board", START + "\nsay(possible=await radio.receive_duty_cycle(64))")
    bench.run(board)

    assert board.values("possible") == [False]
    assert board.chip_1276.radio.mode is Mode.RX_CONTINUOUS


def test_a_transmission_given_up_is_cut_off_and_reception_resumes(bench: Bench) -> None:
    board = add(
        bench,
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
    assert board.packets == [b"heard"]
