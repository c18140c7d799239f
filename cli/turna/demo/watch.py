"""Looks at the gateway and the Secretariat from outside, as any operator could, in a thread."""

import threading
from typing import Any

from turna.demo import exercise
from turna.demo.services import Service

_PERIOD_S = 0.5


class Watch:
    """The newest status of both services; None until they have answered once."""

    def __init__(self, gateway: Service, secretariat: Service) -> None:
        self._gateway = gateway
        self._secretariat = secretariat
        self._stopping = threading.Event()
        self._accept = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.gateway: dict[str, Any] | None = None
        self.secretariat: dict[str, Any] | None = None
        self.alarms: list[dict[str, Any]] = []
        self.accepted = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def accept_sos(self) -> None:
        """Do what the duty officer does on the page with each open SOS, as soon as there is one."""
        self._accept.set()

    def _run(self) -> None:
        while not self._stopping.wait(_PERIOD_S):
            try:
                self.gateway = self._gateway.get("/status.json")
                self.secretariat = self._secretariat.get("/api/status")
                self.alarms = self._secretariat.get("/api/alarms")
                if self._accept.is_set():
                    self._accept_open()
            except OSError:
                continue  # it is looked at again in a moment; its end is noticed elsewhere

    def _accept_open(self) -> None:
        for alarm in self.alarms:
            if alarm["kind"] == "sos":
                address = f"/api/reports/{alarm['report_id']}/accepted"
                self._secretariat.post(address, {"person": exercise.OFFICER})
                self.accepted += 1
