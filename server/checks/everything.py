"""Looks at everything. Never here: how one thing is looked at (the files beside this one)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from server.checks import Finding, database, files, network
from server.clock import Clock
from server.config import Config
from server.store.condition import is_served


async def findings(
    config: Config, settings: Path | None, send_to: str | None, time: Clock
) -> AsyncIterator[Finding]:
    """Return what is found, thing by thing.

    Args:
        config: the settings.
        settings: the file they come from; None: none.
        send_to: whom a letter is sent, to see it arrive; None: nothing is sent.
        time: whose clock.
    """
    data_dir = config.data_dir
    for each in files.rights(config, settings):
        yield each
    condition, told = await asyncio.to_thread(database.database, data_dir)
    for each in told:
        yield each
    try:
        served = is_served(data_dir)
    except OSError:
        served = False  # the rights have told it
    async for each in network.ports(config, served):
        yield each
    for each in network.proxies(config):
        yield each
    for each in network.new_boxes(config):
        yield each
    async for each in network.mail(config, send_to, time.now_s()):
        yield each
    for each in database.clock(data_dir, time):
        yield each
    for each in files.disk(config, condition.size_bytes if condition else 0):
        yield each
    for each in files.copies(config, time.now_s()):
        yield each
    for each in files.descriptors():
        yield each
