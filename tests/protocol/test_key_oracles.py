"""HKDF and HMAC against RFC 5869, RFC 4231, Wycheproof and `cryptography`."""

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.published_vectors import NIST, key_derivation, wycheproof
from turna_protocol import keys
from turna_protocol.ciphers import hmac_sha256
from turna_protocol.errors import MisuseError


def test_every_case_of_rfc_5869_with_sha256_comes_out() -> None:
    cases = list(key_derivation(NIST / "KDF" / "rfc-5869-HKDF-SHA256.txt"))
    for case in cases:
        extracted = keys.hkdf_extract(bytes.fromhex(case["salt"]), bytes.fromhex(case["IKM"]))
        assert extracted.hex() == case["PRK"]
        made = keys.hkdf_expand(extracted, bytes.fromhex(case["info"]), int(case["L"]))
        assert made.hex() == case["OKM"]
    assert len(cases) == 3


def test_the_long_case_of_pyca_comes_out() -> None:
    for case in key_derivation(NIST / "KDF" / "hkdf-generated.txt"):
        extracted = keys.hkdf_extract(bytes.fromhex(case["salt"]), bytes.fromhex(case["IKM"]))
        made = keys.hkdf_expand(extracted, bytes.fromhex(case["info"]), int(case["L"]))
        assert made.hex() == case["OKM"]


def test_every_wycheproof_case_comes_out() -> None:
    cases = 0
    for _, case in wycheproof("hkdf_sha256_test.json"):
        cases += 1
        secret, salt, info = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info"))
        extracted = keys.hkdf_extract(salt, secret)
        if case["result"] == "invalid":
            with pytest.raises(MisuseError):
                keys.hkdf_expand(extracted, info, case["size"])
        else:
            assert keys.hkdf_expand(extracted, info, case["size"]).hex() == case["okm"]
    assert cases > 80


def test_every_case_of_rfc_4231_with_sha256_comes_out() -> None:
    cases = list(key_derivation(NIST / "HMAC" / "rfc-4231-sha256.txt"))
    for case in cases:
        made = hmac_sha256(bytes.fromhex(case["Key"]), bytes.fromhex(case["Msg"])).hex()
        assert made.startswith(case["MD"])
    assert len(cases) >= 6


@given(key=st.binary(max_size=150), data=st.binary(max_size=300))
def test_hmac_agrees_with_openssl_on_anything(key: bytes, data: bytes) -> None:
    oracle = hmac.HMAC(key, hashes.SHA256())
    oracle.update(data)
    assert hmac_sha256(key, data) == oracle.finalize()


def test_a_stock_hkdf_derives_our_keys_from_the_specification_alone() -> None:
    """What another implementation would do, written with `cryptography` and no code of ours."""
    master, hardware_id, device, generation = bytes(range(32)), bytes.fromhex("0a0b0c0d0e01"), 7, 2
    for label, branch, leaf in (
        (b"link", keys.link_branch, keys.link_key),
        (b"authentication", keys.authentication_branch, keys.authentication_key),
    ):
        stock_branch = HKDF(hashes.SHA256(), 32, b"turna wire 0", label + b" branch").derive(master)
        info = label + b" leaf" + b"\x06" + hardware_id + b"\x00\x07" + b"\x00\x02"
        stock_leaf = HKDFExpand(hashes.SHA256(), 32, info).derive(stock_branch)
        assert branch(master) == stock_branch
        assert leaf(stock_branch, hardware_id, device, generation) == stock_leaf
