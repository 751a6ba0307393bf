"""The bench test's way to the server, step by step, by the application's own driver and session.

Each step has the time limit that it has in the application (modem_states.py). Says nothing to the
server beyond the handshake, and shows neither key nor PIN.
"""

import asyncio

from firmware.logic.const import const
from firmware.logic.link import modem_states as states
from firmware.selftest import judgements
from firmware.selftest.outcomes import failed, ok
from shared_protocol.errors import ProtocolError
from shared_protocol.session import Session

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.drivers.modem.a76xx import A76xx
    from firmware.drivers.modem.at_channel import AtChannel
    from firmware.identity import Identity
    from firmware.logic.link.keys import Keys
    from firmware.selftest.outcomes import Result
    from firmware.tasks.parts import Entropy, Uptime

_ANSWER_S = const(9.0)  # the A76XX AT manual's longest for a command without the network
_HANDSHAKE_S = const(15.0)  # its own limit is 10 (limits.py)
_TURN_S = const(0.05)


class Link:
    """Attributes to read: `failure`, that of the step which stopped the way, "" so far.

    `imei` and `iccid`: the numbers of modem and card, "" when not known.
    """

    def __init__(
        self,
        *,
        modem: "A76xx",
        channel: "AtChannel",
        identity: "Identity",
        keys: "Keys",
        entropy: "Entropy",
        uptime: "Uptime",
    ):
        """Take the parts; `channel.run` must run meanwhile."""
        self._modem = modem
        self._channel = channel
        self._identity = identity
        self._keys = keys
        self._entropy = entropy
        self._uptime = uptime
        self.failure = self.imei = self.iccid = ""

    async def modem(self) -> "Result":
        """Whether a modem answers on its pins; one that does not is reset once."""
        if await self._fails(states.POWER_UP, self._modem.power_up()) is not None:
            await self._modem.reset()
            if await self._fails(states.POWER_UP, self._modem.power_up()) is not None:
                return self._stop(failed("MODEM_SILENT"))
        if await self._fails(states.AT_READY, self._modem.prepare()) is not None:
            return self._stop(failed("MODEM_SILENT"))
        self.imei = _digits(await self._told("AT+SIMCOMATI", b"IMEI:"))
        return ok()

    async def sim(self) -> "Result":
        """Whether the card opens."""
        cause = await self._fails(states.SIM, self._modem.wait_for_sim())
        if cause is not None:
            return self._stop(judgements.sim(cause, await self._told("AT+CPIN?", b"+CPIN:")))
        self.iccid = _digits(await self._told("AT+CICCID", b"+ICCID:"))
        return ok()

    async def registration(self) -> "Result":
        """Whether a cell lets it in, and its network gives it a context."""
        if await self._fails(states.REGISTERED, self._modem.wait_for_network()) is not None:
            await self._told("AT+CEREG=3", b"")  # with the reason
            return self._stop(judgements.registration(await self._told("AT+CEREG?", b"+CEREG:")))
        if await self._fails(states.NETOPEN, self._modem.open_network()) is not None:
            return self._stop(failed("APN_REFUSED"))
        return ok()

    async def signal(self) -> "Result":
        """How strong the cell is here."""
        return judgements.signal(await self._told("AT+CSQ", b"+CSQ:"))

    async def server(self) -> "Result":
        """Whether the server is there, and knows this box."""
        connecting = self._modem.connect(self._identity.server_host, self._identity.server_port)
        if await self._fails(states.CIPOPEN, connecting) is not None:
            return failed("SERVER_UNREACHABLE")
        try:
            is_known = await asyncio.wait_for(self._shake_hands(), _HANDSHAKE_S)
            failure = "" if is_known else "SERVER_REFUSES"
        except ProtocolError:
            failure = "SERVER_REFUSES"
        except (states.ModemError, asyncio.TimeoutError):  # it never answered: who knows why
            failure = "SERVER_UNREACHABLE"
        await self._fails(states.CLOSE_SOCKET, self._modem.close_socket())
        return failed(failure) if failure else ok()

    async def _shake_hands(self) -> bool:
        modem, uptime, keys = self._modem, self._uptime, self._keys
        session = Session.box(
            self._identity.box_id, keys.key, keys.generation, self._entropy, uptime.now_ms()
        )
        while not modem.closed:
            session.step(uptime.now_ms())
            data = await modem.receive() if modem.readable else b""
            if data:
                session.receive_data(data, uptime.now_ms())
            if session.established:
                return True
            data = session.bytes_to_send()
            if data:
                await modem.send(data)
            await asyncio.sleep(0 if session.next_deadline() == 0 else _TURN_S)
        return False

    def _stop(self, result: "Result") -> "Result":
        self.failure = result.failure
        return result

    async def _fails(self, state: str, work) -> "int | None":
        """None once the work of a state is done, else the cause of records.OFF_AIR_*, 0: none."""
        try:
            await asyncio.wait_for(work, states.STATES[state].timeout_ms / 1000)
        except (states.ModemError, asyncio.TimeoutError) as error:
            return getattr(error, "cause", 0)
        return None

    async def _told(self, command: str, prefix: bytes) -> bytes:
        """What the modem answers, b"" when it refuses."""
        try:
            return await self._channel.command(command, _ANSWER_S, prefix)
        except states.ModemError:
            return b""


def _digits(told: bytes) -> str:
    return bytes([byte for byte in told if 0x30 <= byte <= 0x39]).decode()
