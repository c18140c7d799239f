"""What gateways tell a handset: believed with the right key, refused and counted without."""

import random
from pathlib import Path

from tests.simulation.handset_bench import DOUBLE_MS, LONG_MS, Field, Host
from turna_protocol import delivery
from turna_protocol.reports import TYPES, Sitrep
from turna_simulation.world import World

SITREP_TYPE = [entry.NAME for entry in TYPES].index("sitrep")


def test_each_state_of_a_report_stands_on_the_screen_and_buzzes(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        assert field.shows("saved here")
        tones = field.handset.parts.buzzer.tones

        field.gateway.acknowledge(seq)
        world.run_for(1000)
        assert field.shows("stored at gateway")
        assert field.handset.parts.buzzer.tones == tones + 1

        for state in (delivery.AT_SECRETARIAT, delivery.READ, delivery.ACTED):
            field.gateway.receipt(seq, state)
            world.run_for(1500)
            assert field.shows(delivery.STATE_NAMES[state])
        assert field.handset.parts.buzzer.tones > tones + 4


def test_a_refused_report_says_so(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        field.gateway.receipt(seq, delivery.REFUSED)
        world.run_for(1000)
        assert field.shows("refused")


def test_a_false_alarm_has_its_own_word(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        field.gateway.receipt(seq, delivery.FALSE_ALARM)
        world.run_for(1000)
        assert field.shows("false alarm")


def test_a_state_never_goes_back(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        field.gateway.receipt(seq, delivery.READ)
        field.gateway.acknowledge(seq)
        field.gateway.receipt(seq, delivery.AT_SECRETARIAT)
        world.run_for(1000)
        assert field.shows("read by a person")


def test_the_list_shows_the_report_and_its_details(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        field.gateway.receipt(seq, delivery.READ)
        field.menu("reports")
        assert field.screen()[1].startswith(f"\ue003 SITREP #{seq}")
        field.press(LONG_MS)
        assert field.screen()[1:3] == [f"\ue003 SITREP #{seq}", "read by a person"]


def test_forged_acknowledgements_and_receipts_are_refused_and_counted(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        field.gateway.acknowledge(seq, link_key=bytes(32))
        field.gateway.receipt(seq, delivery.READ, authentication_key=bytes(32))
        # a captured gateway knows the link key, and still cannot speak for the Secretariat
        field.gateway.receipt(seq, delivery.READ, authentication_key=field.gateway.link_key)
        world.run_for(1000)
        assert field.shows("saved here")
        assert Host(field).counters()["refused false tag"] == 3


def test_random_bytes_on_the_air_change_nothing_and_are_counted(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        chance = random.Random(5)
        for _ in range(60):
            field.gateway.send(chance.randbytes(chance.randrange(1, 120)))
        counters = Host(field).counters()
        assert counters["refused malformed packet"] + counters.get("refused false tag", 0) > 20
        assert not [name for name in counters if name.startswith("failed")]
        field.gateway.acknowledge(seq)
        world.run_for(2000)  # nothing is drawn for a second after a host has asked
        assert field.shows("stored at gateway")


def test_garbage_on_the_gnss_line_and_on_usb_is_counted_and_survived(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        chance = random.Random(6)
        for _ in range(20):
            field.handset.nmea(b"$GNGGA," + chance.randbytes(40) + b"\r\n")
            field.handset.serial.write(chance.randbytes(50) + b"\x00")
            world.run_for(200)
        counters = Host(field).counters()
        assert counters["refused gnss sentence"] >= 15
        assert counters["refused usb"] >= 10
        assert not [name for name in counters if name.startswith("failed")]
        field.send_sitrep()
        world.run_for(1000)
        assert field.gateway.of_kind(Sitrep)


def test_the_journal_over_usb_says_what_the_screen_says(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        first = field.send_sitrep()
        field.gateway.receipt(first, delivery.AT_SECRETARIAT)
        second = field.send_sitrep()
        entries = [one for one in Host(field).journal() if one.report_type == SITREP_TYPE]
        assert [(one.seq, one.state) for one in entries] == [
            (first, delivery.AT_SECRETARIAT),
            (second, delivery.SAVED),
        ]
        assert entries[0].attempts >= 1


def test_out_of_range_nothing_is_lost_and_the_newest_state_comes_when_back(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        world.ether.block("handset")
        seqs = [field.send_sitrep() for _ in range(3)]
        world.run_for(600_000)
        assert field.gateway.heard == []
        assert field.shows("saved here")
        world.ether.unblock("handset")
        field.gateway.beacon(1, world.unix_s)
        for _ in range(60):
            world.run_for(5000)
            for seq, _ in field.gateway.reports():
                field.gateway.acknowledge(seq)
        assert {seq for seq, _ in field.gateway.of_kind(Sitrep)} == set(seqs)
        assert field.shows("stored at gateway")


def test_a_busy_channel_is_waited_for(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        other = world.ether.antenna("other", (50.0, 0.0))
        field.press(LONG_MS, LONG_MS)
        field.keep_busy(other, 6000)
        field.press(LONG_MS)
        world.run_for(3000)
        assert not field.gateway.of_kind(Sitrep)
        world.run_for(12_000)
        assert field.gateway.of_kind(Sitrep)
        assert Host(field).counters()["waits channel busy"] >= 1


def test_a_double_press_on_home_shows_the_newest_report(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        seq = field.send_sitrep()
        field.handset.press_twice("user", DOUBLE_MS)
        world.run_for(1200)
        assert field.screen()[1] == f"\ue000 SITREP #{seq}"
