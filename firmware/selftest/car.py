"""The bench test's checks of the car and the reader, most of which want somebody's hand.

Asks the parts, one after the other; what it means is said by judgements.py.
"""

import asyncio

from firmware.logic.access.card import ReaderError, is_badge
from firmware.logic.const import const
from firmware.selftest import judgements
from firmware.selftest.outcomes import NOT_FITTED, Result, failed, ok
from firmware.selftest.patience import PERSON_MS
from shared_protocol.records import STARTABLE_NO_LINE

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.identity import Identity
    from firmware.selftest.console import Console
    from firmware.selftest.patience import Patience
    from firmware.selftest.wires import Wires
    from firmware.tasks.parts import Reader, Uptime

# Law 1 wants 65 s, or more where the receiver's speed is not trusted all the time.
_INHIBIT_MS = const(120_000)
_READER_TRIES = const(3)
_READER_AGAIN_S = const(0.5)


class Car:
    """Each check returns its Result. `relay` and `badge` go by those before them."""

    def __init__(
        self,
        *,
        identity: "Identity",
        wires: "Wires",
        door_open: "Callable[[], bool]",
        reader: "Reader",
        console: "Console",
        patience: "Patience",
        uptime: "Uptime",
        sky_limit_ms: int,
    ):
        """Take the parts; `sky_limit_ms`: the uptime from which no first fix is waited for."""
        self._identity = identity
        self._wires = wires
        self._door_open = door_open
        self._badge_reader = reader
        self._console = console
        self._patience = patience
        self._uptime = uptime
        self._sky_limit_ms = sky_limit_ms

    async def ignition(self) -> Result:
        """Off, then on. The start is released in between: a starter that turns tells of it."""
        wires, fitted = self._wires, self._identity.ignition_line
        off = await self._patience.by_hand("switch off", lambda: not wires.ignition_on)
        if off:
            await wires.release()
        wires.watch_crank()
        on = off and fitted
        on = on and await self._patience.by_hand("switch on", lambda: wires.ignition_on)
        return judgements.ignition(fitted, off, on)

    async def crank(self) -> Result:
        """The key turned to start; where nobody has switched on, nobody is asked again."""
        wires, fitted = self._wires, self._identity.start_relay
        if fitted and not self._console.results["ignition"].failure:
            await self._patience.by_hand("start", lambda: wires.cranked)
        return judgements.crank(fitted, wires.cranked)

    async def relay(self) -> Result:
        """The inhibiting pulse, once the car was off and still for as long as law 1 wants."""
        wires = self._wires
        if (
            self._identity.start_relay
            and wires.hindrance != STARTABLE_NO_LINE
            and await self._patience.by_hand("switch off", lambda: not wires.ignition_on)
        ):
            self._console.wait("leave it off")
            limit_ms = self._uptime.now_ms() + _INHIBIT_MS
            await wires.inhibit(limit_ms if wires.fix_s else min(limit_ms, self._sky_limit_ms))
        return judgements.relay(wires.shown, wires.turned, wires.hindrance)

    async def relay_contact(self) -> Result:
        """What it showed of all that."""
        return judgements.relay_contact(self._wires.shown, self._wires.hindrance)

    async def door(self) -> Result:
        """A door opened, or shut where one stood open."""
        fitted, was_open = self._identity.door_contact, self._door_open()
        wanted = "shut the doors" if was_open else "open a door"
        changed = fitted and await self._patience.by_hand(
            wanted, lambda: self._door_open() != was_open
        )
        return judgements.door(fitted, changed)

    async def reader(self) -> Result:
        """Whether it answers; one on two lines cannot be asked."""
        if self._identity.reader == "wiegand":
            return Result(NOT_FITTED, "", "wiegand")
        for _ in range(_READER_TRIES):
            try:
                await self._badge_reader.wake()
                return ok()
            except ReaderError:
                await asyncio.sleep(_READER_AGAIN_S)
        return failed("READER_SILENT")

    async def badge(self) -> Result:
        """Any badge; which one is nobody's business here."""
        if self._console.results["reader"].failure:
            return self._console.results["reader"]
        self._console.wait("hold a badge")
        end_ms = self._uptime.now_ms() + PERSON_MS
        while self._uptime.now_ms() < end_ms:
            try:
                uids = await self._badge_reader.read_cards()
                if any(map(is_badge, uids)):
                    return ok()
                await self._badge_reader.drop_field()
            except ReaderError:
                pass
            await asyncio.sleep(_READER_AGAIN_S)
        return failed("BADGE_NOT_SEEN")
