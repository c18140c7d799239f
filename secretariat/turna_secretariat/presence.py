"""What the backbone is told of the Secretariat: that it is there, or no longer."""

from turna_backbone import topics
from turna_backbone.envelope import Presence
from turna_backbone.mqtt import Will


def birth(boot_id: bytes) -> tuple[str, bytes]:
    """Return (topic, payload) to publish, retained, on each connection."""
    return topics.SECRETARIAT_CONNECTION, Presence(True, boot_id).pack()


def will(boot_id: bytes) -> Will:
    return Will(topics.SECRETARIAT_CONNECTION, Presence(False, boot_id).pack())
