"""Ed25519 and SHA-512 where the interpreter has neither: the published examples."""

from turna_protocol import ed25519
from turna_protocol.errors import NotAuthenticError
from turna_protocol.sha512 import sha512

# public key, message, signature: RFC 8032 section 7.1, tests 1 to 3
EXAMPLES = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)

# so many zero bytes and the first half of their digest, from hashlib
ZEROS = (
    (111, "77ddd3a542e530fd047b8977c657ba6c"),
    (112, "2be2e788c8a8adeaa9c89a7f78904cac"),
    (127, "876fee26a8dc66d652341b4951d4a96f"),
    (128, "ab942f526272e456ed68a979f5020290"),
    (129, "b1f542f68a48608ae53904fbe2105bd8"),
    (239, "5ab1250bc60e105fc71ab84c48668227"),
    (240, "ba21e55aa88dc8b12e13ebff9e675701"),
)


def refused(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        ed25519.verify(public_key, message, signature)
    except NotAuthenticError:
        return True
    return False


def test_the_examples_of_rfc_8032_verify_and_nothing_near_them() -> None:
    for key_hex, message_hex, signature_hex in EXAMPLES:
        key, message = bytes.fromhex(key_hex), bytes.fromhex(message_hex)
        signature = bytes.fromhex(signature_hex)
        assert not refused(key, message, signature)
        assert refused(key, message + b"\0", signature)
        assert refused(key, message, signature[:63])
        for i in (0, 31, 32, 63):
            assert refused(
                key, message, signature[:i] + bytes([signature[i] ^ 1]) + signature[i + 1 :]
            )


def test_the_work_is_cut_into_a_bounded_number_of_steps() -> None:
    key, message, signature = (bytes.fromhex(text) for text in EXAMPLES[1])
    steps = sum([1 for _ in ed25519.verifying(key, message, signature)])
    assert steps <= ed25519.STEPS
    wrong = ed25519.verifying(key, bytes(1_000), signature)
    steps = 0
    try:
        for _ in wrong:
            steps += 1
    except NotAuthenticError:
        assert steps <= ed25519.STEPS + 1_000 // 128
        return
    raise AssertionError("a signature of something else")


def test_sha512_equals_fips_180() -> None:
    assert sha512(b"abc").hex()[:32] == "ddaf35a193617abacc417349ae204131"
    assert sha512(b"").hex()[:32] == "cf83e1357eefb8bdf1542850d66d8007"


def test_sha512_is_right_where_the_padding_changes() -> None:
    for size, digest in ZEROS:
        assert sha512(bytes(size)).hex()[:32] == digest, size
