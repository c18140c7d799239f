"""Where the gateway does not reach: a report goes through relays, and so does its answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenarios.conftest import EPOCH_S
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_handset import font
from turna_protocol.modem.device_client import CountersRead, DeviceClient
from turna_secretariat import queries
from turna_simulation.board import Board
from turna_simulation.chain import VirtualChain
from turna_simulation.field import Impairment
from turna_simulation.host_serial import HostSerial
from turna_simulation.world import World

LONG_MS = 900
MODEM = "modem"
OUT_OF_REACH = Impairment(path_loss_db=220.0)


@dataclass
class Hill:
    """A handset behind a hill, and relays that see further."""

    chain: VirtualChain
    handset: Board

    def part(self, one: str, other: str) -> None:
        """Let two stations not hear each other."""
        for sender, receiver in ((one, other), (other, one)):
            self.chain.world.ether.impair(sender, receiver, OUT_OF_REACH)

    def relay(self, name: str) -> Board:
        board = self.chain.add_relay(name, position=(200.0, 100.0))
        board.power_on()
        return board

    def report(self) -> None:
        for _ in range(3):
            self.handset.press("user", LONG_MS)
            self.chain.world.run_for(LONG_MS + 700)

    def comes_to_say(self, words: str, within_ms: int) -> bool:
        def said() -> bool:
            return any(words in line for line in self.handset.screen().text(font))

        for _ in range(within_ms // 500):
            if said():
                return True
            self.chain.world.run_for(500)
        return said()

    def ways(self) -> list[int]:
        """Return the hops left of the sitrep, each time a gateway heard it."""
        archive = self.chain.secretariat.archive
        with archive.reader() as connection:
            stored = queries.reports(connection, self.chain.secretariat.registry)
            (sitrep,) = [report for report in stored if report["type"] == "sitrep"]
            whole = queries.one_report(connection, self.chain.secretariat.registry, sitrep["id"])
        assert whole is not None
        return [way["hops"] for way in whole["carried_by"]]

    def counters(self, board: Board) -> dict[str, int]:
        client = DeviceClient(9)
        host = HostSerial(client, board.serial, self.chain.world.scheduler)
        host.open()
        client.ask_counters()
        found: dict[str, int] = {}

        def told() -> bool:
            while (event := client.next_event()) is not None:
                if isinstance(event, CountersRead):
                    found.update(event.counts)
            return bool(found)

        assert self.chain.world.run_until(told, 20_000)
        host.close()
        return found


@pytest.fixture(params=[1])
def hill(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hill]:
    kit = tmp_path / "kit"
    make_deployment(
        kit,
        name="HILL",
        mode="exercise",
        origin=(3_620_210, 3_616_030),
        epoch_s=EPOCH_S,
        region="COMMON433",
        teams=[TeamPlan("TUR01", "tr")],
        gateways=[GatewayPlan("hatay-1", "tr")],
        hops=request.param,
        master=bytes(range(32)),
    )
    with World(seed=7, start_unix_s=EPOCH_S + 7600) as world:
        chain = VirtualChain(world, kit, gateway="hatay-1")
        handset = chain.add_handset(1, position=(400.0, 300.0))
        made = Hill(chain, handset)
        made.part(handset.name, MODEM)
        chain.start()
        handset.power_on()
        yield made
        chain.close()


def test_without_a_relay_the_report_stays_where_it_is(hill: Hill) -> None:
    hill.chain.world.run_for(6_000)
    hill.report()
    hill.chain.world.run_for(60_000)
    assert hill.comes_to_say("saved here", 0)


def test_a_relay_brings_the_report_to_the_gateway_and_its_answers_back(hill: Hill) -> None:
    relay = hill.relay("hilltop")
    hill.chain.world.run_for(6_000)
    hill.report()

    assert hill.comes_to_say("stored at Secretariat", 60_000)
    assert hill.ways() == [0]  # of the one that it started with
    counters = hill.counters(relay)
    assert counters["relay passed on"] >= 3  # report, acknowledgement, receipt
    assert not [name for name in counters if name.startswith("failed")]
    assert relay.faults == []


@pytest.mark.parametrize("hill", [2], indirect=True)
def test_two_relays_in_a_row_carry_it_further(hill: Hill) -> None:
    near, far = hill.relay("near"), hill.relay("far")
    hill.part(near.name, hill.handset.name)
    hill.part(far.name, MODEM)
    hill.chain.world.run_for(6_000)
    hill.report()

    assert hill.comes_to_say("stored at Secretariat", 120_000)
    assert hill.ways() == [0]


def test_of_two_relays_that_hear_the_same_one_keeps_silent(hill: Hill) -> None:
    relays = [hill.relay(name) for name in ("east", "west")]
    hill.chain.world.run_for(6_000)
    hill.report()

    assert hill.comes_to_say("stored at Secretariat", 60_000)
    counts = [hill.counters(relay) for relay in relays]
    assert sum(count.get("relay keeps silent", 0) for count in counts) > 0


def test_what_the_gateway_hears_itself_no_relay_repeats(hill: Hill) -> None:
    for pair in ((hill.handset.name, MODEM), (MODEM, hill.handset.name)):
        hill.chain.world.ether.impair(*pair, Impairment())
    relay = hill.relay("hilltop")
    hill.chain.world.run_for(6_000)
    hill.report()

    assert hill.comes_to_say("stored at Secretariat", 60_000)
    assert hill.ways() == [1]
    assert hill.counters(relay)["relay acknowledged"] >= 1
