"""The board as a Wi-Fi access point for a phone beside it: WPA2, few clients, no way on from it."""

import network

ADDRESS = "192.168.4.1"  # of the ESP32's access point, unless somebody changes it
CLIENTS_MAX = 2


class AccessPoint:
    """On or off; while it is on, the processor draws some hundred milliamperes."""

    def __init__(self) -> None:
        self._wlan: network.WLAN | None = None

    def open(self, name: str, password: str) -> None:
        """Go on the air; OSError if the radio of the processor does not."""
        wlan = network.WLAN(network.WLAN.IF_AP)
        # First how, then on: never open to all, not even for a moment.
        wlan.config(
            ssid=name, key=password, security=network.WLAN.SEC_WPA2, max_clients=CLIENTS_MAX
        )
        wlan.active(True)
        self._wlan = wlan

    def close(self) -> None:
        """Go off the air."""
        if self._wlan is not None:
            self._wlan.active(False)
            self._wlan = None
