"""Keeps every task running: a crash is caught, counted and the task begun again. No relay here."""

import asyncio
import io
import sys

RESTART_AFTER_S = 1.0


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
                print("task", name, "crashed:", *_places(error))
            await asyncio.sleep(RESTART_AFTER_S)


def _places(error):
    """The traceback's places and the kind of error, without its text, which might hold a value."""
    text = io.StringIO()
    sys.print_exception(error, text)
    lines = text.getvalue().split("\n")
    return [line.strip() for line in lines if line.startswith("  File")] + [type(error).__name__]
