"""Keeps the duty ledger over restarts: written while it changes, at most twice a minute."""

from turna_protocol.errors import MalformedError

from . import flash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.duty import DutyLedger

PATH = "/airtime"
WRITE_EVERY_MS = 30_000  # a power cut hides at most what was sent in this time


class LedgerFile:
    """Loads a ledger once and saves it while it changes."""

    def __init__(self, ledger: "DutyLedger") -> None:
        self.failures = 0
        self._ledger = ledger
        self._saved = b""
        self._due_ms = 0

    def load(self, now_ms: int) -> None:
        """Take over what was used before the restart; unreadable is as good as nothing."""
        try:
            with open(PATH, "rb") as file:
                data = file.read()
            self._ledger.restore(data, now_ms)
        except OSError:
            return
        except MalformedError:
            self.failures += 1

    def save_if_due(self, now_ms: int) -> None:
        """Write the ledger if it has changed and the last time is long enough ago."""
        if now_ms < self._due_ms:
            return
        self._due_ms = now_ms + WRITE_EVERY_MS
        data = self._ledger.to_bytes()
        if data != self._saved:
            self._write(data)

    def _write(self, data: bytes) -> None:
        try:
            flash.replace(PATH, data)
            self._saved = data
        except OSError:
            self.failures += 1
