"""The radio driver on MicroPython against each simulated chip: what both must do alike."""

from tests.firmware.radio_bench import LISTEN, START, Bench, Kind
from turna_simulation.ether import Impairment

SEND_AFTER_200_MS = "await asyncio.sleep_ms(200)\nawait radio.send({payload})"


def test_time_on_air_is_that_of_the_ether_for_every_channel(bench: Bench, kind: Kind) -> None:
    board = bench.add(
        "board",
        f"""
for sf in {kind.sfs}:
    for bandwidth_hz in {kind.bandwidths_hz}:
        for coding_rate in (5, 8):
            await radio.start(USUAL_CHANNEL.replace(sf=sf, bandwidth_hz=bandwidth_hz,
                                                    coding_rate=coding_rate))
            for length in (1, 33):
                say(airtime_us=await radio.send(bytes(length)))
""",
        model=kind.model,
    )
    bench.run(board, timeout_ms=300_000)

    assert board.values("airtime_us") == [r["airtime_us"] for r in bench.sent("board")]
    assert len(board.values("airtime_us")) == len(kind.sfs) * len(kind.bandwidths_hz) * 2 * 2
    assert board.chip.refusals == []


def test_the_power_asked_for_is_the_power_on_the_air(bench: Bench, kind: Kind) -> None:
    board = bench.add(
        "board",
        f"""
for power_dbm in {kind.powers_dbm}:
    await radio.start(USUAL_CHANNEL.replace(power_dbm=power_dbm))
    await radio.send(b"x")
""",
        model=kind.model,
    )
    bench.run(board)

    assert [r["power_dbm"] for r in bench.sent("board")] == list(kind.powers_dbm)


def test_packets_that_follow_each_other_closely_wait_for_a_busy_task(
    bench: Bench, kind: Kind
) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(3000)
for _ in range(8):
    say_packet(await radio.next_packet(10))
""",
        model=kind.model,
    )
    bench.add_sender("for number in range(8):\n    await radio.send(bytes([number]) * 30)")
    bench.run(listener)

    assert listener.packets == [bytes([number]) * 30 for number in range(8)]
    assert listener.chip.refusals == []


def test_a_packet_overlooked_by_a_busy_processor_is_found_in_the_buffer(
    bench: Bench, kind: Kind
) -> None:
    listener = bench.add(
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
        model=kind.model,
    )
    bench.add_sender(
        "await asyncio.sleep_ms(100)\n"
        "for number in range(8):\n    await radio.send(bytes([number]) * 30)"
    )
    bench.run(listener)

    assert listener.packets == [bytes([number]) * 30 for number in range(8)]
    assert listener.values("recovered")[0] >= 1
    assert listener.chip.refusals == []


def test_what_nobody_fetches_is_dropped_oldest_first_and_counted(bench: Bench, kind: Kind) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(4000)
say_packet(await radio.next_packet())
say(dropped=radio.counters.dropped, received=radio.counters.received)
""",
        model=kind.model,
    )
    bench.add_sender("for number in range(20):\n    await radio.send(bytes([number]))")
    bench.run(listener)

    assert listener.packets == [bytes([4])]
    assert listener.said[-2] == {"dropped": 4, "received": 20}


def test_sending_interrupts_reception_and_resumes_it(bench: Bench, kind: Kind) -> None:
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
        model=kind.model,
    )
    bench.add(
        "answerer",
        START
        + """
await radio.receive_continuous()
while True:
    await radio.send((await radio.next_packet()).payload + b"!")
""",
        model=kind.model,
    )
    bench.run(caller)

    assert caller.packets == [bytes([number]) + b"!" for number in range(5)]


def test_damaged_packets_are_counted_and_not_delivered(bench: Bench, kind: Kind) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
say_packet(await radio.next_packet(2000))
say(crc_errors=radio.counters.crc_errors, received=radio.counters.received)
""",
        model=kind.model,
    )
    bench.add_sender(SEND_AFTER_200_MS.format(payload="bytes(20)"))
    bench.world.ether.impair("sender", "listener", Impairment(corruption=1.0, path_loss_db=90))
    bench.run(listener)

    assert listener.values("crc_errors") == [1]
    assert listener.values("received") == [0]


def test_a_collision_after_the_header_is_counted_as_an_error(bench: Bench, kind: Kind) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
say_packet(await radio.next_packet(2000))
say(crc_errors=radio.counters.crc_errors)
""",
        model=kind.model,
    )
    for name, offset_ms in (("first", 200), ("second", 270)):
        steps = f"await asyncio.sleep_ms({offset_ms})\nawait radio.send(bytes(40))"
        bench.add(name, START + "\n" + steps)
        bench.set_path_loss(name, "listener", 90)
    bench.run(listener)

    assert listener.packets == []
    assert listener.values("crc_errors") == [1]


def test_below_the_floor_of_the_spreading_factor_nothing_arrives(bench: Bench, kind: Kind) -> None:
    listener = bench.add("listener", LISTEN, model=kind.model)
    sender = bench.add_sender(SEND_AFTER_200_MS.format(payload="b'x'"))
    bench.set_path_loss("sender", "listener", 138)
    bench.run(sender)
    bench.world.run_for(100)

    assert listener.packets == []


def test_power_on_the_channel_can_be_asked_while_receiving(bench: Bench, kind: Kind) -> None:
    board = bench.add(
        "board",
        START
        + """
say(rssi=radio.rssi_dbm())
await radio.receive_continuous()
await asyncio.sleep_ms(2)
say(rssi=radio.rssi_dbm())
""",
        model=kind.model,
    )
    bench.run(board)

    assert board.values("rssi") == [None, -117]


def test_a_radio_can_be_set_up_anew(bench: Bench, kind: Kind) -> None:
    listener = bench.add(
        "listener",
        START
        + """
await radio.receive_continuous()
await radio.start(USUAL_CHANNEL.replace(sync_word=0x34))
say_packet(await radio.next_packet(2000))
""",
        model=kind.model,
    )
    bench.add_sender("""
await asyncio.sleep_ms(300)
await radio.send(b"private")
await radio.start(USUAL_CHANNEL.replace(sync_word=0x34))
await radio.send(b"public")
""")
    bench.run(listener)

    assert listener.packets == [b"public"]


def test_a_quiet_channel_is_clear_and_one_with_a_packet_is_not(bench: Bench, kind: Kind) -> None:
    board = bench.add(
        "board",
        START
        + """
say(clear=await radio.channel_is_clear())
await asyncio.sleep_ms(400)
say(clear=await radio.channel_is_clear())
await asyncio.sleep_ms(1000)
say(clear=await radio.channel_is_clear())
""",
        model=kind.model,
    )
    bench.add_sender("await asyncio.sleep_ms(300)\nawait radio.send(bytes(200))")
    bench.run(board)

    assert board.values("clear") == [True, False, True]
    assert board.chip.refusals == []


def test_asking_whether_the_channel_is_clear_does_not_cost_the_packet_coming_in(
    bench: Bench, kind: Kind
) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous()
for _ in range(12):
    await asyncio.sleep_ms(50)
    say(clear=await radio.channel_is_clear())
say_packet(await radio.next_packet(500))
""",
        model=kind.model,
    )
    bench.add_sender("await asyncio.sleep_ms(100)\nawait radio.send(bytes(100))")
    bench.run(board)

    assert board.packets == [bytes(100)]
    assert board.values("clear").count(False) >= 4


def test_a_sleeping_radio_wakes_to_send_and_sleeps_again(bench: Bench, kind: Kind) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.sleep()
await asyncio.sleep_ms(1000)
await radio.send(b"awake")
await asyncio.sleep_ms(100)
""",
        model=kind.model,
    )
    listener = bench.add("listener", LISTEN)
    bench.world.run_for(900)
    assert board.chip.radio.mode.name == "SLEEP"
    bench.run(board)
    bench.world.run_for(100)

    assert listener.packets == [b"awake"]
    assert board.chip.radio.mode.name == "SLEEP"
    assert board.chip.refusals == []


def test_a_transmission_given_up_is_cut_off_and_reception_resumes(bench: Bench, kind: Kind) -> None:
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
        model=kind.model,
    )
    bench.add_sender("await asyncio.sleep_ms(1000)\nawait radio.send(b'heard')")
    bench.run(board)

    assert board.values("given_up") == [True]
    assert [r["station"] for r in bench.world.ether.log if r["event"] == "cut_off"] == ["board"]
    assert board.packets == [b"heard"]
