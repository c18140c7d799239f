"""Nonsense on the air, on the serial line and on the topics: counted, and nothing is lost by it."""

import random

from tests.scenarios.test_the_way_of_a_report import LONG_MS, _comes_to_say, _type, _up
from turna_protocol.regions import USUAL_CHANNEL
from turna_secretariat import queries
from turna_simulation.air_radio import modulation
from turna_simulation.chain import VirtualChain

CHANNEL = modulation(USUAL_CHANNEL)
FORGERIES = 120
EVERY_MS = 700


def _surround(chain: VirtualChain, seed: int) -> None:
    """Let a stranger send random packets, and what it has recorded, bent a little."""
    stranger = chain.world.ether.antenna("stranger", (200.0, 200.0))
    chance = random.Random(seed)

    def speak() -> None:
        recorded = [
            bytes.fromhex(str(record["payload"]))
            for record in chain.world.ether.log
            if record["event"] == "sent" and record["station"] != "stranger"
        ]
        if recorded and chance.random() < 0.5:
            packet = bytearray(chance.choice(recorded))
            packet[chance.randrange(len(packet))] ^= 1 << chance.randrange(8)
        else:
            packet = bytearray(chance.randbytes(chance.randrange(1, 60)))
        stranger.transmit(CHANNEL, bytes(packet), 10.0)

    for number in range(FORGERIES):
        chain.world.at(chain.world.now_ms + number * EVERY_MS, speak)


def test_forged_and_random_packets_change_nothing_and_are_counted(chain: VirtualChain) -> None:
    board = _up(chain)
    _surround(chain, seed=5)
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)

    assert _comes_to_say(board, chain, "stored at Secretariat", 240_000)
    chain.world.run_for(FORGERIES * EVERY_MS)
    refused = chain.gateway.core.counters.refused()
    with chain.secretariat.archive.reader() as connection:
        counted = queries.counts(connection, "exercise")
        assert queries.stored_twice(connection) == 0
    assert sum(refused.values()) > FORGERIES // 2
    assert set(counted["by_standing"]) == {"authentic"}
    assert board.boots == chain.modem.boots == 1


def test_random_bytes_on_both_serial_lines_stop_nothing(chain: VirtualChain) -> None:
    board = _up(chain)
    chance = random.Random(6)

    def babble() -> None:
        noise = chance.randbytes(chance.randrange(1, 80))
        board.serial.write(noise)
        chain.modem.serial.write(noise)
        board.nmea(noise)

    for number in range(60):
        chain.world.at(chain.world.now_ms + number * 400, babble)
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)

    assert _comes_to_say(board, chain, "stored at Secretariat", 120_000)


def test_random_bytes_on_every_topic_stop_nothing(chain: VirtualChain) -> None:
    board = _up(chain)
    chance = random.Random(7)
    stranger = chain.backbone.join((), lambda _event: None)
    stranger.connect()
    topics = [
        "ots/v1/tr/u/tur01-1/report",
        "ots/v1/tr/u/tur01-1/sos",
        "ots/v1/tr/g/hatay-1/receipt",
        "ots/v1/tr/g/hatay-1/health",
        "ots/v1/tr/g/hatay-1/conn",
        "ots/v1/sys/sec/conn",
    ]

    def babble() -> None:
        stranger.publish(chance.choice(topics), chance.randbytes(chance.randrange(0, 120)))

    for number in range(200):
        chain.world.at(chain.world.now_ms + number * 50, babble)
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)

    assert _comes_to_say(board, chain, "stored at Secretariat", 120_000)
    with chain.secretariat.archive.reader() as connection:
        assert sum(queries.counts(connection, "exercise")["refused"].values()) > 50
