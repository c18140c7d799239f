"""The corpora that benchmarks measure: the one the wire was tuned on, and those it was not."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import city, corpus
from benchmarks.corpus import SENDER_BITS, SEQUENCE_BITS, Draw, Profile
from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.reports import NodeHealth, Position, Report

SEEDS = {"earthquake": 7, "mountains": 11, "city": 13}
TUNED_ON = "earthquake"
# What proves a packet to be the handset's, at the least: 64 bits.
TAG_BYTES = 8


@dataclass(frozen=True)
class Corpus:
    """Reports with the information in each, in bits."""

    name: str
    frame: Frame
    drawn: Sequence[tuple[Report, float]]

    @property
    def reports(self) -> list[Report]:
        return [report for report, _ in self.drawn]

    def content_bound_bytes(self) -> list[float]:
        """Return the information in each content: what no code without memory undercuts."""
        return [bits / 8 for _, bits in self.drawn]

    def packet_bound_bytes(self) -> list[int]:
        """Return the same with sender, number and tag, in whole bytes as a radio sends them."""
        outside = SENDER_BITS + SEQUENCE_BITS
        return [math.ceil((bits + outside) / 8) + TAG_BYTES for _, bits in self.drawn]


@functools.cache
def situation_reports(count: int) -> tuple[Corpus, ...]:
    """Return the three corpora of SITREPs."""
    known = [
        Corpus(f"sitrep {name}", profile.frame, corpus.sitreps(profile, count, SEEDS[name]))
        for name, profile in corpus.PROFILES.items()
    ]
    return (*known, Corpus("sitrep city", city.FRAME, city.sitreps(count, SEEDS["city"])))


@functools.cache
def other_reports(count: int) -> tuple[Corpus, ...]:
    """Return calls for help, positions and health of handsets."""
    found = []
    for name, profile in corpus.PROFILES.items():
        seed = SEEDS[name]
        for kind, drawn in (
            ("sos", corpus.calls_for_help(profile, count, seed)),
            ("position", [_position(profile, _draw(seed, index)) for index in range(count)]),
        ):
            found.append(Corpus(f"{kind} {name}", profile.frame, drawn))
    profile = corpus.EARTHQUAKE
    health = [_health(profile, _draw(3, index)) for index in range(count)]
    return (*found, Corpus("node_health", profile.frame, health))


def _draw(seed: int, index: int) -> Draw:
    return Draw(seed * 1_000_033 + index)


def _position(profile: Profile, draw: Draw) -> tuple[Report, float]:
    report = Position(
        mode=codes.EXERCISE if draw.yes(0.2) else codes.ACTUAL,
        time_s=profile.frame.epoch_s + draw.below(profile.days * 86_400),
        time_quality=codes.TIME_GNSS,
        fix=corpus._fix(profile, draw),
        battery_pct=15 + draw.below(86),
        altitude_m=corpus._altitude(profile, draw) if draw.yes(profile.altitude_share) else None,
    )
    return report, draw.bits


def _health(profile: Profile, draw: Draw) -> tuple[Report, float]:
    report = NodeHealth(
        mode=codes.EXERCISE if draw.yes(0.2) else codes.ACTUAL,
        time_s=profile.frame.epoch_s + draw.below(profile.days * 86_400),
        time_quality=codes.TIME_GNSS,
        battery_mv=3300 + 10 * draw.below(90),
        temperature_c=min(max(draw.normal(24, 9), -50), 76),
        uptime_min=draw.below(7_000),
        waiting=draw.geometric(0.8),
        stored=draw.below(600),
        rssi_dbm=min(max(draw.normal(-104, 9), -150), -1),
        snr_db=min(max(draw.normal(-2, 6), -32), 30),
        satellites=draw.below(16),
        airtime_s=draw.geometric(9),
        restarts=draw.geometric(0.1),
        refused=draw.geometric(0.4),
        firmware=3,
    )
    return report, draw.bits
