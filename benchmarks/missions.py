"""The missions of benchmarks: handsets and gateways as a bench needs them."""

from collections.abc import Sequence

from benchmarks.corpus import EARTHQUAKE
from turna_protocol.mission import Device, Gateway, Mission
from turna_protocol.regions import USUAL_CHANNEL

MASTER = bytes(range(32))


def hardware_id(device: int) -> bytes:
    """Return the made-up id of a handset's chip."""
    return device.to_bytes(6, "big")


def handset(device: int, *, team: str, country: str) -> Device:
    """Return a handset of a team, with the first generation of its keys."""
    return Device(
        device=device,
        hardware_id=hardware_id(device).hex(),
        generation=1,
        call_sign=f"{team}-{device}",
        team=team,
        country=country,
    )


def mission(handsets: Sequence[Device], gateways: Sequence[Gateway]) -> Mission:
    """Return a mission after the earthquake, where the law leaves the air free."""
    return Mission(
        name="Bench",
        mode="exercise",
        frame=EARTHQUAKE.frame,
        region="KZ433",
        channel=USUAL_CHANNEL,
        devices=tuple(handsets),
        gateways=tuple(gateways),
    )
