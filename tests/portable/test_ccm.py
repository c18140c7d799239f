"""AES-CCM: the published examples, by blocks and by what `seal` chooses, on both interpreters."""

from turna_protocol import ccm
from turna_protocol.ciphers import equal, hmac_sha256
from turna_protocol.errors import MisuseError, NotAuthenticError

KEY_3610 = bytes(range(0xC0, 0xD0))

# key, nonce, associated data, plaintext, sealed, tag bytes; the last name says where from
EXAMPLES = (
    (
        KEY_3610,
        "00000003020100a0a1a2a3a4a5",
        "0001020304050607",
        "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
        "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0",
        8,
        "RFC 3610 packet vector 1",
    ),
    (
        KEY_3610,
        "00000004030201a0a1a2a3a4a5",
        "0001020304050607",
        "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916",
        8,
        "RFC 3610 packet vector 2",
    ),
    (
        bytes(range(0x40, 0x50)),
        "10111213141516",
        "0001020304050607",
        "20212223",
        "7162015b4dac255d",
        4,
        "NIST SP 800-38C example 1",
    ),
    (
        bytes(range(0x40, 0x50)),
        "1011121314151617",
        "000102030405060708090a0b0c0d0e0f",
        "202122232425262728292a2b2c2d2e2f",
        "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd",
        6,
        "NIST SP 800-38C example 2",
    ),
    (
        bytes(range(0x40, 0x50)),
        "101112131415161718191a1b",
        "000102030405060708090a0b0c0d0e0f10111213",
        "202122232425262728292a2b2c2d2e2f3031323334353637",
        "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951",
        8,
        "NIST SP 800-38C example 3",
    ),
)


def test_the_published_examples_come_out_bit_by_bit() -> None:
    for key, nonce_hex, associated_hex, plain_hex, sealed_hex, size, source in EXAMPLES:
        nonce, associated = bytes.fromhex(nonce_hex), bytes.fromhex(associated_hex)
        plain, sealed = bytes.fromhex(plain_hex), bytes.fromhex(sealed_hex)
        for seal, open_ in (
            (ccm.seal, ccm.open_sealed),
            (ccm.seal_by_blocks, ccm.open_by_blocks),
        ):
            assert seal(key, nonce, plain, associated, size) == sealed, source
            assert open_(key, nonce, sealed, associated, size) == plain, source


def test_every_flipped_bit_and_every_truncation_is_refused() -> None:
    nonce, associated = bytes(13), b"head"
    sealed = ccm.seal(KEY_3610, nonce, b"seventeen bytes..", associated, 4)
    flipped = [
        sealed[:i] + bytes([sealed[i] ^ 1 << bit]) + sealed[i + 1 :]
        for i in range(len(sealed))
        for bit in range(8)
    ]
    for wrong in flipped + [sealed[:size] for size in range(len(sealed))] + [sealed + b"\0"]:
        for open_ in (ccm.open_sealed, ccm.open_by_blocks):
            try:
                open_(KEY_3610, nonce, wrong, associated, 4)
            except NotAuthenticError:
                continue
            raise AssertionError(wrong.hex())


def test_nothing_to_hide_and_nothing_to_vouch_for_still_gets_a_tag() -> None:
    for associated in (b"", b"a"):
        for plain in (b"", b"p", bytes(16), bytes(200)):
            sealed = ccm.seal_by_blocks(KEY_3610, bytes(13), plain, associated, 4)
            assert len(sealed) == len(plain) + 4
            assert ccm.open_sealed(KEY_3610, bytes(13), sealed, associated, 4) == plain


def test_a_tag_length_or_nonce_that_the_standard_does_not_know_is_our_mistake() -> None:
    for nonce, size in ((bytes(6), 4), (bytes(14), 4), (bytes(13), 5), (bytes(13), 2)):
        try:
            ccm.seal_by_blocks(KEY_3610, nonce, b"p", b"", size)
        except MisuseError:
            continue
        raise AssertionError((len(nonce), size))


def test_hmac_equals_rfc_4231() -> None:
    for key, data, expected in (
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f",
        ),
    ):
        assert hmac_sha256(key, data).hex()[:32] == expected


def test_tags_are_compared_whole() -> None:
    assert equal(b"", b"")
    assert equal(b"tag", b"tag")
    assert not equal(b"tag", b"tap")
    assert not equal(b"tag", b"ta")
