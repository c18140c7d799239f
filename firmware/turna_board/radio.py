"""What every radio driver takes and gives: its configuration, a received packet, its failure."""

from turna_protocol.record import Record


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


class RadioConfig(Record):
    """The one channel a station uses.  `coding_rate` is the denominator, 5 to 8."""

    FIELDS = (
        "freq_hz",
        "bandwidth_hz",
        "sf",
        "coding_rate",
        "preamble_symbols",
        "sync_word",
        "power_dbm",
    )

    def __init__(
        self,
        *,
        freq_hz: int,
        bandwidth_hz: int,
        sf: int,
        coding_rate: int,
        preamble_symbols: int,
        sync_word: int,
        power_dbm: int,
    ) -> None:
        self.freq_hz = freq_hz
        self.bandwidth_hz = bandwidth_hz
        self.sf = sf
        self.coding_rate = coding_rate
        self.preamble_symbols = preamble_symbols
        self.sync_word = sync_word
        self.power_dbm = power_dbm


class ReceivedPacket(Record):
    """A packet whose CRC was right; `at_ms` are the ticks of its end."""

    FIELDS = ("payload", "rssi_dbm", "snr_db_x4", "at_ms")

    def __init__(self, payload: bytes, rssi_dbm: int, snr_db_x4: int, at_ms: int) -> None:
        self.payload = payload
        self.rssi_dbm = rssi_dbm
        self.snr_db_x4 = snr_db_x4
        self.at_ms = at_ms
