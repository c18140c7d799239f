"""Words to systemd (sd_notify): ready, alive, stopping; silence where there is no systemd."""

import os
import socket


class Supervisor:
    """Sends datagrams to NOTIFY_SOCKET (sd_notify(3)), without any library."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address if address is not None else os.environ.get("NOTIFY_SOCKET", "")

    def ready(self) -> None:
        self._notify("READY=1")

    def alive(self) -> None:
        """Feed the watchdog; to be called on true progress only."""
        self._notify("WATCHDOG=1")

    def stopping(self) -> None:
        self._notify("STOPPING=1")

    def _notify(self, word: str) -> None:
        if not self._address:
            return
        # A leading @ means the abstract namespace, which the kernel spells with a zero byte.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            try:
                sender.sendto(word.encode(), address)
            except OSError:
                return  # systemd is not listening: nothing depends on it
