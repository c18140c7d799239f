"""One seed, one history: the complete log of a scenario is the same on every run.

The log is what happened on each board and on the air; its last line is the digest of every frame
between world and boards: each pin, each byte on a bus, each look at the clock.
"""

import random
from pathlib import Path

from tests.scenarios.conftest import EPOCH_S, make_kit
from turna_simulation.chain import VirtualChain
from turna_simulation.world import World


def _history(directory: Path, seed: int) -> list[str]:
    directory.mkdir()
    with World(seed=seed, start_unix_s=EPOCH_S + 7600) as world:
        chain = VirtualChain(world, make_kit(directory), gateway="hatay-1")
        chain.start()
        keys = random.Random(seed)
        for device in (1, 2):
            board = chain.add_handset(device, position=(300.0 * device, -500.0))
            board.parts.gnss.stand_at(3_620_000 + device, 3_616_000)
            board.power_on()
        for _ in range(12):
            board = chain.handsets[keys.choice((1, 2))]
            board.press("user", keys.choice((120, 900)))
            world.run_for(keys.randrange(500, 6_000))
        chain.gateway.uplink.cut()
        world.run_for(20_000)
        chain.gateway.uplink.connect()
        world.run_for(30_000)
        chain.close()
        return [*world.history(), world.log.frames_digest()]


def test_the_same_seed_gives_the_same_complete_log_twice(tmp_path: Path) -> None:
    first = _history(tmp_path / "first", seed=11)
    second = _history(tmp_path / "second", seed=11)

    assert sum("air received" in line for line in first) > 10
    assert first == second


def test_another_seed_gives_another_log(tmp_path: Path) -> None:
    assert _history(tmp_path / "first", seed=11) != _history(tmp_path / "second", seed=12)
