"""Says on the console what the bench test finds, and remembers it. Prints nothing else.

Whoever reads along takes a minute and a half of silence for the end, so a check that lasts is said
to be waited for twice a minute.
"""

from firmware.logic.const import const
from firmware.selftest.outcomes import line, waiting

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.selftest.outcomes import Result
    from firmware.tasks.parts import Uptime

_SAY_AGAIN_MS = const(30_000)


class Console:
    """Attribute to read: `results`, check -> Result of those that have ended."""

    def __init__(self, uptime: "Uptime"):
        """Say nothing yet."""
        self.results = {}
        self._uptime = uptime
        self._check = ""
        self._wanted = ""
        self._said_ms = 0

    def begin(self, check: str) -> None:
        """This check is being made from now on."""
        self._check, self._wanted = check, ""
        self._said_ms = self._uptime.now_ms()

    def wait(self, wanted: str = "") -> None:
        """Say that it is waited for, and for what somebody has to do."""
        self._wanted = wanted
        self._said_ms = self._uptime.now_ms()
        print(line(self._check, waiting(wanted)))

    def end(self, result: "Result") -> None:
        """Say how it ended."""
        self.results[self._check] = result
        print(line(self._check, result))
        self._check = ""

    def step(self, now_ms: int) -> None:
        """Say again what is waited for, when that is due."""
        if self._check and now_ms - self._said_ms >= _SAY_AGAIN_MS:
            self.wait(self._wanted)
