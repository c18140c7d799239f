"""The modem's end of the serial line: what the host wants sent, and what the radio heard.

Holds neither radio nor port nor clock.  The app passes in bytes, packets and the time, and
takes out bytes, settings to apply, and packets to transmit.  What a packet means is not known here.
"""

from ..errors import MalformedError, MisuseError
from ..record import Record
from .device_end import DeviceEnd
from .messages import (
    MALFORMED,
    NOT_CONFIGURED,
    QUEUE_FULL,
    REGION_UNSET,
    Accepted,
    EnterRepl,
    Hello,
    HelloRequest,
    Log,
    Reboot,
)
from .radio_messages import (
    MAX_PACKET_BYTES,
    REGION_NAME_UNSET,
    Acknowledge,
    Configure,
    Configured,
    Queued,
    Received,
    Transmit,
    Transmitted,
)
from .replay import ReplayRing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .framing import SerialFrame
    from .radio_messages import RadioSetting, Status

QUEUE_LIMIT = 8
STATUS_INTERVAL_MS = 5000
# Results kept for a host that asks again whether a packet went out.
_FINISHED_LIMIT = 32
_CLOCK_MASK = 0xFFFFFFFF


class ConfigureAsked(Record):
    """The host wants the radio set; answer with `configured` or `configuring_failed`."""

    FIELDS = ("setting",)

    def __init__(self, setting: "RadioSetting") -> None:
        self.setting = setting


class RebootAsked(Record):
    """Write out what is to send, then start again."""


class ReplAsked(Record):
    """Write out what is to send, then leave the line to the MicroPython prompt."""


class StatusDue(Record):
    """Time to tell the host how the modem is; answer with `status`."""


class ModemLink:
    """Bytes from the host in, events and transmissions out; packets in, bytes to the host out."""

    def __init__(self, hello: Hello) -> None:
        self.setting: RadioSetting | None = None
        self.too_long = 0
        self._end = DeviceEnd(hello)
        self._ring = ReplayRing()
        self._events: list[ConfigureAsked | RebootAsked | ReplAsked | StatusDue] = []
        self._configuring: tuple[SerialFrame, RadioSetting] | None = None
        self._queue: list[Transmit] = []
        self._sending: Transmit | None = None
        self._finished: list[Transmitted] = []
        self._status_at_ms: int | None = None

    @property
    def queued(self) -> int:
        """Count of packets that wait for the air."""
        return len(self._queue)

    @property
    def events_dropped(self) -> int:
        """Count of events that made room for newer ones before a host took them."""
        return self._ring.dropped

    @property
    def undecodable(self) -> int:
        """Count of chunks on the serial line that were no frame and no text."""
        return self._end.undecodable

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take what the host sent."""
        for frame in self._end.receive(data, now_ms):
            try:
                self._command(frame, now_ms)
            except MalformedError as error:
                self._end.malformed_command(frame, error)

    def to_send(self, now_ms: int) -> bytes:
        """Return the bytes to write to the host now."""
        if self._end.host_present(now_ms):
            self._end.post_frames(self._ring.frames_due(now_ms))
            if self._status_at_ms is None or now_ms >= self._status_at_ms:
                self._status_at_ms = now_ms + STATUS_INTERVAL_MS
                self._events.append(StatusDue())
        return self._end.take()

    def deadline_ms(self, now_ms: int) -> int | None:
        """Return when to call `to_send` next although nothing happens, or None."""
        if not self._end.host_present(now_ms):
            return None
        times = (self._ring.deadline_ms(now_ms), self._status_at_ms)
        return min([time for time in times if time is not None], default=None)

    def next_event(self) -> "ConfigureAsked | RebootAsked | ReplAsked | StatusDue | None":
        """Return what the app has to do next, or None."""
        return self._events.pop(0) if self._events else None

    def configured(self, asked: "RadioSetting", actual: "RadioSetting") -> None:
        """Tell the host how the radio is really set."""
        self.setting = actual
        if self._configuring is not None and self._configuring[1] == asked:
            self._end.answer(self._configuring[0].sequence, Configured(actual, QUEUE_LIMIT))
            self._configuring = None

    def configuring_failed(self, code: int, text: str) -> None:
        """Tell the host that the radio cannot be set so; until it can, nothing is sent."""
        self.setting = None
        if self._configuring is not None:
            self._end.refuse(self._configuring[0], code, text)
            self._configuring = None

    def next_transmission(self) -> Transmit | None:
        """Return the packet to transmit now; nothing more until `transmitted` was called."""
        if self._sending is not None or not self._queue:
            return None
        self._sending = self._queue.pop(0)
        return self._sending

    def transmitted(self, result: int, airtime_us: int, now_ms: int) -> None:
        """Tell the host what became of the packet that `next_transmission` gave."""
        if self._sending is None:
            raise MisuseError("nothing was being transmitted")
        done = Transmitted(self._sending.token, result, airtime_us, now_ms & _CLOCK_MASK)
        self._sending = None
        self._finished = self._finished[1 - _FINISHED_LIMIT :] + [done]
        self._ring.add(done)

    def heard(self, payload: bytes, *, rssi_dbm: int, snr_db_x4: int, at_ms: int) -> None:
        """Keep a packet for the host; one too long for a frame is none of ours, and counted."""
        if len(payload) > MAX_PACKET_BYTES:
            self.too_long += 1
            return
        self._ring.add(
            Received(
                at_ms=at_ms & _CLOCK_MASK,
                rssi_dbm=max(-32768, min(32767, rssi_dbm)),
                snr_db_x4=max(-128, min(127, snr_db_x4)),
                payload=payload,
            )
        )

    def status(self, status: "Status") -> None:
        """Tell the host how the modem is."""
        self._end.post(status)

    def log(self, level: int, text: str) -> None:
        """Tell the host a line for a person to read."""
        self._end.post(Log(level, text))

    def _command(self, frame: "SerialFrame", now_ms: int) -> None:
        if frame.kind == HelloRequest.KIND:
            self._ring.restart()
        elif frame.kind == Acknowledge.KIND:
            self._ring.acknowledged(Acknowledge.unpack(frame.body).number, now_ms)
        elif frame.kind == Configure.KIND:
            self._configure(frame)
        elif frame.kind == Transmit.KIND:
            self._transmit(frame)
        elif frame.kind == Reboot.KIND:
            Reboot.unpack(frame.body)
            self._accept(frame, RebootAsked())
        elif frame.kind == EnterRepl.KIND:
            EnterRepl.unpack(frame.body)
            self._accept(frame, ReplAsked())
        else:
            self._end.unsupported(frame)

    def _accept(self, frame: "SerialFrame", event: RebootAsked | ReplAsked) -> None:
        self._end.answer(frame.sequence, Accepted())
        self._events.append(event)

    def _configure(self, frame: "SerialFrame") -> None:
        setting = Configure.unpack(frame.body).setting
        self._configuring = (frame, setting)
        if self.setting == setting:
            self.configured(setting, setting)
        else:
            self._events.append(ConfigureAsked(setting))

    def _transmit(self, frame: "SerialFrame") -> None:
        asked = Transmit.unpack(frame.body)
        if not 0 < len(asked.payload) <= MAX_PACKET_BYTES:
            self._end.refuse(frame, MALFORMED, "packet length")
        elif self.setting is None:
            self._end.refuse(frame, NOT_CONFIGURED)
        elif self.setting.region == REGION_NAME_UNSET:
            self._end.refuse(frame, REGION_UNSET)
        elif self._is_known(asked.token):
            self._accept_transmission(frame, asked)
        elif len(self._queue) >= QUEUE_LIMIT:
            self._end.refuse(frame, QUEUE_FULL)
        else:
            self._enqueue(asked)
            self._accept_transmission(frame, asked)

    def _accept_transmission(self, frame: "SerialFrame", asked: Transmit) -> None:
        self._end.answer(frame.sequence, Queued(asked.token, QUEUE_LIMIT - len(self._queue)))

    def _is_known(self, token: int) -> bool:
        """Say whether this token was handed over before; tell again how it ended if it has."""
        for done in self._finished:
            if done.token == token:
                self._ring.add(done)
                return True
        sending = [] if self._sending is None else [self._sending]
        return token in [packet.token for packet in sending + self._queue]

    def _enqueue(self, asked: Transmit) -> None:
        at = len(self._queue)
        while at > 0 and self._queue[at - 1].priority < asked.priority:
            at -= 1
        self._queue.insert(at, asked)
