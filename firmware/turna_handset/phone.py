"""The page for a phone: an access point of the handset's own, on demand, closed to save power.

Who is in the network may use the page, and in the network is who knows the password on the screen.
What serves the page is in memory only while it is open; the screen's parts make room for it.
"""

import gc

from turna_protocol import codes
from turna_protocol.phone_network import network_name, password_of

from . import labels, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_board.access_point import AccessPoint
    from turna_board.counters import Counters
    from turna_board.uptime import Uptime

    from .clock import Clock
    from .desk import Desk
    from .journal import Journal
    from .panel import Panel
    from .phone_site import Site
    from .provisioning import Provisioning
    from .status import StatusBoard
    from .usb_port import UsbPort

IDLE_MS = 300_000  # without somebody who opens the page or sends a report
DRAWN_AFTER_MS = 1_500  # the screen shows name and password by then
# Measured on 32-bit MicroPython, code in ROM, in bytes: server 11,400, a connection with its
# request 5,700, the longest form while it becomes a report 34,000.  An ESP32 without PSRAM has not
# so much; nothing of the handset's is put at risk for a page.
ROOM_BYTES = 52 * 1024
REFUSAL_SHOWN_MS = 30_000  # unless a key says before that it was read
OPEN_MAX_MS = 1_800_000  # whoever is still there asks for it again


class Phone:
    """Wanted, open, or over."""

    def __init__(
        self,
        provisioning: "Provisioning",
        *,
        journal: "Journal",
        desk: "Desk",
        status: "StatusBoard",
        clock: "Clock",
        panel: "Panel",
        usb: "UsbPort",
        counters: "Counters",
        uptime: "Uptime",
    ) -> None:
        self._provisioning = provisioning
        self._journal = journal
        self._desk = desk
        self._status = status
        self._clock = clock
        self._panel = panel
        self._usb = usb
        self._counters = counters
        self._uptime = uptime
        self._access_point: "AccessPoint | None" = None
        self._site: "Site | None" = None
        self._wanted_ms: int | None = None
        self._refusal = ""  # a label: why it does not open

    @property
    def network(self) -> "tuple[str, ...]":
        """Return name, password and whether there is a code; or the label that says why not."""
        if self._wanted_ms is None:
            return ()
        if self._refusal:
            return (self._refusal,)
        named = (self._name(), self._password())
        return named + ("code",) if self._provisioning.phone_code else named

    def _name(self) -> str:
        return network_name(self._provisioning.call_sign)

    def _password(self) -> str:
        return password_of(self._provisioning.authentication_key)

    def want(self, now_ms: int) -> None:
        """Open soon: once the screen has been drawn, whose parts then make room."""
        if self._wanted_ms is None:
            self._wanted_ms = now_ms

    def close(self) -> None:
        """Go off the air."""
        self._wanted_ms = None
        self._refusal = ""
        self._go_off_the_air()

    def _go_off_the_air(self) -> None:
        if self._site is not None:
            self._site.stop()
            self._site = None
        if self._access_point is not None:
            self._access_point.close()
            self._access_point = None
        parts.forget(parts.FOR_A_PHONE)

    def look_after(self, now_ms: int) -> bool:
        """Open when it is time, close when nobody uses it; return whether it is still wanted."""
        if self._wanted_ms is None:
            return False
        if self._refusal:
            if now_ms - self._wanted_ms < REFUSAL_SHOWN_MS:
                return True
        elif self._site is None:
            if now_ms - self._wanted_ms >= DRAWN_AFTER_MS:
                self._refusal = self._open(now_ms)
                if self._refusal:
                    self._go_off_the_air()
                    self._panel.phone_refused()
            return True
        elif self._site.failed:
            self._counters.count("phone page failed")
        elif now_ms - self._site.used_ms < IDLE_MS and now_ms - self._wanted_ms < OPEN_MAX_MS:
            return True
        self.close()
        self._panel.phone_closed()
        return False

    def _open(self, now_ms: int) -> str:
        """Go on the air; return the label that says why not, or nothing."""
        self._make_room()
        gc.collect()
        if gc.mem_free() < ROOM_BYTES:
            self._counters.count("phone page without memory")
            return "phone.no_room"
        try:
            parts.load(parts.FOR_A_PHONE)
            from turna_board.access_point import AccessPoint

            from .phone_site import Site

            point = AccessPoint()
            point.open(self._name(), self._password())
            self._access_point = point
            self._site = Site(
                journal=self._journal,
                submit=self._submit,
                facts=self._facts,
                counters=self._counters,
                now_ms=self._uptime.ms,
            )
        except (OSError, MemoryError) as error:
            self._counters.count(f"phone page failed {type(error).__name__}")
            return "phone.failed"
        self._site.used_ms = now_ms
        self._site.start()
        self._counters.count("phone page opened")
        if self._provisioning.phone_code:
            self._show_code()
        return ""

    def _show_code(self) -> None:
        """Put the code by which a phone joins beside the words, now that there is what to join."""
        from .phone_code import paint

        rows = self._provisioning.phone_code
        self._panel.paint(lambda buffer: paint(buffer, rows), self._uptime.ms())
        parts.forget(("turna_handset.phone_code",))

    def _make_room(self) -> None:
        """Let go of what draws: the screen keeps what it shows."""
        self._usb.close()
        self._panel.pause(self._uptime.ms(), OPEN_MAX_MS)

    def _submit(self, form: dict[str, object]) -> int | None:
        return self._desk.submit(form, self._uptime.ms())

    def _facts(self) -> "dict[str, object]":
        """Return what the page says of the handset."""
        return {
            "call_sign": self._provisioning.call_sign,
            "mode": codes.MODES[self._provisioning.mode],
            "language": labels.language(),
            "time_s": self._clock.now_s(self._uptime.ms()),
            "battery_pct": self._status.battery_pct,
        }
