"""How long the officer's word takes to a handset that saves power, in each mode, on both radios."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.scenarios.conftest import EPOCH_S, make_kit
from tests.scenarios.test_the_way_down import Officer
from turna_handset import listening, power
from turna_protocol.beacon import PERIOD_MS
from turna_protocol.regions import USUAL_CHANNEL
from turna_simulation.board import Board
from turna_simulation.chain import VirtualChain
from turna_simulation.energy import EnergyLedger
from turna_simulation.mcu import LIGHT_SLEEP
from turna_simulation.world import World

# Two boards in virtual time: seconds by themselves, longer beside other work.
pytestmark = pytest.mark.timeout(240)
WITH_SX1262 = ("heltec_v3", "lilygo_t3_s3", "tbeam_supreme")
WITH_SX1276 = ("heltec_v2", "tbeam_1_1")
LONG_PREAMBLE = 64
OFTEN_S = 30  # its own reports come in between
LISTEN_WITHIN_MS = 5_000
SAVER_WITHIN_MS = PERIOD_MS + listening.BEACON_LATE_MS + 2_000
STARTED_MS = 70_000  # a beacon was heard, the minute awake is over


class Sleeper:
    """A handset in a mode of power, and how long words take to its screen."""

    def __init__(self, chain: VirtualChain, model: str, mode: str, position_s: int = 3_600) -> None:
        changes = {"power": mode, "position_interval_s": position_s, "health_interval_s": 3_600}
        self.board: Board = chain.add_handset(
            1, position=(300.0, 200.0), changes=changes, model=model
        )
        self.board.parts.gnss.stand_at(3_620_500, 3_616_300)
        self.board.power_on()
        self._chain = chain
        chain.world.run_for(STARTED_MS)
        self._officer = Officer(chain)

    def latency_ms(self, after_ms: int, limit_ms: int) -> int:
        """Say something after a pause, to a dark screen; return when the screen lights up."""
        world = self._chain.world
        world.run_for(after_ms)
        assert world.run_until(lambda: not self.board.parts.oled.lit, 30_000)
        assert world.run_until(lambda: self.board.mcu.state == LIGHT_SLEEP, 5_000)
        said_ms = world.now_ms
        self._officer.say("task", {"task": "search", "text": "2. kat"}, 1)
        assert world.run_until(lambda: self.board.parts.oled.lit, 2 * limit_ms), "it never came"
        return world.now_ms - said_ms


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[VirtualChain]:
    with World(seed=7, start_unix_s=EPOCH_S + 7600) as world:
        chain = VirtualChain(world, make_kit(tmp_path), gateway="hatay-1")
        chain.start()
        yield chain
        chain.close()


@pytest.mark.parametrize("model", WITH_SX1262 + WITH_SX1276)
def test_at_the_worst_a_word_lights_a_listening_handset_within_five_seconds(
    chain: VirtualChain, model: str
) -> None:
    sleeper, chance = Sleeper(chain, model, power.LISTEN, OFTEN_S), Random(5)
    ledger = EnergyLedger(chain.world.scheduler, sleeper.board)
    took_ms = [sleeper.latency_ms(chance.randrange(15_000), LISTEN_WITHIN_MS) for _ in range(8)]
    assert max(took_ms) <= LISTEN_WITHIN_MS, sorted(took_ms)
    asleep_s = sum(row.seconds for row in ledger.rows() if row.state == LIGHT_SLEEP)
    assert asleep_s > ledger.elapsed_s / 2
    assert sleeper.board.faults == []


def test_where_preambles_are_long_a_listening_radio_sleeps_in_turns_and_hears_at_once(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path, USUAL_CHANNEL.replace(preamble_symbols=LONG_PREAMBLE))
    with World(seed=7, start_unix_s=EPOCH_S + 7600) as world:
        chain = VirtualChain(world, kit, gateway="hatay-1")
        chain.start()
        sleeper, chance = Sleeper(chain, "heltec_v3", power.LISTEN, OFTEN_S), Random(5)
        ledger = EnergyLedger(world.scheduler, sleeper.board)
        took_ms = [sleeper.latency_ms(chance.randrange(15_000), LISTEN_WITHIN_MS) for _ in range(8)]
        chain.close()
        assert max(took_ms) <= LISTEN_WITHIN_MS, sorted(took_ms)
        rested_s = sum(r.seconds for r in ledger.rows() if (r.part, r.state) == ("radio", "sleeps"))
        assert rested_s > ledger.elapsed_s / 2
        assert sleeper.board.faults == []


@pytest.mark.parametrize("model", ["heltec_v3", "tbeam_1_1"])
def test_a_saver_gets_a_word_with_the_next_beacon_and_rests_its_radio_until_then(
    chain: VirtualChain, model: str
) -> None:
    sleeper, chance = Sleeper(chain, model, power.SAVER), Random(5)
    took_ms = [sleeper.latency_ms(chance.randrange(60_000), SAVER_WITHIN_MS) for _ in range(4)]
    assert max(took_ms) <= SAVER_WITHIN_MS, sorted(took_ms)

    ledger = EnergyLedger(chain.world.scheduler, sleeper.board)
    chain.world.run_for(600_000)
    received_s = sum(row.seconds for row in ledger.rows() if row.state.startswith("receives"))
    assert received_s < ledger.elapsed_s / 15
    assert sleeper.board.faults == []


def test_a_polling_handset_gets_a_word_right_after_its_next_report(chain: VirtualChain) -> None:
    sleeper = Sleeper(chain, "heltec_v3", power.POLL, position_s=120)
    assert sleeper.latency_ms(20_000, 150_000) <= 150_000
    (contact,) = chain.gateway.core.handsets.contacts()
    now_s = chain.world.start_unix_s + chain.world.now_ms // 1000
    assert now_s - contact.heard_at_s <= LISTEN_WITHIN_MS // 1000
