"""Looks every minute whether something is wrong, remembers it, and has somebody written to.

What is wrong stands in memory first, and is seen on the pages, in the metrics and in the log also
where the disk takes nothing any more. Never here: what counts as wrong and when a letter is due
(server/fleet/alerts/), its words (server/web/operation/).
"""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from server.clock import Clock
from server.config import Config
from server.fleet import alerts as rules
from server.fleet.accounts.mail import LONGEST_AGE_S, Letter, NewMail
from server.fleet.alerts import Alert, Chore, Kind, Limits, News, Observed
from server.fleet.refusals import Refused
from server.health import Need, Readiness
from server.store import Store, StoreError, backup

LOOK_EVERY_S = 60.0
_FIRST_LOOK_S = 5.0  # the start goes first
_MB = 1_000_000
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Writer(Protocol):
    """Who writes the letters, and lets them be sent."""

    def alert(self, news: News, plates: dict[int, str]) -> Letter:
        """Write of alerts of one kind; `plates` are those of the cars they are about."""

    def wake(self) -> None:
        """Let the outbox be looked at."""


def never() -> Chore | None:
    """Be the way to ask how a chore went that nobody does here."""
    return None


@dataclass(frozen=True, slots=True)
class Chores:
    """How to ask how what is to be done each day went last.

    `backup` is called in a thread, and may raise OSError.
    """

    backup: Callable[[], Chore | None] = never
    purge: Callable[[], Chore | None] = never


class LastBackup:
    """How the last backup of a data directory went; while one runs, the one before it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._known: Chore | None = None

    def __call__(self) -> Chore | None:
        """See Chores."""
        if not backup.is_running(self._data_dir):
            outcome = backup.last_outcome(self._data_dir)
            failed = outcome is not None and outcome.failure is not None
            self._known = None if outcome is None else Chore(outcome.at_s, failed)
        return self._known


class Watch:
    """What is wrong with one server and its fleet.

    Args:
        store: where alerts are kept.
        clock: the server's.
        readiness: tries what the boxes need.
        config: from when on something is wrong, and who is written to.
        writer: None where mail is not set up.
        chores: how the last ones went.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        readiness: Readiness,
        config: Config,
        writer: Writer | None,
        chores: Chores,
    ) -> None:
        self.seen: Observed | None = None  # in the last look
        self.judged: frozenset[Kind] = frozenset()  # of the others nothing is known
        self._store = store
        self._clock = clock
        self._readiness = readiness
        self._chores = chores
        self._data_dir = config.data_dir
        self._mail_to = config.alerts.mail_to
        self._writer = writer if self._mail_to else None
        self._limits = Limits(
            config.alerts.silent_car_h * rules.HOUR_S,
            config.alerts.disk_free_mb * _MB,
            expects_backup=config.backups.at_hour is not None,
            expects_purge=chores.purge is not never,
        )
        self._alerts: list[Alert] = []
        self._stored: frozenset[Alert] = frozenset()
        self._is_read = False
        self._missing: set[Need] = set()  # in the last look
        self._up_ms = clock.monotonic_ms()

    @property
    def standing(self) -> list[Alert]:
        """Return what is wrong now, as of the last look; what concerns all cars comes first."""
        order = list(Kind)
        return sorted(
            (alert for alert in self._alerts if alert.stands),
            key=lambda alert: (order.index(alert.kind), alert.since_s, alert.vehicle_id or 0),
        )

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        await asyncio.sleep(_FIRST_LOOK_S)
        while True:
            try:
                await self.look()
            except Exception:  # a fault of ours: the next look may find what this one did not
                _log.exception("nobody looks whether something is wrong")
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Find out what is wrong, remember it, and write to whoever is to know."""
        seen = await self._observe()
        now_s, self.seen = seen.now_s, seen
        wrong, judged = rules.judge(seen, self._limits, {alert.kind for alert in self.standing})
        with contextlib.suppress(StoreError):  # what is wrong is shown all the same
            await self._read(now_s)
        self.judged = frozenset(judged)
        before = set(self.standing)
        self._alerts = rules.settle(self._alerts, wrong, judged, now_s)
        _say(before, set(self.standing))
        await self._tell(now_s)

    async def _tell(self, now_s: int) -> None:
        """Store what is new, and with it the letters; where that fails it is tried at each look."""
        news = rules.letters(self._alerts, now_s) if self._writer is not None else []
        after = rules.told(self._alerts, news, now_s)
        changed = [alert for alert in after if alert not in self._stored]
        if not changed:
            return
        try:
            mails = await self._mails(self._writer, news, now_s) if self._writer and news else []
            await self._store.alerts.keep(changed, mails, now_s)
            self._is_read = False
            await self._read(now_s)
        except (StoreError, Refused) as error:
            _log.error("alerts cannot be stored: %s", error)
            return
        if mails and self._writer is not None:
            self._writer.wake()

    async def _read(self, now_s: int) -> None:
        """Take in what is stored, where that is new; raises StoreError."""
        if not self._is_read:
            self._alerts = await self._store.alerts.since(now_s - rules.REMEMBERED_S)
            self._stored, self._is_read = frozenset(self._alerts), True

    async def _mails(self, writer: Writer, news: Sequence[News], now_s: int) -> list[NewMail]:
        cars = {alert.vehicle_id for one in news for alert in one.all if alert.vehicle_id}
        plates = await self._store.alerts.plates(cars)
        until_s = now_s + LONGEST_AGE_S
        written = [writer.alert(one, plates) for one in news]
        return [
            NewMail(None, "alert", recipient, letter, until_s)
            for letter in written
            for recipient in self._mail_to
        ]

    async def _observe(self) -> Observed:
        now_s = self._clock.now_s()
        missing = {fault.need for fault in await self._readiness.faults()}
        # What passes within a minute is none: a load holds the database, a purge writes it anew.
        lasting, self._missing = missing & self._missing, missing
        return Observed(
            now_s,
            (self._clock.monotonic_ms() - self._up_ms) // 1000,
            doubts_time=Need.CLOCK in missing,
            is_ready=not lasting - {Need.CLOCK},
            disk_free_bytes=await _known(lambda: asyncio.to_thread(self._disk_free)),
            backup=await _known(lambda: asyncio.to_thread(self._chores.backup)),
            purge=self._chores.purge(),
            mail=await _known(self._store.outbox.outlook),
            heard_s=await _known(lambda: self._store.alerts.heard(now_s)),
            low_since_s=await _known(self._store.alerts.low_batteries),
        )

    def _disk_free(self) -> int:
        return shutil.disk_usage(self._data_dir).free


async def _known(look: Callable[[], Awaitable[T]]) -> T | None:
    """Return what a look finds; None when it cannot be found out, which readiness says why."""
    try:
        return await look()
    except (StoreError, OSError):
        return None


def _say(before: set[Alert], after: set[Alert]) -> None:
    """Log each as it begins and ends, a car by its number."""
    for text, alerts in (("alert", after - before), ("over", before - after)):
        for kind in sorted({alert.kind for alert in alerts}):
            cars = sorted(
                each.vehicle_id for each in alerts if each.kind is kind and each.vehicle_id
            )
            _log.warning("%s: %s%s", text, kind, f" of cars {cars}" if cars else "")
