"""A program that hangs, or finds no memory any more, ends in a reset, in every role."""

import json
from pathlib import Path

import pytest

from tests.simulation.handset_bench import CHANNEL, LONG_MS, Ear, Field, Host
from tests.simulation.test_modem_on_board import SETTINGS
from tests.simulation.test_modem_on_board import Host as ModemHost
from tools.places import MICROPYTHON_32
from turna_protocol.modem.host_events import Sent, Up
from turna_protocol.packet import ALERT, first_byte
from turna_protocol.regions import USUAL_CHANNEL
from turna_simulation.board import Board
from turna_simulation.transmission import Receiver
from turna_simulation.world import World

# Runs the real main.py, but in its first life one step does something else after a while.
TROUBLED_MAIN = """
import asyncio, sys, time
from turna_board.flash import Nvs
from turna_protocol.regions import USUAL_CHANNEL
from {module} import {owner}

nvs = Nvs()
if not nvs.get("hung"):
    nvs.put("hung", 1)
    hoard = []

    async def trouble(self):
        await asyncio.sleep_ms({after_ms})
        {trouble}

    {owner}.{step} = trouble
for folder in sys.path:
    try:
        source = open(folder + "/main.py").read()
    except OSError:
        continue
    if folder:
        exec(source)
        break
"""
HANGS = "while True: time.sleep_us(10)"
TAKES_ALL_MEMORY = "while True: hoard.append(bytearray(256))"
AFTER_MS = 15_000
BITES_WITHIN_MS = 80_000


def troubled(module: str, owner: str, step: str, trouble: str, after_ms: int = AFTER_MS) -> bytes:
    return TROUBLED_MAIN.format(
        module=module, owner=owner, step=step, trouble=trouble, after_ms=after_ms
    ).encode()


@pytest.mark.parametrize(
    ("module", "owner", "step"),
    [
        ("turna_handset.courier", "Courier", "receive_once"),
        ("turna_handset.panel", "Panel", "screen_once"),
    ],
)
def test_a_handset_that_hangs_starts_again_with_its_reports(
    tmp_path: Path, module: str, owner: str, step: str
) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path, files={"/main.py": troubled(module, owner, step, HANGS)})
        world.ether.block("handset")
        seq = field.send_sitrep()
        world.run_for(BITES_WITHIN_MS)
        assert field.handset.boots == 2
        world.ether.unblock("handset")
        host = Host(field)
        assert [entry.seq for entry in host.journal()][:1] == [seq]
        assert host.counters()["restarts"] == 1


def test_a_handset_out_of_memory_starts_again_with_its_reports(tmp_path: Path) -> None:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    main = troubled("turna_handset.courier", "Courier", "receive_once", TAKES_ALL_MEMORY)
    with World(seed=1) as world:
        field = Field(
            world,
            tmp_path,
            files={"/main.py": main},
            heap="120K",  # its main.py is compiled on the board, which leaves some 110K
            micropython=MICROPYTHON_32 / "micropython",
            rom=True,
        )
        seq = field.send_sitrep()
        assert world.run_until(lambda: field.handset.boots == 2, BITES_WITHIN_MS)
        world.run_for(10_000)
        assert seq in [entry.seq for entry in Host(field).journal()]
        again = field.send_sitrep()
        world.run_for(20_000)
        assert again > seq
        assert again in [one for one, _ in field.gateway.reports()]


def test_a_modem_that_hangs_starts_again_and_its_host_goes_on(tmp_path: Path) -> None:
    with World(seed=7) as world:
        main = troubled("turna_modem.app", "Modem", "_receive", HANGS)
        modem = world.add_board("modem", files={"/settings.json": SETTINGS, "/main.py": main})
        modem.power_on()
        host = ModemHost(world, modem)
        assert world.run_until(lambda: bool(host.of(Up)), 15_000)
        assert world.run_until(lambda: len(host.of(Up)) == 2, BITES_WITHIN_MS)
        token = host.transmit(b"afterwards")
        assert world.run_until(lambda: token in [one.token for one in host.of(Sent)], 10_000)
        assert modem.boots == 2


def add_relay(world: World, main: bytes | None = None, **options: object) -> Board:
    radio = vars(USUAL_CHANNEL)
    settings = {"role": "relay", "board": "heltec_v3", "region": "COMMON433", "radio": radio}
    files = {"/settings.json": json.dumps(settings).encode()}
    if main is not None:
        files["/main.py"] = main
    return world.add_board("relay", files=files, **options)  # type: ignore[arg-type]  # as given


def test_a_relay_that_hangs_starts_again_and_passes_on(tmp_path: Path) -> None:
    with World(seed=7) as world:
        relay = add_relay(world, troubled("turna_relay.app", "RelayBoard", "_hear_once", HANGS))
        relay.power_on()
        antenna, ear = world.ether.antenna("peer", (0.0, 200.0)), Ear()
        world.run_for(BITES_WITHIN_MS)
        assert relay.boots == 2
        antenna.transmit(CHANNEL, bytes([first_byte(ALERT, 1)]) + bytes(13), 10.0)
        world.run_for(200)
        antenna.listen(Receiver(CHANNEL), ear)
        world.run_for(3_000)
        assert ear.heard == [bytes([first_byte(ALERT, 0)]) + bytes(13)]


def test_at_the_prompt_the_watchdog_lets_a_person_work(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.handset.power_cut()
        field.handset.power_on()
        world.run_for(900)
        field.handset.serial.write(b"\x03")
        world.run_for(600_000)
        assert b">>> " in field.handset.serial.output
        assert field.handset.boots == 2
        world.run_for(3_600_000)
        assert field.handset.boots == 3  # nobody came back: in service again
        field.press(LONG_MS)
        assert field.shows("EXERCISE")
