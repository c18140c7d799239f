"""Certificates of a TLS connection to a broker: files checked, a context made anew each time.

Verification is never switched off: a machine that does not know the time has no connection until it
does, and one whose files are wrong has none until they are right.  The radio goes on meanwhile.
"""

import ssl
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from turna_backbone.configuration import Table

# Nothing we connect to is older than this software; a clock before it was never set (2026-01-01).
PLAUSIBLE_FROM_S = 1_767_225_600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_DAY_S = 24 * 3600


class CredentialsError(ValueError):
    """There can be no connection now; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the files are.  `ca` may hold several authorities, while one replaces another."""

    ca: Path
    certificate: Path
    key: Path

    def context(self, now_s: int) -> ssl.SSLContext:
        """Return a context that trusts only our authorities, or say why there is none."""
        if now_s < PLAUSIBLE_FROM_S:
            raise CredentialsError(
                "the clock was never set, so no certificate can be checked; waiting for the time"
            )
        self._check_key_mode()
        left_s = self._seconds_left(now_s)
        if left_s < 0:
            ago = f"{-left_s // _DAY_S} days ago"
            raise CredentialsError(
                f"our certificate expired {ago}; put a new one to {self.certificate}"
            )
        try:
            context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(self.ca))
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise CredentialsError(
                f"the files {self.ca}, {self.certificate} and {self.key} cannot be used: {error}"
            ) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def days_left(self, now_s: int) -> int:
        """Return for how many more days our certificate is valid; below 0 if it expired."""
        return self._seconds_left(now_s) // _DAY_S

    def contexts(self, unix_s: Callable[[], int]) -> Callable[[], ssl.SSLContext]:
        """Return what an MqttSession asks for each of its connections."""
        return lambda: self.context(unix_s())

    def _seconds_left(self, now_s: int) -> int:
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise CredentialsError(
                f"the certificate {self.certificate} cannot be read: {error}"
            ) from None
        return int(certificate.not_valid_after_utc.timestamp()) - now_s

    def _check_key_mode(self) -> None:
        try:
            others_may = self.key.stat().st_mode & _OTHERS
        except OSError as error:
            raise CredentialsError(
                f"the key {self.key} cannot be read ({error.strerror})"
            ) from None
        if others_may:
            raise CredentialsError(f"others may read {self.key}; run: chmod 600 {self.key}")


def read_credentials(backbone: Table) -> Credentials | None:
    """Return the TLS files of a settings table if any is named: then all three are needed."""
    if not any(backbone.has(key) for key in ("ca", "certificate", "key")):
        return None
    return Credentials(backbone.path("ca"), backbone.path("certificate"), backbone.path("key"))
