"""A SIMCom A76xx LTE modem as one TCP connection, by AT commands with data fetched (CIPRXGET=1).

One coroutine for each state of modem_states.py; each returns when its state is reached and raises
ModemError when it cannot be. Order, time limits and recovery are not decided here.
"""

import asyncio

from machine import Pin

from firmware.drivers.modem.at_channel import RAW_BYTES
from firmware.drivers.modem.attach import hold_context, open_card, wait_until_registered
from firmware.drivers.pulse import pulse
from firmware.logic.const import const
from firmware.logic.link.modem_states import ModemError
from shared_protocol.records import (
    OFF_AIR_MODEM_RESTARTED,
    OFF_AIR_MODEM_SILENT,
    OFF_AIR_NO_CONTEXT,
    OFF_AIR_NO_SERVER,
)

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.drivers.modem.at_channel import AtChannel
    from firmware.logic.link.sim_pin import SimPin

# The A7670's hardware design: its key for 50 ms at least to start and 2.5 s to be switched off, its
# reset line for 2 s at least, 2.5 typical.
_KEY_ON_S = const(0.2)
_KEY_OFF_S = const(3.0)
_RESET_S = const(2.5)
# The A76XX AT manual's longest for a command without the network is 9 s.
_ANSWER_S = const(9.0)
_PROBE_S = const(3.0)
_FIRST_PROBES = const(2)
# DTR is low for that long before it is spoken to.
_WAKING_S = const(0.1)
_WAKE_ANSWER_S = const(1.0)
_WAKE_PROBES = const(3)
# What it says of itself after a start, also between others' answers (T-SIM7600X PR 41).
_BANNERS = (b"*ATREADY", b"RDY", b"SMS DONE", b"PB DONE")
_POLL_S = const(1.0)
_NETWORK_S = const(120.0)
_NAME_S = const(30.0)
# One CIPSEND; the maker's limit is 1500.
_SEND_BYTES = const(1024)


class A76xx:
    """Attributes to read: `readable` (data may wait in the modem), `closed` (the socket is gone).

    `asleep`: it hears nothing, and pulls its RI line low for a moment when something comes in.

    `on_event` is called, without arguments, when one of the first two becomes true.
    """

    def __init__(
        self,
        channel: "AtChannel",
        *,
        pwrkey_pin: int,
        reset_pin: int,
        dtr_pin: int,
        context: tuple,
        sim_pin: "SimPin | None",
        on_event: "Callable[[], None]",
    ):
        """Claim the pins; the modem keeps the state it is in.

        `context`: kind of address, access point, user and password (or "", "") of the network.
        """
        self._channel = channel
        self._context = context
        self._sim_pin = sim_pin
        self._pwrkey = Pin(pwrkey_pin, Pin.OUT, value=0)
        self._reset = Pin(reset_pin, Pin.OUT, value=1)
        self._dtr = Pin(dtr_pin, Pin.OUT, value=0)  # low keeps it awake
        self._on_event = on_event
        self._network_open = False
        self.readable = False
        self.closed = True
        self.asleep = False
        self._may_sleep = False  # it has been told so since its start
        self._has_started = False  # it said so, and nobody has asked yet what became of the socket
        channel.on_message = self._hear

    async def power_up(self) -> None:
        """Wait for a modem that runs to answer; press its key when it does not."""
        await self._rouse()
        for _ in range(_FIRST_PROBES):
            if await self._answers():
                return
        await pulse(self._pwrkey, _KEY_ON_S)
        while not await self._answers():
            pass

    async def prepare(self) -> None:
        """Set the dialect that the rest relies on."""
        self._has_started = self._may_sleep = False
        for text in ("ATE0", "AT+CMEE=2", "AT+CIPRXGET=1"):
            await self._channel.command(text, _ANSWER_S)

    async def wait_for_sim(self) -> None:
        """Wait until the SIM is open."""
        await open_card(self._channel, self._sim_pin)

    async def wait_for_network(self) -> None:
        """Wait until the modem is registered, with the context that is wanted."""
        await hold_context(self._channel, *self._context)
        await wait_until_registered(self._channel)

    async def open_network(self) -> None:
        """Bring up the packet data context."""
        self._network_open = False
        try:
            result = await self._channel.command("AT+NETOPEN", _NETWORK_S, b"+NETOPEN:")
        except ModemError:
            if self._network_open:  # "Network is already opened"
                return
            raise
        if result != b"0":
            raise ModemError("NETOPEN")

    async def connect(self, host: str, port: int) -> None:
        """Open the socket; the cause of a ModemError says whether the network answers at all."""
        text = 'AT+CIPOPEN=0,"TCP","{}",{}'.format(host, port)
        try:
            result = await self._channel.command(text, _NETWORK_S, b"+CIPOPEN:")
        except ModemError:
            result = b""
        if result != b"0,0":
            cause = OFF_AIR_NO_SERVER if await self._resolves(host) else OFF_AIR_NO_CONTEXT
            raise ModemError("CIPOPEN", cause)
        self.closed = False
        self.readable = True  # data that came before we listened had its message then

    async def _resolves(self, host: str) -> bool:
        """Whether a name server of the network answers: the bearer works then."""
        try:
            text = 'AT+CDNSGIP="{}"'.format(host)
            result = await self._channel.command(text, _NAME_S, b"+CDNSGIP:")
        except ModemError:
            return False
        return result.startswith(b"1")

    async def send(self, data: bytes) -> None:
        """Hand bytes to the modem, which is not delivery."""
        await self.wake()
        for at in range(0, len(data), _SEND_BYTES):
            part = data[at : at + _SEND_BYTES]
            text = "AT+CIPSEND=0,{}".format(len(part))
            result = await self._channel.command(text, 2 * _ANSWER_S, b"+CIPSEND:", part)
            if result != "0,{0},{0}".format(len(part)).encode():
                raise ModemError("CIPSEND")

    async def receive(self) -> memoryview:
        """Fetch at most RAW_BYTES, which the next command overwrites; nothing when nothing waits.

        ModemError when some got lost, or when the modem has started anew: the socket is gone then.
        """
        self.readable = False
        await self.wake()
        if self._has_started:
            self._has_started = False
            if await self._channel.command("AT+NETOPEN?", _ANSWER_S, b"+NETOPEN:") != b"1":
                self.closed = True
                raise ModemError("restarted", OFF_AIR_MODEM_RESTARTED)
        try:
            text = "AT+CIPRXGET=2,0,{}".format(RAW_BYTES)
            await self._channel.command(text, _ANSWER_S, b"+CIPRXGET: 2,0,")
        except ModemError:
            if self._channel.result or not self._channel.in_step:
                raise  # bytes were announced, and not all came, or they come too late
        data = self._channel.raw()  # none: "No data"
        self.readable = len(data) > 0
        return data

    async def close_socket(self) -> None:
        """Close the socket."""
        self.closed = True
        await self.wake()
        await self._channel.command("AT+CIPCLOSE=0", _ANSWER_S, b"+CIPCLOSE:")

    async def close_network(self) -> None:
        """Drop the packet data context."""
        await self._channel.command("AT+NETCLOSE", _ANSWER_S, b"+NETCLOSE:")

    async def cycle_radio(self) -> None:
        """Leave the network and search it anew."""
        await self._channel.command("AT+CFUN=0", 2 * _ANSWER_S)
        await asyncio.sleep(_POLL_S)
        await self._channel.command("AT+CFUN=1", 2 * _ANSWER_S)

    async def reset(self) -> None:
        """Reset a modem that does not do what it is told; power_up waits for it."""
        self._reset.value(0)
        try:
            await asyncio.sleep(_RESET_S)
        finally:
            self._reset.value(1)

    async def cycle_power(self) -> None:
        """Switch it off by its key; power_up switches it on. No pin of the box cuts its supply."""
        await pulse(self._pwrkey, _KEY_OFF_S)

    async def doze(self) -> None:
        """Let it sleep, connected: what comes in pulls RI, and any command wakes it."""
        if not self._may_sleep:
            await self._channel.command("AT+CSCLK=1", _ANSWER_S)
            self._may_sleep = True
        self._dtr.value(1)
        self.asleep = True

    async def wake(self) -> None:
        """Have it hear again; raises ModemError. At once where it is awake."""
        if not self.asleep:
            return
        await self._rouse()
        for _ in range(_WAKE_PROBES):
            if await self._answers(_WAKE_ANSWER_S):
                return
        raise ModemError("wake", OFF_AIR_MODEM_SILENT)

    async def _rouse(self) -> None:
        self._dtr.value(0)
        if self.asleep:
            self.asleep = False
            await asyncio.sleep(_WAKING_S)

    async def _answers(self, within_s: float = _PROBE_S) -> bool:
        try:
            await self._channel.synchronise(within_s)
        except ModemError:
            return False
        return True

    def rings(self, _pin) -> None:
        """The RI line is low: something has come that it would say."""
        self.readable = True
        self._on_event()

    def _hear(self, line: bytes) -> None:
        if line.startswith(b"+CIPRXGET: 1,0"):
            self.readable = True
        elif line.startswith(b"+IPCLOSE: 0") or line.startswith(b"+CIPEVENT:"):
            self.closed = True
        elif line.startswith(b"+IP ERROR: Network is already opened"):
            self._network_open = True
            return
        elif not self.closed and line.startswith(_BANNERS):
            self.readable = self._has_started = True
        else:
            return
        self._on_event()
