"""The list of revoked handsets: signed, only ever newer, and nothing is ever un-revoked."""

from .errors import MalformedError, MisuseError
from .keys import GENERATION_MAX
from .packet import DEVICE_MAX
from .record import Record

ENTRIES_MAX = 512  # as many as a mission has handsets
VERSION_MAX = 0xFFFFFF
_ENTRY_BYTES = 4


class RevocationList(Record):
    """Handset number to the newest revoked generation of its keys."""

    FIELDS = ("version", "entries")

    def __init__(self, version: int, entries: dict[int, int]) -> None:
        self.version = version
        self.entries = entries


class Revocations:
    """What gateways and the Secretariat enforce, from every list they ever accepted."""

    def __init__(self) -> None:
        self.version = 0
        self._generations: dict[int, int] = {}

    def is_revoked(self, device: int, generation: int) -> bool:
        """Say whether these keys are revoked: this generation or a later one of the handset was."""
        return generation <= self._generations.get(device, -1)

    def accept(self, newer: RevocationList) -> bool:
        """Take over a list whose signature verified; return False for an old or repeated one.

        An entry that a newer list forgot stays revoked: keys come back by a new generation only.
        """
        if newer.version <= self.version:
            return False
        self.version = newer.version
        for device, generation in newer.entries.items():
            self._generations[device] = max(generation, self._generations.get(device, -1))
        return True

    def as_list(self) -> RevocationList:
        """Return everything revoked, for storage or for the next list."""
        return RevocationList(self.version, dict(self._generations))


def pack_revocations(revoked: RevocationList) -> bytes:
    """Return the list as the body of a notice."""
    if not 0 < revoked.version <= VERSION_MAX or len(revoked.entries) > ENTRIES_MAX:
        raise MisuseError("version or entries")
    body = revoked.version.to_bytes(3, "big")
    for device in sorted(revoked.entries):
        generation = revoked.entries[device]
        if not 1 <= device <= DEVICE_MAX or not 0 <= generation <= GENERATION_MAX:
            raise MisuseError("entry")
        body += device.to_bytes(2, "big") + generation.to_bytes(2, "big")
    return body


def unpack_revocations(body: bytes) -> RevocationList:
    """Return the list; handsets must come in growing order, each once."""
    count, rest = divmod(len(body) - 3, _ENTRY_BYTES)
    if rest or not 0 <= count <= ENTRIES_MAX:
        raise MalformedError("revocations length")
    entries: dict[int, int] = {}
    before = 0
    for start in range(3, len(body), _ENTRY_BYTES):
        device = int.from_bytes(body[start : start + 2], "big")
        if not before < device <= DEVICE_MAX:
            raise MalformedError("revoked device")
        entries[device] = int.from_bytes(body[start + 2 : start + 4], "big")
        before = device
    version = int.from_bytes(body[:3], "big")
    if not version:
        raise MalformedError("revocations version")
    return RevocationList(version, entries)
