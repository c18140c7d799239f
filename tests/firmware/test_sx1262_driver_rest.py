"""What the SX1262 driver lets the chip do between packets: look around, sleep, wake in turns."""

from tests.firmware.radio_bench import START, Bench
from turna_simulation.chips.sx1262_facts import REG_RX_GAIN, RX_GAIN_BOOSTED, Mode

RX_GAIN_SPARING = 0x94  # DS 9.6


def test_a_preamble_that_leads_to_nothing_does_not_block_for_ever(bench: Bench) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous()
await asyncio.sleep_ms(500)
clear = [await radio.channel_is_clear()]
await asyncio.sleep_ms(150)
clear.append(await radio.channel_is_clear())
say(clear=clear)
""",
    )
    other = START.replace("USUAL_CHANNEL", "USUAL_CHANNEL.replace(sync_word=0x34)")
    bench.add("other", other + "\nawait radio.send(bytes(20))")
    bench.run(board)

    assert board.values("clear") == [[False, True]]


def test_sleep_costs_none_of_the_registers(bench: Bench) -> None:
    board = bench.add("board", START + "\nawait radio.sleep()\nawait radio.receive_continuous()")
    bench.run(board)

    settings = board.chip_1262.radio.settings
    assert board.chip_1262.radio.mode is Mode.RX
    assert settings.gain_loss_db() == settings.impairment_db() == 0
    assert settings.register(0x0736) & 0x04
    assert settings.register(0x08B5) & 0x01
    assert settings.register(0x08D8) & 0x1E == 0x1E


def test_listening_in_turns_with_sleep_misses_no_long_preamble(bench: Bench) -> None:
    listener = bench.add(
        "listener",
        START
        + """
say(cycle=await radio.receive_duty_cycle(64))
while True:
    say_packet(await radio.next_packet())
""",
    )
    sender = bench.add(
        "sender",
        """
await radio.start(USUAL_CHANNEL.replace(preamble_symbols=64))
for number in range(20):
    await asyncio.sleep_ms(300 + 37 * number)
    await radio.send(bytes([number]))
""",
    )
    bench.run(sender)
    bench.world.run_for(300)

    assert listener.values("cycle") == [True]
    assert listener.packets == [bytes([number]) for number in range(20)]
    assert listener.chip.refusals == []


def test_listening_in_turns_the_radio_mostly_sleeps_undisturbed(bench: Bench) -> None:
    listener = bench.add(
        "listener", START + "\nawait radio.receive_duty_cycle(128)\nawait asyncio.sleep_ms(60000)"
    )
    bench.world.run_for(1_000)
    modes = []
    for _ in range(2_000):
        bench.world.run_for(7)
        modes.append(listener.chip_1262.radio.mode)

    assert modes.count(Mode.SLEEP) > 0.8 * len(modes)


def test_a_short_preamble_allows_no_sleep(bench: Bench) -> None:
    listener = bench.add("listener", START + "\nsay(cycle=await radio.receive_duty_cycle(12))")
    bench.run(listener)

    assert listener.values("cycle") == [False]
    assert listener.chip_1262.radio.mode is Mode.RX


def test_a_gain_that_spares_current_still_receives_and_survives_sending_and_a_reset(
    bench: Bench,
) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_continuous(sparing=True)
say_packet(await radio.next_packet())
await radio.send(b"x")
say(sparing=True)
await asyncio.sleep_ms(100)
await radio.receive_continuous()
say(sparing=False)
await asyncio.sleep_ms(100)
await radio.receive_continuous(sparing=True)
await radio.start(USUAL_CHANNEL)
""",
    )
    bench.add("other", START + "\nawait asyncio.sleep_ms(300)\nawait radio.send(b'far')")

    def receives_with() -> tuple[Mode, int]:
        chip = board.chip_1262.radio
        return chip.mode, chip.settings.register(REG_RX_GAIN)

    assert bench.world.run_until(lambda: board.values("sparing") == [True], 5_000)
    assert board.packets == [b"far"]
    assert receives_with() == (Mode.RX, RX_GAIN_SPARING)
    assert bench.world.run_until(lambda: len(board.values("sparing")) == 2, 5_000)
    assert receives_with() == (Mode.RX, RX_GAIN_BOOSTED)
    bench.run(board)
    assert receives_with() == (Mode.RX, RX_GAIN_SPARING)
    assert board.chip.refusals == []


def test_sending_interrupts_the_cycle_and_resumes_it(bench: Bench) -> None:
    board = bench.add(
        "board",
        START
        + """
await radio.receive_duty_cycle(64)
for wait_ms in range(0, 120, 7):
    await asyncio.sleep_ms(200 + wait_ms)
    await radio.send(b"x")
await asyncio.sleep_ms(1000)
""",
    )
    bench.run(board)

    assert len(bench.sent("board")) == 18
    assert board.chip_1262.radio.in_duty_cycle
    assert board.chip.refusals == []
