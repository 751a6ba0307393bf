"""Keeps every task running: a crash is caught, counted and the task begun again. No relay here."""

import asyncio
import gc
import io
import sys

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_RESTART_AFTER_S = const(1.0)


class Supervisor:
    """Attribute to read: `crashes`, task name -> count."""

    def __init__(self, tasks: "dict[str, Callable[[], Awaitable[None]]]"):
        """`tasks`: name -> coroutine function without arguments that never returns."""
        self._tasks = tasks
        self.crashes = dict.fromkeys(tasks, 0)

    async def run(self) -> None:
        """Run all of them for ever."""
        await asyncio.gather(*[self._keep(name, task) for name, task in self._tasks.items()])

    async def _keep(self, name: str, task: "Callable[[], Awaitable[None]]") -> None:
        while True:
            try:
                await task()
            except Exception as error:  # whatever it is, the other tasks go on
                self.crashes[name] += 1
                gc.collect()  # saying it needs memory too
                _tell(name, error)
            gc.collect()  # the error, its traceback and what the task held are garbage now
            await asyncio.sleep(_RESTART_AFTER_S)


def _tell(name: str, error: Exception) -> None:
    """Print the kind of error and its place, but not its text, which might hold a value."""
    try:
        text = io.StringIO()  # of which the stubs know too little
        sys.print_exception(error, text)  # pyright: ignore[reportArgumentType]
        trace = text.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
        places = [line.strip() for line in trace.split("\n") if line.startswith("  File")]
        print("task", name, "crashed:", type(error).__name__, *places[-1:])
    except Exception:  # no memory, no console: then the count has to do
        pass
