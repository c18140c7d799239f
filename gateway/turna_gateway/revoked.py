"""Whose keys are revoked: by the Secretariat's newest signed list, and by the mission kit's."""

from turna_gateway.store import Store
from turna_protocol.errors import MalformedError
from turna_protocol.notices import REVOCATIONS, verify_notice
from turna_protocol.revocation import RevocationList, Revocations, unpack_revocations

_VERSION = "revocation_version"


class Revoked:
    """Believes a list by the Secretariat's signature alone, whoever brings it."""

    def __init__(self, store: Store, public_key: str, by_kit: Revocations) -> None:
        self._store = store
        self._by_kit = by_kit
        self._public_key = bytes.fromhex(public_key)
        self._known = Revocations()

    @property
    def version(self) -> int:
        return self._known.version

    def load(self) -> None:
        """Take up what the run before knew."""
        version = self._store.recall(_VERSION)
        if version is not None:
            rows = self._store.execute("SELECT device, generation FROM revocation")
            self._known = Revocations()
            self._known.accept(RevocationList(int.from_bytes(version, "big"), dict(rows)))

    def is_revoked(self, device: int, generation: int) -> bool:
        known, by_kit = self._known, self._by_kit
        return known.is_revoked(device, generation) or by_kit.is_revoked(device, generation)

    def devices(self) -> list[int]:
        return sorted({*self._known.as_list().entries, *self._by_kit.as_list().entries})

    def take(self, number: int, content: bytes, signature: bytes) -> bool:
        """Take over a newer list, inside a transaction; return False for an old one.

        Raise MalformedError or NotAuthenticError for what the Secretariat did not sign.
        """
        if not self._public_key:
            raise MalformedError("the mission kit has no public key")
        notice = verify_notice(number, content + signature, self._public_key)
        if notice.subject != REVOCATIONS:
            raise MalformedError("not a revocation list")
        if not self._known.accept(unpack_revocations(notice.body)):
            return False
        self._store.remember(_VERSION, self._known.version.to_bytes(3, "big"))
        for device, generation in self._known.as_list().entries.items():
            self._store.execute(
                "INSERT INTO revocation (device, generation) VALUES (?, ?)"
                " ON CONFLICT (device) DO UPDATE SET generation = excluded.generation",
                (device, generation),
            )
        return True
