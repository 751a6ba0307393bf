"""The simulated cars of the demonstration, in a process group of their own that ends with it."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from server.config import Address, ServeError
from server.demo import fleet

_PATIENCE_S = 5.0


async def drive(drivers: list[tuple[Path, bytes]], boxes: Address) -> None:
    """Let cars drive against the boxes' port until cancelled; nothing of them is left then.

    Args:
        drivers: identity file and badge of each car.
        boxes: the boxes' port.
    """
    _say_what_to_see()
    arguments = ["--boxes", str(boxes)]
    for identity, badge in drivers:
        arguments += ["--car", f"{identity}:{badge.hex()}"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "drive", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        process_group=0,  # Ctrl-C comes to us alone, and we can end all of them at once
    )
    try:
        code = await process.wait()
        raise ServeError("the simulated cars have stopped (exit code %(code)s)", code=code)
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    _signal(process.pid, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _PATIENCE_S)
    _signal(process.pid, signal.SIGKILL)  # whoever of the group is still there
    await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _say_what_to_see() -> None:
    print("\nDemonstration accounts: login, password, who")
    for login, password, who in fleet.ACCOUNTS:
        print(f"  {login:<16} {password}  {who}")
    print("\nSign in as the manager and open « Trajets »: two cars badge in within a minute,")
    print("and their kilometres grow. Ctrl-C ends everything.\n", flush=True)
