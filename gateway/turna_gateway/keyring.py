"""Who may speak to this gateway: the mission's handsets and their link keys."""

from dataclasses import dataclass, field

from turna_gateway.opening import LinkOpener
from turna_protocol.keys import broadcast_key, link_key
from turna_protocol.mission import Device, Mission


@dataclass(frozen=True, slots=True)
class Handset:
    """One handset of the registry."""

    device: int
    generation: int
    call_sign: str
    team: str
    country: str
    link_key: bytes = field(repr=False)
    opener: LinkOpener = field(repr=False, compare=False)


class Keyring:
    """Link keys by device; holds no authentication key, so it can forge nothing."""

    def __init__(self, mission: Mission, link_branch: bytes) -> None:
        self._handsets = {
            device.device: _handset(device, link_branch) for device in mission.devices
        }
        self.broadcast_key = broadcast_key(link_branch)

    def handset(self, device: int) -> Handset | None:
        return self._handsets.get(device)

    def handsets(self) -> list[Handset]:
        return list(self._handsets.values())


def _handset(device: Device, link_branch: bytes) -> Handset:
    key = link_key(link_branch, bytes.fromhex(device.hardware_id), device.device, device.generation)
    return Handset(
        device=device.device,
        generation=device.generation,
        call_sign=device.call_sign,
        team=device.team,
        country=device.country,
        link_key=key,
        opener=LinkOpener(key),
    )
