"""The AT dialect of SIMCom's A76XX series, as far as a TCP client with fetched data needs it.

Follows the "A76XX Series AT Command Manual": echo on at start, result codes, CIPRXGET=1 (data is
fetched, never pushed). What it does not know gets ERROR. Holds no connection: a76xx.py does.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.devices.a76xx import A76xx

_ANSWER_S = 0.010  # from a command to its result code
_BEARER_S = 0.5  # from NETOPEN's OK to its result
MAX_LINE = 556  # a longer command line is answered with ERROR
MAX_SEND = 1500  # bytes that one CIPSEND takes
MAX_FETCH = 1500


class AtCommands:
    """Reads commands and the data of CIPSEND from the box's bytes, and answers them."""

    def __init__(self, modem: "A76xx") -> None:
        self._modem = modem
        self._echo = True
        self._line = b""
        self._data_left = 0  # bytes that a CIPSEND still expects
        self._data = b""
        self._table: list[tuple[re.Pattern[str], Callable[..., None]]] = [
            (re.compile(pattern + r"\Z"), answer)
            for pattern, answer in (
                (r"AT", self._ok),
                (r"ATE([01])", self._set_echo),
                (r"AT\+CMEE=[012]", self._ok),
                (r"AT\+CGMM", lambda: self._ok("A7670E-FASE")),
                (r"AT\+CGSN", lambda: self._ok("860000000000017")),
                (r"AT\+CPIN\?", self._pin),
                (r"AT\+CSQ", lambda: self._ok(f"+CSQ: {'22,99' if self._here else '99,99'}")),
                (r"AT\+(C|CG|CE)REG\?", self._registration),
                (r"AT\+(C|CG|CE)REG=[012]", lambda which: self._ok()),
                (r'AT\+CGDCONT=1,"IP","[^"]*"', self._ok),
                (r"AT\+CGATT\?", lambda: self._ok(f"+CGATT: {1 if self._here else 0}")),
                (r"AT\+CFUN=([01])", self._function),
                (r"AT\+CFUN=1,1", self._reset),
                (r"AT\+CRESET", self._reset),
                (r"AT\+CIPRXGET=1", self._ok),
                (r"AT\+NETOPEN\?", lambda: self._ok(f"+NETOPEN: {1 if modem.bearer else 0}")),
                (r"AT\+NETOPEN", self._open_bearer),
                (r"AT\+NETCLOSE", self._close_bearer),
                (r"AT\+IPADDR", self._address),
                (r'AT\+CIPOPEN=0,"TCP","([^"]+)",(\d+)', self._open),
                (r"AT\+CIPSEND=0,(\d+)", self._send),
                (r"AT\+CIPRXGET=4,0", self._waiting),
                (r"AT\+CIPRXGET=2,0(?:,(\d+))?", self._fetch),
                (r"AT\+CIPCLOSE=0", self._close),
            )
        ]

    def receive(self, data: bytes) -> None:
        """Take bytes from the box."""
        while data:
            if self._data_left:
                taken, data = data[: self._data_left], data[self._data_left :]
                self._data += taken
                self._data_left -= len(taken)
                if not self._data_left:
                    self._sent()
                continue
            byte, data = data[:1], data[1:]
            if self._echo:
                self._modem.send(byte)
            if byte == b"\r":
                line, self._line = self._line, b""
                self._modem.later(_ANSWER_S, lambda line=line: self._run(line))  # type: ignore[misc]
            elif byte != b"\n":
                self._line = (self._line + byte)[: MAX_LINE + 1]

    @property
    def _here(self) -> bool:
        return self._modem.registered

    def _run(self, line: bytes) -> None:
        text = line.decode("ascii", "replace").strip()
        if not text or self._modem.faulty.takes(text):
            return
        for pattern, answer in self._table:
            match = pattern.match(text)
            if match:
                answer(*match.groups())
                return
        self._error()

    def _ok(self, *lines: str) -> None:
        for line in lines:
            self._modem.say(line)
        self._modem.say("OK")

    def _error(self, *lines: str) -> None:
        for line in lines:
            self._modem.say(line)
        self._modem.say("ERROR")

    def _set_echo(self, digit: str) -> None:
        self._echo = digit == "1"
        self._ok()

    def _pin(self) -> None:
        errors = {"busy": "+CME ERROR: SIM busy", "failure": "+CME ERROR: SIM failure"}
        if self._modem.sim in errors:
            self._modem.say(errors[self._modem.sim])
        else:
            self._ok("+CPIN: READY")

    def _registration(self, which: str) -> None:
        self._ok(f"+{which}REG: 0,{1 if self._here else 2}")

    def _function(self, digit: str) -> None:
        self._ok()
        self._modem.radio(digit == "1")

    def _reset(self) -> None:
        self._ok()
        self._modem.restart()

    def _open_bearer(self) -> None:
        if self._modem.bearer:
            self._error("+IP ERROR: Network is already opened")
            return
        self._ok()
        self._modem.later(_BEARER_S, self._bearer_result)

    def _bearer_result(self) -> None:
        self._modem.bearer = self._here
        self._modem.say(f"+NETOPEN: {0 if self._here else 1}")

    def _close_bearer(self) -> None:
        if not self._modem.bearer:
            self._error("+NETCLOSE: 2")
            return
        self._modem.close_link()
        self._modem.bearer = False
        self._ok("+NETCLOSE: 0")

    def _address(self) -> None:
        if self._modem.bearer:
            self._ok("+IPADDR: 10.64.12.7")
        else:
            self._error("+IP ERROR: Network not opened")

    def _open(self, host: str, port: str) -> None:
        if not self._modem.bearer:
            self._error("+CIPOPEN: 0,2")
        elif self._modem.link is not None:
            self._error("+CIPOPEN: 0,4")
        else:
            self._ok()
            if self._modem.faulty.opens_sockets:
                self._modem.open_link(host, int(port))
            else:
                self._modem.later(1.0, lambda: self._modem.say("+CIPOPEN: 0,1"))

    def _send(self, count: str) -> None:
        if self._modem.link is None:
            self._error("+CIPERROR: 4")
        elif not 0 < int(count) <= MAX_SEND:
            self._error()
        else:
            self._data_left = int(count)
            self._data = b""
            self._modem.send(b"\r\n>")

    def _sent(self) -> None:
        data, self._data = self._data, b""
        if not self._modem.faulty.sends:
            self._error(f"+CIPSEND: 0,{len(data)},-1")
            return
        self._modem.say("OK")
        if self._modem.link is None:  # lost while the data came in
            self._modem.say("+CIPERROR: 4")
            return
        self._modem.link.send(data)
        # As every maker says: this is not delivery.
        self._modem.say(f"+CIPSEND: 0,{len(data)},{len(data)}")

    def _waiting(self) -> None:
        self._ok(f"+CIPRXGET: 4,0,{len(self._modem.received)}")

    def _fetch(self, count: str | None) -> None:
        modem = self._modem
        if not modem.received:
            self._error("+IP ERROR: No data")
            return
        length = min(int(count or MAX_FETCH), MAX_FETCH)
        data, modem.received = modem.received[:length], modem.received[length:]
        modem.send(f"\r\n+CIPRXGET: 2,0,{len(data)},{len(modem.received)}\r\n".encode() + data)
        modem.say("OK")

    def _close(self) -> None:
        was_open = self._modem.link is not None
        self._modem.close_link()
        if was_open:
            self._ok("+CIPCLOSE: 0,0")
        else:
            self._error("+CIPCLOSE: 0,4")
