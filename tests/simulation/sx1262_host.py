"""A host for the simulated SX1262 that speaks raw SPI, for tests of the chip itself."""

from random import Random

from turna_simulation.chips.sx1262 import Sx1262
from turna_simulation.chips.sx1262_facts import Wiring
from turna_simulation.ether import Ether, Impairment
from turna_simulation.propagation import PathLoss
from turna_simulation.scheduler import Scheduler

ALL_IRQS = 0x03FF
SYMBOL_US = 2048  # SF8 in 125 kHz
FREQ_HZ = 433_175_000


class Air:
    """A scheduler and an ether without shadowing or fading."""

    def __init__(self, seed: int = 1) -> None:
        self.scheduler = Scheduler()
        still = PathLoss(shadowing_db=0.0, fading_db=0.0)
        self.ether = Ether(self.scheduler, Random(seed), still)

    def run_ms(self, duration_ms: float) -> None:
        self.scheduler.run_until(self.scheduler.now_us + round(1000 * duration_ms))

    def set_path_loss(self, sender: "Host", receiver: "Host", loss_db: float) -> None:
        """Fix the loss from one host to another."""
        self.ether.impair(sender.name, receiver.name, Impairment(path_loss_db=loss_db))

    def events(self, *kinds: str) -> list[tuple[str, str]]:
        """List what the log says happened, and to whom."""
        return [
            (str(record["event"]), str(record["station"]))
            for record in self.ether.log
            if record["event"] in kinds
        ]


class Host:
    """One chip with its lines in hand."""

    def __init__(self, air: Air, name: str, wiring: Wiring | None = None) -> None:
        self.name = name
        self.air = air
        self.lines = {"busy": 0, "dio1": 0}
        antenna = air.ether.antenna(name, (100.0 * len(air.ether.stations), 0.0))
        self.chip = Sx1262(air.scheduler, antenna, self.lines.__setitem__, wiring)
        self.chip.pin("nss", 1)
        self.chip.power(on=True)
        self.wait_ready()

    def wait_ready(self, limit_ms: float = 50) -> None:
        deadline_us = self.air.scheduler.now_us + round(1000 * limit_ms)
        while self.lines["busy"] and self.air.scheduler.now_us < deadline_us:
            self.air.run_ms(0.05)
        assert not self.lines["busy"], "BUSY stays high"

    def exchange(self, *sent: int) -> bytes:
        self.chip.pin("nss", 0)
        reply = self.chip.exchange(bytes(sent))
        self.chip.pin("nss", 1)
        return reply

    def command(self, *sent: int) -> None:
        self.wait_ready()
        self.exchange(*sent)
        self.wait_ready()

    def read(self, *sent: int, count: int) -> bytes:
        self.wait_ready()
        return self.exchange(*sent, *bytes(1 + count))[-count:]

    def status(self) -> tuple[int, int]:
        """Return mode and command status."""
        status = self.exchange(0xC0, 0)[1]
        return status >> 4 & 7, status >> 1 & 7

    def irq(self) -> int:
        return int.from_bytes(self.read(0x12, count=2))

    def errors(self) -> int:
        return int.from_bytes(self.read(0x17, count=2))

    def write_register(self, address: int, *values: int) -> None:
        self.command(0x0D, address >> 8, address & 0xFF, *values)

    def read_register(self, address: int) -> int:
        return self.read(0x1D, address >> 8, address & 0xFF, count=1)[0]

    def start_clocks(self) -> None:
        self.command(0x97, 0x02, 0x00, 0x01, 0x40)  # 1.8 V, 5 ms
        self.command(0x07, 0, 0)
        self.command(0x89, 0x7F)

    def configure(self, *, sf: int = 8, power_dbm: int = 10, length: int = 255) -> None:
        """Set up everything as the datasheet wants it."""
        self.start_clocks()
        self.command(0x96, 1)
        self.command(0x9D, 1)
        self.command(0x8A, 1)
        self.command(0x98, 0x6B, 0x6F)
        self.command(0x86, *((FREQ_HZ << 25) // 32_000_000).to_bytes(4))
        self.command(0x8B, sf, 0x04, 1, 0)
        self.set_packet(length)
        self.command(0x95, 4, 7, 0, 1)
        self.command(0x8E, power_dbm & 0xFF, 0x04)
        self.write_register(0x0740, 0x14, 0x24)
        self.write_register(0x0889, 0x05)
        self.write_register(0x08D8, 0xDE)
        self.write_register(0x08AC, 0x96)
        self.command(0x8F, 0, 0)
        self.command(0x08, *ALL_IRQS.to_bytes(2), *(0x0243).to_bytes(2), 0, 0, 0, 0)

    def set_packet(self, length: int, *, preamble: int = 12, inverted: int = 0) -> None:
        self.command(0x8C, 0, preamble, 0, length, 1, inverted)

    def listen(self) -> None:
        self.set_packet(255)
        self.command(0x82, 0xFF, 0xFF, 0xFF)

    def send(self, payload: bytes) -> None:
        self.set_packet(len(payload))
        self.command(0x0E, 0, *payload)
        self.command(0x83, 0, 0, 0)

    def received(self) -> bytes:
        length, start = self.read(0x13, count=2)
        return self.read(0x1E, start, count=length)
