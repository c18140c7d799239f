"""Notices and revocations: what the Secretariat signed, and nothing that anybody else says."""

from turna_protocol import ed25519, notices, revocation
from turna_protocol.ciphers import hmac_sha256
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.notices import Notice, NoticeBoard
from turna_protocol.packet import NOTICE
from turna_protocol.revocation import RevocationList, Revocations

KEY = b"k" * 32
# The key pair of the 32-byte seed 00 01 .. 1f; a board never signs.
PUBLIC_KEY = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
ORDER = Notice(7, notices.ORDER_TO_ALL, b"All teams: regroup at the stadium, north gate, 14:00.")
ORDER_SIGNATURE = bytes.fromhex(
    "57ebe6d4d7592bb1d29afeda5a742fddaf006656ada00ef1fd5a6ef907734ab7"
    "ef9eec3720481572ec6f2bd91835748d11d0fd75fb4d20a649b4dff268599508"
)
REVOKED = RevocationList(3, {7: 1, 9: 2})
LIST = Notice(8, notices.REVOCATIONS, revocation.pack_revocations(REVOKED))
LIST_SIGNATURE = bytes.fromhex(
    "d33b1105b2f1f898162d84c8f55f8e423103d8d7a5c190322d61b87bbbb371ff"
    "74193f17129d6eb7984fd5c4f04999f8c23047950f34ea0f14279e96f9caa100"
)


def refused(board: NoticeBoard, packet: bytes) -> bool:
    try:
        board.hear(packet)
    except (MalformedError, NotAuthenticError):
        return True
    return False


def test_a_signed_order_to_all_arrives_in_parts_in_any_order() -> None:
    packets = notices.pack_notice(ORDER, ORDER_SIGNATURE, KEY)
    assert len(packets) == 2
    board = NoticeBoard(KEY)
    assert board.hear(packets[1]) is None
    assert board.held(7) == 0b10
    whole = board.hear(packets[0])
    assert whole is not None
    assert notices.verify_notice(whole[0], whole[1], PUBLIC_KEY) == ORDER


def test_the_verification_can_be_taken_step_by_step() -> None:
    whole = bytes([ORDER.subject]) + ORDER.body + ORDER_SIGNATURE
    steps = 0
    for _ in notices.verifying_notice(7, whole, PUBLIC_KEY):
        steps += 1
    assert 50 < steps <= ed25519.STEPS + 1


def test_a_captured_handset_with_the_broadcast_key_can_sign_nothing() -> None:
    forged = notices.pack_notice(
        Notice(9, notices.ORDER_TO_ALL, b"All teams: go home."), ORDER_SIGNATURE, KEY
    )
    board = NoticeBoard(KEY)
    whole = [board.hear(packet) for packet in forged][-1]
    assert whole is not None
    try:
        notices.verify_notice(whole[0], whole[1], PUBLIC_KEY)
    except NotAuthenticError:
        return
    raise AssertionError("forged notice verified")


def test_a_signature_serves_one_number_and_one_subject_only() -> None:
    message = bytes([ORDER.subject]) + ORDER.body
    for number, whole in (
        (8, message + ORDER_SIGNATURE),
        (7, bytes([notices.REVOCATIONS]) + ORDER.body + ORDER_SIGNATURE),
        (7, b"\x09" + ORDER.body + ORDER_SIGNATURE),
        (7, ORDER_SIGNATURE),
        (7, b""),
    ):
        try:
            notices.verify_notice(number, whole, PUBLIC_KEY)
        except (MalformedError, NotAuthenticError):
            continue
        raise AssertionError((number, whole))


def test_a_stranger_cannot_spoil_the_assembly() -> None:
    packet = notices.pack_notice(ORDER, ORDER_SIGNATURE, KEY)[0]
    board = NoticeBoard(KEY)
    for bit in range(2, 8 * len(packet)):
        i = bit // 8
        assert refused(board, packet[:i] + bytes([packet[i] ^ 1 << bit % 8]) + packet[i + 1 :])
    for size in range(len(packet)):
        assert refused(board, packet[:size])
    assert refused(board, packet + b"\0")
    assert board.held(7) == 0


def false_part(number: int, index: int, last: int) -> bytes:
    """Return what a captured handset can make: a part with a true tag and false words."""
    body = bytes([NOTICE << 2]) + number.to_bytes(2, "big") + bytes([index, last]) + b"false"
    return body + hmac_sha256(KEY, b"turna notice 0" + body)[: notices.TAG_BYTES]


def test_a_captured_handset_can_spoil_a_notice_only_while_it_keeps_at_it() -> None:
    true = notices.pack_notice(ORDER, ORDER_SIGNATURE, KEY)
    for false in (false_part(7, 0, 1), false_part(7, 1, 1), false_part(7, 0, 9)):
        board = NoticeBoard(KEY)
        board.hear(false)
        believed = []
        for packet in true + true:
            whole = board.hear(packet)
            if whole is not None:
                try:
                    believed.append(notices.verify_notice(whole[0], whole[1], PUBLIC_KEY))
                except NotAuthenticError:
                    continue
        assert ORDER in believed


def test_a_revocation_list_comes_back_as_it_was_and_revokes() -> None:
    whole = bytes([LIST.subject]) + LIST.body + LIST_SIGNATURE
    notice = notices.verify_notice(8, whole, PUBLIC_KEY)
    revoked = Revocations()
    assert revoked.accept(revocation.unpack_revocations(notice.body))
    assert revoked.version == 3
    assert revoked.is_revoked(7, 1) and revoked.is_revoked(7, 0)
    assert not revoked.is_revoked(7, 2), "new keys of the same handset"
    assert revoked.is_revoked(9, 2)
    assert not revoked.is_revoked(8, 1)


def test_an_older_list_is_refused_and_a_newer_one_never_pardons() -> None:
    revoked = Revocations()
    assert revoked.accept(REVOKED)
    assert not revoked.accept(REVOKED)
    assert not revoked.accept(RevocationList(2, {1: 1}))
    assert revoked.accept(RevocationList(4, {9: 1, 10: 1}))
    assert revoked.as_list() == RevocationList(4, {7: 1, 9: 2, 10: 1})


def test_a_list_that_we_would_not_send_is_refused() -> None:
    good = revocation.pack_revocations(REVOKED)
    assert revocation.unpack_revocations(good) == REVOKED
    for size in range(len(good)):
        if size not in (3, 7):
            try:
                revocation.unpack_revocations(good[:size])
            except MalformedError:
                continue
            raise AssertionError(size)
    for body in (
        bytes(3) + good[3:],  # version 0
        good[:3] + good[7:] + good[3:7],  # out of order
        good + good[-4:],  # twice
        good[:3] + b"\x0f\xff\0\1",  # device 4095
        bytes(3 + 4 * 513),
    ):
        try:
            revocation.unpack_revocations(body)
        except MalformedError:
            continue
        raise AssertionError(body[:12])


def test_what_could_not_be_sent_is_our_mistake() -> None:
    for call in (
        lambda: revocation.pack_revocations(RevocationList(0, {})),
        lambda: revocation.pack_revocations(RevocationList(1, {0: 1})),
        lambda: notices.signed_message(Notice(1, 9, b"")),
        lambda: notices.pack_notice(ORDER, b"", KEY),
    ):
        try:
            call()
        except MisuseError:
            continue
        raise AssertionError(call)
