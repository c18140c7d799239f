"""How long a backlog will still take, in virtual time."""

from turna_gateway.backlog import LATELY_MS, Backlog, Outlook


def drained(backlog: Backlog, waiting: int, per_s: int, seconds: int, now_ms: int = 0) -> int:
    """Let a number leave each second; return how many wait then."""
    for second in range(seconds):
        backlog.note(waiting, now_ms + 1_000 * second, has_line=True)
        waiting -= per_s
    backlog.note(waiting, now_ms + 1_000 * seconds, has_line=True)
    return waiting


def test_what_waits_for_a_moment_is_no_backlog() -> None:
    backlog = Backlog()
    drained(backlog, 49, 1, 40)

    assert backlog.outlook() is None


def test_how_long_it_takes_is_told_by_the_rate_measured() -> None:
    backlog = Backlog()
    backlog.note(1_000, 0, has_line=False)
    left = drained(backlog, 1_000, 10, 20)

    assert backlog.outlook() == Outlook(most=1_000, done_pct=20, per_minute=600, left_s=80)
    assert left == 800


def test_a_rate_of_the_past_is_forgotten() -> None:
    backlog = Backlog()
    left = drained(backlog, 10_000, 10, 60)
    drained(backlog, left, 1, LATELY_MS // 1_000 + 10, now_ms=61_000)

    outlook = backlog.outlook()
    assert outlook is not None
    assert outlook.per_minute == 60


def test_after_seconds_alone_or_while_it_grows_nobody_says_how_long() -> None:
    young, growing = Backlog(), Backlog()
    drained(young, 1_000, 10, 5)
    drained(growing, 1_000, -1, 30)

    for backlog in (young, growing):
        outlook = backlog.outlook()
        assert outlook is not None
        assert (outlook.per_minute, outlook.left_s) == (0, None)


def test_when_the_line_breaks_the_measurement_begins_anew() -> None:
    backlog = Backlog()
    left = drained(backlog, 1_000, 10, 20)
    backlog.note(left, 21_000, has_line=False)
    drained(backlog, left, 1, 5, now_ms=30_000)

    outlook = backlog.outlook()
    assert outlook is not None
    assert (outlook.done_pct, outlook.left_s) == (20, None)


def test_once_it_is_out_it_is_forgotten() -> None:
    backlog = Backlog()
    drained(backlog, 100, 5, 20)

    assert backlog.outlook() is None
