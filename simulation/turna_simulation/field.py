"""Powers: how strong each packet arrives, over noise and against its rivals.

Holds links (positions, shadowing, injected faults) and decides by power alone; the order of events
is the ether's.  The rules and their sources:

* Two packets of one spreading factor: 6 dB of difference or both are lost (Bor et al. 2016, "Do
  LoRa low-power wide-area networks scale?", capture effect).
* Different spreading factors, or opposite IQ, are orthogonal up to 16 dB (Croce et al. 2018,
  "Impact of LoRa imperfect orthogonality", mean of the measured thresholds).
"""

import math
from dataclasses import dataclass

from .lora import SNR_FLOOR_DB
from .propagation import Chance, PathLoss, Position, sum_dbm
from .transmission import Receiver, Transmission

CAPTURE_DB = 6.0
ORTHOGONAL_DB = -16.0
OUT_OF_RANGE_DBM = -250.0
_KEPT_US = 1_000_000  # packets that ended are remembered a while longer, for activity detection


@dataclass(frozen=True)
class Impairment:
    """What chance does to the packets of one direction of a link."""

    loss: float = 0.0
    corruption: float = 0.0
    path_loss_db: float | None = None  # instead of the one computed from positions


class Field:
    """All packets on the air, seen from any station."""

    def __init__(self, chance: Chance, path_loss: PathLoss) -> None:
        self._chance = chance
        self._path_loss = path_loss
        self._links: dict[tuple[str, str], Impairment] = {}
        self.positions: dict[str, Position] = {}
        self.blocked: set[str] = set()
        self.recent: list[Transmission] = []

    def impair(self, sender: str, receiver: str, impairment: Impairment) -> None:
        """Change one direction of a link."""
        self._links[sender, receiver] = impairment

    def add(self, sent: Transmission) -> None:
        """Take a packet in and forget those that can touch no other any more."""
        now_us = sent.start_us
        starts = [other.start_us for other in self.recent if other.end_us > now_us]
        oldest_us = min(starts, default=now_us) - _KEPT_US
        self.recent = [other for other in self.recent if other.end_us > oldest_us]
        self.recent.append(sent)

    def lost(self, sent: Transmission, station: str) -> bool:
        """Tell whether chance takes the packet away on this link."""
        loss = self._link(sent.sender, station).loss
        return self._chance.happens(loss, "loss", sent.number, station)

    def corrupted(self, sent: Transmission, station: str) -> bool:
        """Tell whether chance damages the packet on this link."""
        corruption = self._link(sent.sender, station).corruption
        return self._chance.happens(corruption, "corruption", sent.number, station)

    def damaged(self, sent: Transmission, station: str) -> bytes:
        """Return the payload as it comes out damaged."""
        chance = self._chance.generator("damage", sent.number, station)
        payload = bytearray(sent.payload)
        for _ in range(1 + len(payload) // 16 if payload else 0):
            payload[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
        return bytes(payload)

    def out_of_range(self, sent: Transmission, station: str) -> bool:
        """Tell whether either end has been put out of range."""
        return sent.sender in self.blocked or station in self.blocked

    def arriving_dbm(self, sent: Transmission, station: str) -> float:
        """Return a packet's power at a station's antenna."""
        if self.out_of_range(sent, station):
            return OUT_OF_RANGE_DBM
        if station not in sent.arriving_dbm:
            sent.arriving_dbm[station] = sent.power_dbm - self._loss_db(sent, station)
        return sent.arriving_dbm[station]

    def snr_db(self, sent: Transmission, station: str, receiver: Receiver) -> float:
        """Return a packet's ratio to noise in a receiver."""
        signal_dbm = self.arriving_dbm(sent, station) - receiver.attenuation_db
        worse_db = receiver.desensitised_db + sent.impairment_db
        return signal_dbm - receiver.modulation.noise_dbm() - worse_db

    def audible(self, sent: Transmission, station: str, receiver: Receiver) -> bool:
        """Tell whether a packet can be demodulated when nothing else is on the air."""
        return self.snr_db(sent, station, receiver) >= SNR_FLOOR_DB[sent.modulation.sf]

    def power_dbm(self, station: str, receiver: Receiver, now_us: int) -> float:
        """Return noise and all signals that overlap a receiver's channel, together."""
        powers = [receiver.modulation.noise_dbm()]
        for sent in self.recent:
            heard = sent.under_way(now_us) and sent.sender != station
            if heard and sent.modulation.overlaps(receiver.modulation):
                powers.append(self.arriving_dbm(sent, station) - receiver.attenuation_db)
        return sum_dbm(powers)

    def chirps_present(self, station: str, receiver: Receiver, since_us: int, now_us: int) -> bool:
        """Tell whether one packet's chirps, strong enough, filled half of the time since."""
        for sent in self.recent:
            if sent.sender == station or not receiver.modulation.same_chirps(sent.modulation):
                continue
            overlap_us = min(sent.end_us, now_us) - max(sent.start_us, since_us)
            if 2 * overlap_us >= now_us - since_us and self.audible(sent, station, receiver):
                return True
        return False

    def drowned(self, sent: Transmission, station: str, now_us: int) -> bool:
        """Tell whether a preamble cannot be seen for stronger ones of its kind."""
        return self._ahead_db(sent, station, now_us, now_us, alike=True) <= -CAPTURE_DB

    def captures(self, sent: Transmission, locked: Transmission, station: str) -> bool:
        """Tell whether a packet is strong enough to take the lock from another."""
        ahead_db = self.arriving_dbm(sent, station) - self.arriving_dbm(locked, station)
        return ahead_db >= CAPTURE_DB

    def survives(self, sent: Transmission, station: str, from_us: int, to_us: int) -> bool:
        """Tell whether a packet is not destroyed by others between two instants."""
        alike_db = self._ahead_db(sent, station, from_us, to_us, alike=True)
        other_db = self._ahead_db(sent, station, from_us, to_us, alike=False)
        return alike_db >= CAPTURE_DB and other_db >= ORTHOGONAL_DB

    def _ahead_db(
        self, sent: Transmission, station: str, from_us: int, to_us: int, *, alike: bool
    ) -> float:
        """Return by how much a packet is stronger than its rivals together."""
        rivals = [
            self.arriving_dbm(other, station)
            for other in self.recent
            if other is not sent
            and other.sender != station
            and other.start_us <= to_us
            and other.end_us > from_us
            and other.modulation.overlaps(sent.modulation)
            and other.modulation.same_chirps(sent.modulation) is alike
        ]
        return self.arriving_dbm(sent, station) - sum_dbm(rivals) if rivals else math.inf

    def _link(self, sender: str, receiver: str) -> Impairment:
        return self._links.get((sender, receiver)) or Impairment()

    def _loss_db(self, sent: Transmission, station: str) -> float:
        fading = self._chance.normal("fading", sent.number, station)
        fading_db = self._path_loss.fading_db * fading
        given_db = self._link(sent.sender, station).path_loss_db
        if given_db is not None:
            return given_db + fading_db
        shadowing = self._chance.normal("shadowing", *sorted((sent.sender, station)))
        mean_db = self._path_loss.mean_db(
            sent.modulation.freq_hz, self.positions[sent.sender], self.positions[station]
        )
        return mean_db + self._path_loss.shadowing_db * shadowing + fading_db
