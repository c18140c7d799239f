"""The window on the way to the broker: wide on a quick line, a second of queue on a slow one."""

from heapq import heappop, heappush

from turna_gateway.pace import LARGEST_WINDOW_BYTES, SMALLEST_WINDOW_BYTES, Pace

MESSAGE = 1_300


def drive(line_bytes_per_s: int, round_trip_ms: int, duration_ms: int = 120_000) -> tuple[int, int]:
    """Fill the window over such a line; return (bytes sent, longest queue in ms)."""
    pace, token, sent_bytes, longest_ms = Pace(), 0, 0, 0
    pace.begin(0)
    free_ms = now_ms = 0
    answers: list[tuple[int, int]] = []
    while now_ms < duration_ms:
        while pace.room_bytes() > 0:
            token += 1
            free_ms = max(free_ms, now_ms) + MESSAGE * 1000 // line_bytes_per_s
            if now_ms > duration_ms // 2:
                longest_ms = max(longest_ms, free_ms - now_ms)
            heappush(answers, (free_ms + round_trip_ms, token))
            pace.sent(token, MESSAGE, now_ms)
            sent_bytes += MESSAGE
        now_ms, answered = heappop(answers)
        pace.answered(answered, now_ms)
    return sent_bytes, longest_ms


def test_a_satellite_line_is_kept_busy_and_its_queue_short() -> None:
    sent_bytes, longest_ms = drive(1_200, 600)

    assert sent_bytes > 0.9 * 1_200 * 120
    assert longest_ms < 4_500  # what an SOS may find before it, with its own message


def test_a_quick_line_gets_the_whole_window() -> None:
    pace = Pace()
    for token in range(1_000):
        pace.sent(token, MESSAGE, token)
        pace.answered(token, token + 2)
    assert pace.window_bytes <= LARGEST_WINDOW_BYTES
    assert drive(10_000_000, 2, duration_ms=5_000)[0] > 5_000_000


def test_there_is_always_room_for_one_message() -> None:
    pace = Pace()
    pace.sent(0, 100, 0)
    pace.answered(0, 10)
    for token in range(1, 50):
        pace.sent(token, MESSAGE, token * 100_000)
        pace.answered(token, token * 100_000 + 90_000)

    assert pace.window_bytes == SMALLEST_WINDOW_BYTES
    assert pace.room_bytes() > 0


def test_a_new_connection_starts_small_and_owes_nothing() -> None:
    pace = Pace()
    pace.sent(1, MESSAGE, 0)
    pace.begin(1_000)
    pace.answered(1, 2_000)  # of the connection before

    assert pace.room_bytes() == pace.window_bytes
    assert pace.quickest_ms is None
