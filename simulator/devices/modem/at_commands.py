"""The AT command interpreter of SIMCom's A76XX series: lines in, results out.

Follows the "A76XX Series AT Command Manual" and V.250: echo, several commands in one line, A/,
result codes by ATV, ATQ and AT+CMEE. The commands themselves stand in tables that it is given; one
that is in no table is answered with ERROR. Never knows what a command does.
"""

import re
from collections.abc import Callable, Iterable
from inspect import signature

from simulator.devices.modem.at_results import AtError, Line, Prompt, Table, framed
from simulator.devices.modem.state import Later

ANSWER_S = 0.010  # from a command to its result code, where SLOW has no other
# Estimates of what a real one takes; the manual only gives limits (9 s, 120 s, 5 s in this order).
SLOW_S = {"+CFUN=": 0.8, "+COPS=?": 20.0, "+CPIN=": 0.4, "+CMGL=": 0.1}
MAX_LINE = 556  # a longer command line is answered with ERROR
_ESCAPE = b"\x1b"
_END_OF_TEXT = b"\x1a"

_BASIC = re.compile(r"([&\\]?[A-Z])(\d*)")
_REGISTER = re.compile(r"S(\d+)(?:(\?)|=(\d+))")
_EXTENDED = re.compile(r'(\+[A-Z0-9]+)(=\?|\?|=?)((?:"[^"]*"|[^";])*)(?:;|\Z)')
_ARGUMENT = re.compile(r'\s*(?:"([^"]*)"|([^",]*))\s*(?:,|\Z)')


class AtCommands:
    """Reads commands and the data that follow a prompt, and answers them.

    Args:
        send: sends bytes to the box.
        later: as State's parts have it.
        instead: returns all that is said to a command line, or None: what the tables say.
        tables: of the groups of commands.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        later: Later,
        instead: Callable[[str], str | None],
        tables: Iterable[Table],
    ) -> None:
        self._send = send
        self._later = later
        self._instead = instead
        self._verbose_errors = 2
        self._echo = self._verbose = True
        self._quiet = False
        self._registers = {0: 0, 3: 13, 4: 10, 5: 8, 6: 2, 7: 60, 8: 2, 10: 15}
        self._line = b""
        self._last = ""
        self._waiting: list[str] = []  # lines that came while one was being answered
        self._busy = False
        self._prompt: Prompt | None = None
        self._data = b""
        self._table: Table = {
            "+CMEE=": self._set_errors,
            "+CMEE?": lambda: [f"+CMEE: {self._verbose_errors}"],
            "+CMEE=?": lambda: ["+CMEE: (0,1,2)"],
        }
        for table in tables:
            self._table.update(table)

    def receive(self, data: bytes) -> None:
        """Take bytes from the box."""
        while data:
            if self._prompt is not None:
                data = self._take_data(self._prompt, data)
                continue
            byte, data = data[:1], data[1:]
            if self._echo:
                self._send(byte)
            if byte == b"\r":
                line, self._line = self._line, b""
                self._take_line(line.decode("ascii", "replace").strip())
            elif byte == b"\b":
                self._line = self._line[:-1]
            elif byte == b"/" and self._line.upper() == b"A":
                self._line = b""
                self._take_line(self._last)
            elif byte != b"\n":
                self._line = (self._line + byte)[: MAX_LINE + 1]

    # Lines

    def _take_line(self, line: str) -> None:
        if line:
            self._waiting.append(line)
        self._next_line()

    def _next_line(self) -> None:
        if not self._busy and self._waiting:
            self._busy = True
            line = self._waiting.pop(0)
            delay_s = max((s for key, s in SLOW_S.items() if key in line.upper()), default=ANSWER_S)
            self._later(delay_s, lambda: self._answer(line))

    def _answer(self, line: str) -> None:
        self._busy = False
        self._last = line
        said = self._instead(line)
        if said is None:
            self._run(line)
        else:
            self._send(framed(said))
        self._next_line()

    def _run(self, line: str) -> None:
        """Run the commands of one line; the first that fails ends it."""
        if line[:2].upper() != "AT":
            return  # no modem answers noise
        rest = line[2:].strip()
        try:
            if len(line) > MAX_LINE:
                raise AtError
            while rest:
                rest = self._run_first(rest)
        except AtError as error:
            self._say_lines(error.lines)
            self._say_result(error.code(self._verbose_errors), "4")
            return
        if self._prompt is None:
            self._say_result("OK", "0")

    def _run_first(self, rest: str) -> str:
        """Run the first command of a line, and return the rest of it."""
        if rest[0] == "+":
            head, equals, tail = rest.partition("=")
            match = _EXTENDED.match(head.upper() + equals + tail)
            if match is None:
                raise AtError
            name, kind, arguments = match.groups()
            self._run_extended(name + kind, arguments)
            return rest[match.end() :].strip()
        upper = rest.upper()
        if match := _REGISTER.match(upper):
            self._register(int(match[1]), match[3])
        elif match := _BASIC.match(upper):
            self._run_basic(match[1], match[2])
        else:
            raise AtError
        return rest[match.end() :].strip()

    def _run_extended(self, key: str, arguments: str) -> None:
        handler = self._table.get(key)
        if handler is None or (arguments and not key.endswith("=")):
            raise AtError
        values = _split(arguments) if key.endswith("=") else []
        try:
            signature(handler).bind(*values)
        except TypeError:  # more arguments than it takes, or fewer
            raise AtError from None
        try:
            answer = handler(*values)
        except ValueError:  # a word where it wants a number
            raise AtError from None
        if isinstance(answer, Prompt):
            self._prompt, self._data = answer, b""
            self._send(b"\r\n>" if answer.length else b"\r\n> ")
        else:
            self._say_lines(answer)

    def _run_basic(self, name: str, number: str) -> None:
        """The commands of V.250 that have a letter only; those of a data call are not played."""
        value = int(number or 0)
        if name == "E" and value < 2:
            self._echo = bool(value)
        elif name == "V" and value < 2:
            self._verbose = bool(value)
        elif name == "Q" and value < 2:
            self._quiet = bool(value)
        elif name == "I":
            self._run_extended("+SIMCOMATI", "")
        elif name in ("Z", "&F") and value < 2:
            self._echo = self._verbose = True
            self._quiet = False
        elif name not in ("X", "H", "L", "M", "&C", "&D", "&S", "&W"):
            raise AtError

    def _register(self, number: int, value: str | None) -> None:
        if number not in self._registers:
            raise AtError
        if value is None:
            self._say_lines([f"{self._registers[number]:03}"])
        elif int(value) < 256:
            self._registers[number] = int(value)
        else:
            raise AtError

    def _set_errors(self, mode: str) -> list[Line]:
        if mode not in ("0", "1", "2"):
            raise AtError
        self._verbose_errors = int(mode)
        return []

    # Data after a prompt

    def _take_data(self, prompt: Prompt, data: bytes) -> bytes:
        """Collect what a prompt asked for; return what came after it."""
        if prompt.length:
            need = prompt.length - len(self._data)
            self._data += data[:need]
            if len(self._data) == prompt.length:
                self._end_of_data(prompt.take)
            return data[need:]
        for at, byte in enumerate(data):
            if byte in _ESCAPE + _END_OF_TEXT:
                self._data += data[:at]
                self._end_of_data(prompt.take if byte in _END_OF_TEXT else None)
                return data[at + 1 :]
        self._data = (self._data + data)[: prompt.most]
        return b""

    def _end_of_data(self, take: Callable[[bytes], list[Line]] | None) -> None:
        data, self._data, self._prompt = self._data, b"", None
        try:
            lines = take(data) if take is not None else []
        except AtError as error:
            self._say_lines(error.lines)
            self._say_result(error.code(self._verbose_errors), "4")
            return
        self._say_result("OK", "0")
        self._say_lines(lines)  # what a modem says of its data comes after the OK

    # Results

    def _say_lines(self, lines: list[Line]) -> None:
        for line in lines:
            self._send(line if isinstance(line, bytes) else framed(line))

    def _say_result(self, text: str, number: str) -> None:
        """Say a final result code, as ATQ and ATV have it."""
        if self._quiet:
            return
        if self._verbose or text.startswith("+"):
            self._send(framed(text))
        else:
            self._send(f"{number}\r".encode())


def _split(arguments: str) -> list[str]:
    """Cut `1,"IP","a"` into its values; a missing one is "". AtError when it is none."""
    values = []
    at = 0
    while at <= len(arguments):
        match = _ARGUMENT.match(arguments, at)
        if match is None:
            raise AtError
        values.append(match[1] if match[1] is not None else match[2].strip())
        at = match.end() if match.end() > at and arguments[match.end() - 1] == "," else -1
        if at < 0:
            break
    return values
