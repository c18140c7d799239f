"""The air that all boards share: who hears what, when, and how well.

Knows modulations, powers and instants; knows nothing of chips.  Read `Antenna` for what a chip may
do, `_Search` for what becomes of one receiver's packet.  The rules and their sources:

* A receiver locks to a packet after 5 of its preamble symbols, and a packet can only be destroyed
  from its last 5 preamble symbols on (Bor et al. 2016, "Do LoRa low-power wide-area networks
  scale?"); while a locked packet is still in its preamble, one 6 dB stronger takes the lock.
* Two packets of one spreading factor: 6 dB of difference or both are lost (ibid., capture effect).
* Different spreading factors, or opposite IQ, are orthogonal up to 16 dB (Croce et al. 2018,
  "Impact of LoRa imperfect orthogonality", mean of the measured thresholds).
"""

import math
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from .lora import SNR_FLOOR_DB, Modulation
from .propagation import Chance, PathLoss, Position, sum_dbm
from .scheduler import Scheduler

LOCK_SYMBOLS = 5
CAPTURE_DB = 6.0
ORTHOGONAL_DB = -16.0

LogRecord = dict[str, str | float]


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


@dataclass(frozen=True)
class Receiver:
    """How a chip listens: what for, and how much worse than a perfect one."""

    modulation: Modulation
    attenuation_db: float = 0.0  # before the amplifier: an open RF switch
    desensitised_db: float = 0.0  # in the receiver: lower gain, wrong image calibration


@dataclass(eq=False)
class Transmission:
    """One packet on the air."""

    number: int
    sender: "Antenna"
    modulation: Modulation
    payload: bytes
    power_dbm: float
    impairment_db: float
    start_us: int
    end_us: int
    missed: dict[str, str] = field(default_factory=dict)
    arriving_dbm: dict[str, float] = field(default_factory=dict)
    truncated: bool = False

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


@dataclass(eq=False)
class _Search:
    """One stay of a receiver in reception: what it listens for and what it is locked to."""

    receiver: Receiver
    listener: Listener
    since_us: int
    locked: Transmission | None = None


class Antenna:
    """A station's place in the air; a chip transmits, listens and measures through it."""

    def __init__(self, ether: "Ether", name: str, position: Position) -> None:
        self._ether = ether
        self.name = name
        self.position = position
        self.search: _Search | None = None
        self.sending: Transmission | None = None

    def transmit(
        self, modulation: Modulation, payload: bytes, power_dbm: float, impairment_db: float = 0.0
    ) -> Transmission:
        """Begin a packet; it ends by itself after its time on air."""
        self.stop_listening()
        self.sending = self._ether.begin(self, modulation, payload, power_dbm, impairment_db)
        return self.sending

    def stop_transmitting(self) -> None:
        """Cut off the packet under way, if there is one."""
        if self.sending is not None:
            self._ether.truncate(self.sending)

    def listen(self, receiver: Receiver, listener: Listener) -> None:
        """Listen from now on, instead of whatever was listened to before."""
        self.search = _Search(receiver, listener, self._ether.now_us)
        self._ether.seek(self, self.search)

    def stop_listening(self) -> None:
        """Hear nothing more; a packet under way is missed."""
        if self.search is not None and self.search.locked is not None:
            self.search.locked.missed[self.name] = "reception_stopped"
        self.search = None

    def rssi_dbm(self, receiver: Receiver) -> float:
        """Return the power in the receiver's bandwidth at this instant."""
        return self._ether.power_in(self, receiver)

    def hears_chirps(self, receiver: Receiver, since_us: int) -> bool:
        """Tell whether symbols of the modulation filled most of the time since an instant."""
        return self._ether.chirps_present(self, receiver, since_us)


@dataclass
class Impairment:
    """What chance does to the packets of one direction of a link."""

    loss: float = 0.0
    corruption: float = 0.0
    path_loss_db: float | None = None  # instead of the one computed from positions


class Ether:
    """All stations, all packets on the air, and the record of both."""

    def __init__(
        self, scheduler: Scheduler, random: Random, path_loss: PathLoss | None = None
    ) -> None:
        self._scheduler = scheduler
        self._chance = Chance(random.getrandbits(64))
        self._path_loss = path_loss or PathLoss()
        self._antennas: dict[str, Antenna] = {}
        self._impairments: dict[tuple[str, str], Impairment] = {}
        self._blocked: set[str] = set()
        self._recent: list[Transmission] = []
        self._sent = 0
        self.log: list[LogRecord] = []

    @property
    def now_us(self) -> int:
        """Return the instant of virtual time."""
        return self._scheduler.now_us

    def antenna(self, name: str, position: Position = (0.0, 0.0)) -> Antenna:
        """Put up a station's antenna; names are unique."""
        if name in self._antennas:
            raise ValueError(f"there is an antenna {name} already")
        self._antennas[name] = Antenna(self, name, position)
        return self._antennas[name]

    @property
    def stations(self) -> tuple[str, ...]:
        """Name everybody who has an antenna."""
        return tuple(self._antennas)

    def block(self, name: str) -> None:
        """Put a station out of everybody's range."""
        self._blocked.add(name)

    def unblock(self, name: str) -> None:
        """Bring a station back into range."""
        self._blocked.discard(name)

    def impair(self, sender: str, receiver: str, impairment: Impairment) -> None:
        """Make one direction of a link lose, damage or weaken what it carries."""
        self._impairments[sender, receiver] = impairment

    # What follows is called by antennas.

    def begin(
        self,
        sender: Antenna,
        modulation: Modulation,
        payload: bytes,
        power_dbm: float,
        impairment_db: float,
    ) -> Transmission:
        """Put a packet on the air."""
        end_us = self.now_us + modulation.time_on_air_us(len(payload))
        self._sent += 1
        sent = Transmission(
            self._sent, sender, modulation, payload, power_dbm, impairment_db, self.now_us, end_us
        )
        self._forget_past()
        self._recent.append(sent)
        self._record_sent(sent)
        for antenna in self._antennas.values():
            self._announce(sent, antenna)
        self._scheduler.at(sent.end_us, lambda: self._ended(sent))
        return sent

    def truncate(self, sent: Transmission) -> None:
        """End a packet early: who was receiving it gets an error at most."""
        if sent.end_us > self.now_us and not sent.truncated:
            sent.truncated, sent.end_us = True, self.now_us
            self._log("cut_off", sent.sender.name, sent)
            self._ended(sent)

    def seek(self, antenna: Antenna, search: _Search) -> None:
        """Look for packets under way of whose preamble enough is left to lock to."""
        for sent in self._recent:
            if sent.sender is antenna or sent.end_us <= self.now_us:
                continue
            if not search.receiver.modulation.same_chirps(sent.modulation):
                continue
            if self._seek_one(sent, antenna, search):
                sent.missed.pop(antenna.name, None)

    def power_in(self, antenna: Antenna, receiver: Receiver) -> float:
        """Return noise and all signals that overlap the receiver's channel, together."""
        powers = [receiver.modulation.noise_dbm()]
        for sent in self._recent:
            on_air = sent.start_us <= self.now_us < sent.end_us and sent.sender is not antenna
            if on_air and sent.modulation.overlaps(receiver.modulation):
                powers.append(self._arriving_dbm(sent, antenna) - receiver.attenuation_db)
        return sum_dbm(powers)

    def chirps_present(self, antenna: Antenna, receiver: Receiver, since_us: int) -> bool:
        """Tell whether one packet's chirps, strong enough, filled half of the time since."""
        for sent in self._recent:
            if sent.sender is antenna or not receiver.modulation.same_chirps(sent.modulation):
                continue
            overlap_us = min(sent.end_us, self.now_us) - max(sent.start_us, since_us)
            if 2 * overlap_us >= self.now_us - since_us and self._audible(sent, antenna, receiver):
                return True
        return False

    # The life of a packet at one receiver.

    def _announce(self, sent: Transmission, antenna: Antenna) -> None:
        if antenna is sent.sender:
            return
        search = antenna.search
        if search is None:
            sent.missed[antenna.name] = "not_listening"
        elif not search.receiver.modulation.same_chirps(sent.modulation):
            sent.missed[antenna.name] = "other_modulation"
        else:
            self._seek_one(sent, antenna, search)

    def _seek_one(self, sent: Transmission, antenna: Antenna, search: _Search) -> bool:
        lock_us = max(sent.start_us, self.now_us) + sent.modulation.symbols_us(LOCK_SYMBOLS)
        if lock_us > sent.preamble_end_us:
            return False
        self._scheduler.at(lock_us, lambda: self._try_lock(sent, antenna, search))
        return True

    def _try_lock(self, sent: Transmission, antenna: Antenna, search: _Search) -> None:
        if antenna.search is not search:
            sent.missed.setdefault(antenna.name, "reception_stopped")
            return
        reason = self._why_not_lock(sent, antenna, search)
        if reason:
            sent.missed[antenna.name] = reason
            return
        if search.locked is not None:
            search.locked.missed[antenna.name] = "captured"
        search.locked = sent
        self._scheduler.at(sent.header_end_us, lambda: self._header(sent, antenna, search))
        search.listener.preamble_detected()

    def _why_not_lock(self, sent: Transmission, antenna: Antenna, search: _Search) -> str:
        if sent.truncated:
            return "cut_off"
        if antenna.name in self._blocked or sent.sender.name in self._blocked:
            return "blocked"
        if not self._audible(sent, antenna, search.receiver):
            return "too_weak"
        link = self._link(sent, antenna)
        if self._chance.happens(link.loss, "loss", sent.number, antenna.name):
            return "lost"
        ahead_db = self._ahead_db(sent, antenna, self.now_us, self.now_us)
        if ahead_db <= -CAPTURE_DB:
            return "drowned"
        if search.locked is not None and not self._takes_over(sent, antenna, search.locked):
            return "receiver_busy"
        return ""

    def _takes_over(self, sent: Transmission, antenna: Antenna, locked: Transmission) -> bool:
        if self.now_us >= locked.preamble_end_us:
            return False
        ahead_db = self._arriving_dbm(sent, antenna) - self._arriving_dbm(locked, antenna)
        return ahead_db >= CAPTURE_DB

    def _header(self, sent: Transmission, antenna: Antenna, search: _Search) -> None:
        if antenna.search is not search or search.locked is not sent or sent.truncated:
            return
        listening_for = search.receiver.modulation
        if listening_for.sync_word != sent.modulation.sync_word:
            self._release(sent, antenna, search, "other_sync_word")
            return
        if listening_for.explicit_header:
            survived = self._survives(sent, antenna, sent.critical_us, self.now_us)
            intact = survived and sent.modulation.explicit_header
            if not intact:
                self._release(sent, antenna, search, "header_error")
            search.listener.header_received(intact=intact)

    def _ended(self, sent: Transmission) -> None:
        if sent.sender.sending is not sent:
            return
        sent.sender.sending = None
        for antenna in self._antennas.values():
            if antenna is not sent.sender:
                self._ended_at(sent, antenna)

    def _ended_at(self, sent: Transmission, antenna: Antenna) -> None:
        search = antenna.search
        if search is None or search.locked is not sent:
            self._log("missed", antenna.name, sent, reason=sent.missed.get(antenna.name, "late"))
            return
        if self.now_us <= sent.header_end_us and sent.truncated:
            self._release(sent, antenna, search, "cut_off")
            self._log("missed", antenna.name, sent, reason="cut_off")
            return
        reception = self._receive(sent, antenna, search.receiver)
        self._log(
            "received" if reception.intact else "damaged",
            antenna.name,
            sent,
            rssi_dbm=round(reception.signal_dbm, 1),
            snr_db=round(reception.snr_db, 1),
        )
        self._release(sent, antenna, search, "received")
        search.listener.packet_received(reception)

    def _receive(self, sent: Transmission, antenna: Antenna, receiver: Receiver) -> Reception:
        signal_dbm = self._arriving_dbm(sent, antenna) - receiver.attenuation_db
        intact = self._payload_intact(sent, antenna, receiver)
        explicit = receiver.modulation.explicit_header
        return Reception(
            payload=sent.payload if intact else self._damage(sent, antenna),
            signal_dbm=signal_dbm,
            total_dbm=sum_dbm([signal_dbm, receiver.modulation.noise_dbm()]),
            snr_db=self._snr_db(sent, antenna, receiver),
            intact=intact,
            crc_present=sent.modulation.crc if explicit else receiver.modulation.crc,
        )

    def _payload_intact(self, sent: Transmission, antenna: Antenna, receiver: Receiver) -> bool:
        link = self._link(sent, antenna)
        return not (
            sent.truncated
            or antenna.name in self._blocked
            or sent.sender.name in self._blocked
            or not receiver.modulation.decodes(sent.modulation, len(sent.payload))
            or not self._survives(sent, antenna, sent.critical_us, sent.end_us)
            or self._chance.happens(link.corruption, "corruption", sent.number, antenna.name)
        )

    def _damage(self, sent: Transmission, antenna: Antenna) -> bytes:
        chance = self._chance.generator("damage", sent.number, antenna.name)
        damaged = bytearray(sent.payload)
        for _ in range(1 + len(damaged) // 16 if damaged else 0):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        return bytes(damaged)

    def _release(self, sent: Transmission, antenna: Antenna, search: _Search, outcome: str) -> None:
        sent.missed[antenna.name] = outcome
        search.locked = None
        self.seek(antenna, search)

    # Powers.

    def _link(self, sent: Transmission, antenna: Antenna) -> Impairment:
        return self._impairments.get((sent.sender.name, antenna.name)) or Impairment()

    def _arriving_dbm(self, sent: Transmission, antenna: Antenna) -> float:
        if sent.sender.name in self._blocked or antenna.name in self._blocked:
            return -math.inf
        if antenna.name not in sent.arriving_dbm:
            loss_db = self._loss_db(sent, antenna)
            sent.arriving_dbm[antenna.name] = sent.power_dbm - loss_db
        return sent.arriving_dbm[antenna.name]

    def _loss_db(self, sent: Transmission, antenna: Antenna) -> float:
        given_db = self._link(sent, antenna).path_loss_db
        fading_db = self._path_loss.fading_db * self._chance.normal(
            "fading", sent.number, antenna.name
        )
        if given_db is not None:
            return given_db + fading_db
        first, second = sorted((sent.sender.name, antenna.name))
        shadowing_db = self._path_loss.shadowing_db * self._chance.normal(
            "shadowing", first, second
        )
        positions = sent.sender.position, antenna.position
        return self._path_loss.mean_db(sent.modulation.freq_hz, *positions) + (
            shadowing_db + fading_db
        )

    def _snr_db(self, sent: Transmission, antenna: Antenna, receiver: Receiver) -> float:
        signal_dbm = self._arriving_dbm(sent, antenna) - receiver.attenuation_db
        worse_db = receiver.desensitised_db + sent.impairment_db
        return signal_dbm - receiver.modulation.noise_dbm() - worse_db

    def _audible(self, sent: Transmission, antenna: Antenna, receiver: Receiver) -> bool:
        return self._snr_db(sent, antenna, receiver) >= SNR_FLOOR_DB[sent.modulation.sf]

    def _survives(self, sent: Transmission, antenna: Antenna, from_us: int, to_us: int) -> bool:
        alike_db = self._ahead_db(sent, antenna, from_us, to_us)
        other_db = self._ahead_db(sent, antenna, from_us, to_us, alike=False)
        return alike_db >= CAPTURE_DB and other_db >= ORTHOGONAL_DB

    def _ahead_db(
        self, sent: Transmission, antenna: Antenna, from_us: int, to_us: int, *, alike: bool = True
    ) -> float:
        """Return by how much a packet is stronger than its rivals together between two instants."""
        rivals = [
            self._arriving_dbm(other, antenna)
            for other in self._recent
            if other is not sent
            and other.sender is not antenna
            and other.start_us <= to_us
            and other.end_us > from_us
            and other.modulation.overlaps(sent.modulation)
            and other.modulation.same_chirps(sent.modulation) is alike
        ]
        return self._arriving_dbm(sent, antenna) - sum_dbm(rivals) if rivals else math.inf

    def _forget_past(self) -> None:
        oldest_us = min(
            (sent.start_us for sent in self._recent if sent.end_us > self.now_us),
            default=self.now_us,
        )
        self._recent = [sent for sent in self._recent if sent.end_us > oldest_us - 1_000_000]

    # The record.

    def _record_sent(self, sent: Transmission) -> None:
        modulation = sent.modulation
        self._log(
            "sent",
            sent.sender.name,
            sent,
            freq_hz=modulation.freq_hz,
            bandwidth_hz=modulation.bandwidth_hz,
            sf=modulation.sf,
            coding_rate=modulation.coding_rate,
            power_dbm=round(sent.power_dbm, 1),
            airtime_us=sent.end_us - sent.start_us,
            payload=sent.payload.hex(),
        )

    def _log(self, event: str, station: str, sent: Transmission, **details: str | float) -> None:
        record: LogRecord = {
            "at_us": self.now_us,
            "event": event,
            "station": station,
            "packet": sent.number,
            "sender": sent.sender.name,
        }
        self.log.append({**record, **details})
