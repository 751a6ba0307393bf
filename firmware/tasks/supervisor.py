"""Keeps every task running: a crash is caught, counted and the task begun again. No relay here."""

import asyncio
import gc
import io
import sys

from firmware.logic.const import const

_RESTART_AFTER_S = const(1.0)


class Supervisor:
    """Attribute to read: `crashes`, task name -> count."""

    def __init__(self, tasks):
        """`tasks`: name -> coroutine function without arguments that never returns."""
        self._tasks = tasks
        self.crashes = dict.fromkeys(tasks, 0)

    async def run(self) -> None:
        """Run all of them for ever."""
        await asyncio.gather(*[self._keep(name, task) for name, task in self._tasks.items()])

    async def _keep(self, name, task) -> None:
        while True:
            try:
                await task()
            except Exception as error:  # whatever it is, the other tasks go on
                self.crashes[name] += 1
                gc.collect()
                print("task", name, "crashed:", type(error).__name__, _place(error))
            await asyncio.sleep(_RESTART_AFTER_S)


def _place(error) -> str:
    """Where it happened, from the traceback, without the error's text, which might hold a value."""
    try:
        text = io.StringIO()
        sys.print_exception(error, text)
        lines = [line for line in text.getvalue().split("\n") if line.startswith("  File")]
        return lines[-1].strip()
    except (MemoryError, IndexError):
        return "place unknown"
