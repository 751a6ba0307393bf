"""A log that cannot flood: so many lines of each kind in a minute, then how many were left out.

A kind is a statement of the code that logs, and the class of the exception it tells of: there are
as many as the code has, whatever comes from outside. A line has an end too, and what was sent
makes no second line of it. Never here: what is logged, where it goes.
"""

import copy
import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_LINES = 60  # of one kind in a minute
PER_S = 60.0
_MOST_KINDS = 1_000  # more than there are; what is beyond counts as one
_MOST_CHARACTERS = 2_000  # of a line; a traceback has four times as many
_OTHERS = "others"


@dataclass(slots=True)
class _Window:
    """A kind's minute: when it began, how many lines came."""

    began_s: float
    lines: int = 0


class Quota:
    """Counts lines by kind; time is an argument.

    Args:
        most: lines of a kind that pass in a window.
        per_s: how long a window is, in s. It begins with its first line.
    """

    def __init__(self, most: int = MOST_LINES, per_s: float = PER_S) -> None:
        self._most = most
        self._per_s = per_s
        self._windows: dict[Hashable, _Window] = {}

    def admit(self, kind: Hashable, now_s: float) -> bool:
        """Count a line and say whether it passes; `ended` comes first."""
        if kind not in self._windows and len(self._windows) >= _MOST_KINDS:
            kind = _OTHERS
        window = self._windows.setdefault(kind, _Window(now_s))
        window.lines += 1
        return window.lines <= self._most

    def ended(self, now_s: float) -> dict[Hashable, int]:
        """Forget the windows that are over; return how many lines each kind left out, if any."""
        over = [kind for kind, w in self._windows.items() if now_s - w.began_s >= self._per_s]
        left_out = {kind: self._windows.pop(kind).lines - self._most for kind in over}
        return {kind: lines for kind, lines in left_out.items() if lines > 0}


class LimitedHandler(logging.Handler):
    """Passes on to another handler what the quota lets through.

    Args:
        target: writes.
        now_s: seconds that never step back.
    """

    def __init__(
        self, target: logging.Handler, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._target = target
        self._now_s = now_s
        self._quota = Quota()
        self._sample: dict[Hashable, logging.LogRecord] = {}  # of what is left out now
        self._timer: threading.Timer | None = None

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802 (logging's name)
        """Give it to the one that writes."""
        self._target.setFormatter(fmt)

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, or count it."""
        self.tell()
        error = record.exc_info[0] if record.exc_info else None
        kind = (record.pathname, record.lineno, record.levelno, error)
        if self._quota.admit(kind, self._now_s()):
            self._target.handle(_bounded(record))
            return
        if len(self._sample) < _MOST_KINDS:
            self._sample[kind] = record
        if self._timer is None:  # so that it is told also when nothing more is logged
            self._timer = threading.Timer(PER_S, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def tell(self, at_the_end: bool = False) -> None:
        """Say how many were left out of each kind whose minute is over, at the end of all."""
        now_s = float("inf") if at_the_end else self._now_s()
        for kind, lines in self._quota.ended(now_s).items():
            like = self._sample.pop(kind, None)
            self._target.handle(_summary(lines, like))

    def close(self) -> None:
        """Say what is left to say."""
        with self.lock or threading.Lock():
            if self._timer is not None:
                self._timer.cancel()
            self.tell(at_the_end=True)
        self._target.close()
        super().close()

    def _ring(self) -> None:
        with self.lock or threading.Lock():
            self._timer = None
            self.tell()
            if self._sample:  # of a window that began later
                self._timer = threading.Timer(PER_S, self._ring)
                self._timer.daemon = True
                self._timer.start()


def _summary(lines: int, like: logging.LogRecord | None) -> logging.LogRecord:
    """Return the line that stands for others: the statement's own words, without their values."""
    about = _one_line(str(like.msg), 200) if like else _OTHERS
    level = like.levelno if like else logging.WARNING
    text = "and %d more of this kind in the last minute: %s"
    return logging.LogRecord(__name__, level, __file__, 0, text, (lines, about), None)


def _bounded(record: logging.LogRecord) -> logging.LogRecord:
    """Return it with a text of one line that has an end."""
    bounded = copy.copy(record)
    bounded.msg, bounded.args = _one_line(record.getMessage(), _MOST_CHARACTERS), ()
    if record.exc_info and not record.exc_text:
        said = logging.Formatter().formatException(record.exc_info)
        bounded.exc_text = _cut(said, 4 * _MOST_CHARACTERS)
    return bounded


def _one_line(text: str, most: int) -> str:
    """Return a text that neither ends a line nor moves a terminal's cursor."""
    cut = _cut(text, most)
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"
