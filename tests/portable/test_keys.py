"""Keys: RFC 5869, and who can derive what from what he was given."""

from turna_protocol import key_parts, keys
from turna_protocol.errors import MisuseError

MASTER = bytes(range(32))


def test_hkdf_equals_rfc_5869_case_1() -> None:
    extracted = keys.hkdf_extract(bytes(range(13)), b"\x0b" * 22)
    assert extracted.hex() == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
    assert keys.hkdf_expand(extracted, bytes(range(0xF0, 0xFA)), 42).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_every_part_of_a_handsets_identity_changes_both_its_keys() -> None:
    links, ends = keys.link_branch(MASTER), keys.authentication_branch(MASTER)
    identities = (
        (b"board1", 7, 1),
        (b"board2", 7, 1),
        (b"board1", 8, 1),
        (b"board1", 7, 2),
        (b"board1\0", 7, 1),
    )
    leaves = [keys.link_key(links, *one) for one in identities]
    leaves += [keys.authentication_key(ends, *one) for one in identities]
    leaves += [links, ends, MASTER, keys.broadcast_key(links)]
    assert len(set(leaves)) == len(leaves)
    assert all(len(leaf) == key_parts.KEY_BYTES for leaf in leaves)


def test_the_branches_give_nothing_of_each_other() -> None:
    links, ends = keys.link_branch(MASTER), keys.authentication_branch(MASTER)
    wanted = keys.authentication_key(ends, b"board1", 7, 1)
    # All that a captured gateway can compute with our own functions from what it holds.
    within_reach = [
        derive(branch, b"board1", 7, 1)
        for derive in (keys.link_key, keys.authentication_key)
        for branch in (
            links,
            keys.link_branch(links),
            keys.authentication_branch(links),
            keys.broadcast_key(links),
        )
    ]
    assert wanted not in within_reach


def test_the_cipher_and_the_mac_never_share_key_bytes() -> None:
    leaf = keys.link_key(keys.link_branch(MASTER), b"board1", 7, 1)
    assert key_parts.cipher_part(leaf) + key_parts.mac_part(leaf) == leaf
    assert len(key_parts.cipher_part(leaf)) == key_parts.AES_KEY_BYTES


def test_an_impossible_identity_or_a_short_key_is_our_mistake() -> None:
    links = keys.link_branch(MASTER)
    for branch, hardware_id, device, generation in (
        (links[:31], b"board1", 7, 1),
        (links, b"", 7, 1),
        (links, bytes(17), 7, 1),
        (links, b"board1", 0, 1),
        (links, b"board1", 4095, 1),
        (links, b"board1", 7, -1),
        (links, b"board1", 7, 0x10000),
    ):
        try:
            keys.link_key(branch, hardware_id, device, generation)
        except MisuseError:
            continue
        raise AssertionError((hardware_id, device, generation))
