"""Virtual boards exchange packets through driver, chip and ether, the same way every time."""

from pathlib import Path

import pytest

from tests.firmware.radio_bench import LISTEN, Bench, still_air
from turna_simulation.interpreter import find_micropython
from turna_simulation.world import World

MIXED = ("heltec_v3", "heltec_v2", "tbeam_1_2", "station_g2")
CALL = """
await radio.start(USUAL_CHANNEL)
await radio.receive_continuous()
await asyncio.sleep_ms(500)
for number in range(3):
    say(airtime_us=await radio.send(bytes([number]) * 20))
say_packet(await radio.next_packet(300))
"""
CHATTER = """
await radio.start(USUAL_CHANNEL)
await radio.receive_continuous()
for number in range(10):
    while not await radio.channel_is_clear():
        await asyncio.sleep_ms(40 + {index})
    await radio.send(bytes([{index}, number]) * 9)
    await asyncio.sleep_ms(170 * {index})
"""


def test_two_boards_exchange_packets_through_driver_chip_and_ether() -> None:
    with World(seed=7, path_loss=still_air()) as world:
        bench = Bench(world)
        listener, caller = bench.add("listener", LISTEN), bench.add("caller", CALL)
        bench.run(caller)

        assert listener.packets == [bytes([number]) * 20 for number in range(3)]
        assert caller.values("airtime_us") == [111_104] * 3
        assert caller.said[-2] == {"packet": None}
        for board in (listener, caller):
            assert board.chip.refusals == []
            assert board.board.faults == []


def chatter(seed: int, micropython: Path | None = None, heap: str | None = None) -> list[str]:
    with World(seed) as world:
        bench = Bench(world)
        boards = [
            bench.add(f"board{i}", CHATTER.replace("{index}", str(i + 1)), micropython, heap, model)
            for i, model in enumerate(MIXED)
        ]
        for board in boards:
            bench.run(board)
        assert all(board.board.parts.radio.refusals == [] for board in boards)
        return world.history()


def test_one_seed_gives_one_history_of_the_air() -> None:
    assert chatter(11) == chatter(11)


def test_the_history_does_not_depend_on_the_word_size_of_the_interpreter() -> None:
    try:
        narrow = find_micropython(32)
    except FileNotFoundError as reason:
        pytest.skip(str(reason))
    assert chatter(11, narrow, heap="110K") == chatter(11)
