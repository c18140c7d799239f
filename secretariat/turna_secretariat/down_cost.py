"""What it costs to say something: time on the air and the share of the hour's allowance."""

from dataclasses import dataclass
from typing import Any

from turna_protocol.frame import Frame
from turna_protocol.mission import Mission
from turna_protocol.regions import sub_band
from turna_secretariat.down_sealing import contents_of, packet_lengths
from turna_secretariat.down_words import Saying

_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Of saying it once: the packets, their time on air for one receiver, and all receivers."""

    packets: int
    receivers: int  # 1 where all hear the same
    airtime_ms: int

    def as_json(self, mission: Mission, gateways: dict[str, int]) -> dict[str, Any]:
        """Return it for a person; `gateways` are those that say it, with their receivers."""
        each_ms = self.airtime_ms // max(1, self.receivers)
        allowance_ms = _allowance_ms(mission)
        return {
            "packets": self.packets * self.receivers,
            "airtime_ms": self.airtime_ms,
            "allowance_ms_of_the_hour": allowance_ms,
            "gateways": [
                {
                    "gateway": name,
                    "airtime_ms": each_ms * receivers,
                    "percent_of_the_hour": None
                    if allowance_ms is None
                    else round(100 * each_ms * receivers / allowance_ms, 2),
                }
                for name, receivers in sorted(gateways.items())
            ],
        }


def cost_of(saying: Saying, mission: Mission, frame: Frame) -> Cost:
    """Return the cost of one round; it is repeated until it is held, ever more rarely."""
    contents = () if saying.alert is not None else contents_of(saying, frame).parts
    lengths = packet_lengths(saying, contents)
    once_us = sum(mission.channel.airtime_us(length) for length in lengths)
    receivers = 1 if saying.for_all_at_once else len(saying.audience.devices)
    return Cost(len(lengths), receivers, -(-once_us // 1_000) * receivers)


def _allowance_ms(mission: Mission) -> int | None:
    """Return what a gateway may transmit in an hour; None if nothing limits it."""
    band = sub_band(mission.region, mission.channel)
    if band is None or band.duty_permille is None:
        return None
    return _HOUR_MS * band.duty_permille // 1_000
