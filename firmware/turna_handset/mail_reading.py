"""Reads what comes down: proves it, keeps it, remembers that it is taken.

In memory while something is read, with what that kind of packet needs.  Everything is written in an
order in which a power cut at any write loses nothing and repeats nothing: the letter, then that its
number is taken; what is in the inbox already is not kept again.  What a letter says is looked at
when all this is out of memory again: `letter_sorting`.
"""

from turna_protocol import codes, downlink, orders
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.orders import Holding, OrderWindow
from turna_protocol.packet import ALERT, NOTICE, ORDER, packet_kind

from . import letter as letters
from . import mail_state
from .letter import Letter
from .mail_state import MailState
from .mailbox import PARTS_LAST_MS
from .numbers import key_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from turna_protocol.alerts import AlertWatch
    from turna_protocol.fragments import Assembly
    from turna_protocol.notices import NoticeBoard
    from turna_protocol.orders import SealedOrder

    from .mailbox import Mailbox

    Steps = Generator[None, None, None]

_ALL = -1
_ORDERS = -1  # where the holding of single orders waits; that of parts is under the first number


class Reader:
    """Reads for a mailbox, which keeps what has to outlast one packet."""

    def __init__(self, mail: "Mailbox") -> None:
        self._mail = mail
        self._inbox = mail.inbox()
        name = key_name(mail.provisioning.link_key)
        self._state = MailState(f"{mail.directory}/{name}")
        self._found = self._state.load()

    def begin(self) -> None:
        """Find which alarms are on; what another key's handset was told is none of ours."""
        watch = self._watch()
        if self._found == mail_state.NOTHING:
            self._inbox.clear()
            self._save(mail_state.ORDERS, self._window(mail_state.ORDERS))
        else:
            self._recover(watch)
        self._tell_alarms(watch)

    def reading(self, packet: bytes) -> "Generator[None, None, bool]":
        """Read a packet in steps; the value is True, and None if somebody closed the generator."""
        kind = packet_kind(packet)
        if kind == NOTICE:
            yield from self._notice(packet)
        elif kind == ALERT:
            yield from self._alert(packet)
        else:
            provisioning = self._mail.provisioning
            order = orders.open_order(
                packet, provisioning.link_key, provisioning.authentication_key
            )
            if kind == ORDER:
                self._order(order)
            else:
                self._part(order)
        return True

    def _recover(self, watch: "AlertWatch") -> None:
        """Take what is in the inbox and was not noted; bar what nobody knows any more."""
        from .mail_recovery import agree, bar

        windows = self._window(mail_state.ORDERS), self._window(mail_state.NOTICES)
        news = agree(self._inbox, windows, watch, self._mail.count)
        if self._found == mail_state.DAMAGED:
            self._mail.count("failed letters taken")
            self._state.save(mail_state.BARRED, bar(windows))
        if news or self._found == mail_state.DAMAGED:
            self._save(mail_state.ORDERS, windows[mail_state.ORDERS])
            self._save(mail_state.NOTICES, windows[mail_state.NOTICES])
            self._state.save(mail_state.ALERTS, watch.to_bytes())

    def _is_barred(self, stream: int, number: int) -> bool:
        """Tell whether a number is one that may have acted, which nobody can say any more."""
        barred = self._state.part(mail_state.BARRED)
        if not barred:
            return False
        from .mail_recovery import barred_below

        if number >= barred_below(barred, stream):
            return False
        self._mail.count("lost letter barred")
        return True

    # -- orders

    def _order(self, order: "SealedOrder") -> None:
        window = self._window(mail_state.ORDERS)
        if window.is_new(order.number) and not self._is_barred(mail_state.ORDERS, order.number):
            if not self._keep(downlink.answer_to_order(order.number), order.content):
                return
            window.take(order.number)
            if not self._save(mail_state.ORDERS, window):
                return
        self._hold(_ORDERS, Holding(orders.ORDERS, window.newest, window.before_newest()))

    def _part(self, part: "SealedOrder") -> None:
        first, last = part.number - part.content[0], part.content[1]
        if last >= downlink.ORDER_PARTS_MAX:
            self._mail.count("refused letter too long")
            return
        held = _ALL
        if self._window(mail_state.ORDERS).is_new(part.number):
            if self._is_barred(mail_state.ORDERS, part.number):
                return
            assembly = self._assembly()
            whole = assembly.add(part.number, part.content)
            if whole is None:
                held = assembly.held(first)
            elif not self._keep_long(first, last, whole):
                return
        self._hold(first, _parts_held(orders.ORDER_PARTS, first, last, held))

    def _keep_long(self, first: int, last: int, whole: bytes) -> bool:
        if not self._keep(downlink.answer_to_order(first), whole, letters.LONG_TEXT):
            return False
        window = self._window(mail_state.ORDERS)
        for number in range(first, first + last + 1):
            window.take(number)
        return self._save(mail_state.ORDERS, window)

    # -- notices

    def _notice(self, packet: bytes) -> "Steps":
        from turna_protocol.notices import NoticeBoard

        mail = self._mail
        number, last = int.from_bytes(packet[1:3], "big"), packet[4] if len(packet) > 4 else 0
        if last >= downlink.NOTICE_PARTS_MAX:
            mail.count("refused letter too long")
            return
        held = _ALL
        if not self._window(mail_state.NOTICES).is_new(number):
            NoticeBoard(mail.provisioning.broadcast_key).hear(packet)  # a stranger gets no answer
        elif self._is_barred(mail_state.NOTICES, number):
            return
        else:
            if mail.whole is None:  # else the verification was interrupted, and the parts are gone
                mail.whole = self._board().hear(packet)
            if mail.whole is None:
                held = self._board().held(number)
            else:
                yield from self._verified(mail.whole)
        name = downlink.answer_to_notice(number)
        self._hold_to_all(name, _parts_held(orders.NOTICE_PARTS, number, last, held))

    def _verified(self, whole: "tuple[int, bytes]") -> "Steps":
        from turna_protocol.notices import ORDER_TO_ALL, verifying_notice

        mail = self._mail
        try:
            notice = yield from verifying_notice(whole[0], whole[1], mail.provisioning.public_key)
        except (MalformedError, NotAuthenticError):
            mail.whole = None
            raise
        mail.whole = None
        name = downlink.answer_to_notice(notice.number)
        if notice.subject != ORDER_TO_ALL or self._keep(name, notice.body):
            window = self._window(mail_state.NOTICES)
            window.take(notice.number)
            self._save(mail_state.NOTICES, window)

    # -- alerts

    def _alert(self, packet: bytes) -> "Steps":
        mail = self._mail
        if not mail.provisioning.alert_anchors:
            mail.count("refused alert of nobody we know")
            return
        watch = self._watch()
        alert = yield from watch.hearing(packet)
        mode, code = packet[1] >> 4, packet[1] & 0x0F
        number = int.from_bytes(packet[2:4], "big")
        reference = downlink.answer_to_alert(mode, code, number)
        if alert is not None:
            # Written first; but who is not told of an alarm because flash failed may die of it.
            self._keep(reference, packet, letters.ALERT, code=code, mode=mode)
            self._state.save(mail_state.ALERTS, watch.to_bytes())
            self._tell_alarms(watch)
        name = downlink.alert_name(mode, code, number)
        self._hold_to_all(reference, Holding(orders.ALERTS, name, 0))

    def _watch(self) -> "AlertWatch":
        from turna_protocol.alerts import AlertWatch

        provisioning = self._mail.provisioning
        watch = AlertWatch(provisioning.alert_anchors, provisioning.public_key)
        kept = self._state.part(mail_state.ALERTS)
        if kept:
            watch.restore(kept)
        return watch

    def _tell_alarms(self, watch: "AlertWatch") -> None:
        found = []
        for mode in range(len(codes.MODES)):
            for code in watch.alarms(mode):
                reference = downlink.answer_to_alert(mode, code, watch.newest(mode, code))
                found.append((mode, code, reference))
        self._mail.chains = tuple(found)

    # -- answers

    def _hold(self, key: int, holding: Holding) -> None:
        """Answer, once nothing more has come for a while."""
        self._answer(key, holding, downlink.HOLD_AFTER_MS)

    def _hold_to_all(self, key: int, holding: Holding) -> None:
        """Answer what everybody hears: not all at once, and not each time."""
        mail, now_ms = self._mail, self._mail.uptime_ms()
        for known in list(mail.answered_ms):
            if now_ms - mail.answered_ms[known] >= downlink.HOLD_TO_ALL_AGAIN_MS:
                del mail.answered_ms[known]
        if key in mail.holdings:
            self._answer(key, holding, mail.holdings[key][0] - now_ms)
        elif key not in mail.answered_ms:
            mail.answered_ms[key] = now_ms
            self._answer(key, holding, mail.random_below(downlink.HOLD_SPREAD_MS))

    def _answer(self, key: int, holding: Holding, after_ms: int) -> None:
        at_ms = self._mail.uptime_ms() + after_ms
        self._mail.holdings[key] = (at_ms, orders.pack_holding(holding))

    # -- parts

    def _board(self) -> "NoticeBoard":
        """Return what puts the parts of a notice together."""
        from turna_protocol.notices import NoticeBoard

        mail = self._mail
        mail.parts_until_ms = mail.uptime_ms() + PARTS_LAST_MS
        if mail.board is None:
            mail.board = NoticeBoard(mail.provisioning.broadcast_key)
        return mail.board

    def _assembly(self) -> "Assembly":
        """Return what puts the parts of a long order together."""
        from turna_protocol.fragments import Assembly

        mail = self._mail
        mail.parts_until_ms = mail.uptime_ms() + PARTS_LAST_MS
        if mail.assembly is None:
            mail.assembly = Assembly()
        return mail.assembly

    # -- flash

    def _window(self, name: int) -> OrderWindow:
        window = OrderWindow()
        kept = self._state.part(name)
        if kept:
            window.restore(kept)
        return window

    def _save(self, name: int, window: OrderWindow) -> bool:
        return self._state.save(name, window.to_bytes())

    def _keep(
        self,
        reference: int,
        content: bytes,
        what: int = letters.UNSORTED,
        *,
        code: int = 0,
        mode: int = 0,
    ) -> bool:
        """Put a letter into flash, unless a power cut came after that; return whether it is."""
        mail = self._mail
        if self._inbox.find(reference) is not None:
            return True
        letter = Letter(reference, 0, letters.NEW, what, code, mode, mail.now_s() or 0)
        if self._inbox.keep(letter, content):
            mail.unsorted = mail.unsorted or what == letters.UNSORTED
            mail.long_text = what == letters.LONG_TEXT
            return True
        mail.count("lost letter not saved")
        return False


def _parts_held(stream: int, number: int, last: int, held: int) -> Holding:
    return Holding(stream, number, (1 << last + 1) - 1 if held == _ALL else held)
