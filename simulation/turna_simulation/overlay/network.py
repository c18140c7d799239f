"""`network` of the ESP32 port: an access point, as far as a board needs one to serve a page.

Strict where the real one is: WPA2 wants a password of 8 to 63 characters before it goes on.
"""

import _link

AP_IF = 1
STA_IF = 0
AUTH_OPEN = 0
AUTH_WPA2_PSK = 3
_ADDRESS = ("192.168.4.1", "255.255.255.0", "192.168.4.1", "192.168.4.1")


class WLAN:
    IF_AP = AP_IF
    IF_STA = STA_IF
    SEC_OPEN = AUTH_OPEN
    SEC_WPA2 = AUTH_WPA2_PSK

    _shared = {"active": False, "ssid": "ESP", "key": "", "security": AUTH_OPEN, "max_clients": 4}

    def __init__(self, interface=STA_IF):
        if interface != AP_IF:
            raise ValueError("there is nothing to connect to here")

    def active(self, on=None):
        if on is None:
            return self._shared["active"]
        if on and self._shared["security"] == AUTH_WPA2_PSK and not self._shared["key"]:
            raise OSError("WPA2 without a password")
        self._shared["active"] = bool(on)
        _link.tell("a", 1 if on else 0)
        return bool(on)

    def config(self, *names, **values):
        if names:
            return self._shared[names[0]]
        key = values.get("key")
        if key is not None and not 8 <= len(key) <= 63:
            raise OSError("Wifi Invalid Password")
        if not 0 < len(values.get("ssid", "x")) <= 32:
            raise ValueError("ssid")
        for name, value in values.items():
            if name not in self._shared:
                raise ValueError("unknown config param")
            self._shared[name] = value

    def ifconfig(self):
        return _ADDRESS

    def status(self, what=None):
        return [] if what == "stations" else 0
