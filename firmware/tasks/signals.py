"""Plays the pattern of the latest event on the panel. A newer event cuts an older one short."""

import asyncio

from firmware.logic.access.signals import SLOT_MS, slots

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from firmware.tasks.parts import Panel

_DARK = (0, 0, 0)


class SignalsTask:
    """Joins the patterns of logic/signals.py to the panel.

    Attribute to read: `plays`, whether a pattern is shown: a loop that is held garbles it.
    """

    def __init__(self, panel: "Panel"):
        """Stay dark."""
        self._panel = panel
        self._event = ""
        self.plays = False
        self._asked = asyncio.Event()

    def play(self, event: str) -> None:
        """Ask for the pattern of an event, see `pattern`; returns at once."""
        self._event = event
        self.plays = True
        self._asked.set()

    async def run(self) -> None:
        """Play for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            for levels in slots(self._event):
                self._panel.show(levels)
                await asyncio.sleep(SLOT_MS / 1000)
                if self._asked.is_set():
                    break
            self._panel.show(_DARK)
            self.plays = self._asked.is_set()
