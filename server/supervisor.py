"""Tells systemd how the server is: ready, stopping, and that it does not hang.

The protocol of sd_notify(3): a datagram of NAME=VALUE to the socket that NOTIFY_SOCKET names, a
path, or abstract where it begins with "@". Without a supervisor, or when none listens, nothing is
said and nothing is wrong. Never here: what makes a server ready.
"""

import asyncio
import os
import socket


async def keep_told() -> None:
    """Say that the server is ready, then that its loop turns, until this is cancelled.

    The latter twice in the time that WATCHDOG_USEC (microseconds) gives; without it never.
    """
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    tell("READY=1")
    try:
        while limit_us.isdecimal() and int(limit_us) > 0:
            await asyncio.sleep(int(limit_us) / 1e6 / 2)
            tell("WATCHDOG=1")
        await asyncio.Event().wait()
    finally:
        tell("STOPPING=1")


def tell(state: str) -> None:
    """Send one state to the supervisor, if there is one."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        sending.setblocking(False)  # a supervisor that hangs does not hang the server
        try:
            sending.connect("\0" + name[1:] if name.startswith("@") else name)
            sending.send(state.encode())
        except OSError:
            return
