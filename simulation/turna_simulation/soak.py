"""A handset and a modem in the heap of an ESP32, busy for any number of hours: what they need.

The whole chain in virtual time: a report typed every two hours, an SOS every day, positions and
node health by themselves, an hour out of range and an hour without backbone every day.  The handset
listens while it naps, as new ones do; an SOS keeps it awake.  Each hour a host asks it what it has
counted; the modem tells its own memory every five seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from turna_protocol.errors import MalformedError
from turna_protocol.modem.device_client import CountersRead, DeviceClient
from turna_protocol.modem.framing import Deframer
from turna_protocol.modem.radio_messages import Status

from .board import Board
from .chain import VirtualChain
from .esp32 import esp32_heap
from .host_serial import HostSerial
from .world import World

HOUR_MS = 3_600_000
DAY_HOURS = 24
_LONG_MS, _HOLD_MS, _BETWEEN_MS = 900, 2_400, 1_600
_SITREP_EVERY_H = 2
_SOS_AT_H, _AWAY_AT_H, _OUTAGE_AT_H = 5, 9, 15
_HOST_PATIENCE_MS = 30_000


@dataclass
class Measured:
    """What the boards said: one number each time they were asked."""

    handset_free: list[int] = field(default_factory=list)
    modem_free: list[int] = field(default_factory=list)  # the least of each hour
    counters: dict[str, int] = field(default_factory=dict)


class Soak:
    """One handset, one modem, the real gateway and Secretariat behind it."""

    def __init__(self, world: World, kit: Path, *, gateway: str, micropython: Path) -> None:
        self.measured = Measured()
        self.chain = VirtualChain(
            world, kit, gateway=gateway, heap=esp32_heap(), micropython=micropython, rom=True
        )
        self.handset = self.chain.add_handset(
            1, position=(400.0, 300.0), changes={"power": "listen"}
        )
        self._world = world
        self._frames = Deframer()
        self._free: list[int] = []
        self._session = 0
        self.chain.modem.serial.listeners.append(self._overhear)

    @property
    def boards(self) -> tuple[Board, Board]:
        """The two boards whose memory is measured."""
        return self.handset, self.chain.modem

    def run(
        self, hours: int, told: Callable[[int, Measured], None], *, hour_ms: int = HOUR_MS
    ) -> Measured:
        """Let so many hours pass, shorter ones if wanted; tell after each."""
        self.chain.start()
        self.handset.parts.gnss.stand_at(3_620_500, 3_616_300)
        self.handset.power_on()
        for hour in range(hours):
            self._begin(hour)
            self._world.run_for(hour_ms - self._ask())
            self._end(hour)
            self.measured.modem_free.append(min(self._free, default=0))
            self._free.clear()
            told(hour + 1, self.measured)
        return self.measured

    def close(self) -> None:
        self.chain.close()

    def _begin(self, hour: int) -> None:
        of_day = hour % DAY_HOURS
        if of_day == _AWAY_AT_H:
            self._world.ether.block(self.handset.name)
        if of_day == _OUTAGE_AT_H:
            self.chain.gateway.uplink.cut()
        if of_day == _SOS_AT_H:
            self._press(_HOLD_MS)  # declared when the count-down is over
        elif of_day == _SOS_AT_H + 1:
            self._press(_HOLD_MS, _LONG_MS, _LONG_MS)  # cancelled
        elif hour % _SITREP_EVERY_H == 0:
            self._press(_LONG_MS, _LONG_MS, _LONG_MS)

    def _end(self, hour: int) -> None:
        of_day = hour % DAY_HOURS
        if of_day == _AWAY_AT_H:
            self._world.ether.unblock(self.handset.name)
        if of_day == _OUTAGE_AT_H:
            self.chain.gateway.uplink.connect()

    def _press(self, *holds_ms: int) -> None:
        for hold_ms in holds_ms:
            self.handset.press("user", hold_ms)
            self._world.run_for(hold_ms + _BETWEEN_MS)

    def _ask(self) -> int:
        """Read the handset's counters as a host would; return how long that took."""
        started_ms = self._world.now_ms
        self._session += 1
        client = DeviceClient(self._session)
        host = HostSerial(client, self.handset.serial, self._world.scheduler)
        host.open()
        client.ask_counters()
        self._world.run_until(lambda: self._answered(client), _HOST_PATIENCE_MS)
        host.close()
        self.measured.handset_free.append(self.measured.counters.get("memory free", 0))
        return self._world.now_ms - started_ms

    def _answered(self, client: DeviceClient) -> bool:
        while (event := client.next_event()) is not None:
            if isinstance(event, CountersRead):
                self.measured.counters = event.counts
                return True
        return False

    def _overhear(self, data: bytes) -> None:
        for frame in self._frames.feed(data):
            if frame.kind == Status.KIND:
                try:
                    self._free.append(Status.unpack(frame.body).free_heap)
                except MalformedError:
                    continue
        while self._frames.next_text() is not None:
            pass
