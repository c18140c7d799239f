"""The gateway's end of the serial line to a modem: online only when the radio is set as asked.

Holds neither port nor clock.  The caller passes in bytes and the time, and takes out bytes and
events.  A packet handed to `transmit` stays here until the modem says what became of it, through
reboots too.
"""

from ..errors import MalformedError, MisuseError
from .host_end import Arrived, ConsoleText, Gone, Greeted, HostEnd
from .host_events import Down, EventsLost, Heard, Sent, Up
from .messages import (
    MODEM,
    NOT_CONFIGURED,
    PROTOCOL,
    QUEUE_FULL,
    ROLES,
    Hello,
    Log,
    Refused,
    encode,
)
from .outbox import Outbox
from .radio_messages import (
    DROPPED,
    LISTEN_FIRST,
    MAX_PACKET_BYTES,
    NOT_ALLOWED,
    Configure,
    Configured,
    Event,
    Queued,
    RadioSetting,
    Received,
    Status,
    Transmit,
    Transmitted,
)
from .replay import ReplayReader

QUEUE_FULL_PAUSE_MS = 500
_TOKEN_MASK = 0xFFFFFFFF

TYPE_CHECKING = False
if TYPE_CHECKING:
    HostLinkEvent = Up | Down | Heard | Sent | EventsLost | Status | ConsoleText | Log


class HostLink:
    """Packets and bytes in, bytes and events out."""

    def __init__(
        self, *, session: int, setting: RadioSetting, unique_id: bytes | None = None
    ) -> None:
        self._end = HostEnd(session)
        self._setting = setting
        self._unique_id = unique_id
        self._events: list[HostLinkEvent] = []
        self._hello: Hello | None = None
        self._boot_id = b""
        self._online = False
        self._next_token = self._end.session
        self._outbox = Outbox()
        self._queue_limit = 0
        self._pause_until_ms = 0
        self._reader = ReplayReader()

    @property
    def online(self) -> bool:
        """Say whether packets go out now."""
        return self._online

    @property
    def is_closed(self) -> bool:
        """Say whether nothing happens before `opened` is called: the port is to be opened anew."""
        return self._end.is_closed

    @property
    def lost(self) -> int:
        """Count of events that the modem had to drop before this host took them."""
        return self._reader.lost

    @property
    def undecodable(self) -> int:
        """Count of chunks on the line that were neither frame nor text."""
        return self._end.undecodable

    @property
    def malformed(self) -> int:
        """Count of whole frames whose message could not be understood."""
        return self._end.malformed

    @property
    def repeats(self) -> int:
        """Count of commands written again for want of an answer."""
        return self._end.commands.repeats

    def opened(self, now_ms: int) -> None:
        """Begin: the port is open."""
        self._end.opened(now_ms)

    def closed(self, reason: str) -> None:
        """Stop: the port is gone, for this reason."""
        self._end.closed()
        self._go_down(reason)

    def transmit(self, packet: bytes, *, priority: int, listen_first: bool = True) -> int:
        """Hand over a packet; its Sent event carries the token that this returns."""
        if not 0 < len(packet) <= MAX_PACKET_BYTES:
            raise MisuseError("packet length")
        token = self._next_token
        self._next_token = (token + 1) & _TOKEN_MASK
        flags = LISTEN_FIRST if listen_first else 0
        victim = self._outbox.add(Transmit(token, priority, flags, packet))
        if victim is not None:
            self._events.append(Sent(victim.token, DROPPED))
        return token

    def taken(self, number: int) -> None:
        """Let the modem forget the packets heard up to this number: they are in safe hands."""
        self._reader.taken(number)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take what the modem sent."""
        self._end.receive(data, now_ms)
        self._digest(now_ms)

    def to_send(self, now_ms: int) -> bytes:
        """Return the bytes to write to the modem now."""
        self._hand_over(now_ms)
        out = self._end.to_send(now_ms)
        self._digest(now_ms)
        acknowledgement = self._reader.acknowledgement() if self._end.is_open else None
        return out if acknowledgement is None else out + encode(acknowledgement)

    def deadline_ms(self) -> int | None:
        """Return when to call `to_send` next although nothing happens, or None while closed."""
        deadline_ms = self._end.deadline_ms()
        if deadline_ms is not None and self._has_work():
            return min(deadline_ms, self._pause_until_ms)
        return deadline_ms

    def next_event(self) -> "HostLinkEvent | None":
        """Return what happened next, or None."""
        return self._events.pop(0) if self._events else None

    def _digest(self, now_ms: int) -> None:
        event = self._end.next_event()
        while event is not None:
            if isinstance(event, Greeted):
                self._greeted(event.hello, now_ms)
            elif isinstance(event, Gone):
                self._go_down(event.reason)
            elif isinstance(event, Arrived):
                self._arrived(event, now_ms)
            else:
                self._events.append(event)
            event = self._end.next_event()

    def _greeted(self, hello: Hello, now_ms: int) -> None:
        if self._online:
            self._online = False
            self._events.append(Down("the modem has started again"))
        objection = self._objection(hello)
        if objection is not None:
            self._give_up(objection, wrong_board=True)
            return
        if hello.boot_id != self._boot_id:
            self._boot_id = hello.boot_id
            self._reader.restart()
        self._hello = hello
        self._outbox.take_back()
        self._end.commands.give_up()
        self._end.commands.start(Configure(self._setting), now_ms)

    def _objection(self, hello: Hello) -> str | None:
        if hello.protocol != PROTOCOL:
            return f"the board speaks protocol {hello.protocol} instead of {PROTOCOL}"
        if hello.role != MODEM:
            role = ROLES[hello.role] if hello.role < len(ROLES) else str(hello.role)
            return f"the board is no modem but: {role}"
        if self._unique_id is not None and hello.unique_id != self._unique_id:
            return f"another modem, {hello.unique_id.hex()}, is there"
        return None

    def _arrived(self, arrived: Arrived, now_ms: int) -> None:
        frame = arrived.frame
        try:
            if arrived.is_answer:
                self._answered(frame.kind, frame.body, now_ms)
            elif frame.kind in (Received.KIND, Transmitted.KIND):
                self._event(frame.kind, frame.body, now_ms)
            elif frame.kind == Status.KIND:
                self._events.append(Status.unpack(frame.body))
        except MalformedError:
            self._end.malformed += 1

    def _answered(self, kind: int, body: bytes, now_ms: int) -> None:
        if not self._online and kind == Configured.KIND:
            self._configured(Configured.unpack(body))
        elif not self._online and kind == Refused.KIND:
            self._give_up("the modem refuses its setting: " + Refused.unpack(body).reason())
        elif kind == Queued.KIND:
            self._outbox.accepted()
        elif kind == Refused.KIND:
            self._refused(Refused.unpack(body), now_ms)
        else:
            self._give_up("the modem answers what was not asked")

    def _configured(self, answer: Configured) -> None:
        differences = self._setting.differences(answer.setting)
        if differences:
            self._give_up("the modem is set differently: " + ", ".join(differences))
        elif self._hello is not None:
            self._online = True
            self._queue_limit = answer.queue_limit
            self._events.append(Up(self._hello, answer.setting))

    def _refused(self, refusal: Refused, now_ms: int) -> None:
        if refusal.code == QUEUE_FULL:
            self._outbox.postponed()
            self._pause_until_ms = now_ms + QUEUE_FULL_PAUSE_MS
        elif refusal.code == NOT_CONFIGURED:
            self._give_up("the modem has forgotten its setting")
        else:
            packet = self._outbox.refused()
            if packet is not None:
                self._events.append(Sent(packet.token, NOT_ALLOWED, 0, refusal.reason()))

    def _event(self, kind: int, body: bytes, now_ms: int) -> None:
        event, rest = Event.split(body)
        # What cannot be unpacked must not be counted as taken.
        message = Received.unpack(rest) if kind == Received.KIND else Transmitted.unpack(rest)
        lost_before = self._reader.lost
        is_next = self._reader.is_next(event)
        if self._reader.lost > lost_before:
            self._events.append(EventsLost(self._reader.lost - lost_before))
            self._outbox.take_back()  # among the lost may be what became of these
        if is_next and isinstance(message, Received):
            self._reader.hold(event.number)
            self._events.append(self._heard(event.number, message, now_ms))
        elif is_next and isinstance(message, Transmitted) and self._outbox.finished(message.token):
            self._events.append(Sent(message.token, message.result, message.airtime_us))

    def _heard(self, number: int, message: Received, now_ms: int) -> Heard:
        return Heard(
            number=number,
            packet=message.payload,
            rssi_dbm=message.rssi_dbm,
            snr_db_x4=message.snr_db_x4,
            at_ms=self._end.host_ms(message.at_ms, now_ms),
        )

    def _has_work(self) -> bool:
        return (
            self._online
            and self._outbox.waiting > 0
            and self._outbox.at_modem < self._queue_limit
            and not self._end.commands.busy
        )

    def _hand_over(self, now_ms: int) -> None:
        if self._has_work() and now_ms >= self._pause_until_ms:
            self._end.commands.start(self._outbox.ask(), now_ms)

    def _give_up(self, reason: str, *, wrong_board: bool = False) -> None:
        self._end.closed()
        self._go_down(reason, wrong_board=wrong_board)

    def _go_down(self, reason: str, *, wrong_board: bool = False) -> None:
        self._online = False
        self._outbox.take_back()
        self._events.append(Down(reason, wrong_board=wrong_board))
