"""AES-CCM by blocks, as boards compute it, against NIST's and Wycheproof's vectors and OpenSSL."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.published_vectors import NIST, cavp, wycheproof
from turna_protocol import ccm
from turna_protocol.errors import MisuseError, NotAuthenticError

CAVP_FILES = sorted((NIST / "ciphers" / "AES" / "CCM").glob("*.rsp"))


@pytest.mark.parametrize("path", CAVP_FILES, ids=lambda path: path.name)
def test_every_nist_cavp_case_comes_out(path) -> None:  # type: ignore[no-untyped-def]
    cases = 0
    for case in cavp(path):
        cases += 1
        key, nonce = bytes.fromhex(case["Key"]), bytes.fromhex(case["Nonce"])
        sealed, size = bytes.fromhex(case["CT"]), int(case["Tlen"])
        associated = bytes.fromhex(case["Adata"])[: int(case["Alen"])]
        for open_ in (ccm.open_by_blocks, ccm.open_sealed):
            if case.get("Result") == "Fail":
                with pytest.raises(NotAuthenticError):
                    open_(key, nonce, sealed, associated, size)
            else:
                plain = bytes.fromhex(case["Payload"])[: int(case["Plen"])]
                assert open_(key, nonce, sealed, associated, size) == plain
                assert ccm.seal_by_blocks(key, nonce, plain, associated, size) == sealed
    assert cases >= 60


def test_every_wycheproof_case_comes_out() -> None:
    cases = 0
    for group, case in wycheproof("aes_ccm_test.json"):
        cases += 1
        key, nonce, associated, plain, cipher, tag = (
            bytes.fromhex(case[name]) for name in ("key", "iv", "aad", "msg", "ct", "tag")
        )
        size = group["tagSize"] // 8
        if case["result"] == "invalid":
            with pytest.raises((NotAuthenticError, MisuseError)):
                ccm.open_by_blocks(key, nonce, cipher + tag, associated, size)
            continue
        assert ccm.open_by_blocks(key, nonce, cipher + tag, associated, size) == plain
        assert ccm.seal_by_blocks(key, nonce, plain, associated, size) == cipher + tag
    assert cases == 552


@given(
    key=st.binary(min_size=16, max_size=16),
    nonce=st.binary(min_size=7, max_size=13),
    plain=st.binary(max_size=240),
    associated=st.binary(max_size=60),
    size=st.sampled_from((4, 6, 8, 10, 12, 14, 16)),
)
def test_blocks_and_openssl_agree_on_anything(
    key: bytes, nonce: bytes, plain: bytes, associated: bytes, size: int
) -> None:
    sealed = AESCCM(key, size).encrypt(nonce, plain, associated)
    assert ccm.seal_by_blocks(key, nonce, plain, associated, size) == sealed
    assert ccm.open_by_blocks(key, nonce, sealed, associated, size) == plain
