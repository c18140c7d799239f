"""Ed25519 and SHA-512 in plain integers against Wycheproof, the author's vectors and OpenSSL."""

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.published_vectors import NIST, wycheproof
from turna_protocol import ed25519
from turna_protocol.errors import NotAuthenticError
from turna_protocol.sha512 import sha512


def test_every_vector_of_the_author_verifies() -> None:
    lines = (NIST / "asymmetric" / "Ed25519" / "sign.input").read_text().splitlines()
    for line in lines:
        secret, public, message, signed = line.split(":")[:4]
        assert secret.endswith(public)
        ed25519.verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signed)[:64])
    assert len(lines) == 1024


def test_every_wycheproof_case_comes_out() -> None:
    cases = 0
    for group, case in wycheproof("ed25519_test.json"):
        cases += 1
        public = bytes.fromhex(group["publicKey"]["pk"])
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        if case["result"] == "valid" or (
            # keys of small or mixed order, which nobody makes by accident: as OpenSSL has it
            case["result"] == "acceptable" and _openssl_accepts(public, message, signature)
        ):
            ed25519.verify(public, message, signature)
        else:
            with pytest.raises(NotAuthenticError):
                ed25519.verify(public, message, signature)
    assert cases >= 150


def _openssl_accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=300), flip=st.data())
@settings(max_examples=60)
def test_we_and_openssl_agree_on_signatures_and_their_neighbours(
    seed: bytes, message: bytes, flip: st.DataObject
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    ed25519.verify(public, message, signature)

    bit = flip.draw(st.integers(0, 511))
    wrong = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    with pytest.raises(NotAuthenticError):
        ed25519.verify(public, message, wrong)


@given(public=st.binary(min_size=32, max_size=32), signature=st.binary(min_size=64, max_size=64))
@settings(max_examples=60)
def test_noise_is_refused_where_openssl_refuses_it(public: bytes, signature: bytes) -> None:
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(signature, b"message")
    with pytest.raises(NotAuthenticError):
        ed25519.verify(public, b"message", signature)


@given(data=st.binary(max_size=600))
def test_sha512_agrees_with_openssl_on_anything(data: bytes) -> None:
    assert sha512(data) == hashlib.sha512(data).digest()


def test_every_sha512_case_of_nist_comes_out() -> None:
    cases = 0
    for path in sorted((NIST / "hashes" / "SHA2").glob("SHA512[SL]*Msg.rsp")):
        size = 0
        message = b""
        for line in path.read_text().splitlines():
            name, _, value = line.partition(" = ")
            if name == "Len":
                size = int(value) // 8
            elif name == "Msg":
                message = bytes.fromhex(value)[:size]
            elif name == "MD":
                cases += 1
                assert sha512(message).hex() == value
    assert cases > 200
