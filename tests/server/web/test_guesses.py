"""Guesses are slowed down by login, by address and by both; a known browser by itself."""

from hypothesis import given
from hypothesis import strategies as st

from server.web.guesses import Attempt, Guesses
from server.web.throttle import MAX_FAILURES, WINDOW_S

KARIM, HERE = "karim.benali", "192.0.2.7"


def tried(guesses: Guesses, attempts: list[Attempt], now_s: int = 0) -> int:
    """Let them all be wrong; return how many were let through to be tried."""
    let = 0
    for attempt in attempts:
        if guesses.wait_s(attempt, now_s) == 0:
            guesses.failed(attempt, now_s)
            let += 1
    return let


def test_one_login_from_many_addresses_is_slowed_down():
    attempts = [Attempt(KARIM, f"203.0.113.{n}", None) for n in range(200)]
    assert tried(Guesses(), attempts) == 10


def test_many_logins_from_one_address_are_slowed_down():
    assert tried(Guesses(), [Attempt(f"agent.{n}", HERE, None) for n in range(200)]) == 20


def test_what_is_slowed_down_may_go_on_after_a_quarter_of_an_hour():
    guesses = Guesses()
    spray = [Attempt(f"agent.{n}", HERE, None) for n in range(200)]
    tried(guesses, spray)
    assert guesses.wait_s(spray[-1], WINDOW_S - 1) == 1
    assert tried(guesses, spray, WINDOW_S) == 20


def test_a_known_browser_is_let_in_whatever_others_try():
    guesses = Guesses()
    tried(guesses, [Attempt(KARIM, f"203.0.113.{n % 3}", None) for n in range(200)])
    tried(guesses, [Attempt(f"agent.{n}", HERE, None) for n in range(200)])
    assert guesses.wait_s(Attempt(KARIM, HERE, "his own"), 0) == 0
    assert guesses.wait_s(Attempt(KARIM, HERE, None), 0) > 0


def test_a_known_browser_that_is_stolen_guesses_as_slowly_as_another():
    assert tried(Guesses(), [Attempt(KARIM, HERE, "his own")] * 50) == MAX_FAILURES


def test_an_account_of_ones_own_is_no_way_to_begin_anew():
    guesses = Guesses()
    mine = Attempt("mallory", HERE, None)
    let = 0
    for n in range(100):
        let += tried(guesses, [Attempt(f"agent.{n}", HERE, None)])
        if guesses.wait_s(mine, 0) == 0:
            guesses.failed(mine, 0)
            guesses.succeeded(mine, 0)
    assert let == 20


@given(st.lists(st.integers(0, 999), min_size=1, max_size=400))
def test_who_types_the_right_password_is_never_slowed_down(people: list[int]):
    guesses = Guesses()
    for second, number in enumerate(people):
        attempt = Attempt(f"agent.{number}", HERE, None)
        assert guesses.wait_s(attempt, second) == 0
        guesses.failed(attempt, second)
        guesses.succeeded(attempt, second)
