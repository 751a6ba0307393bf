"""A purge at a time that everybody vouches for."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from server.actions import Actions, Operator
from server.actions.privacy import purge
from server.actions.privacy.purge import Asked
from server.actions.tools import wakes_nobody
from server.config import Retention
from server.store import Store
from server.store.purge import Receipt
from tests.server.web.sample import PARIS, StillClock

DAYS: Mapping[str, int] = asdict(Retention())


class VouchedClock(StillClock):
    """One that a time service keeps right."""

    def is_synchronised(self) -> bool:
        return True


class UnknownClock(StillClock):
    """One of which nobody says anything."""

    def is_synchronised(self) -> bool:
        return False


def actions_at(store: Store, clock: StillClock) -> Actions:
    return Actions(store, clock, wakes_nobody, PARIS)


async def purged(
    store: Store, now_s: int, days: Mapping[str, int] = DAYS, folder: Path | None = None
) -> Receipt | None:
    folders = (store.data_dir / "backups",) if folder is None else (folder,)
    actions = actions_at(store, VouchedClock(now_s))
    return await purge.purge(Operator(), Asked(days, folders), actions)
