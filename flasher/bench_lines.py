"""Follows the bench test of a new box: what it has said, what it means, when it is given up.

Opens no port and prints nothing: what comes, the clock and the telling are arguments.
"""

from collections.abc import Callable
from typing import NamedTuple

from flasher.console import Cards, Console, End, FailedStart, Line, Reset
from flasher.failures import FlashError
from flasher.failures.bench import BenchCheck, BenchFailure, BenchWish
from flasher.words import Words

_SILENT_S = 90  # the box says twice a minute what it waits for
_MOST_CHECKS = 40  # as many as the server takes
_FAILED_STARTS = 2  # each takes ten seconds, and after three the box waits an hour
_RESETS = 4  # the one that starts it, and one or two of somebody's hand

CHECKS = tuple(check.name.lower() for check in BenchCheck)
"""In the box's order."""


class Bench(NamedTuple):
    """What a bench test has said.

    Attributes:
        lines: of each check the last one, in the order in which they came.
        cards: the numbers of SIM card and modem.
        is_done: it has ended.
    """

    lines: list[Line]
    cards: Cards
    is_done: bool

    def as_json(self) -> list[dict[str, str]]:
        """The lines as the server takes them."""
        return [
            {name: text for name, text in line._asdict().items() if text} for line in self.lines
        ]


NOTHING = Bench([], Cards("", ""), False)


def follow(
    read: Callable[[], bytes | None],
    clock_s: Callable[[], float],
    show: Callable[[Line], None],
    tell: Callable[[Bench], None],
) -> Bench:
    """Follow a test to its end.

    Args:
        read: returns what has come within a second, b"" nothing; None: the port is not there.
        clock_s: seconds, of any beginning.
        show: is told each line that says something new.
        tell: is told what is known, when that has changed.

    Raises:
        FlashError: nothing is heard any more, the box does not start, or the test was broken off.
    """
    console, lines, cards = Console(), dict[str, Line](), Cards("", "")
    resets, kinds, is_there = 0, list[str](), True
    heard_s = clock_s()
    while True:
        data = read()
        resets += data is not None and not is_there  # it is back: USB goes with the chip
        is_there = data is not None
        changed, end = False, None
        for said in console.feed(data or b""):
            if isinstance(said, Reset):
                resets += 1
                continue
            if isinstance(said, FailedStart):
                kinds.append(said.kind)
                continue
            heard_s = clock_s()
            if isinstance(said, End):
                end = said
            elif isinstance(said, Cards):
                changed = changed or said != cards
                cards = said
            elif lines.get(said.check) != said and len(lines) < _MOST_CHECKS:
                lines[said.check] = said
                changed = True
                show(said)
        if changed or end:
            tell(Bench(list(lines.values()), cards, end is not None))
        if end:
            return _ended(Bench(list(lines.values()), cards, True), end)
        if len(kinds) >= _FAILED_STARTS or resets >= _RESETS:
            why = Words.IT_SAYS.said(kind=kinds[-1]) if kinds else ""
            raise FlashError(BenchFailure.BOOT_LOOP, why=why)
        if clock_s() - heard_s >= _SILENT_S:
            check = name_of(_awaited(lines))
            raise FlashError(BenchFailure.NO_BENCH, silent_s=str(_SILENT_S), check=check)


def require_green(bench: Bench) -> None:
    """Raise FlashError where a check has failed, or still waits at the end."""
    checks = [line.check for line in bench.lines if line.outcome in ("failed", "waiting")]
    if checks:
        raise FlashError(BenchFailure.CHECKS_FAILED, checks=", ".join(map(name_of, checks)))


def text_of(line: Line) -> str:
    """Return a line for people: the check, how it went, and what to do."""
    said = name_of(line.check)
    if line.outcome == "waiting" and line.value:
        wishes = {wish.value[0]: wish.said() for wish in BenchWish}
        return Words.WAITS_FOR.said(check=said, wish=wishes.get(line.value, line.value))
    if line.outcome == "waiting":
        return Words.WAITS.said(check=said)
    if line.outcome == "not_fitted":
        return Words.NOT_FITTED.said(check=said)
    value = f" ({line.value})" if line.value else ""
    if line.outcome == "ok":
        return Words.OK.said(check=said, value=value)
    known = BenchFailure.__members__.get(line.failure)
    what = known.said() if known else Words.UNKNOWN_FAILURE.said()
    name = line.failure or "?"
    return Words.FAILED.said(check=said, value=value, name=name, what=what)


def name_of(check: str) -> str:
    """Return what a check is called; one that is not known, as the box calls it."""
    known = BenchCheck.__members__.get(check.upper())
    return known.said() if known else check


def _ended(bench: Bench, end: End) -> Bench:
    if end.failure:
        known = BenchFailure.__members__.get(end.failure)
        if known in (BenchFailure.TRIP_OPEN, BenchFailure.MOVES):
            raise FlashError(known)
        raise FlashError(BenchFailure.CHECKS_FAILED, checks=end.failure)
    return bench


def _awaited(lines: dict[str, Line]) -> str:
    """Return the check that is waited for: one that says so, else the first that is not told."""
    waiting = [check for check, line in lines.items() if line.outcome == "waiting"]
    return next(iter(waiting + [check for check in CHECKS if check not in lines]), CHECKS[-1])
