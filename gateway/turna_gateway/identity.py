"""Who this gateway is towards handsets, the backbone and the Secretariat."""

from dataclasses import dataclass

from turna_backbone import topics
from turna_backbone.configuration import ConfigurationError
from turna_backbone.envelope import Presence
from turna_backbone.kit import GatewayKeys
from turna_protocol.mission import Mission


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this gateway is; `boot_id` tells its runs apart."""

    name: str
    index: int
    country: str
    boot_id: bytes

    def subscriptions(self) -> tuple[str, ...]:
        return (
            topics.receipt(self.country, self.name),
            topics.resend(self.country, self.name),
            topics.down(self.country, self.name),
            topics.SECRETARIAT_CONNECTION,
        )

    def presence(self, *, online: bool) -> tuple[str, bytes]:
        """Return (topic, payload) of the birth or the last will; retained."""
        payload = Presence(online=online, boot_id=self.boot_id).pack()
        return topics.gateway_connection(self.country, self.name), payload


def identify(mission: Mission, keys: GatewayKeys, *, boot_id: bytes) -> Identity:
    """Return who this gateway is: its keys and its mission must agree on it."""
    known = mission.gateway(keys.name)
    if known is None or known.index != keys.index:
        raise ConfigurationError(
            f"the keys are those of gateway {keys.name}, which mission {mission.name} does not"
            " have; take both files from the same mission kit"
        )
    return Identity(name=known.name, index=known.index, country=known.country, boot_id=boot_id)
