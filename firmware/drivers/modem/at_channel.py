"""AT commands over a byte stream: one at a time, with the modem's own messages in between.

Cuts lines, finds the prompt and counted raw data; tells an answer from an unsolicited message. The
meaning of both is a76xx.py's.

A modem answers in the order in which it was asked, but sometimes late (python-gsmmodem#11). So
after a command that got no answer in time nothing is asked before it is known whose answer comes
next: a question that nothing else asks is put, and all is passed over until its answer has come.
"""

import asyncio

from firmware.logic.const import const
from firmware.logic.link.modem_states import ModemError

# The longest line that is looked at; a modem says nothing longer but banners and certificates.
_LINE_BYTES = const(256)
# The most raw data that may be asked for at a time; a greater count is line noise.
RAW_BYTES = 256
# What is asked to get in step again, by turns: an answer to the last but one is no answer.
_QUESTIONS = ((b"AT+CSQ\r", b"+CSQ:"), (b"AT+CCLK?\r", b"+CCLK:"), (b"AT+CFUN?\r", b"+CFUN:"))
# The manual's longest for most commands is 9 s; what is asked may wait for one that came before.
_IN_STEP_AFTER_S = const(10.0)
_ERRORS = (b"ERROR", b"+CME ERROR", b"+CMS ERROR", b"+CIPERROR")


class AtChannel:
    """`stream` has `async read()` and `write(data)`; `run` must run while commands are given.

    Attribute to set: `on_message`, called with each unsolicited line (bytes). To read: `result`,
    what followed `expected` in the last command's answer, also when that never got its OK;
    `error`, the line by which it was refused; `in_step`, whether all that was asked has been
    answered.
    """

    def __init__(self, stream):
        """Nothing is sent yet."""
        self._stream = stream
        self._buffer = b""
        self._expected = None  # prefix of the line that carries the result; None: idle
        self.result = self.error = b""
        self._is_read = False  # its answers come before its OK, and there may be none (V.250)
        self._raw = bytearray(RAW_BYTES)  # for ever: a heap that is full has no large hole
        self._raw_count = self._raw_left = 0
        self._data = b""  # waits for the prompt
        self._ok = False
        self._failed = False
        self._refused = False  # whether the last of the answers was an error
        self._finished = asyncio.Event()
        self.in_step = True
        self._passes_over = False  # answers that are not the expected one
        self._taken_for = 0  # bytes that the modem may still take for data of a lost command
        self._turn = 0  # of _QUESTIONS
        self.on_message = _ignore

    async def command(
        self, text: str, timeout_s: float, expected: bytes = b"", data: bytes = b""
    ) -> bytes:
        """Give one command, and `data` at its prompt; wait for OK and for the expected line.

        Returns:
            What follows `expected` in its line; b"" where what is only read ("...?") has no such
            line. Of raw bytes that this line counts, see `raw`.

        Raises:
            ModemError: ERROR, or no complete answer in time.
        """
        if not self.in_step:
            await self.synchronise(_IN_STEP_AFTER_S)
        self._expected = expected
        self.result = self.error = b""
        self._raw_count = 0
        self._is_read = text.endswith("?")
        self._data = data
        self._ok = self._failed = False
        self._finished.clear()
        self._stream.write(text.encode() + b"\r")
        self.in_step = False  # until it has been answered, also where whoever waits gives up
        self._taken_for = len(data)
        try:
            await asyncio.wait_for(self._finished.wait(), timeout_s)
        except asyncio.TimeoutError:
            self._failed = True
        finally:
            self._expected = None
            self._raw_left = 0
            self._data = b""
        if self._failed:
            raise ModemError(text.split("=")[0])
        return self.result

    def raw(self) -> memoryview:
        """The raw bytes that the last command's answer held; the next command overwrites them."""
        return memoryview(self._raw)[: self._raw_count]

    async def synchronise(self, timeout_s: float) -> None:
        """Ask what nothing else asks, and wait for its answer; raises ModemError.

        A modem that has nothing but errors to say, all that time, owes no more of them either.
        """
        question, expected = _QUESTIONS[self._turn]
        self._turn = (self._turn + 1) % len(_QUESTIONS)
        self._expected = expected
        self.result = b""
        self._failed = self._ok = self._refused = False
        self._passes_over = True
        self._finished.clear()
        # A prompt that came late may still wait for the data of its command.
        self._stream.write(b" " * self._taken_for + b"\r" + question)
        self._taken_for = 0
        try:
            await asyncio.wait_for(self._finished.wait(), timeout_s)
        except asyncio.TimeoutError:
            if not self._refused:
                raise ModemError("out of step") from None
            self.in_step = True
        finally:
            self._expected = None
            self._passes_over = False

    async def run(self) -> None:
        """Read the stream for ever."""
        while True:
            self._buffer += await self._stream.read()
            self._digest()

    def _digest(self) -> None:
        while self._buffer:
            if self._raw_left:
                taken = self._buffer[: self._raw_left]
                end = self._raw_count + len(taken)
                self._raw[self._raw_count : end] = taken
                self._raw_count = end
                self._raw_left -= len(taken)
                self._buffer = self._buffer[len(taken) :]
                continue
            if self._data and self._buffer.lstrip().startswith(b">"):
                self._buffer = self._buffer.lstrip()[1:]
                self._stream.write(self._data)
                self._data = b""
                continue
            end = self._buffer.find(b"\n")
            if end < 0:
                self._buffer = self._buffer[-_LINE_BYTES:]
                return
            line = self._buffer[:end].strip()
            self._buffer = self._buffer[end + 1 :]
            if line:
                self._hear(line)

    def _hear(self, line: bytes) -> None:
        if self._expected is None:
            self.on_message(line)
            return
        if line == b"OK":
            self._ok = bool(self.result) or not self._passes_over
            self._refused = False
        elif any(line.startswith(error) for error in _ERRORS):
            self._failed, self._refused = not self._passes_over, True
            self.error = line
        elif self._expected and line.startswith(self._expected):
            self.result = line[len(self._expected) :].strip()
            if line.startswith(b"+CIPRXGET: 2,"):  # raw data follow: link, length, rest
                count = (line.split(b",") + [b""])[2]
                self._raw_count = 0
                self._failed = not count.isdigit() or int(count) > RAW_BYTES
                self._raw_left = 0 if self._failed else int(count)
        else:
            self.on_message(line)
        if self._failed or (self._ok and (self.result or self._is_read or not self._expected)):
            self.in_step = True
            self._finished.set()


def _ignore(line: bytes) -> None:
    """Until somebody listens."""
