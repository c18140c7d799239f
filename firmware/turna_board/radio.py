"""What every radio driver gives: a received packet, its failure, what it has counted.

And what `RadioDriver` asks of each chip: the methods of `RadioChip` and the events it reports.
"""

from micropython import const

from turna_protocol.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from machine import Pin

    from turna_protocol.channel import Channel

    class RadioChip(Protocol):
        """One kind of chip.  Any method may raise RadioError when the chip does not do its part."""

        FAMILY: str  # as `turna_protocol.airtime` names it
        counters: "RadioCounters"
        interrupt: Pin  # high while something is to be taken

        async def bring_up(self, channel: "Channel") -> None:
            """Reset the chip and set all of it up."""

        async def stand_by(self, *, asleep: bool) -> None:
            """End what is going on, and be ready for an operation."""

        def rest(self) -> None:
            """Draw little current, settings kept."""

        def sleep(self) -> None:
            """Draw next to none, settings kept."""

        def begin_transmission(self, packet: bytes, airtime_us: int) -> None: ...

        def begin_detection(self) -> int:
            """Look for chirps; return for how many milliseconds at most."""
            ...

        def plan_duty_cycle(self, sender_preamble_symbols: int) -> bool:
            """Tell whether the chip can receive such preambles in turns with sleep."""
            ...

        def listen_in_turns(self) -> None: ...
        def listen(self, *, sparing: bool = False) -> None:
            """Receive until told otherwise; `sparing` may hear less far and draw less."""
            ...

        def listens(self) -> bool:
            """Tell whether the chip receives continuously, as far as it knows itself."""
            ...

        def reception(self) -> int:
            """Return how far a packet that is coming in has come."""
            ...

        def rssi_dbm(self) -> int: ...

        def events(self) -> int:
            """Return what has happened and was not taken yet."""
            ...

        def take_events(self) -> int:
            """Return it and clear it, so that the interrupt ends."""
            ...

        def receive_pointer(self) -> int:
            """Return where in the buffer the first packet will begin; right after `listen`."""
            ...

        def latest_packet(self) -> tuple[int, int, int, int]:
            """Return start, length, power in dBm and ratio to noise in dB x 4."""
            ...

        def read_buffer(self, start: int, count: int) -> bytes: ...


# Events of a chip.
SENT = const(0x01)
RECEIVED = const(0x02)
CRC_ERROR = const(0x04)  # beside RECEIVED
HEADER_ERROR = const(0x08)
DETECTION_OVER = const(0x10)
ACTIVITY = const(0x20)  # beside DETECTION_OVER
TIMED_OUT = const(0x40)

# How far a packet has come.
NOTHING = const(0)
PREAMBLE = const(1)
HEADER = const(2)

PACKET_BYTES_MAX = 255


class RadioError(Exception):
    """The radio does not do what it was told; the first argument says what went wrong."""


class RadioCounters:
    """What a radio has done and what went wrong, since power-on."""

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.recovered = 0  # of the received: read late, after the packet that followed
        self.dropped = 0  # of the received: nobody fetched them in time
        self.crc_errors = 0
        self.header_errors = 0
        self.timeouts = 0
        self.busy_timeouts = 0
        self.resets = 0


class ReceivedPacket(Record):
    """A packet whose CRC was right; `at_ms` are the ticks of its end."""

    FIELDS = ("payload", "rssi_dbm", "snr_db_x4", "at_ms")

    def __init__(self, payload: bytes, rssi_dbm: int, snr_db_x4: int, at_ms: int) -> None:
        self.payload = payload
        self.rssi_dbm = rssi_dbm
        self.snr_db_x4 = snr_db_x4
        self.at_ms = at_ms
