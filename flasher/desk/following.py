"""The bench test of a box that was just made: read at its console, shown, told and kept."""

import time
from collections.abc import Callable, Sequence

from flasher.bench_lines import NOTHING, Bench, follow, require_green, text_of
from flasher.console import Line
from flasher.desk.console_port import ConsolePort
from flasher.desk.making import Made
from flasher.desk.papers import put_report
from flasher.desk.terminal import painted, say
from flasher.failures import FlashError
from flasher.failures.bench import BenchFailure
from flasher.words import Words


def follow_bench(
    made: Made,
    told: Callable[[str, str, Bench], None],
    ask: Callable[[Sequence[str]], int | None],
) -> None:
    """Follow a box's bench test to its end.

    Args:
        made: the box.
        told: is told the MAC, the version and what the test says: Source.tested.
        ask: which of several ports is the box's.

    Raises:
        FlashError: it does not end, or not well, or the server could not be told of it.
    """
    say(Words.BENCH_BEGINS.said())
    bench, untold = NOTHING, None

    def tell(known: Bench) -> None:
        nonlocal bench, untold
        bench, untold = known, None
        try:
            told(made.mac, made.version, known)
        except FlashError as error:  # the test goes on; the last word counts
            untold = error

    def show(line: Line) -> None:
        say(painted(text_of(line), line.outcome))

    failure = ""
    try:
        with ConsolePort(made.port, made.mac, ask) as port:
            _follow(port, show, tell)
        require_green(bench)
    except FlashError as error:
        failure = error.failure.name
        raise
    finally:
        put_report(made.box_id, made.plate, made.mac, made.version, made.at_s, bench, failure)
        if untold is not None:
            say(Words.NOT_TOLD.said(why=str(untold)))
    if untold is not None:
        raise untold
    say(painted(Words.BENCH_GREEN.said(), "ok"))


def _follow(port: ConsolePort, show: Callable[[Line], None], tell: Callable[[Bench], None]) -> None:
    try:
        follow(port.read, time.monotonic, show, tell)
    except KeyboardInterrupt:  # of a test that is too long: the next board may come
        raise FlashError(BenchFailure.BENCH_LEFT) from None
