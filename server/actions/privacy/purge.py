"""Erasing what is past its date, and the receipts of that.

The server does it by itself each night, the operator whenever they like. Never here: what is due
(store/purge/rules.py), when it is night (server/purging).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from server.actions.actor import Actor, actor_id, operator_only, require
from server.actions.audit.acts import audited
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.privacy.dates import before
from server.fleet.privacy.known_time import KnownTime
from server.fleet.roles import Right
from server.store import StoreError, backup
from server.store.current_act import performing
from server.store.directory import PURGE_MEMORY
from server.store.purge import PurgedFile, Receipt, files, known

_LOG_TRIES = 20  # whoever reads the log is done within milliseconds
_LOG_WAIT_S = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """What to keep for how long, where the copies are.

    `days` are the settings (config.Retention as a mapping), `folders` those of the copies beside
    the data directory.
    """

    days: Mapping[str, int]
    folders: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a purge would erase now: `due` by kind; it would go by `sure_s`, the clock is `now_s`.

    `is_late`: it goes by an earlier time than the clock's, because nobody vouches for that.
    """

    due: Mapping[str, int]
    sure_s: int
    now_s: int
    is_late: bool


async def look(actor: Actor, actions: Actions, elapsed_s: int = 0) -> KnownTime:
    """Look at the clock; return what is surely known of the time, and remember it.

    Args:
        actor: the operator, or the server itself.
        actions: see there.
        elapsed_s: since the last look, by the machine's monotonic clock; 0 where nobody knows.
    """
    operator_only(actor)
    data_dir, now_s = actions.store.data_dir, actions.clock.now_s()
    memory = await asyncio.to_thread(known.read, data_dir)
    own_s, word, said_at_s = await actions.store.purges.time_known()
    told = memory.known or KnownTime(own_s or now_s, 0 if own_s else word)
    vouched = actions.clock.is_synchronised()
    told = told.after(elapsed_s, now_s, vouched=vouched, word=word, said_at_s=said_at_s)
    await _remember(data_dir, replace(memory, known_s=told.at_s, word=told.word))
    return told


async def foresee(actor: Actor, asked: Asked, actions: Actions) -> Foreseen:
    """Return what a purge would erase from the database now."""
    operator_only(actor)
    told, now_s = await look(actor, actions), actions.clock.now_s()
    sure_s = told.sure_s(now_s)
    due = await actions.store.purges.due(before(asked.days, sure_s))
    return Foreseen(due, sure_s, now_s, not told.is_sure(now_s))


@audited(Act.ERASE_DUE, "purge")
async def purge(actor: Actor, asked: Asked, actions: Actions, elapsed_s: int = 0) -> Receipt | None:
    """Erase what is past its date: from the tables, the file's free space, its log, the copies.

    Its one entry in the audit is written with the receipt and names its number.

    Returns:
        The receipt; None where nothing was due anywhere.

    Raises:
        StoreError: the database fails; what was erased until then stays so.
    """
    operator_only(actor)
    store = actions.store
    told, now_s = await look(actor, actions, elapsed_s), actions.clock.now_s()
    sure_s = told.sure_s(now_s)
    before_s = before(asked.days, sure_s)
    try:
        receipt = await _purged(actor, asked, actions, max(told.at_s, now_s), sure_s, before_s)
        failed = [each for each in receipt.files if each.failure] if receipt else []
        failure = f"{failed[0].name}: {failed[0].failure}" if failed else None
    except StoreError as error:
        await _note_end(store.data_dir, None, str(error))
        raise
    await _note_end(store.data_dir, None if failure else sure_s, failure)
    return receipt


async def receipts(
    actor: Actor, actions: Actions, limit: int, before_id: int | None = None
) -> list[Receipt]:
    """Return the receipts, the newest first; `before_id`: of the last on the page before."""
    require(actor, Right.SEE_PURGES)
    return await actions.store.purges.receipts(limit, before_id)


async def _purged(
    actor: Actor,
    asked: Asked,
    actions: Actions,
    latest_s: int,
    sure_s: int,
    before_s: Mapping[str, int],
) -> Receipt | None:
    """Purge by `sure_s`; it is `latest_s` at the latest, so no day of the audit is to come."""
    store, clock = actions.store, actions.clock
    copies = await asyncio.to_thread(files.copies, store.data_dir, asked.folders, backup.DATABASE)
    was_cut_off = await store.purges.was_cut_off()
    number = None
    erased: dict[str, int] = {}
    with performing(None):
        if was_cut_off or await store.purges.due(before_s):
            number = await store.purges.begin(clock.now_s(), sure_s, before_s, actor_id(actor))
            erased = await store.purges.erase(before_s)
        if days := await store.audit.forget_before(before_s["audit_d"], latest_s):
            erased["audit"] = days
    of_files = await asyncio.to_thread(files.sweep, store.data_dir, asked.folders, before_s, sure_s)
    if (number is not None or erased) and not await _clean(actions):
        of_files.append(PurgedFile(f"{backup.DATABASE}-wal", 0, "somebody still reads it"))
    of_files += [
        each
        for each in await store.purges.purge_copies(copies, before_s, latest_s)
        if each.erased or each.failure
    ]
    if number is None and not erased and not of_files:
        return None
    if number is None:
        with performing(None):
            number = await store.purges.begin(clock.now_s(), sure_s, before_s, actor_id(actor))
    return await store.purges.end(number, erased, of_files, clock.now_s())


async def _clean(actions: Actions) -> bool:
    """Leave nothing of what was erased in the database's file and its log."""
    if await actions.store.purges.rewrite():
        return True
    for _ in range(_LOG_TRIES):
        await asyncio.sleep(_LOG_WAIT_S)
        if await actions.store.purges.empty_log():
            return True
    return False


async def _note_end(data_dir: Path, purged_s: int | None, failure: str | None) -> None:
    memory = await asyncio.to_thread(known.read, data_dir)
    kept_s = memory.purged_s if purged_s is None else purged_s
    await _remember(data_dir, replace(memory, purged_s=kept_s, failure=failure))


async def _remember(data_dir: Path, memory: known.Memory) -> None:
    try:
        await asyncio.to_thread(known.keep, data_dir, memory)
    except OSError as error:
        raise StoreError(f"cannot write {data_dir / PURGE_MEMORY}: {error.strerror}") from error
