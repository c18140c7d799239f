"""The handset's delivery core: urgent first, patient with the channel, never giving up."""

from turna_protocol import link
from turna_protocol.link import Acknowledged, Deferred, Link

MINUTE_MS = 60_000


def airtime_ms(size: int) -> int:
    return 3 * size


def new_link(jitter: int = 0) -> Link:
    """Return a link whose dice always show the same share of what is asked, in percent."""
    return Link(7, lambda n: n * jitter // 100, airtime_ms)


def send(one: Link, now_ms: int) -> int | None:
    """Put on the air what is due; return its number."""
    due = one.to_transmit(now_ms)
    if due is None:
        return None
    one.transmitted(due[0], now_ms)
    return due[0]


def run(one: Link, from_ms: int, until_ms: int) -> list[tuple[int, int]]:
    """Obey the deadlines and return (time, number) of every transmission."""
    sent = []
    now_ms = from_ms
    while now_ms < until_ms:
        seq = send(one, now_ms)
        if seq is not None:
            sent.append((now_ms, seq))
        deadline_ms = one.deadline_ms()
        if deadline_ms is None:
            break
        assert seq is not None or deadline_ms > now_ms, "a deadline that leads nowhere"
        now_ms = max(deadline_ms, now_ms + 1)
    return sent


def test_a_new_packet_goes_out_at_once_and_then_waits_for_an_answer() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=1_000)

    assert one.to_transmit(1_000) == (1, b"report")
    one.transmitted(1, 1_100)
    assert one.to_transmit(1_101) is None
    deadline_ms = one.deadline_ms()
    assert deadline_ms is not None and deadline_ms >= 1_100 + link.GROUPING_MS


def test_a_busy_channel_is_waited_for_at_random_and_longer_each_time() -> None:
    one = new_link(jitter=99)
    one.offer(1, b"report", 1, now_ms=0)
    waits = []
    now_ms = 0
    for _ in range(8):
        assert one.to_transmit(now_ms) is not None
        one.channel_busy(now_ms)
        assert one.to_transmit(now_ms) is None
        deadline_ms = one.deadline_ms()
        assert deadline_ms is not None
        waits.append(deadline_ms - now_ms)
        now_ms = deadline_ms
    assert waits == sorted(waits) and waits[-1] > 4 * waits[0]
    assert waits[-1] == waits[-2], "it grows up to a bound"


def test_an_acknowledged_packet_is_not_sent_again_soon() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0)
    send(one, 0)
    one.acknowledged(1, 500)

    assert one.next_event() == Acknowledged(1, 1)
    assert one.next_event() is None
    assert run(one, 501, link.RECEIPT_PATIENCE_MS) == []


def test_a_second_acknowledgement_changes_nothing() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0)
    send(one, 0)
    one.acknowledged(1, 500)
    deadline_ms = one.deadline_ms()
    one.acknowledged(1, 600)
    one.acknowledged(99, 600)

    assert one.next_event() == Acknowledged(1, 1)
    assert one.next_event() is None
    assert one.deadline_ms() == deadline_ms


def test_a_receipted_report_is_forgotten() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0)
    send(one, 0)
    one.acknowledged(1, 500)
    one.receipted(1, 600)
    assert one.deadline_ms() is None
    assert one.room() == link.PACKETS_MAX


def test_a_report_whose_receipt_never_comes_is_offered_to_gateways_again() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0)
    send(one, 0)
    one.acknowledged(1, 500)

    again = run(one, 501, link.RECEIPT_PATIENCE_MS + MINUTE_MS)
    assert again and again[0] == (500 + link.RECEIPT_PATIENCE_MS, 1)


def test_each_time_a_gateway_takes_it_again_the_patience_grows() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0)
    now_ms, gaps = 0, []
    for _ in range(6):
        assert send(one, now_ms) == 1
        one.acknowledged(1, now_ms + 500)
        deadline_ms = one.deadline_ms()
        assert deadline_ms is not None
        gaps.append(deadline_ms - now_ms - 500)
        now_ms = deadline_ms
    assert gaps == sorted(gaps)
    assert gaps[0] == link.RECEIPT_PATIENCE_MS and gaps[-1] == link.RECEIPT_PATIENCE_CAP_MS


def test_nobody_answers_for_a_day_and_it_still_tries_but_ever_more_rarely() -> None:
    one = new_link(jitter=50)
    one.offer(1, b"report", 1, now_ms=0)
    sent = run(one, 0, 24 * 60 * MINUTE_MS)

    gaps = [later[0] - earlier[0] for earlier, later in zip(sent, sent[1:])]
    assert gaps[0] < 5_000
    assert max(gaps) <= 2 * link.RETRY_CAP_MS
    assert gaps[-1] > link.RETRY_CAP_MS // 2
    assert sent[-1][0] > 23 * 60 * MINUTE_MS


def test_out_of_range_a_full_queue_costs_hardly_more_air_than_one_report() -> None:
    one = new_link(jitter=50)
    for seq in range(30):
        one.offer(seq, b"report", 0, now_ms=0)
    sent = run(one, 0, 60 * MINUTE_MS)
    assert len(sent) < 20
    assert len({seq for _, seq in sent}) > 3, "it does not insist on one"


def test_the_first_answer_after_silence_brings_out_everything_that_waited() -> None:
    one = new_link(jitter=50)
    for seq in range(30):
        one.offer(seq, b"report", 0, now_ms=0)
    now_ms = 60 * MINUTE_MS
    run(one, 0, now_ms)
    while True:
        sent = send(one, now_ms)
        if sent is not None:
            one.acknowledged(sent, now_ms + 300)
        if not [entry for entry in one._entries.values() if not entry.held]:
            break
        deadline_ms = one.deadline_ms()
        assert deadline_ms is not None
        now_ms = max(now_ms + 300, deadline_ms)
    assert now_ms < (60 + 12) * MINUTE_MS


def test_a_beacon_after_silence_brings_one_probe_and_not_the_whole_queue() -> None:
    one = new_link(jitter=50)
    for seq in range(30):
        one.offer(seq, b"report", 0, now_ms=0)
    now_ms = 60 * MINUTE_MS
    run(one, 0, now_ms)

    before = one.deadline_ms()
    one.beacon_heard(now_ms)
    probes = run(one, now_ms, now_ms + 10_000)
    assert before is not None and before > now_ms + 10_000
    assert len(probes) == 1


def test_an_sos_goes_before_everything_that_waits() -> None:
    one = new_link()
    for seq in range(5):
        one.offer(seq, b"position", 0, now_ms=0)
    assert send(one, 0) == 0
    one.offer(90, b"sos", link.SOS_PRIORITY, now_ms=10)
    assert send(one, 10) == 90, "not even the pause for an answer holds it back"


def test_an_sos_repeats_at_least_every_minute_until_a_gateway_has_it() -> None:
    one = new_link(jitter=99)
    one.offer(90, b"sos", link.SOS_PRIORITY, now_ms=0)
    sent = run(one, 0, 60 * MINUTE_MS)
    gaps = [later[0] - earlier[0] for earlier, later in zip(sent, sent[1:])]
    assert max(gaps) <= MINUTE_MS
    one.acknowledged(90, 60 * MINUTE_MS)
    assert run(one, 60 * MINUTE_MS + 1, 80 * MINUTE_MS) == []


def test_positions_wait_for_reports_and_old_ones_go_before_new_ones() -> None:
    one = new_link()
    one.offer(1, b"position", 0, now_ms=0)
    one.offer(2, b"report", 2, now_ms=0)
    one.offer(3, b"report", 2, now_ms=0)
    order: list[int] = []
    now_ms = 0
    while len(order) < 3:
        seq = send(one, now_ms)
        if seq is not None:
            order.append(seq)
            one.acknowledged(seq, now_ms + 1)
        now_ms += 100
    assert order == [2, 3, 1]


def test_a_full_link_hands_back_the_least_urgent_for_an_sos() -> None:
    one = new_link()
    for seq in range(link.PACKETS_MAX):
        assert one.offer(seq, b"report", 1 if seq % 2 else 0, now_ms=0)
    assert one.room() == 0
    assert not one.offer(100, b"position", 0, now_ms=0), "it has as urgent ones already"
    assert one.offer(101, b"sos", link.SOS_PRIORITY, now_ms=0)
    assert one.next_event() == Deferred(link.PACKETS_MAX - 2)
    assert one.room() == 0
    assert send(one, 0) == 101


def test_what_a_gateway_holds_makes_room_first() -> None:
    one = new_link()
    for seq in range(link.PACKETS_MAX):
        one.offer(seq, b"report", 2, now_ms=0)
    send(one, 0)
    one.acknowledged(0, 300)
    assert one.next_event() == Acknowledged(0, 1)
    assert one.offer(200, b"position", 0, now_ms=300)
    assert one.next_event() == Deferred(0)


def test_a_packet_known_to_be_held_is_offered_back_without_a_transmission() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0, held=True)
    assert one.to_transmit(0) is None
    assert one.deadline_ms() == link.RECEIPT_PATIENCE_MS


def test_offering_the_same_number_twice_keeps_one() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0)
    one.offer(1, b"report", 1, now_ms=0)
    assert one.room() == link.PACKETS_MAX - 1


def test_when_the_hour_is_spent_only_the_reserve_for_sos_is_left() -> None:
    one = new_link()
    one.offer(1, b"report", 1, now_ms=0)
    one.offer(2, b"sos", link.SOS_PRIORITY, now_ms=0)
    one.not_before(10_000, sos=False)
    assert send(one, 0) == 2
    one.acknowledged(2, 100)
    one.not_before(10_000, sos=False)
    assert one.to_transmit(9_999) is None
    assert send(one, 10_000) == 1


def test_a_beacon_that_admits_only_urgent_reports_holds_back_the_others_for_a_while() -> None:
    one = new_link()
    one.offer(1, b"position", 0, now_ms=0)
    one.offer(2, b"report", 2, now_ms=0)
    one.beacon_heard(0, admitted_priority=2)
    assert send(one, 0) == 2
    one.acknowledged(2, 1)
    sent = run(one, 1, link.ADMISSION_LASTS_MS + MINUTE_MS)
    assert sent[0] == (link.ADMISSION_LASTS_MS, 1), "a gateway that falls silent admits everybody"


def test_how_long_a_gateway_collects_is_forgotten_with_the_rest_of_its_beacon() -> None:
    for silence_ms, expected_ms in ((0, 25_500), (link.ADMISSION_LASTS_MS, link.GROUPING_MS)):
        one = new_link()
        one.beacon_heard(0, grouping_ms=25_500)
        one.offer(1, b"report", 0, now_ms=silence_ms)
        send(one, silence_ms)
        waited_ms = (one.deadline_ms() or 0) - silence_ms
        longest_ms = 2 * (expected_ms + link.TURNAROUND_MS + 1_000)
        assert expected_ms < waited_ms < longest_ms, silence_ms


def test_with_a_turn_assigned_routine_waits_for_it_and_an_sos_does_not() -> None:
    one = new_link()
    one.assign_phase(period_ms=10_000, start_ms=4_000, width_ms=500)
    one.offer(1, b"report", 1, now_ms=0)
    assert one.to_transmit(0) is None
    assert one.deadline_ms() == 4_000
    assert one.to_transmit(4_500 - airtime_ms(6)) == (1, b"report")
    assert one.to_transmit(4_501 - airtime_ms(6)) is None, "it would not end within the turn"
    assert one.deadline_ms() == 14_000
    one.offer(2, b"sos", link.SOS_PRIORITY, now_ms=5_000)
    assert one.to_transmit(5_000) == (2, b"sos")
    one.receipted(2, 5_100)
    one.clear_phase()
    assert one.to_transmit(5_500) == (1, b"report")


def test_a_gateway_that_collects_longer_is_given_longer_but_an_sos_is_not() -> None:
    one = new_link()
    one.beacon_heard(0, grouping_ms=5_000)
    one.offer(1, b"report", 1, now_ms=0)
    assert send(one, 0) == 1
    deadline_ms = one.deadline_ms()
    assert deadline_ms is not None and deadline_ms > 5_000
    one.offer(2, b"sos", link.SOS_PRIORITY, now_ms=0)
    assert send(one, 0) == 2
    deadline_ms = one.deadline_ms()
    assert deadline_ms is not None and deadline_ms < 2_000


def test_a_packet_longer_than_a_turn_still_goes_out_at_its_start() -> None:
    one = new_link()
    one.assign_phase(period_ms=10_000, start_ms=4_000, width_ms=100)
    one.offer(1, bytes(200), 1, now_ms=0)
    assert one.to_transmit(4_020) is not None
    assert one.to_transmit(4_030) is None
