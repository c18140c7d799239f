"""What the host's end of a modem link reports to its owner."""

from ..record import Record
from .messages import Hello
from .radio_messages import RadioSetting


class Up(Record):
    """The modem is there, is the right one, and its radio is set as asked."""

    FIELDS = ("hello", "setting")

    def __init__(self, hello: Hello, setting: RadioSetting) -> None:
        self.hello = hello
        self.setting = setting


class Down(Record):
    """The link cannot be used; `wrong_board`: nothing is broken, look for the modem elsewhere."""

    FIELDS = ("reason", "wrong_board")

    def __init__(self, reason: str, *, wrong_board: bool = False) -> None:
        self.reason = reason
        self.wrong_board = wrong_board


class Heard(Record):
    """A packet from the air, at the host's clock; `number` is what `taken` wants to be told."""

    FIELDS = ("number", "packet", "rssi_dbm", "snr_db_x4", "at_ms")

    def __init__(
        self, *, number: int, packet: bytes, rssi_dbm: int, snr_db_x4: int, at_ms: int
    ) -> None:
        self.number = number
        self.packet = packet
        self.rssi_dbm = rssi_dbm
        self.snr_db_x4 = snr_db_x4
        self.at_ms = at_ms


class Sent(Record):
    """What became of a packet handed to `transmit`: one of radio_messages.RESULTS."""

    FIELDS = ("token", "result", "airtime_us", "text")

    def __init__(self, token: int, result: int, airtime_us: int = 0, text: str = "") -> None:
        self.token = token
        self.result = result
        self.airtime_us = airtime_us
        self.text = text


class EventsLost(Record):
    """The modem had to drop so many events before this host took them."""

    FIELDS = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count
