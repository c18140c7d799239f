"""A stock AES-CCM and HMAC make and read our packets from the specification alone."""

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from hypothesis import given
from hypothesis import strategies as st

from turna_protocol import sealing
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.packet import SEQUENCE_MAX

LINK = bytes(range(32))
END = bytes(range(32, 64))


def stock_seal(content: bytes, device: int, seq: int, hops: int) -> bytes:
    address = (device << 20 | seq).to_bytes(4, "big")
    header = bytes([1 << 2]) + address  # version 0, kind 1, no hops
    mac = hmac.HMAC(END, hashes.SHA256())
    mac.update(b"turna end to end 0" + header + content)
    tag = mac.finalize()[:4]
    sealed = AESCCM(LINK[:16], 4).encrypt(header + tag + bytes(4), content, header)
    return bytes([1 << 2 | hops]) + address + tag + sealed


@given(
    content=st.binary(min_size=1, max_size=sealing.REPORT_CONTENT_BYTES_MAX),
    device=st.integers(1, 4094),
    seq=st.integers(0, SEQUENCE_MAX),
    hops=st.integers(0, 3),
)
def test_a_stock_implementation_makes_the_same_packet(
    content: bytes, device: int, seq: int, hops: int
) -> None:
    packet = sealing.seal_report(
        content, device=device, seq=seq, link_key=LINK, authentication_key=END, hops_left=hops
    )
    assert packet == stock_seal(content, device, seq, hops)
    opened = sealing.open_link(packet, LINK)
    assert (opened.content, opened.header.hops_left) == (content, hops)


@given(noise=st.binary(max_size=260))
def test_no_bytes_at_all_crash_the_opener(noise: bytes) -> None:
    try:
        sealing.open_link(noise, LINK)
    except (MalformedError, NotAuthenticError):
        return
    raise AssertionError("noise was authentic")
