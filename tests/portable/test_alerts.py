"""Alerts: only the Secretariat can raise one, and an all-clear never comes too late."""

from turna_protocol import alerts, codes
from turna_protocol.alerts import CEASE_WORK, EVACUATE, RESUME, Alert, AlertWatch
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError

BRANCH = bytes(range(32))
# The key pair of the 32-byte seed 00 01 .. 1f; a board never signs.
PUBLIC_KEY = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
# all-clear number, evacuations ended, cessations ended -> signature
SIGNATURES = {
    (1, 2, 0): bytes.fromhex(
        "de1c1145928f34894a2a82b560d8a2e0c9758a1ebc27cda12d803b00720d085c"
        "54478a9d16bca5324397c33bbf129ec050dfed1ef6e4be6c8426a4b6fb3b1e06"
    ),
    (2, 3, 1): bytes.fromhex(
        "223a2d039bc4b3eaa22b979702fb695b484b1ab6f6a17948ec057a72295a8f77"
        "6f0c02bbb2a451937b0effde42b1fed849d054eca1495b549d7d53456be20205"
    ),
}


ANCHORS = tuple(alerts.anchors(BRANCH))


def new_watch() -> AlertWatch:
    return AlertWatch(ANCHORS, PUBLIC_KEY)


def alarm(code: int, number: int, mode: int = codes.ACTUAL) -> bytes:
    token = alerts.token(BRANCH, code, number, mode)
    return alerts.pack_alert(alerts.alert_body(Alert(code, number, mode=mode), token))


def all_clear(number: int, evacuations: int, cessations: int, token_of: int = 0) -> bytes:
    alert = Alert(RESUME, number, evacuations, cessations)
    body = alerts.alert_body(alert, alerts.token(BRANCH, RESUME, token_of or number))
    return alerts.pack_alert(body, SIGNATURES[(number, evacuations, cessations)])


def refused(watch: AlertWatch, packet: bytes) -> bool:
    try:
        watch.hear(packet)
    except (MalformedError, NotAuthenticError):
        return True
    return False


def test_an_alarm_is_fourteen_bytes_and_believed_once() -> None:
    watch = new_watch()
    packet = alarm(EVACUATE, 1)
    assert len(packet) == 14
    assert watch.hear(packet) == Alert(EVACUATE, 1)
    assert watch.hear(packet) is None
    assert watch.alarms() == [EVACUATE]


def test_a_handset_that_missed_some_alerts_believes_the_next() -> None:
    watch = new_watch()
    assert watch.hear(alarm(EVACUATE, 40)) == Alert(EVACUATE, 40)
    assert watch.hear(alarm(EVACUATE, 39)) is None
    assert watch.hear(alarm(CEASE_WORK, 1)) == Alert(CEASE_WORK, 1)


def test_who_knows_every_token_so_far_cannot_make_the_next() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 5))
    heard = [alerts.token(BRANCH, EVACUATE, number) for number in range(6)]
    for token in heard + [bytes(10), b"\xff" * 10]:
        for number in (6, 7):
            packet = alerts.pack_alert(alerts.alert_body(Alert(EVACUATE, number), token))
            assert refused(watch, packet)
    assert watch.hear(alarm(EVACUATE, 6)) == Alert(EVACUATE, 6)


def test_a_token_of_one_code_is_none_of_another() -> None:
    token = alerts.token(BRANCH, CEASE_WORK, 1)
    packet = alerts.pack_alert(alerts.alert_body(Alert(EVACUATE, 1), token))
    assert refused(new_watch(), packet)


def test_a_drill_is_never_taken_for_an_alarm_nor_an_alarm_for_a_drill() -> None:
    watch = new_watch()
    drill = alarm(EVACUATE, 1, codes.EXERCISE)
    assert watch.hear(drill) == Alert(EVACUATE, 1, mode=codes.EXERCISE)
    assert watch.alarms() == []
    assert watch.alarms(codes.EXERCISE) == [EVACUATE]
    for mode in (codes.ACTUAL, codes.TEST):
        code_byte = mode << 4 | EVACUATE
        assert refused(new_watch(), drill[:1] + bytes([code_byte]) + drill[2:])
    assert watch.hear(alarm(EVACUATE, 1)) == Alert(EVACUATE, 1)
    assert watch.alarms() == [EVACUATE]


def test_an_all_clear_of_a_drill_ends_no_alarm() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 2))
    true = all_clear(1, 2, 0)
    token = alerts.token(BRANCH, RESUME, 1, codes.EXERCISE)
    drill = Alert(RESUME, 1, 2, 0, codes.EXERCISE)
    assert refused(watch, alerts.pack_alert(alerts.alert_body(drill, token), true[-64:]))
    assert watch.alarms() == [EVACUATE]


def test_who_was_given_no_chains_of_drills_believes_alarms_alone() -> None:
    watch = AlertWatch(ANCHORS[:3], PUBLIC_KEY)
    assert refused(watch, alarm(EVACUATE, 1, codes.EXERCISE))
    assert watch.alarms(codes.EXERCISE) == []
    assert watch.hear(alarm(EVACUATE, 1)) is not None


def test_a_forged_alert_costs_a_bounded_number_of_hashes() -> None:
    far = alerts.SKIPS_MAX + 1
    assert refused(new_watch(), alarm(EVACUATE, far))
    assert new_watch().hear(alarm(EVACUATE, far - 1)) is not None


def test_an_all_clear_ends_the_alarms_it_names() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 2))
    assert watch.hear(all_clear(1, 2, 0)) == Alert(RESUME, 1, 2, 0)
    assert watch.alarms() == []


def test_an_all_clear_can_be_verified_step_by_step_and_counts_after_the_last() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 2))
    steps = 0
    for _ in watch.hearing(all_clear(1, 2, 0)):
        assert watch.alarms() == [EVACUATE]
        steps += 1
    assert steps > 50
    assert watch.alarms() == []
    assert (watch.newest(codes.ACTUAL, EVACUATE), watch.newest(codes.ACTUAL, RESUME)) == (2, 1)


def test_a_token_alone_is_no_all_clear() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 2))
    true = all_clear(1, 2, 0)
    for signature in (bytes(64), b"\xff" * 64, SIGNATURES[(2, 3, 1)]):
        assert refused(watch, true[:-64] + signature)
    assert refused(watch, true[:-64])
    assert watch.alarms() == [EVACUATE]


def test_an_all_clear_held_back_and_played_after_the_next_alarm_is_refused() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 2))
    held_back = all_clear(1, 2, 0)
    watch.hear(alarm(EVACUATE, 3))
    assert refused(watch, held_back)
    assert watch.alarms() == [EVACUATE]
    watch.hear(alarm(CEASE_WORK, 1))
    assert watch.hear(all_clear(2, 3, 1)) is not None
    assert watch.alarms() == []


def test_an_all_clear_that_does_not_know_of_the_latest_order_to_be_silent_is_refused() -> None:
    watch = new_watch()
    for known in (alarm(EVACUATE, 2), alarm(CEASE_WORK, 1)):
        watch.hear(known)
    assert refused(watch, all_clear(1, 2, 0))
    assert watch.alarms() == [EVACUATE, CEASE_WORK]


def test_an_alarm_that_comes_after_its_own_all_clear_is_known_to_be_over() -> None:
    watch = new_watch()
    watch.hear(all_clear(1, 2, 0))
    assert watch.hear(alarm(EVACUATE, 2)) == Alert(EVACUATE, 2)
    assert watch.alarms() == []


def test_every_flipped_bit_but_the_hop_count_and_every_truncation_is_refused() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 2))
    for packet, step in ((alarm(EVACUATE, 3), 1), (all_clear(1, 2, 0), 7)):
        for size in range(len(packet)):
            assert refused(watch, packet[:size])
        assert refused(watch, packet + b"\0")
        for bit in range(2, 8 * len(packet), step):  # flips of a signature are tried elsewhere, all
            i = bit // 8
            wrong = packet[:i] + bytes([packet[i] ^ 1 << bit % 8]) + packet[i + 1 :]
            try:
                assert watch.hear(wrong) is None, bit  # at most taken for one already known
            except (MalformedError, NotAuthenticError):
                continue
    assert watch.alarms() == [EVACUATE]
    assert watch.hear(alarm(EVACUATE, 3)) is not None


def test_a_reboot_forgets_no_alarm() -> None:
    watch = new_watch()
    watch.hear(alarm(EVACUATE, 2))
    after = new_watch()
    after.restore(watch.to_bytes())
    assert after.alarms() == [EVACUATE]
    assert after.hear(alarm(EVACUATE, 2)) is None
    assert after.hear(alarm(EVACUATE, 3)) is not None
    try:
        after.restore(watch.to_bytes()[:-1])
    except MalformedError:
        return
    raise AssertionError("truncated state taken")


def test_an_alarm_with_a_signature_or_an_all_clear_without_is_our_mistake() -> None:
    for code, signature in ((EVACUATE, bytes(64)), (RESUME, b"")):
        try:
            body = alerts.alert_body(Alert(code, 1), bytes(10))
            alerts.pack_alert(body, signature)
        except MisuseError:
            continue
        raise AssertionError(code)
