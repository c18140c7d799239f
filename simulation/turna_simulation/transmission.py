"""What is on the air and what a receiver makes of it: values shared by ether and chips."""

from dataclasses import dataclass, field
from typing import Protocol

from .lora import Modulation

LOCK_SYMBOLS = 5  # of preamble, before a receiver locks (Bor et al. 2016)


@dataclass(frozen=True)
class Receiver:
    """How a chip listens: what for, and how much worse than a perfect one."""

    modulation: Modulation
    attenuation_db: float = 0.0  # before the amplifier: an open RF switch
    desensitised_db: float = 0.0  # in the receiver: lower gain, wrong image calibration


@dataclass(frozen=True)
class Reception:
    """A packet as it comes out of a receiver."""

    payload: bytes
    signal_dbm: float
    total_dbm: float
    snr_db: float
    intact: bool
    crc_present: bool


class Listener(Protocol):
    """What a receiving chip is told."""

    def preamble_detected(self) -> None: ...
    def header_received(self, *, intact: bool) -> None: ...
    def packet_received(self, reception: Reception) -> None: ...


@dataclass(eq=False)
class Transmission:
    """One packet on the air."""

    number: int
    sender: str
    modulation: Modulation
    payload: bytes
    power_dbm: float
    impairment_db: float  # a badly modulated signal is this much harder to demodulate
    start_us: int
    end_us: int
    truncated: bool = False
    missed: dict[str, str] = field(default_factory=dict)  # why, by station
    arriving_dbm: dict[str, float] = field(default_factory=dict)

    @property
    def preamble_end_us(self) -> int:
        """Return when the preamble ends."""
        return self.start_us + self.modulation.preamble_us()

    @property
    def header_end_us(self) -> int:
        """Return when the first block ends."""
        return self.start_us + self.modulation.header_us()

    @property
    def critical_us(self) -> int:
        """Return from when on another packet can destroy this one."""
        return self.preamble_end_us - self.modulation.symbols_us(LOCK_SYMBOLS)

    def under_way(self, now_us: int) -> bool:
        """Tell whether it is on the air at an instant."""
        return self.start_us <= now_us < self.end_us
