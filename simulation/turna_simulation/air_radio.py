"""A gateway's radio without a board: speaks and hears as a modem does, and costs next to nothing.

For long simulations whose subject is the handset.  The serial line, the modem's interpreter and its
chip are left out; time on air, listening before talking and deafness while talking are not.
"""

from collections.abc import Callable

from turna_gateway.ports import PacketHeard, RadioInbox, RadioUp, Transmitted
from turna_protocol.airtime import needs_low_data_rate
from turna_protocol.channel import Channel
from turna_protocol.mission import Mission

from .lora import Modulation
from .propagation import Position
from .transmission import Receiver, Reception
from .world import World

_SYNC_WORDS = {0x12: 0x1424, 0x34: 0x3444}  # one register of an SX1276, two of an SX1262
_SENSING_SYMBOLS = 4  # as the modem's driver (turna_board.sx1262_setup)
_BUSY_US = 150_000  # about a packet


class AirRadio:
    """A `turna_gateway.ports.Radio` on an antenna of its own, one packet at a time."""

    def __init__(
        self, world: World, mission: Mission, inbox: RadioInbox, position: Position = (0.0, 0.0)
    ) -> None:
        self._scheduler = world.scheduler
        self._inbox = inbox
        self._antenna = world.ether.antenna("modem", position)
        self._modulation = modulation(mission.channel)
        self._power_dbm = float(mission.channel.power_dbm)
        self._tokens = 0
        self._heard = 0

    def open(self) -> None:
        """Begin to hear."""
        self._listen()
        self._inbox.put_nowait(RadioUp(board="none", unique_id=bytes(8), boot_id=bytes(4)))

    def pump(self) -> None:
        """Nothing waits here: there is no line."""

    def transmit(self, packet: bytes, *, priority: int) -> int:  # noqa: ARG002
        """Say a packet once the channel is clear; the gateway waits for each before the next."""
        self._tokens += 1
        token = self._tokens
        self._after(0, lambda: self._sense(packet, token))
        return token

    def taken(self, number: int) -> None:
        """Nothing is kept here that could be forgotten."""

    # What the air tells a listener.

    def preamble_detected(self) -> None: ...

    def header_received(self, *, intact: bool) -> None: ...

    def packet_received(self, reception: Reception) -> None:
        """Hand a packet to the gateway, if it came through whole."""
        if not reception.intact:
            return
        self._heard += 1
        self._inbox.put_nowait(
            PacketHeard(
                packet=reception.payload,
                rssi_dbm=round(reception.signal_dbm),
                snr_db_x4=round(4 * min(reception.snr_db, 10)),
                heard_at_ms=self._scheduler.now_us // 1000,
                number=self._heard,
            )
        )

    def _sense(self, packet: bytes, token: int) -> None:
        since_us = self._scheduler.now_us
        receiver = Receiver(self._modulation)

        def go_on() -> None:
            search = self._antenna.search
            locked = search is not None and search.locked is not None
            if locked or self._antenna.hears_chirps(receiver, since_us):
                self._after(_BUSY_US, lambda: self._sense(packet, token))
            else:
                self._say(packet, token)

        self._after(self._modulation.symbols_us(_SENSING_SYMBOLS), go_on)

    def _say(self, packet: bytes, token: int) -> None:
        sent = self._antenna.transmit(self._modulation, packet, self._power_dbm)

        def over() -> None:
            self._listen()
            self._inbox.put_nowait(Transmitted(token=token, ok=True))

        self._after(sent.end_us - self._scheduler.now_us + 1, over)

    def _listen(self) -> None:
        self._antenna.listen(Receiver(self._modulation), self)

    def _after(self, delay_us: int, action: Callable[[], None]) -> None:
        self._scheduler.after(delay_us, action)


def modulation(channel: Channel) -> Modulation:
    """Return a channel as the air sees it."""
    return Modulation(
        freq_hz=channel.freq_hz,
        bandwidth_hz=channel.bandwidth_hz,
        sf=channel.sf,
        coding_rate=channel.coding_rate,
        low_data_rate=needs_low_data_rate(channel.sf, channel.bandwidth_hz),
        preamble_symbols=channel.preamble_symbols,
        sync_word=_SYNC_WORDS[channel.sync_word],
    )
