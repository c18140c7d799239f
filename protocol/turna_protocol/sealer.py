"""What `sealing.seal_report` does, for a board that seals for days: with hardly any heap.

The keys are made ready once and all block work happens in one buffer.  The packets are the same.
"""

from .ciphers import AesKey, HmacKey
from .errors import MisuseError
from .key_parts import cipher_part
from .packet import (
    DEVICE_MAX,
    HEADER_BYTES,
    HOPS_MAX,
    PACKET_BYTES_MAX,
    REPORT,
    SEQUENCE_MAX,
    UPLINK,
    first_byte,
)
from .sealed_sizes import (
    END_TO_END_DOMAIN,
    END_TO_END_TAG_BYTES,
    LINK_TAG_BYTES,
    REPORT_CONTENT_BYTES_MAX,
)

_BLOCK = 16
_BODY = HEADER_BYTES + END_TO_END_TAG_BYTES[REPORT]
_DOMAIN_BYTES = len(END_TO_END_DOMAIN)
# First block of the MAC (SP 800-38C A.2.2): associated data, 4-byte tag, 2-byte lengths.
_MAC_FLAGS = 0x40 | (LINK_TAG_BYTES - 2) // 2 << 3 | 1
_COUNTER_FLAGS = 1


class Sealer:
    """Seals the reports of one handset under its two keys."""

    def __init__(self, device: int, link_key: bytes, authentication_key: bytes) -> None:
        if not 1 <= device <= DEVICE_MAX:
            raise MisuseError("device")
        self._device = device
        self._aes = AesKey(cipher_part(link_key))
        self._hmac = HmacKey(authentication_key)
        # What the end-to-end tag is made over before the content, the packet, and the cipher's
        # blocks: one of each for all packets.
        self._head = bytearray(END_TO_END_DOMAIN + bytes(HEADER_BYTES))
        self._packet = bytearray(PACKET_BYTES_MAX)
        self._work = bytearray(3 * _BLOCK + REPORT_CONTENT_BYTES_MAX)
        self._packet_view = memoryview(self._packet)
        self._work_view = memoryview(self._work)

    def seal(self, content: bytes, seq: int, *, hops_left: int = 0, kind: int = REPORT) -> bytes:
        """Return the whole packet.  Seal each number once; a retry sends the same bytes."""
        size = len(content)
        if kind not in UPLINK or not 0 < size <= REPORT_CONTENT_BYTES_MAX:
            raise MisuseError("kind or content")
        if not 0 <= seq <= SEQUENCE_MAX or not 0 <= hops_left <= HOPS_MAX:
            raise MisuseError("seq or hops_left")
        self._write_header(kind, seq)
        tag = self._hmac.digest(self._head, content)
        for i in range(HEADER_BYTES, _BODY):
            self._packet[i] = tag[i - HEADER_BYTES]
        self._encrypt(content)
        self._packet[0] |= hops_left
        return bytes(self._packet_view[: _BODY + size + LINK_TAG_BYTES])

    def _write_header(self, kind: int, seq: int) -> None:
        """Write what `pack_header` packs, byte by byte: no integer over 30 bits, which is heap."""
        packet = self._packet
        packet[0] = first_byte(kind)
        packet[1] = self._device >> 4
        packet[2] = (self._device & 0x0F) << 4 | seq >> 16
        packet[3] = seq >> 8 & 0xFF
        packet[4] = seq & 0xFF
        for i in range(HEADER_BYTES):
            self._head[_DOMAIN_BYTES + i] = packet[i]

    def _encrypt(self, content: bytes) -> None:
        """AES-CCM of the content into the packet; header and tag already there are the nonce."""
        packet, work, size = self._packet, self._work, len(content)
        blocks = (size + _BLOCK - 1) // _BLOCK
        self._first_mac_blocks(size)
        for i in range(blocks * _BLOCK):
            work[2 * _BLOCK + i] = content[i] if i < size else 0
        end = (2 + blocks) * _BLOCK
        # One view for both: the last block is encrypted once more for nothing, and forgotten.
        used = self._work_view[:end]
        self._aes.cbc(used)
        for i in range(LINK_TAG_BYTES):
            packet[_BODY + size + i] = work[end - _BLOCK + i]
        self._counters(1 + blocks)
        self._aes.ecb(used)
        for i in range(size):
            packet[_BODY + i] = content[i] ^ work[_BLOCK + i]
        for i in range(LINK_TAG_BYTES):
            packet[_BODY + size + i] ^= work[i]

    def _first_mac_blocks(self, size: int) -> None:
        self._nonce_block(0, _MAC_FLAGS, size)
        work = self._work
        for i in range(_BLOCK, 2 * _BLOCK):
            work[i] = 0
        work[_BLOCK + 1] = HEADER_BYTES
        for i in range(HEADER_BYTES):
            work[_BLOCK + 2 + i] = self._packet[i]

    def _counters(self, count: int) -> None:
        for counter in range(count):
            self._nonce_block(counter * _BLOCK, _COUNTER_FLAGS, counter)

    def _nonce_block(self, start: int, flags: int, last: int) -> None:
        work = self._work
        work[start] = flags
        for i in range(_BLOCK - 3):
            work[start + 1 + i] = self._packet[i] if i < _BODY else 0
        work[start + _BLOCK - 2] = last >> 8
        work[start + _BLOCK - 1] = last & 0xFF
