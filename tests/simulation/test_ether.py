"""The ether alone: stations that are no chips send to each other."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from turna_protocol.regions import USUAL_CHANNEL
from turna_simulation.air_radio import modulation
from turna_simulation.ether import Antenna, Ether, Impairment, Receiver, Reception
from turna_simulation.lora import Modulation
from turna_simulation.propagation import PathLoss
from turna_simulation.scheduler import Scheduler

SYMBOL_US = 2_048
CHANNEL = modulation(USUAL_CHANNEL)
AIRTIME_US = CHANNEL.airtime_us(20)
NEAR_DB = 100.0


class Station:
    """Listens continuously and remembers."""

    def __init__(self, ether: Ether, name: str, position: tuple[float, float] = (0, 0)) -> None:
        self.antenna: Antenna = ether.antenna(name, position)
        self.heard: list[Reception] = []
        self.preambles = 0
        self.header_errors = 0

    def listen(self, channel: Modulation = CHANNEL) -> None:
        self.antenna.listen(Receiver(channel), self)

    def send(self, payload: bytes = bytes(20), channel: Modulation = CHANNEL) -> None:
        self.antenna.transmit(channel, payload, 10.0)

    def preamble_detected(self) -> None:
        self.preambles += 1

    def header_received(self, *, intact: bool) -> None:
        self.header_errors += not intact

    def packet_received(self, reception: Reception) -> None:
        self.heard.append(reception)

    @property
    def intact(self) -> list[bytes]:
        return [reception.payload for reception in self.heard if reception.intact]


class Scene:
    """Stations a, b and c; all links have the same loss until told otherwise."""

    def __init__(self, seed: int = 1) -> None:
        self.scheduler = Scheduler()
        still = PathLoss(shadowing_db=0.0, fading_db=0.0)
        self.ether = Ether(self.scheduler, Random(seed), still)
        self.a, self.b, self.c = (Station(self.ether, name) for name in "abc")
        for sender in "abc":
            for receiver in "abc":
                self.link(sender, receiver, path_loss_db=NEAR_DB)

    def link(self, sender: str, receiver: str, **impairment: float) -> None:
        impairment.setdefault("path_loss_db", NEAR_DB)
        self.ether.impair(sender, receiver, Impairment(**impairment))

    def at(self, when_us: float, action: Callable[[], None]) -> None:
        self.scheduler.at(round(when_us), action)

    def run(self, duration_us: float = 10_000_000) -> None:
        self.scheduler.run_until(self.scheduler.now_us + round(duration_us))

    def fate(self, station: str, packet: int = 1) -> str:
        """Return what became of a packet at a station."""
        for record in self.ether.log:
            ended = record["event"] in ("received", "damaged", "missed")
            if ended and record["station"] == station and record["packet"] == packet:
                return str(record.get("reason", record["event"]))
        return "nothing"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_packet_arrives_after_its_time_on_air(scene: Scene) -> None:
    scene.b.listen()
    scene.a.send(b"report".ljust(20))

    scene.run(AIRTIME_US - 1)
    assert scene.b.intact == []
    scene.run(1)
    assert scene.b.intact == [b"report".ljust(20)]
    assert scene.b.heard[0].signal_dbm == 10.0 - NEAR_DB


@pytest.mark.parametrize(
    "other",
    [
        replace(CHANNEL, freq_hz=CHANNEL.freq_hz + 40_000),
        replace(CHANNEL, bandwidth_hz=250_000),
        replace(CHANNEL, sf=9),
        replace(CHANNEL, iq_inverted=True),
    ],
    ids=["frequency", "bandwidth", "spreading factor", "IQ"],
)
def test_a_packet_of_another_modulation_is_not_noticed(scene: Scene, other: Modulation) -> None:
    scene.b.listen(other)
    scene.a.send()
    scene.run()

    assert scene.b.preambles == 0
    assert scene.fate("b") == "other_modulation"


def test_a_packet_with_another_sync_word_is_noticed_but_not_received(scene: Scene) -> None:
    scene.b.listen(replace(CHANNEL, sync_word=0x3444))
    scene.a.send()
    scene.run()

    assert scene.b.preambles == 1
    assert scene.b.heard == []
    assert scene.fate("b") == "other_sync_word"


def test_carriers_match_within_a_quarter_of_the_bandwidth(scene: Scene) -> None:
    scene.b.listen(replace(CHANNEL, freq_hz=CHANNEL.freq_hz + 31_000))
    scene.a.send()
    scene.run()

    assert len(scene.b.intact) == 1


def test_a_receiver_that_starts_within_the_preamble_still_locks(scene: Scene) -> None:
    scene.a.send()
    scene.at(6.9 * SYMBOL_US, scene.b.listen)
    scene.at(7.1 * SYMBOL_US, scene.c.listen)
    scene.run()

    assert len(scene.b.intact) == 1
    assert scene.c.heard == []
    assert scene.fate("c") == "not_listening"


def test_a_station_does_not_hear_while_it_sends(scene: Scene) -> None:
    scene.b.listen()
    scene.a.send()
    scene.at(3 * SYMBOL_US, scene.b.send)
    scene.run()

    assert scene.b.heard == []


def test_two_packets_of_equal_strength_destroy_each_other(scene: Scene) -> None:
    scene.c.listen()
    scene.a.send()
    scene.at(20 * SYMBOL_US, scene.b.send)
    scene.run()

    assert scene.c.intact == []
    assert scene.c.header_errors + len(scene.c.heard) >= 1


def test_of_two_packets_the_one_six_decibels_stronger_survives(scene: Scene) -> None:
    scene.link("b", "c", path_loss_db=NEAR_DB + 6.1)
    scene.c.listen()
    scene.a.send(b"strong".ljust(20))
    scene.at(20 * SYMBOL_US, scene.b.send)
    scene.run()

    assert scene.c.intact == [b"strong".ljust(20)]
    assert scene.fate("c", packet=2) == "drowned"


def test_a_stronger_packet_takes_the_receiver_from_one_still_in_its_preamble(scene: Scene) -> None:
    scene.link("a", "c", path_loss_db=NEAR_DB + 10)
    scene.c.listen()
    scene.a.send(b"weak".ljust(20))
    scene.at(6 * SYMBOL_US, lambda: scene.b.send(b"strong".ljust(20)))
    scene.run()

    assert scene.c.intact == [b"strong".ljust(20)]
    assert scene.fate("c", packet=1) == "captured"


def test_a_stronger_packet_that_comes_too_late_destroys_and_is_lost(scene: Scene) -> None:
    scene.link("a", "c", path_loss_db=NEAR_DB + 10)
    scene.c.listen()
    scene.a.send()
    scene.at(30 * SYMBOL_US, scene.b.send)
    scene.run()

    assert scene.c.intact == []
    assert scene.fate("c", packet=1) == "damaged"
    assert scene.fate("c", packet=2) == "receiver_busy"


def test_an_early_overlap_does_not_harm(scene: Scene) -> None:
    """Only the last five preamble symbols and what follows can be destroyed."""
    scene.link("a", "c", path_loss_db=200)
    scene.c.listen()
    scene.a.send(bytes(1))
    overlap_us = CHANNEL.airtime_us(1) - 2 * SYMBOL_US
    scene.at(overlap_us, lambda: scene.b.send(b"later".ljust(20)))
    scene.run()

    assert scene.c.intact == [b"later".ljust(20)]


def test_other_spreading_factors_disturb_only_when_much_stronger(scene: Scene) -> None:
    for louder_db, survives in ((15, True), (17, False)):
        scene = Scene()
        scene.link("a", "c", path_loss_db=NEAR_DB + louder_db)
        scene.c.listen()
        scene.a.send()
        scene.b.send(channel=replace(CHANNEL, sf=9))
        scene.run()
        assert bool(scene.c.intact) is survives


@pytest.mark.parametrize(("sf", "floor_db"), [(7, -7.5), (8, -10.0), (10, -15.0), (12, -20.0)])
def test_a_packet_is_heard_down_to_the_floor_of_its_spreading_factor(
    sf: int, floor_db: float
) -> None:
    for margin_db, heard in ((0.1, 1), (-0.1, 0)):
        scene = Scene()
        channel = replace(CHANNEL, sf=sf)
        loss_db = 10.0 - channel.noise_dbm() - floor_db - margin_db
        scene.link("a", "b", path_loss_db=loss_db)
        scene.b.listen(channel)
        scene.a.send(channel=channel)
        scene.run()
        assert len(scene.b.intact) == heard


def test_a_blocked_station_neither_hears_nor_is_heard(scene: Scene) -> None:
    scene.ether.block("b")
    scene.b.listen()
    scene.c.listen()
    scene.a.send()
    scene.run()
    scene.b.send()
    scene.run()

    assert scene.b.heard == []
    assert len(scene.c.heard) == 1
    assert scene.fate("b") == "out_of_range"

    scene.ether.unblock("b")
    scene.b.listen()
    scene.a.send()
    scene.run()
    assert len(scene.b.intact) == 1


def test_a_packet_is_damaged_when_the_station_goes_out_of_range_meanwhile(scene: Scene) -> None:
    scene.b.listen()
    scene.a.send()
    scene.at(AIRTIME_US - 10_000, lambda: scene.ether.block("b"))
    scene.run()

    assert [reception.intact for reception in scene.b.heard] == [False]


def test_a_packet_that_is_cut_off_comes_out_damaged(scene: Scene) -> None:
    scene.b.listen()
    scene.a.send()
    scene.at(AIRTIME_US - 10_000, scene.a.antenna.stop_transmitting)
    scene.run()

    assert [reception.intact for reception in scene.b.heard] == [False]
    assert scene.ether.airtime_us("a") == AIRTIME_US - 10_000


def test_loss_and_corruption_happen_as_often_as_asked() -> None:
    scene = Scene(seed=5)
    scene.link("a", "b", loss=0.25)
    scene.link("a", "c", corruption=0.25)
    scene.b.listen()
    scene.c.listen()
    for i in range(200):
        scene.at(i * 1_000_000, scene.a.send)
    scene.run(300_000_000)

    assert 130 <= len(scene.b.heard) <= 170
    assert len(scene.c.heard) == 200
    assert 130 <= len(scene.c.intact) <= 170


def test_one_seed_gives_one_history() -> None:
    def history(seed: int) -> list[dict[str, str | float]]:
        scheduler = Scheduler()
        ether = Ether(scheduler, Random(seed))
        stations = [Station(ether, f"s{i}", (700.0 * i, 0.0)) for i in range(6)]
        for i, station in enumerate(stations):
            station.listen()
            scheduler.at(i * 60_000, station.send)
        scheduler.run_until(5_000_000)
        return ether.log

    assert history(1) == history(1)
    assert history(1) != history(2)


def test_power_on_the_channel_adds_up(scene: Scene) -> None:
    receiver = Receiver(CHANNEL)
    assert round(scene.c.antenna.rssi_dbm(receiver)) == -117

    scene.a.send()
    scene.b.send()
    scene.run(SYMBOL_US)

    assert round(scene.c.antenna.rssi_dbm(receiver)) == -87


def test_chirps_are_present_from_preamble_to_end(scene: Scene) -> None:
    receiver = Receiver(CHANNEL)

    def present() -> bool:
        now_us = scene.scheduler.now_us
        return scene.c.antenna.hears_chirps(receiver, now_us - 4 * SYMBOL_US)

    scene.run(100_000)
    assert not present()
    scene.a.send()
    scene.run(4 * SYMBOL_US)
    assert present()
    scene.run(AIRTIME_US - 4 * SYMBOL_US)
    assert present()
    scene.run(4 * SYMBOL_US)
    assert not present()


def test_air_time_is_accounted_by_station_band_and_span(scene: Scene) -> None:
    scene.a.send()
    scene.run(1_000_000)
    scene.a.send(channel=replace(CHANNEL, freq_hz=868_100_000))
    scene.run(1_000_000)

    assert scene.ether.airtime_us("a") == 2 * AIRTIME_US
    assert scene.ether.airtime_us("a", band_hz=(433_050_000, 434_790_000)) == AIRTIME_US
    assert scene.ether.airtime_us("a", from_us=10_000, to_us=30_000) == 20_000
    assert scene.ether.airtime_us("b") == 0


def test_a_station_hears_less_the_further_it_goes() -> None:
    scheduler = Scheduler()
    still = PathLoss(shadowing_db=0.0, fading_db=0.0)
    ether = Ether(scheduler, Random(1), still)
    sender, walker = Station(ether, "sender"), Station(ether, "walker")
    levels = []
    for distance_m in (10.0, 100.0, 1_000.0):
        walker.antenna.position = (distance_m, 0.0)
        walker.listen()
        sender.send()
        scheduler.run_until(scheduler.now_us + 1_000_000)
        levels.append(walker.heard[-1].signal_dbm)

    assert [round(a - b) for a, b in pairwise(levels)] == [29, 29]
