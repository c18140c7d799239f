"""Who is who: the mission's handsets and gateways, and the keys that prove a sender."""

from dataclasses import dataclass, field

from turna_protocol import keys
from turna_protocol.mission import Mission
from turna_protocol.revocation import Revocations


@dataclass(frozen=True, slots=True)
class Handset:
    """What the page shows of a sender."""

    device: int
    generation: int
    hardware_id: bytes
    call_sign: str
    team: str
    country: str


@dataclass(slots=True)
class Registry:
    """The mission's register, with authentication keys derived once and kept."""

    mission: Mission
    authentication_branch: bytes = field(repr=False)
    revoked_by_kit: Revocations = field(default_factory=Revocations)
    _keys: dict[tuple[int, int], bytes] = field(default_factory=dict, repr=False)
    _handsets: dict[int, Handset] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for known in self.mission.devices:
            self._handsets[known.device] = Handset(
                device=known.device,
                generation=known.generation,
                hardware_id=bytes.fromhex(known.hardware_id),
                call_sign=known.call_sign,
                team=known.team,
                country=known.country,
            )

    def handset(self, device: int) -> Handset | None:
        return self._handsets.get(device)

    def handsets(self) -> list[Handset]:
        return [self._handsets[device] for device in sorted(self._handsets)]

    def call_sign(self, device: int) -> str:
        known = self._handsets.get(device)
        return f"device {device}" if known is None else known.call_sign

    def gateway_country(self, name: str) -> str | None:
        """Return the country in whose topics a gateway listens, or None if it is not ours."""
        known = self.mission.gateway(name)
        return None if known is None else known.country

    def authentication_key(self, device: int, generation: int) -> bytes | None:
        """Return the key of a registered handset's present generation, else None."""
        known = self._handsets.get(device)
        if known is None or known.generation != generation:
            return None
        if (device, generation) not in self._keys:
            self._keys[device, generation] = keys.authentication_key(
                self.authentication_branch, known.hardware_id, device, generation
            )
        return self._keys[device, generation]
