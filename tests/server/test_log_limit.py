"""What passes of a flood of lines, and what is said of the rest."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.log_limit import MOST_LINES, PER_S, LimitedHandler, Quota


class Written(logging.Handler):
    """Keeps the lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Log:
    """A logger with a limited handler whose time the test tells."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.written = Written()
        self.handler = LimitedHandler(self.written, lambda: self.now_s)
        self.logger = logging.Logger("test")
        self.logger.addHandler(self.handler)

    def say(self, text: str) -> None:
        self.logger.info("said: %s", text)

    def say_another(self, text: str) -> None:
        self.logger.info("another: %s", text)


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    yield log
    log.handler.close()


def test_a_flood_of_one_kind_is_cut_and_counted_and_hides_no_other(log: Log) -> None:
    for number in range(5_000):
        log.say(str(number))
    log.say_another("a")
    assert log.written.lines == [f"said: {n}" for n in range(MOST_LINES)] + ["another: a"]
    log.now_s = PER_S
    log.say("b")
    left_out = 5_000 - MOST_LINES
    assert log.written.lines[MOST_LINES + 1 :] == [
        f"and {left_out} more of this kind in the last minute: said: %s",
        "said: b",
    ]


def test_what_was_left_out_is_said_when_nothing_more_is_logged(log: Log) -> None:
    for _ in range(MOST_LINES + 7):
        log.say("a")
    log.now_s = PER_S
    log.handler._ring()
    assert log.written.lines[-1] == "and 7 more of this kind in the last minute: said: %s"


def test_what_was_left_out_is_said_at_the_end() -> None:
    log = Log()
    for _ in range(MOST_LINES + 1):
        log.say("a")
    log.handler.close()
    assert log.written.lines[-1] == "and 1 more of this kind in the last minute: said: %s"


@given(st.text())
def test_no_text_makes_a_second_line(text: str) -> None:
    log = Log()
    log.say(text)
    assert len(log.written.lines) == 1
    assert log.written.lines[0].isprintable()
    assert len(log.written.lines[0].splitlines()) == 1


def test_a_line_and_a_traceback_have_an_end(log: Log) -> None:
    log.say("x" * 1_000_000)
    try:
        raise ValueError("y" * 1_000_000)
    except ValueError:
        log.logger.exception("failed")
    assert [len(line) < 10_000 for line in log.written.lines] == [True, True]
    assert "Traceback" in log.written.lines[1]


def test_two_faults_at_one_place_are_two_kinds(log: Log) -> None:
    for error in [ValueError("a")] * 100 + [KeyError("b")]:
        log.logger.error("failed", exc_info=error)
    assert len(log.written.lines) == MOST_LINES + 1


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 30)), max_size=300))
def test_of_each_kind_so_many_pass_in_a_window_and_no_line_is_uncounted(
    lines: list[tuple[int, float]],
) -> None:
    quota, now_s, passed, left_out = Quota(most=3, per_s=60), 0.0, 0, 0
    seen: dict[int, list[float]] = {}
    for kind, later_s in lines:
        now_s += later_s
        left_out += sum(quota.ended(now_s).values())
        if quota.admit(kind, now_s):
            passed += 1
            seen.setdefault(kind, []).append(now_s)
    left_out += sum(quota.ended(float("inf")).values())
    assert passed + left_out == len(lines)
    for times in seen.values():  # windows begin with a line: twice as many meet in any minute
        for first in times:
            assert sum(first <= each < first + 60 for each in times) <= 6


def test_kinds_beyond_all_measure_count_as_one() -> None:
    quota = Quota(most=2)
    passed = sum(quota.admit(number, 0.0) for number in range(100_000))
    assert passed == 1_002
    assert len(quota._windows) <= 1_001
