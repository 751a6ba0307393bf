"""A modem that answers late, in the order in which it was asked: no answer is taken for another's.

Time jumps: nothing here waits.
"""

import asyncio
import selectors
from collections.abc import Awaitable

from hypothesis import given
from hypothesis import strategies as st

from firmware.drivers.modem.at_channel import AtChannel
from firmware.logic.link.modem_states import ModemError

LIMIT_S = 3.0
URC = b"\r\n+CIPRXGET: 1,0\r\n"


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next deadline when there is nothing to do."""

    def __init__(self) -> None:
        loop = self
        self.now_s = 0.0

        class Selector(selectors.SelectSelector):
            def select(self, timeout=None):
                loop.now_s += timeout or 0
                return super().select(0)

        super().__init__(Selector())

    def time(self) -> float:
        return self.now_s


class LateModem:
    """Answers each line in turn, after the next of `delays_s`; a prompt waits for its data first.

    A line `AT+ASK=n` is answered by `+ASK: n`, so that an answer says whose it is.
    """

    def __init__(self, delays_s: list[float], urcs: list[bool]) -> None:
        self._delays_s = delays_s
        self._urcs = urcs
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._said: asyncio.Queue[bytes] = asyncio.Queue()
        self.taken: list[bytes] = []

    def write(self, data: bytes) -> None:
        for byte in data:
            self._heard.put_nowait(bytes((byte,)))

    async def read(self) -> bytes:
        return await self._said.get()

    async def run(self) -> None:
        while True:
            line = b""
            while not line.endswith(b"\r"):
                line += await self._heard.get()
            line = line.strip()
            if not line.startswith(b"AT"):
                continue
            await asyncio.sleep(self._delays_s.pop(0) if self._delays_s else 0.01)
            if self._urcs and self._urcs.pop(0):
                self._say(URC)
            if line.startswith(b"AT+SEND="):
                self._say(b"\r\n>")
                wanted = int(line[8:])
                self.taken.append(b"".join([await self._heard.get() for _ in range(wanted)]))
                self._say(b"\r\nOK\r\n\r\n+SEND: %d\r\n" % wanted)
            elif line.startswith(b"AT+ASK="):
                self._say(b"\r\n+ASK: %b\r\n\r\nOK\r\n" % line[7:])
            elif line == b"AT":
                self._say(b"\r\nOK\r\n")
            else:
                self._say(b"\r\n+%b: 1\r\n\r\nOK\r\n" % line[3:].rstrip(b"?"))

    def _say(self, data: bytes) -> None:
        for at in range(0, len(data), 3):
            self._said.put_nowait(data[at : at + 3])


async def ask_all(modem: LateModem, kinds: list[str]) -> list[tuple[str, int, bytes | None]]:
    """Give commands one after the other: kind, number, and what came back; None for an error."""
    channel = AtChannel(modem)
    tasks = [asyncio.create_task(work) for work in (modem.run(), channel.run())]
    got: list[tuple[str, int, bytes | None]] = []
    for number, kind in enumerate(kinds, 1):
        command: Awaitable[bytes]
        if kind == "ask":
            command = channel.command(f"AT+ASK={number}", LIMIT_S, b"+ASK:")
        elif kind == "send":
            command = channel.command(f"AT+SEND={number}", LIMIT_S, b"+SEND:", b"d" * number)
        else:
            command = channel.command("AT", LIMIT_S)
        try:
            got.append((kind, number, await command))
        except ModemError:
            got.append((kind, number, None))
    for task in tasks:
        task.cancel()
    return got


def run(modem: LateModem, kinds: list[str]) -> list[tuple[str, int, bytes | None]]:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(ask_all(modem, kinds))


KINDS = st.lists(st.sampled_from(["ask", "send", "plain"]), min_size=1, max_size=8)


@given(KINDS, st.lists(st.floats(0, 9), max_size=16), st.lists(st.booleans(), max_size=16))
def test_an_answer_is_its_own_commands_or_none(kinds, delays_s, urcs):
    for kind, number, answer in run(LateModem(delays_s, urcs), kinds):
        if kind != "plain":
            assert answer in (None, b"%d" % number)


@given(st.lists(st.floats(0, 9), max_size=8), st.lists(st.booleans(), max_size=8))
def test_once_it_is_in_time_again_every_command_is_answered(delays_s, urcs):
    kinds = ["ask"] * (len(delays_s) + 1) + ["ask", "plain", "send"]
    assert None not in [answer for _, _, answer in run(LateModem(delays_s, urcs), kinds)[-3:]]


def test_a_modem_that_is_always_late_by_less_than_the_limit_loses_no_command():
    got = run(LateModem([2.5] * 20, []), ["ask", "plain", "ask"])
    assert [answer for _, _, answer in got] == [b"1", b"", b"3"]


def test_data_of_a_prompt_that_came_too_late_are_no_command_and_no_command_is_data():
    modem = LateModem([4.0], [])
    got = run(modem, ["send", "ask"])
    assert got == [("send", 1, None), ("ask", 2, b"2")]
    assert modem.taken == [b" "]
