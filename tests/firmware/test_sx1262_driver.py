"""The SX1262 driver on MicroPython against the simulated chip: set-up, sending, receiving."""

from collections.abc import Iterator

import pytest

from tests.firmware.radio_bench import LISTEN, Bench, still_air
from turna_simulation.chips.sx1262_facts import Mode
from turna_simulation.ether import Impairment
from turna_simulation.world import World

START = "await radio.start(USUAL_CHANNEL)"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with World(seed=3, path_loss=still_air()) as world:
        yield Bench(world)


def test_set_up_leaves_nothing_at_its_wrong_default(bench: Bench) -> None:
    board = bench.add("board", START)
    bench.run(board)

    settings, clocks = board.chip.radio.settings, board.chip.radio.clocks
    channel = settings.modulation()
    assert settings.dcdc
    assert settings.rf_switch
    assert clocks.errors == 0
    assert clocks.image_suits(433_175_000)
    assert not clocks.image_suits(868_000_000)
    assert (channel.freq_hz, channel.sync_word) == (433_175_000, 0x1424)
    assert (channel.sf, channel.coding_rate, channel.low_data_rate) == (8, 5, False)
    assert settings.gain_loss_db() == settings.attenuation_db() == settings.impairment_db() == 0
    assert settings.register(0x08D8) & 0x1E == 0x1E  # transmit clamp, DS 15.2
    assert settings.register(0x0736) & 0x04  # IQ polarity, DS 15.4
    assert settings.register(0x08E7) == 0x38  # 140 mA
    assert board.chip.refusals == []
    assert board.board.faults == []


def test_time_on_air_is_that_of_the_ether_for_every_channel(bench: Bench) -> None:
    board = bench.add(
        "board",
        """
for sf in range(5, 13):
    for bandwidth_hz in (41700, 125000, 250000, 500000):
        for coding_rate in (5, 8):
            await radio.start(USUAL_CHANNEL.replace(sf=sf, bandwidth_hz=bandwidth_hz,
                                            coding_rate=coding_rate))
            for length in (1, 33):
                say(airtime_us=await radio.send(bytes(length)))
""",
    )
    bench.run(board, timeout_ms=300_000)

    assert board.values("airtime_us") == [r["airtime_us"] for r in bench.sent("board")]
    assert len(board.values("airtime_us")) == 8 * 4 * 2 * 2
    assert board.chip.refusals == []


def test_the_power_asked_for_is_the_power_on_the_air(bench: Bench) -> None:
    board = bench.add(
        "board",
        """
for power_dbm in range(-9, 23):
    await radio.start(USUAL_CHANNEL.replace(power_dbm=power_dbm))
    await radio.send(b"x")
""",
    )
    bench.run(board)

    assert [r["power_dbm"] for r in bench.sent("board")] == list(range(-9, 23))


def test_where_the_amplifier_has_an_efficient_setting_it_is_used(bench: Bench) -> None:
    board = bench.add("board", "await radio.start(USUAL_CHANNEL.replace(power_dbm=14))")
    bench.run(board)

    assert board.chip.radio.settings.registers[0x08E7] == 0x38
    assert board.chip.radio.settings.radiated_dbm() == 14
    assert board.chip.radio.settings.pa == (2, 2)


def test_500_khz_gets_its_own_modulation_quality(bench: Bench) -> None:
    board = bench.add("board", "await radio.start(USUAL_CHANNEL.replace(bandwidth_hz=500000))")
    bench.run(board)

    assert board.chip.radio.settings.register(0x0889) & 0x04 == 0
    assert board.chip.radio.settings.impairment_db() == 0


def test_low_data_rate_optimisation_follows_the_symbol_time(bench: Bench) -> None:
    for sf, bandwidth_hz, expected in ((10, 125_000, False), (11, 125_000, True)):
        steps = f"await radio.start(USUAL_CHANNEL.replace(sf={sf}, bandwidth_hz={bandwidth_hz}))"
        board = bench.add(f"sf{sf}", steps)
        bench.run(board)
        assert board.chip.radio.settings.modulation().low_data_rate is expected


def test_packets_that_follow_each_other_closely_wait_for_a_busy_handler(bench: Bench) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(3000)
for _ in range(8):
    say_packet(await radio.next_packet(10))
""",
    )
    sender = bench.add(
        "sender",
        START
        + """
for number in range(8):
    await radio.send(bytes([number]) * 30)
""",
    )
    bench.run(listener)

    assert listener.packets == [bytes([number]) * 30 for number in range(8)]
    assert sender.chip.refusals == listener.chip.refusals == []


def test_a_packet_overlooked_by_a_busy_processor_is_found_in_the_buffer(bench: Bench) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
for _ in range(4):
    time.sleep_ms(300)          # nothing else runs, as while flash is erased
    await asyncio.sleep_ms(20)
for _ in range(4):
    say_packet(await radio.next_packet(500))
say(recovered=radio.counters.recovered)
""",
    )
    bench.add(
        "sender",
        START
        + """
for number in range(4):
    await radio.send(bytes([number]) * 30)
""",
    )
    bench.run(listener)

    assert listener.packets == [bytes([number]) * 30 for number in range(4)]
    assert listener.values("recovered")[0] >= 1


def test_what_nobody_fetches_is_dropped_oldest_first_and_counted(bench: Bench) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(4000)
say_packet(await radio.next_packet())
say(dropped=radio.counters.dropped, received=radio.counters.received)
""",
    )
    bench.add("sender", START + "\nfor number in range(20):\n    await radio.send(bytes([number]))")
    bench.run(listener)

    assert listener.packets == [bytes([4])]
    assert listener.said[-2] == {"dropped": 4, "received": 20}


def test_sending_interrupts_reception_and_resumes_it(bench: Bench) -> None:
    caller = bench.add(
        "caller",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(200)
for number in range(5):
    await radio.send(bytes([number]))
    say_packet(await radio.next_packet(1000))
""",
    )
    answerer = bench.add(
        "answerer",
        START
        + """
await radio.receive_continuous()
while True:
    await radio.send((await radio.next_packet()).payload + b"!")
""",
    )
    bench.run(caller)

    assert caller.packets == [bytes([number]) + b"!" for number in range(5)]
    assert answerer.chip.radio.mode is Mode.RX


def test_damaged_packets_are_counted_and_not_delivered(bench: Bench) -> None:
    listener = bench.add(
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


def test_collisions_are_counted_as_errors(bench: Bench) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
say_packet(await radio.next_packet(2000))
say(errors=radio.counters.crc_errors + radio.counters.header_errors)
""",
    )
    for name, offset_ms in (("first", 200), ("second", 230)):
        steps = f"await asyncio.sleep_ms({offset_ms})\nawait radio.send(bytes(40))"
        bench.add(name, START + "\n" + steps)
        bench.set_path_loss(name, "listener", 90)
    bench.run(listener)

    assert listener.packets == []
    assert listener.values("errors") == [1]


@pytest.mark.parametrize(("loss_db", "rssi", "snr_x4"), [(90, -80, 48), (135, -125, -32)])
def test_strength_and_ratio_are_in_dbm_and_quarter_decibels(
    bench: Bench, loss_db: int, rssi: int, snr_x4: int
) -> None:
    listener = bench.add("listener", LISTEN)
    sender = bench.add("sender", START + "\nawait asyncio.sleep_ms(200)\nawait radio.send(b'x')")
    bench.set_path_loss("sender", "listener", loss_db)
    bench.run(sender)
    bench.world.run_for(100)

    assert listener.values("rssi") == [rssi]
    assert listener.values("snr") == [pytest.approx(snr_x4, abs=1)]


def test_below_the_floor_of_the_spreading_factor_nothing_arrives(bench: Bench) -> None:
    listener = bench.add("listener", LISTEN)
    sender = bench.add("sender", START + "\nawait asyncio.sleep_ms(200)\nawait radio.send(b'x')")
    bench.set_path_loss("sender", "listener", 138)
    bench.run(sender)
    bench.world.run_for(100)

    assert listener.packets == []


def test_power_on_the_channel_can_be_asked_while_receiving(bench: Bench) -> None:
    board = bench.add(
        "board",
        START
        + """
say(rssi=radio.rssi_dbm())
await radio.receive_continuous()
say(rssi=radio.rssi_dbm())
""",
    )
    bench.run(board)

    assert board.values("rssi") == [None, -117]


def test_a_radio_can_be_set_up_anew(bench: Bench) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
await radio.start(USUAL_CHANNEL.replace(sync_word=0x34))
say_packet(await radio.next_packet(2000))
""",
    )
    bench.add(
        "sender",
        START
        + """
await asyncio.sleep_ms(300)
await radio.send(b"private")
await radio.start(USUAL_CHANNEL.replace(sync_word=0x34))
await radio.send(b"public")
""",
    )
    bench.run(listener)

    assert listener.packets == [b"public"]
