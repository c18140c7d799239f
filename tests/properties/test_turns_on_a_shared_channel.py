"""Turns from the beacon on a channel where no handset hears another.

The worst case for listen before talk: what begins while another is on the air is lost.
"""

import heapq
from random import Random

import pytest

from turna_protocol import beacon
from turna_protocol.link import Link
from turna_protocol.regions import USUAL_CHANNEL

PACKET_BYTES = 32
SLOT_MS = 240
BEACON_EVERY_MS = 60_000
RUN_MS = 20 * 60_000
REPORT_EVERY_MS = 120_000


class Station:
    def __init__(self, device: int, random: Random) -> None:
        self.device = device
        self.link = Link(device, random.randrange, USUAL_CHANNEL.airtime_ms)
        self.next_report_ms = random.randrange(REPORT_EVERY_MS)
        self.seq = 0
        self.made_ms: dict[int, int] = {}


def run(devices: list[int], seed: int, *, turns: bool) -> tuple[float, int]:
    """Return (share of transmissions that collided, reports acknowledged within five minutes)."""
    random = Random(seed)
    stations = [Station(device, random) for device in devices]
    table, slots = beacon.plan_turns(devices) if turns else (b"", 0)
    one = beacon.Beacon(gateway=1, number=1, turns=table, slots=slots, slot_ms=SLOT_MS)
    on_air: list[tuple[int, int, int, int]] = []  # start, end, station, seq
    wakes = [(station.next_report_ms, i) for i, station in enumerate(stations)]
    heapq.heapify(wakes)
    for station in stations:
        _assign(station, one, 0)
    sent = collided = in_time = 0
    while wakes:
        now_ms, i = heapq.heappop(wakes)
        if now_ms > RUN_MS:
            break
        station = stations[i]
        if now_ms // BEACON_EVERY_MS * BEACON_EVERY_MS > 0:
            _assign(station, one, now_ms // BEACON_EVERY_MS * BEACON_EVERY_MS)
        if now_ms >= station.next_report_ms:
            station.link.offer(station.seq, bytes(PACKET_BYTES), 1, now_ms)
            station.made_ms[station.seq] = now_ms
            station.seq += 1
            station.next_report_ms += REPORT_EVERY_MS
        due = station.link.to_transmit(now_ms)
        if due is not None:
            sent += 1
            end_ms = now_ms + USUAL_CHANNEL.airtime_ms(PACKET_BYTES)
            on_air = [entry for entry in on_air if entry[1] > now_ms - 2_000]
            hit = [entry for entry in on_air if entry[1] > now_ms]
            collided += bool(hit)
            on_air.append((now_ms, end_ms, i, due[0]))
            station.link.transmitted(due[0], end_ms)
            if not hit:
                station.link.acknowledged(due[0], end_ms)
                station.link.receipted(due[0], end_ms)
                in_time += end_ms - station.made_ms[due[0]] < 5 * 60_000
            now_ms = end_ms
        deadline_ms = station.link.deadline_ms()
        times = [station.next_report_ms] + ([] if deadline_ms is None else [deadline_ms])
        heapq.heappush(wakes, (max(now_ms + 1, min(times)), i))
    return collided / max(sent, 1), in_time


def _assign(station: Station, one: beacon.Beacon, heard_ms: int) -> None:
    turn = beacon.turn(one, station.device)
    if turn is not None:
        period_ms, after_ms, width_ms = turn
        station.link.assign_phase(period_ms, heard_ms + after_ms, width_ms)


@pytest.mark.parametrize("count", [20, 100])
def test_with_turns_nothing_collides_and_without_them_much_does(count: int) -> None:
    devices = Random(count).sample(range(1, 400), count)
    with_turns, in_time = run(devices, 1, turns=True)
    at_random, _ = run(devices, 1, turns=False)
    made = count * RUN_MS // REPORT_EVERY_MS
    assert with_turns == 0
    assert in_time >= made * 0.98  # the last reports of the run are still waiting for their turn
    if count == 100:
        assert at_random > 0.05
