"""The air that all boards share: who hears what, and when.

Knows modulations, powers and instants; knows nothing of chips.  Read `Antenna` for what a chip may
do and `Ether` for the life of a packet at each receiver: announced, locked to, header, end.  A
receiver locks to a packet after 5 of its preamble symbols, and a packet can only be destroyed from
its last 5 preamble symbols on (Bor et al. 2016, "Do LoRa low-power wide-area networks scale?");
while a locked packet is still in its preamble, one that is 6 dB stronger takes the lock.
"""

from dataclasses import dataclass
from random import Random

from .air_log import AirLog, LogRecord
from .field import Field, Impairment
from .lora import Modulation
from .propagation import Chance, PathLoss, Position, sum_dbm
from .scheduler import Scheduler
from .transmission import LOCK_SYMBOLS, Listener, Receiver, Reception, Transmission

__all__ = ["Antenna", "Ether", "Impairment", "Listener", "Receiver", "Reception"]


@dataclass(eq=False)
class _Search:
    """One stay of a station in reception: what it listens for and what it is locked to."""

    station: str
    receiver: Receiver
    listener: Listener
    locked: Transmission | None = None


class Antenna:
    """A station's place in the air; a chip transmits, listens and measures through it."""

    def __init__(self, ether: "Ether", name: str) -> None:
        self._ether = ether
        self.name = name
        self.search: _Search | None = None
        self.sending: Transmission | None = None

    @property
    def position(self) -> Position:
        """Where the station is, in metres east and north; stations may move."""
        return self._ether.field.positions[self.name]

    @position.setter
    def position(self, position: Position) -> None:
        self._ether.field.positions[self.name] = position

    def transmit(
        self, modulation: Modulation, payload: bytes, power_dbm: float, impairment_db: float = 0.0
    ) -> Transmission:
        """Begin a packet; it ends by itself after its time on air."""
        self.stop_listening()
        self.stop_transmitting()
        self.sending = self._ether.begin(self.name, modulation, payload, power_dbm, impairment_db)
        return self.sending

    def stop_transmitting(self) -> None:
        """Cut off the packet under way, if there is one."""
        if self.sending is not None:
            self._ether.truncate(self.sending)

    def listen(self, receiver: Receiver, listener: Listener) -> None:
        """Listen from now on, instead of whatever was listened to before."""
        self.stop_listening()
        self.search = _Search(self.name, receiver, listener)
        self._ether.seek(self.search)

    def stop_listening(self) -> None:
        """Hear nothing more; a packet under way is missed."""
        if self.search is not None and self.search.locked is not None:
            self.search.locked.missed[self.name] = "reception_stopped"
        self.search = None

    def rssi_dbm(self, receiver: Receiver) -> float:
        """Return the power in the receiver's bandwidth at this instant."""
        return self._ether.field.power_dbm(self.name, receiver, self._ether.now_us)

    def hears_chirps(self, receiver: Receiver, since_us: int) -> bool:
        """Tell whether symbols of the modulation filled most of the time since an instant."""
        return self._ether.field.chirps_present(self.name, receiver, since_us, self._ether.now_us)


class Ether:
    """All stations, all packets on the air, and the record of both."""

    def __init__(
        self, scheduler: Scheduler, random: Random, path_loss: PathLoss | None = None
    ) -> None:
        self._scheduler = scheduler
        self._antennas: dict[str, Antenna] = {}
        self._count = 0
        self.field = Field(Chance(random.getrandbits(64)), path_loss or PathLoss())
        self.air_log = AirLog(lambda: scheduler.now_us)

    @property
    def now_us(self) -> int:
        """Return the instant of virtual time."""
        return self._scheduler.now_us

    @property
    def log(self) -> list[LogRecord]:
        """Return the record of every transmission and reception."""
        return self.air_log.records

    @property
    def stations(self) -> tuple[str, ...]:
        """Name everybody who has an antenna."""
        return tuple(self._antennas)

    def antenna(self, name: str, position: Position = (0.0, 0.0)) -> Antenna:
        """Put up a station's antenna; names are unique."""
        if name in self._antennas:
            raise ValueError(f"there is an antenna {name} already")
        self._antennas[name] = Antenna(self, name)
        self.field.positions[name] = position
        return self._antennas[name]

    def block(self, name: str) -> None:
        """Put a station out of everybody's range."""
        self.field.blocked.add(name)

    def unblock(self, name: str) -> None:
        """Bring a station back into range."""
        self.field.blocked.discard(name)

    def impair(self, sender: str, receiver: str, impairment: Impairment) -> None:
        """Make one direction of a link lose, damage or weaken what it carries."""
        self.field.impair(sender, receiver, impairment)

    def airtime_us(
        self,
        station: str,
        *,
        band_hz: tuple[int, int] | None = None,
        from_us: int = 0,
        to_us: int | None = None,
    ) -> int:
        """Return how long a station was on the air, in a band and a span of time."""
        return self.air_log.airtime_us(station, band_hz=band_hz, from_us=from_us, to_us=to_us)

    # What antennas call.

    def begin(
        self,
        sender: str,
        modulation: Modulation,
        payload: bytes,
        power_dbm: float,
        impairment_db: float,
    ) -> Transmission:
        """Put a packet on the air."""
        end_us = self.now_us + modulation.airtime_us(len(payload))
        self._count += 1
        sent = Transmission(
            self._count, sender, modulation, payload, power_dbm, impairment_db, self.now_us, end_us
        )
        self.field.add(sent)
        self.air_log.sent(sent)
        for antenna in self._antennas.values():
            if antenna.name != sender:
                self._announce(sent, antenna)
        self._scheduler.at(end_us, lambda: self._ended(sent))
        return sent

    def truncate(self, sent: Transmission) -> None:
        """End a packet early: who was receiving it gets an error at most."""
        sent.truncated, sent.end_us = True, self.now_us
        self.air_log.add("cut_off", sent.sender, sent)
        self._ended(sent)

    def seek(self, search: _Search) -> None:
        """Look for packets under way of whose preamble enough is left to lock to."""
        for sent in self.field.recent:
            under_way = sent.under_way(self.now_us) and sent.sender != search.station
            if under_way and search.receiver.modulation.same_chirps(sent.modulation):
                self._seek_one(sent, search)

    # The life of a packet at one receiver.

    def _announce(self, sent: Transmission, antenna: Antenna) -> None:
        search = antenna.search
        if search is None:
            sent.missed[antenna.name] = "not_listening"
        elif not search.receiver.modulation.same_chirps(sent.modulation):
            sent.missed[antenna.name] = "other_modulation"
        else:
            self._seek_one(sent, search)

    def _seek_one(self, sent: Transmission, search: _Search) -> None:
        lock_us = max(sent.start_us, self.now_us) + sent.modulation.symbols_us(LOCK_SYMBOLS)
        if lock_us <= sent.preamble_end_us:
            sent.missed.pop(search.station, None)
            self._scheduler.at(lock_us, lambda: self._lock(sent, search))

    def _lock(self, sent: Transmission, search: _Search) -> None:
        if self._antennas[search.station].search is not search:
            sent.missed.setdefault(search.station, "reception_stopped")
            return
        obstacle = self._obstacle(sent, search)
        if obstacle:
            sent.missed[search.station] = obstacle
            return
        if search.locked is not None:
            search.locked.missed[search.station] = "captured"
        search.locked = sent
        self._scheduler.at(sent.header_end_us, lambda: self._header(sent, search))
        search.listener.preamble_detected()

    def _obstacle(self, sent: Transmission, search: _Search) -> str:
        """Return why a receiver does not lock to a packet, or nothing."""
        field, station = self.field, search.station
        if sent.truncated:
            return "cut_off"
        if field.out_of_range(sent, station):
            return "out_of_range"
        if not field.audible(sent, station, search.receiver):
            return "too_weak"
        if field.lost(sent, station):
            return "lost"
        if field.drowned(sent, station, self.now_us):
            return "drowned"
        return "receiver_busy" if self._keeps_lock(sent, search) else ""

    def _keeps_lock(self, sent: Transmission, search: _Search) -> bool:
        locked = search.locked
        if locked is None:
            return False
        too_late = self.now_us >= locked.preamble_end_us
        return too_late or not self.field.captures(sent, locked, search.station)

    def _header(self, sent: Transmission, search: _Search) -> None:
        if not self._receiving(sent, search) or sent.truncated:
            return
        wanted = search.receiver.modulation
        if wanted.sync_word != sent.modulation.sync_word:
            self._release(sent, search, "other_sync_word")
        elif wanted.explicit_header:
            survived = self.field.survives(sent, search.station, sent.critical_us, self.now_us)
            intact = survived and sent.modulation.explicit_header
            if not intact:
                self._release(sent, search, "header_error")
            search.listener.header_received(intact=intact)

    def _ended(self, sent: Transmission) -> None:
        sender = self._antennas[sent.sender]
        if sender.sending is not sent:
            return
        sender.sending = None
        for antenna in self._antennas.values():
            if antenna is not sender:
                self._ended_at(sent, antenna)

    def _ended_at(self, sent: Transmission, antenna: Antenna) -> None:
        search = antenna.search
        if search is None or not self._receiving(sent, search):
            reason = sent.missed.get(antenna.name, "late")
            self.air_log.add("missed", antenna.name, sent, reason=reason)
        elif self.now_us < sent.header_end_us:
            self._release(sent, search, "cut_off")
            self.air_log.add("missed", antenna.name, sent, reason="cut_off")
        else:
            reception = self._reception(sent, search)
            self._record(sent, antenna.name, reception)
            self._release(sent, search, "received")
            search.listener.packet_received(reception)

    def _receiving(self, sent: Transmission, search: _Search) -> bool:
        return self._antennas[search.station].search is search and search.locked is sent

    def _release(self, sent: Transmission, search: _Search, outcome: str) -> None:
        search.locked = None
        self.seek(search)
        sent.missed[search.station] = outcome

    def _reception(self, sent: Transmission, search: _Search) -> Reception:
        field, station, receiver = self.field, search.station, search.receiver
        signal_dbm = field.arriving_dbm(sent, station) - receiver.attenuation_db
        intact = self._intact(sent, search)
        explicit = receiver.modulation.explicit_header
        return Reception(
            payload=sent.payload if intact else field.damaged(sent, station),
            signal_dbm=signal_dbm,
            total_dbm=sum_dbm([signal_dbm, receiver.modulation.noise_dbm()]),
            snr_db=field.snr_db(sent, station, receiver),
            intact=intact,
            crc_present=sent.modulation.crc if explicit else receiver.modulation.crc,
        )

    def _intact(self, sent: Transmission, search: _Search) -> bool:
        field, station = self.field, search.station
        return not (
            sent.truncated
            or field.out_of_range(sent, station)
            or not search.receiver.modulation.decodes(sent.modulation, len(sent.payload))
            or not field.survives(sent, station, sent.critical_us, sent.end_us)
            or field.corrupted(sent, station)
        )

    def _record(self, sent: Transmission, station: str, reception: Reception) -> None:
        self.air_log.add(
            "received" if reception.intact else "damaged",
            station,
            sent,
            rssi_dbm=round(reception.signal_dbm, 1),
            snr_db=round(reception.snr_db, 1),
        )
