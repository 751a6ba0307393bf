"""What a command's handler may give back: lines, a prompt for data, or a refusal. Does nothing."""

from collections.abc import Callable
from typing import NamedTuple

Line = str | bytes
"""A line of text, which gets its frame, or bytes that go out as they are."""


class Prompt(NamedTuple):
    """The command wants data now.

    Attributes:
        length: how many bytes; 0: until Ctrl-Z, and ESC gives up.
        take: gets them, and returns what is said after the OK.
        most: what fits when the length is open.
    """

    length: int
    take: Callable[[bytes], list[Line]]
    most: int = 1500


Table = dict[str, Callable[..., list[Line] | Prompt]]
"""A command as it is written (`+CREG?`, `+CREG=`) and what answers it, given its arguments."""

# 27.007, 9.2 and 27.005, 3.2.5: those that the handlers use.
CME = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    16: "incorrect password",
    21: "invalid index",
    30: "no network service",
    50: "Incorrect parameters",
}
CMS = {310: "SIM not inserted", 313: "SIM failure", 314: "SIM busy", 321: "Invalid memory index"}


def framed(text: str) -> bytes:
    """Return a line of text as the modem sends it."""
    return f"\r\n{text}\r\n".encode()


class AtError(Exception):
    """The command fails.

    Args:
        lines: what is said before the result code.
        cme, cms: the error's number, of the equipment or of the message service; 0: plain ERROR.
    """

    def __init__(self, *lines: str, cme: int = 0, cms: int = 0) -> None:
        super().__init__()
        self.lines: list[Line] = list(lines)
        self._cme = cme
        self._cms = cms

    def code(self, verbose: int) -> str:
        """Return the result code as AT+CMEE has it: 0 plain, 1 a number, 2 words."""
        kind, number, words = ("CMS", self._cms, CMS) if self._cms else ("CME", self._cme, CME)
        if not number or not verbose:
            return "ERROR"
        return f"+{kind} ERROR: {number if verbose == 1 else words[number]}"


def one_of(value: str, *allowed: str) -> int:
    """Return a setting's value as a number; AtError when it may not be that."""
    if value not in allowed:
        raise AtError(cme=50)
    return int(value)
