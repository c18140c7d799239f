"""A whole gateway process whose modem is this process's standard input and output.

A line "heard HEX" is a packet from the air; what is transmitted is written as "said HEX".
"""

import sys
import threading
from pathlib import Path

from turna_gateway import app
from turna_gateway.config import Config, read_config
from turna_gateway.ports import PacketHeard, RadioUp, Transmitted
from turna_protocol.mission import Mission


class LineModem:
    """Every packet is on the air at once."""

    def __init__(self, config: Config, mission: Mission, inbox: app.Inbox) -> None:
        del mission
        self._inbox = inbox
        self._clock = config.clock
        self._token = 0
        self._thread = threading.Thread(target=self._read, daemon=True)

    def start(self) -> None:
        self._inbox.put(RadioUp("lines", b"\x01", b"boot"))
        self._thread.start()

    def stop(self) -> None:
        return

    def alive(self) -> bool:
        return True

    def transmit(self, packet: bytes, *, priority: int) -> int:
        del priority
        self._token += 1
        sys.stdout.write(f"said {packet.hex()}\n")
        sys.stdout.flush()
        self._inbox.put(Transmitted(self._token, ok=True))
        return self._token

    def taken(self, number: int) -> None:
        return

    def _read(self) -> None:
        for number, line in enumerate(sys.stdin, 1):
            packet = bytes.fromhex(line.split()[1])
            self._inbox.put(PacketHeard(packet, -100, 20, self._clock.now_ms(), number))


if __name__ == "__main__":
    sys.exit(app.run(read_config(Path(sys.argv[1])), LineModem))
