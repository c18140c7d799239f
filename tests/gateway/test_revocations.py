"""Handsets whose keys count no more: refused by every gateway that has a signed list of them."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.gateway.downs import (
    give,
    order,
    revocations,
    signed,
    states,
    told,
)
from tests.gateway.field import Field, Handset
from turna_backbone import down
from turna_gateway.status import StatusBoard

ONE, TWO = Handset(1), Handset(2)

ONE, TWO = Handset(1), Handset(2)


def test_fault_26_a_revoked_handset_is_refused_and_not_acknowledged_but_counted(up: Field) -> None:
    signed(up)
    up.radio_up()
    up.connect()
    give(up, order(ONE, 3))
    up.pass_time(1_000)
    give(up, revocations(2, {1: 1}))
    up.hear(ONE.seal(20), TWO.seal(5))
    up.pass_time(5_000)

    assert up.acknowledgements(ONE) == []
    assert up.acknowledgements(TWO) == [{5}]
    assert [report.device for report in up.reports()] == [2]
    assert up.gateway.counters.refused()["revoked"] == 1
    assert up.gateway.handsets.revoked_heard() == {1: 1}
    assert [(down.STATE_NAMES[s.state], s.reason) for s in told(up)][-2:] == [
        ("refused", "the handset's keys are revoked"),
        ("delivered", "version 2 is enforced"),
    ]
    give(up, order(ONE, 4))
    assert up.gateway.downlink.waiting()["order"] == 0
    board = StatusBoard(up.gateway, up.mission, up.clock)
    board.refresh()
    assert '"revoked.1"' in board.snapshot.decode()
    assert board.is_critical


def test_fault_80_an_older_revocation_list_is_let_pass_and_none_is_forgotten(up: Field) -> None:
    signed(up)
    give(up, revocations(5, {1: 1}))
    up.restart()
    up.radio_up()
    give(up, revocations(3, {2: 1}), revocations(6, {3: 1}))
    up.restart()
    up.radio_up()
    up.hear(ONE.seal(20), TWO.seal(5), Handset(3).seal(6))
    up.pass_time(5_000)

    assert up.gateway.counters.refused()["revoked"] == 2
    assert up.acknowledgements(TWO) == [{5}]


def test_fault_80_a_list_that_the_secretariat_did_not_sign_revokes_nobody(up: Field) -> None:
    signed(up)
    up.radio_up()
    up.connect()
    give(up, revocations(2, {1: 1}, Ed25519PrivateKey.generate()))
    up.hear(ONE.seal(20))
    up.pass_time(5_000)

    assert up.acknowledgements(ONE) == [{20}]
    assert states(up) == ["refused"]


def test_a_kit_without_a_public_key_believes_no_list(up: Field) -> None:
    give(up, revocations(2, {1: 1}))
    up.pass_time(1_000)

    assert told(up)[0].reason == "revocation list: the mission kit has no public key"
