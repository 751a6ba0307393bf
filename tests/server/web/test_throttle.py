"""Guessing passwords gets slow, and costs bounded memory."""

from server.web.throttle import MAX_FAILURES, MAX_KEYS, WINDOW_S, Throttle

KEY = ("claire", "10.0.0.1")


def test_five_failures_in_a_quarter_of_an_hour_mean_waiting_until_the_first_is_that_old():
    throttle = Throttle()
    for second in range(MAX_FAILURES):
        assert throttle.wait_s(KEY, second) == 0
        throttle.failed(KEY, second)
    assert throttle.wait_s(KEY, 10) == WINDOW_S - 10
    assert throttle.wait_s(KEY, WINDOW_S) == 0


def test_another_login_or_address_does_not_wait():
    throttle = Throttle()
    for _ in range(MAX_FAILURES):
        throttle.failed(KEY, 0)
    assert throttle.wait_s(("claire", "10.0.0.2"), 0) == 0
    assert throttle.wait_s(("karim", "10.0.0.1"), 0) == 0


def test_success_forgets_the_failures():
    throttle = Throttle()
    for _ in range(MAX_FAILURES):
        throttle.failed(KEY, 0)
    throttle.succeeded(KEY)
    assert throttle.wait_s(KEY, 0) == 0


def test_a_flood_of_invented_logins_pushes_out_the_oldest_only():
    throttle = Throttle()
    for number in range(MAX_KEYS + 1):
        for _ in range(MAX_FAILURES):
            throttle.failed((str(number), "a"), 0)
    assert throttle.wait_s(("0", "a"), 0) == 0
    assert throttle.wait_s(("1", "a"), 0) > 0


def test_a_failure_that_was_none_is_taken_back():
    throttle = Throttle(2)
    throttle.failed(KEY, 0)
    throttle.failed(KEY, 1)
    throttle.take_back(KEY, 1)
    assert throttle.wait_s(KEY, 1) == 0
    throttle.take_back(KEY, 7)
    throttle.take_back(("nobody",), 7)
