"""Guessing passwords is slow, and nobody locks an officer out from somewhere else."""

from turna_secretariat.throttle import Throttle


def test_the_sixth_try_of_a_name_at_an_address_waits_until_the_first_is_old() -> None:
    throttle = Throttle()
    for second in range(5):
        assert throttle.wait_s("aylin", "192.0.2.1", second) == 0
        throttle.failed("aylin", "192.0.2.1", second)

    assert throttle.wait_s("aylin", "192.0.2.1", 5) == 895
    assert throttle.wait_s("aylin", "192.0.2.1", 900) == 0
    assert throttle.wait_s("aylin", "192.0.2.2", 5) == 0
    assert throttle.wait_s("bekzat", "192.0.2.1", 5) == 0


def test_an_address_that_tries_many_names_waits() -> None:
    throttle = Throttle()
    for number in range(20):
        throttle.failed(f"name{number}", "192.0.2.1", 0)

    assert throttle.wait_s("aylin", "192.0.2.1", 1) > 0
    assert throttle.wait_s("aylin", "192.0.2.2", 1) == 0


def test_a_name_that_many_addresses_try_waits() -> None:
    throttle = Throttle()
    for number in range(100):
        throttle.failed("aylin", f"192.0.2.{number}", 0)

    assert throttle.wait_s("aylin", "198.51.100.1", 1) > 0


def test_who_signs_in_starts_anew() -> None:
    throttle = Throttle()
    for _ in range(4):
        throttle.failed("aylin", "192.0.2.1", 0)
    throttle.succeeded("aylin", "192.0.2.1")
    throttle.failed("aylin", "192.0.2.1", 0)

    assert throttle.wait_s("aylin", "192.0.2.1", 1) == 0


def test_a_flood_of_names_and_addresses_does_not_grow_without_bound() -> None:
    throttle = Throttle()
    for number in range(30_000):
        throttle.failed(str(number), str(number), 0)

    assert len(throttle._failed_s) <= 10_000
