"""A handset made of docs/protocol.md alone: it speaks and hears on the air, without a board.

What the firmware does is tested with the firmware; this one shows that the specification suffices,
and can be as deaf, forgetful or sleepy as a test wants.
"""

from collections.abc import Callable

from turna_protocol import keys, orders, packet
from turna_protocol.alerts import AlertWatch
from turna_protocol.downlink import HOLD_AFTER_MS, LISTEN_MS, alert_name
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.fragments import Assembly
from turna_protocol.mission import Mission
from turna_protocol.notices import NoticeBoard, verify_notice
from turna_protocol.orders import Holding, OrderWindow
from turna_protocol.reports import Report, decode_report, encode_report
from turna_protocol.sealing import seal_report
from turna_simulation.air_radio import modulation
from turna_simulation.propagation import Position
from turna_simulation.transmission import Receiver, Reception
from turna_simulation.world import World

_POWER_DBM = 10.0


class WireHandset:
    """Hears orders, notices and alerts, answers with holdings, sends reports once."""

    def __init__(
        self, world: World, mission: Mission, device: int, master: bytes, position: Position
    ) -> None:
        known = mission.device(device)
        assert known is not None
        identity = (bytes.fromhex(known.hardware_id), device, known.generation)
        self._link_key = keys.link_key(keys.link_branch(master), *identity)
        self._end_key = keys.authentication_key(keys.authentication_branch(master), *identity)
        self._public_key = bytes.fromhex(mission.public_key)
        self._world = world
        self._mission = mission
        self._device = device
        self._seq = 0
        self._antenna = world.ether.antenna(f"wire-{device}", position)
        self._modulation = modulation(mission.channel)
        self._window, self._parts = OrderWindow(), Assembly()
        self._board = NoticeBoard(keys.broadcast_key(keys.link_branch(master)))
        anchors = tuple(bytes.fromhex(anchor) for anchor in mission.alert_anchors)
        self.alerts = AlertWatch(anchors, self._public_key)
        self._to_say: dict[int, bytes] = {}
        self.taken: list[Report] = []
        self.long: list[bytes] = []
        self.heard_orders = 0
        self.sleeps = False
        self.holds = True  # says what it holds
        self._listen()

    def report(self, report: Report) -> int:
        """Send a report once; a handset that sleeps listens a while after it."""
        return self._send(packet.REPORT, encode_report(report, self._mission.frame))

    # What a receiver is told.

    def preamble_detected(self) -> None:
        return

    def header_received(self, *, intact: bool) -> None:
        del intact

    def packet_received(self, reception: Reception) -> None:
        if not reception.intact:
            return
        try:
            self._hear(reception.payload)
        except (MalformedError, NotAuthenticError):
            return  # somebody else's

    def _hear(self, said: bytes) -> None:
        kind = packet.packet_kind(said)
        if kind in packet.DOWNLINK:
            self._order(said)
        elif kind == packet.NOTICE:
            self._notice(said)
        elif kind == packet.ALERT:
            self._alert(said)

    def _order(self, said: bytes) -> None:
        order = orders.open_order(said, self._link_key, self._end_key)
        self.heard_orders += 1
        if order.kind == packet.ORDER_FRAGMENT:
            self._part(order.number, order.content)
            return
        if self._window.is_new(order.number):
            self._window.take(order.number)
            self.taken.append(decode_report(order.content, self._mission.frame))
        self._hold_soon(orders.ORDERS, order.number, 0)

    def _part(self, number: int, content: bytes) -> None:
        first, every = number - content[0], (1 << content[1] + 1) - 1
        if self._window.is_new(number):
            whole = self._parts.add(number, content)
            if whole is not None:
                self.long.append(whole)
                for part in range(content[1] + 1):
                    self._window.take(first + part)
        is_whole = not self._window.is_new(first)
        self._hold_soon(orders.ORDER_PARTS, first, every if is_whole else self._parts.held(first))

    def _notice(self, said: bytes) -> None:
        heard = self._board.hear(said)
        if heard is not None:
            notice = verify_notice(*heard, self._public_key)
            self.taken.append(decode_report(notice.body, self._mission.frame))
            parts = -(-(len(heard[1])) // 64)
            self._hold_soon(orders.NOTICE_PARTS, notice.number, (1 << parts) - 1)

    def _alert(self, said: bytes) -> None:
        alert = self.alerts.hear(said)
        if alert is not None:
            name = alert_name(alert.mode, alert.code, alert.number)
            self._hold_soon(orders.ALERTS, name, 0)

    def _hold_soon(self, stream: int, number: int, bitmap: int) -> None:
        holding = orders.pack_holding(Holding(stream, number, bitmap))
        self._to_say[stream] = holding
        # After the last that comes; each handset at a moment of its own, where all hear the same.
        self._later(HOLD_AFTER_MS + 300 * self._device, lambda: self._hold(stream, holding))

    def _hold(self, stream: int, holding: bytes) -> None:
        if self.holds and self._to_say.get(stream) is holding:
            del self._to_say[stream]
            self._send(packet.HOLDING, holding)

    def _send(self, kind: int, content: bytes) -> int:
        self._seq += 1
        sealed = seal_report(
            content,
            device=self._device,
            seq=self._seq,
            link_key=self._link_key,
            authentication_key=self._end_key,
            kind=kind,
        )
        sent = self._antenna.transmit(self._modulation, sealed, _POWER_DBM)
        self._later((sent.end_us - sent.start_us) // 1000 + 1, self._listen)
        return self._seq

    def _listen(self) -> None:
        self._antenna.listen(Receiver(self._modulation), self)
        if self.sleeps:
            self._later(LISTEN_MS, self._antenna.stop_listening)

    def _later(self, delay_ms: int, action: Callable[[], None]) -> None:
        self._world.scheduler.after(delay_ms * 1000, action)
