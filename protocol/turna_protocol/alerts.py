"""Alerts to everybody: evacuate, cease work, resume, each proved by a token of a one-way chain.

The chain is made backwards by hashing; every handset is given its end.  Each alert discloses the
token before, which only the Secretariat can know and anybody can check by hashing it forward.  A
token heard late is still a true alarm, at worst noise; an all-clear heard late could kill, so it
counts only with a signature, and only if it ends every alarm that the handset knows of.
"""

from .ciphers import equal, sha256
from .ed25519 import SIGNATURE_BYTES, verify
from .errors import MalformedError, MisuseError, NotAuthenticError
from .keys import hkdf_expand
from .packet import ALERT, first_byte, packet_kind
from .record import Record

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


class Alert(Record):
    """`number` counts the alerts of one code from 1; an all-clear names the alarms it ends."""

    FIELDS = ("code", "number", "evacuations_ended", "cessations_ended")

    def __init__(
        self, code: int, number: int, evacuations_ended: int = 0, cessations_ended: int = 0
    ) -> None:
        self.code = code
        self.number = number
        self.evacuations_ended = evacuations_ended
        self.cessations_ended = cessations_ended


def token(authentication_branch: bytes, code: int, number: int) -> bytes:
    """Return the token of an alert (at the Secretariat); number 0 is what handsets are given."""
    if not 0 <= code < len(CODE_NAMES) or not 0 <= number <= NUMBERS_PER_CHAIN:
        raise MisuseError("code or number")
    value = hkdf_expand(authentication_branch, _DOMAIN + bytes([code]), TOKEN_BYTES)
    for step in range(NUMBERS_PER_CHAIN, number, -1):
        value = _forward(code, step, value)
    return value


def alert_body(alert: Alert, chain_token: bytes) -> bytes:
    """Return the packet without first byte and signature; for an all-clear, what to sign."""
    if len(chain_token) != TOKEN_BYTES:
        raise MisuseError("token")
    body = bytes([alert.code]) + alert.number.to_bytes(2, "big") + chain_token
    if alert.code == RESUME:
        body += alert.evacuations_ended.to_bytes(2, "big")
        body += alert.cessations_ended.to_bytes(2, "big")
    return body


def signed_message(body: bytes) -> bytes:
    """Return what an all-clear's signature is made over."""
    return b"turna all clear 0" + body


def pack_alert(body: bytes, signature: bytes = b"", hops_left: int = 0) -> bytes:
    """Return the packet; only an all-clear has a signature, and always."""
    if len(signature) != (SIGNATURE_BYTES if body[0] == RESUME else 0):
        raise MisuseError("signature")
    return bytes([first_byte(ALERT, hops_left)]) + body + signature


class AlertWatch:
    """What a handset knows of the three chains, and whether it is under an alarm."""

    def __init__(self, anchors: tuple[bytes, bytes, bytes], public_key: bytes) -> None:
        self._public_key = public_key
        self._tokens = list(anchors)
        self._numbers = [0, 0, 0]
        self._ended = [0, 0]

    def alarms(self) -> list[int]:
        """Return the codes of the alarms that no all-clear has ended."""
        return [code for code in (EVACUATE, CEASE_WORK) if self._numbers[code] > self._ended[code]]

    def hear(self, packet: bytes) -> Alert | None:
        """Return the alert if it is true and new, None if known.

        Raise MalformedError, or NotAuthenticError for a token or signature that proves nothing and
        for an all-clear older than an alarm.
        """
        alert, body, signature = _parsed(packet)
        chain_token = body[3 : 3 + TOKEN_BYTES]
        if alert.number <= self._numbers[alert.code]:
            return None
        self._require_chain(alert, chain_token)
        if alert.code == RESUME:
            self._require_all_clear(alert, body, signature)
            self._ended = [alert.evacuations_ended, alert.cessations_ended]
        self._tokens[alert.code], self._numbers[alert.code] = chain_token, alert.number
        return alert

    def to_bytes(self) -> bytes:
        """Return what to keep over a reboot."""
        numbers = b"".join([n.to_bytes(2, "big") for n in self._numbers + self._ended])
        return numbers + b"".join(self._tokens)

    def restore(self, data: bytes) -> None:
        """Take over what `to_bytes` gave before a reboot."""
        if len(data) != 10 + 3 * TOKEN_BYTES:
            raise MalformedError("alert state length")
        values = [int.from_bytes(data[i : i + 2], "big") for i in range(0, 10, 2)]
        self._numbers, self._ended = values[:3], values[3:]
        self._tokens = [data[i : i + TOKEN_BYTES] for i in range(10, len(data), TOKEN_BYTES)]

    def _require_chain(self, alert: Alert, chain_token: bytes) -> None:
        known = self._numbers[alert.code]
        if alert.number - known > SKIPS_MAX:
            raise NotAuthenticError("alert too far ahead")
        value = chain_token
        for step in range(alert.number, known, -1):
            value = _forward(alert.code, step, value)
        if not equal(value, self._tokens[alert.code]):
            raise NotAuthenticError("alert token")

    def _require_all_clear(self, alert: Alert, body: bytes, signature: bytes) -> None:
        ended = (alert.evacuations_ended, alert.cessations_ended)
        if self._numbers[EVACUATE] > ended[0] or self._numbers[CEASE_WORK] > ended[1]:
            raise NotAuthenticError("all-clear older than an alarm")
        verify(self._public_key, signed_message(body), signature)


def _parsed(packet: bytes) -> tuple[Alert, bytes, bytes]:
    if packet_kind(packet) != ALERT or len(packet) < _HEAD_BYTES + TOKEN_BYTES:
        raise MalformedError("alert length")
    code, number = packet[1], int.from_bytes(packet[2:4], "big")
    if code >= len(CODE_NAMES) or not 0 < number <= NUMBERS_PER_CHAIN:
        raise MalformedError("alert code or number")
    end = _HEAD_BYTES + TOKEN_BYTES
    if code != RESUME:
        if len(packet) != end:
            raise MalformedError("alert length")
        return Alert(code, number), packet[1:], b""
    if len(packet) != end + _ALARMS_BYTES + SIGNATURE_BYTES:
        raise MalformedError("alert length")
    evacuations, cessations = (int.from_bytes(packet[i : i + 2], "big") for i in (end, end + 2))
    body = packet[1 : end + _ALARMS_BYTES]
    return Alert(code, number, evacuations, cessations), body, packet[end + _ALARMS_BYTES :]


def _forward(code: int, step: int, value: bytes) -> bytes:
    """Hash one step towards the end; place and code in it, so that no table serves two chains."""
    return sha256(_DOMAIN + bytes([code]) + step.to_bytes(2, "big") + value)[:TOKEN_BYTES]
