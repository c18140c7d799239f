"""Alerts to everybody: evacuate, cease work, resume, each proved by a token of a one-way chain.

The chain is made backwards by hashing; every handset is given its end.  Each alert discloses the
token before, which only the Secretariat can know and anybody can check by hashing it forward.  A
token heard late is still a true alarm, at worst noise; an all-clear heard late could kill, so it
counts only with a signature, and only if it ends every alarm that the handset knows of.  Every
mode has chains of its own: nobody makes a drill of an alarm, or an alarm of a drill.
"""

from . import codes
from .ciphers import equal, sha256
from .errors import MalformedError, MisuseError, NotAuthenticError
from .key_parts import SIGNATURE_BYTES
from .packet import ALERT, first_byte, packet_kind
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

EVACUATE = 0
CEASE_WORK = 1
RESUME = 2
CODE_NAMES = ("evacuate", "cease work", "resume")

TOKEN_BYTES = 10  # 80 bits; a guess costs a packet on the air or 2^79 hashes
NUMBERS_PER_CHAIN = 1_000
# Work per forged packet: 64 hashes, some milliseconds on a board.  A handset that missed more
# alerts of one code than that gets its state from the Secretariat by an order.
SKIPS_MAX = 64

_HEAD_BYTES = 4
_ALARMS_BYTES = 4
_DOMAIN = b"turna alert 0"
_MODE_SHIFT, _CODE_MASK = 4, 0x0F


class Alert(Record):
    """`number` counts the alerts of one mode and code from 1; an all-clear names what it ends."""

    FIELDS = ("code", "number", "evacuations_ended", "cessations_ended", "mode")

    def __init__(
        self,
        code: int,
        number: int,
        evacuations_ended: int = 0,
        cessations_ended: int = 0,
        mode: int = codes.ACTUAL,
    ) -> None:
        self.code = code
        self.number = number
        self.evacuations_ended = evacuations_ended
        self.cessations_ended = cessations_ended
        self.mode = mode


def token(authentication_branch: bytes, code: int, number: int, mode: int = codes.ACTUAL) -> bytes:
    """Return the token of an alert (at the Secretariat); number 0 is what handsets are given."""
    if not 0 <= number <= NUMBERS_PER_CHAIN:
        raise MisuseError("number")
    from .keys import hkdf_expand  # boards make no tokens

    name = _chain_name(mode, code)
    value = hkdf_expand(authentication_branch, _DOMAIN + bytes([name]), TOKEN_BYTES)
    for step in range(NUMBERS_PER_CHAIN, number, -1):
        value = _forward(name, step, value)
    return value


def anchors(authentication_branch: bytes) -> list[bytes]:
    """Return what handsets are given: the end of each chain, mode by mode, code by code."""
    modes, kinds = range(len(codes.MODES)), range(len(CODE_NAMES))
    return [token(authentication_branch, code, 0, mode) for mode in modes for code in kinds]


def alert_body(alert: Alert, chain_token: bytes) -> bytes:
    """Return the packet without first byte and signature; for an all-clear, what to sign."""
    if len(chain_token) != TOKEN_BYTES:
        raise MisuseError("token")
    body = bytes([_chain_name(alert.mode, alert.code)]) + alert.number.to_bytes(2, "big")
    body += chain_token
    if alert.code == RESUME:
        body += alert.evacuations_ended.to_bytes(2, "big")
        body += alert.cessations_ended.to_bytes(2, "big")
    return body


def signed_message(body: bytes) -> bytes:
    """Return what an all-clear's signature is made over."""
    return b"turna all clear 0" + body


def pack_alert(body: bytes, signature: bytes = b"", hops_left: int = 0) -> bytes:
    """Return the packet; only an all-clear has a signature, and always."""
    if len(signature) != (SIGNATURE_BYTES if body[0] & _CODE_MASK == RESUME else 0):
        raise MisuseError("signature")
    return bytes([first_byte(ALERT, hops_left)]) + body + signature


class AlertWatch:
    """What a handset knows of the chains it was given the ends of, and whether it is alarmed.

    `anchors` are those of `anchors()`, or only the first three: then no drill is believed.
    """

    def __init__(self, anchors: tuple[bytes, ...], public_key: bytes) -> None:
        self._public_key = public_key
        self._tokens = list(anchors)
        self._numbers = [0] * len(anchors)
        self._ended = [0] * len(anchors)  # by the chain of the alarm

    def alarms(self, mode: int = codes.ACTUAL) -> list[int]:
        """Return the codes of this mode's alarms that no all-clear has ended."""
        return [code for code in (EVACUATE, CEASE_WORK) if self._is_on(_chain(mode, code))]

    def newest(self, mode: int, code: int) -> int:
        """Return the number of the newest alert of this mode and code, 0 before the first."""
        return self._numbers[_chain(mode, code)]

    def hear(self, packet: bytes) -> Alert | None:
        """Return the alert if it is true and new, None if known.

        Raise MalformedError, or NotAuthenticError for a token or signature that proves nothing and
        for an all-clear older than an alarm.
        """
        steps = self.hearing(packet)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                alert: Alert | None = done.value
                return alert

    def hearing(self, packet: bytes) -> "Generator[None, None, Alert | None]":
        """Do what `hear` does, in steps (see ed25519); nothing has changed before the last."""
        alert, body, signature = _parsed(packet)
        chain = _chain(alert.mode, alert.code)
        if chain >= len(self._tokens):
            raise NotAuthenticError("alert of a mode without a chain")
        chain_token = body[3 : 3 + TOKEN_BYTES]
        if alert.number <= self._numbers[chain]:
            return None
        self._require_chain(alert, chain, chain_token)
        if alert.code == RESUME:
            yield from self._ending(alert, body, signature)
        self._tokens[chain], self._numbers[chain] = chain_token, alert.number
        return alert

    def believe(self, packet: bytes) -> bool:
        """Take over an alert that was proved when it was kept; return whether it is news."""
        alert, body, _ = _parsed(packet)
        chain = _chain(alert.mode, alert.code)
        if chain >= len(self._numbers) or alert.number <= self._numbers[chain]:
            return False
        self._tokens[chain], self._numbers[chain] = body[3 : 3 + TOKEN_BYTES], alert.number
        if alert.code == RESUME:
            self._end(alert)
        return True

    def to_bytes(self) -> bytes:
        """Return what to keep over a reboot."""
        numbers = b"".join([n.to_bytes(2, "big") for n in self._numbers + self._ended])
        return numbers + b"".join(self._tokens)

    def restore(self, data: bytes) -> None:
        """Take over what `to_bytes` gave before a reboot."""
        count = len(self._tokens)
        if len(data) != count * (4 + TOKEN_BYTES):
            raise MalformedError("alert state length")
        values = [int.from_bytes(data[i : i + 2], "big") for i in range(0, 4 * count, 2)]
        self._numbers, self._ended = values[:count], values[count:]
        starts = range(4 * count, len(data), TOKEN_BYTES)
        self._tokens = [data[i : i + TOKEN_BYTES] for i in starts]

    def _is_on(self, chain: int) -> bool:
        return chain < len(self._numbers) and self._numbers[chain] > self._ended[chain]

    def _require_chain(self, alert: Alert, chain: int, chain_token: bytes) -> None:
        known = self._numbers[chain]
        if alert.number - known > SKIPS_MAX:
            raise NotAuthenticError("alert too far ahead")
        name = _chain_name(alert.mode, alert.code)
        value = chain_token
        for step in range(alert.number, known, -1):
            value = _forward(name, step, value)
        if not equal(value, self._tokens[chain]):
            raise NotAuthenticError("alert token")

    def _ending(self, alert: Alert, body: bytes, signature: bytes) -> "Generator[None, None, None]":
        """End the alarms that an all-clear names, if it knows of all that we know of."""
        ended = (alert.evacuations_ended, alert.cessations_ended)
        first = _chain(alert.mode, EVACUATE)
        if self._numbers[first] > ended[0] or self._numbers[first + CEASE_WORK] > ended[1]:
            raise NotAuthenticError("all-clear older than an alarm")
        from .ed25519 import verifying  # a board holds it while it verifies, and no longer

        yield from verifying(self._public_key, signed_message(body), signature)
        self._end(alert)

    def _end(self, alert: Alert) -> None:
        first = _chain(alert.mode, EVACUATE)
        self._ended[first] = alert.evacuations_ended
        self._ended[first + CEASE_WORK] = alert.cessations_ended


def _parsed(packet: bytes) -> tuple[Alert, bytes, bytes]:
    if packet_kind(packet) != ALERT or len(packet) < _HEAD_BYTES + TOKEN_BYTES:
        raise MalformedError("alert length")
    mode, code = packet[1] >> _MODE_SHIFT, packet[1] & _CODE_MASK
    number = int.from_bytes(packet[2:4], "big")
    if mode >= len(codes.MODES) or code >= len(CODE_NAMES):
        raise MalformedError("alert mode or code")
    if not 0 < number <= NUMBERS_PER_CHAIN:
        raise MalformedError("alert number")
    end = _HEAD_BYTES + TOKEN_BYTES
    if code != RESUME:
        if len(packet) != end:
            raise MalformedError("alert length")
        return Alert(code, number, mode=mode), packet[1:], b""
    if len(packet) != end + _ALARMS_BYTES + SIGNATURE_BYTES:
        raise MalformedError("alert length")
    evacuations, cessations = (int.from_bytes(packet[i : i + 2], "big") for i in (end, end + 2))
    body = packet[1 : end + _ALARMS_BYTES]
    alert = Alert(code, number, evacuations, cessations, mode)
    return alert, body, packet[end + _ALARMS_BYTES :]


def _chain(mode: int, code: int) -> int:
    return mode * len(CODE_NAMES) + code


def _chain_name(mode: int, code: int) -> int:
    """Return the byte that names a chain, on the air and in its hashes."""
    if not 0 <= mode < len(codes.MODES) or not 0 <= code < len(CODE_NAMES):
        raise MisuseError("mode or code")
    return mode << _MODE_SHIFT | code


def _forward(name: int, step: int, value: bytes) -> bytes:
    """Hash one step towards the end; place and chain in it, so that no table serves two chains."""
    return sha256(_DOMAIN + bytes([name]) + step.to_bytes(2, "big") + value)[:TOKEN_BYTES]
