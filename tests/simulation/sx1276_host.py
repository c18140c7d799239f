"""A host for the simulated SX1276 that speaks raw SPI, for tests of the chip itself."""

from turna_simulation.chips import sx1276_facts as facts
from turna_simulation.chips.sx1276 import Sx1276
from turna_simulation.chips.sx1276_facts import Mode, Wiring

from .sx1262_host import Air

FREQ_HZ = 433_175_000
LORA = 0x88  # LoRa modem, low band


class OldHost:
    """One chip with its lines in hand."""

    def __init__(self, air: Air, name: str, wiring: Wiring | None = None) -> None:
        self.name = name
        self.air = air
        self.lines = {"dio0": 0, "dio1": 0}
        antenna = air.ether.antenna(name, (100.0 * len(air.ether.stations), 0.0))
        self.chip = Sx1276(air.scheduler, antenna, self.lines.__setitem__, wiring)
        self.chip.power(on=True)
        self.chip.pin("nss", 1)
        air.run_ms(6)

    def exchange(self, *sent: int) -> bytes:
        self.chip.pin("nss", 0)
        reply = self.chip.exchange(bytes(sent))
        self.chip.pin("nss", 1)
        return reply

    def read(self, register: int, count: int = 1) -> int:
        return int.from_bytes(self.exchange(register, *bytes(count))[1:])

    def write(self, register: int, *values: int) -> None:
        self.exchange(register | 0x80, *values)

    def mode(self) -> Mode:
        return Mode(self.read(facts.OP_MODE) & 7)

    def enter(self, mode: Mode) -> None:
        self.write(facts.OP_MODE, LORA | mode)
        self.air.run_ms(1)

    def reset(self, low_ms: float = 0.2) -> None:
        self.chip.pin("reset", 0)
        self.air.run_ms(low_ms)
        self.chip.pin("reset", 1)

    def configure(self, *, sf: int = 8) -> None:
        """Set up everything as the datasheet and its errata want it."""
        self.write(facts.FRF, *((FREQ_HZ << 19) // 32_000_000).to_bytes(3))
        self.write(facts.OP_MODE, 0x08)
        self.write(facts.OP_MODE, LORA)
        self.enter(Mode.STANDBY)
        self.write(facts.MODEM_1, 0x72, sf << 4 | 4)
        self.write(facts.MODEM_3, 0x04)
        self.write(facts.PREAMBLE, 0, 12)
        self.write(facts.TX_BASE, 0, 0)
        self.write(facts.DETECT_OPTIMIZE, 0x43)
        self.write(facts.IF_1, 0x40, 0x00)
        self.write(facts.PA_CONFIG, 0x80 | 10 - 2)

    def listen(self) -> None:
        self.write(facts.DIO_MAPPING, 0x00)
        self.enter(Mode.RX_CONTINUOUS)

    def send(self, payload: bytes) -> None:
        self.write(facts.DIO_MAPPING, 0x40)
        self.write(facts.PAYLOAD_LENGTH, len(payload))
        self.write(facts.FIFO_POINTER, 0)
        self.write(facts.FIFO, *payload)
        self.write(facts.OP_MODE, LORA | Mode.TX)

    def received(self) -> bytes:
        self.write(facts.FIFO_POINTER, self.read(facts.RX_CURRENT))
        return self.exchange(facts.FIFO, *bytes(self.read(facts.RX_LENGTH)))[1:]
