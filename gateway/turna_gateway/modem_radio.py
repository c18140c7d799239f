"""The radio as the gateway sees it, on top of the serial link's state machine.

Has neither thread nor port: `serial_radio` moves its bytes over a real port, a scenario over a
virtual board's.  What the link reports goes into the gateway's inbox, or into the log.
"""

import logging

from turna_gateway.ports import (
    PacketHeard,
    RadioCounts,
    RadioDown,
    RadioEvent,
    RadioInbox,
    RadioUp,
    Transmitted,
)
from turna_protocol.mission import Mission
from turna_protocol.modem.host_end import ConsoleText
from turna_protocol.modem.host_events import Down, EventsLost, Heard, Sent, Up
from turna_protocol.modem.host_link import HostLink
from turna_protocol.modem.messages import LOG_LEVELS, UNIQUE_ID_BYTES, Log
from turna_protocol.modem.radio_messages import RESULTS, SENT, RadioSetting, Status

log = logging.getLogger(__name__)

_LOGGING_LEVELS = dict(
    zip(LOG_LEVELS, (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR), strict=True)
)


def radio_setting(mission: Mission, freq_hz: int | None = None) -> RadioSetting:
    """Return how a mission wants its modem's radio set, there or on another frequency."""
    channel = mission.channel if freq_hz is None else mission.channel.replace(freq_hz=freq_hz)
    return RadioSetting(mission.region, channel)


class ModemRadio:
    """One modem: packets and bytes in, bytes out, events into the inbox."""

    def __init__(
        self, *, setting: RadioSetting, unique_id: bytes | None, session: int, inbox: RadioInbox
    ) -> None:
        self.status: Status | None = None
        self.wrong_board = False
        # An ESP32's own id has 6 bytes; HELLO gives it with two zeros behind.
        padded_id = None if unique_id is None else unique_id.ljust(UNIQUE_ID_BYTES, b"\0")
        self._link = HostLink(session=session, setting=setting, unique_id=padded_id)
        self._inbox = inbox
        self._down_reason: str | None = None
        self._counts = RadioCounts(undecodable=0, malformed=0, lost=0)

    @property
    def online(self) -> bool:
        """Say whether packets go out now."""
        return self._link.online

    @property
    def is_closed(self) -> bool:
        """Say whether the port is to be opened anew."""
        return self._link.is_closed

    def transmit(self, packet: bytes, *, priority: int) -> int:
        """Queue a packet, highest priority first; its `Transmitted` carries the returned token."""
        token = self._link.transmit(packet, priority=priority)
        self._report()
        return token

    def taken(self, number: int) -> None:
        """Say that packets heard up to `number` are committed: the modem may forget them."""
        self._link.taken(number)

    def opened(self, now_ms: int) -> None:
        """Begin: the port is open."""
        self.wrong_board = False
        self._link.opened(now_ms)

    def closed(self, reason: str) -> None:
        """Stop: the port is gone, for this reason."""
        self._link.closed(reason)
        self._report()

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take what the modem sent."""
        self._link.receive(data, now_ms)
        self._report()

    def to_send(self, now_ms: int) -> bytes:
        """Return the bytes to write to the modem now."""
        out = self._link.to_send(now_ms)
        self._report()
        return out

    def deadline_ms(self) -> int | None:
        """Return when to call `to_send` next although nothing happens, or None while closed."""
        return self._link.deadline_ms()

    def _report(self) -> None:
        event = self._link.next_event()
        while event is not None:
            if isinstance(event, Up | Down):
                self._change(event)
            elif isinstance(event, Heard):
                self._put(
                    PacketHeard(
                        packet=event.packet,
                        rssi_dbm=event.rssi_dbm,
                        snr_db_x4=event.snr_db_x4,
                        heard_at_ms=event.at_ms,
                        number=event.number,
                    )
                )
            elif isinstance(event, Sent):
                self._sent(event)
            else:
                self._note(event)
            event = self._link.next_event()
        self._count()

    def _change(self, event: Up | Down) -> None:
        if isinstance(event, Up):
            self._down_reason = None
            hello = event.hello
            log.info("modem online board=%s id=%s", hello.board, hello.unique_id.hex())
            self._put(RadioUp(board=hello.board, unique_id=hello.unique_id, boot_id=hello.boot_id))
            return
        self.wrong_board = event.wrong_board
        if event.reason != self._down_reason:  # told once, however often it is tried
            self._down_reason = event.reason
            log.warning("modem offline reason=%s", event.reason)
            self._put(RadioDown(event.reason))

    def _sent(self, event: Sent) -> None:
        if event.result != SENT:
            log.warning("packet not sent result=%s %s", RESULTS[event.result], event.text)
        self._put(Transmitted(token=event.token, ok=event.result == SENT))

    def _note(self, event: EventsLost | Status | ConsoleText | Log) -> None:
        if isinstance(event, Status):
            self.status = event
        elif isinstance(event, EventsLost):
            log.warning("the modem dropped events before they were taken count=%d", event.count)
        elif isinstance(event, ConsoleText):
            log.info("modem console text=%r", event.text)
        else:
            level = LOG_LEVELS[min(event.level, len(LOG_LEVELS) - 1)]
            log.log(_LOGGING_LEVELS[level], "modem says text=%r", event.text)

    def _count(self) -> None:
        link = self._link
        counts = RadioCounts(undecodable=link.undecodable, malformed=link.malformed, lost=link.lost)
        if counts != self._counts:
            self._counts = counts
            self._put(counts)

    def _put(self, event: RadioEvent) -> None:
        self._inbox.put_nowait(event)
