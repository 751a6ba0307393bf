"""Which entry of a batch a board becomes. Reads no file: what is known of before is an argument."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flasher.batch.entries import Entry, plain
from flasher.failures import FlashError
from flasher.failures.batch import BatchFailure
from flasher.words import Words, day


class Use(NamedTuple):
    """What became of an entry: the board that it was given to, and when that was a box."""

    mac: str
    flashed_at_s: int | None


def hash_of(entry: Entry) -> str:
    """Return what an unused entry is known by, in whichever copy of its file; tells no secret."""
    return hashlib.sha256(f"{entry.box_id} {entry.sealed}".encode()).hexdigest()


def chosen(entries: Sequence[Entry], uses: Mapping[str, Use], mac: str, plate: str | None) -> Entry:
    """Return the entry for a board.

    Args:
        entries: of the file.
        uses: of entries on this computer, by hash: they hold where a copy of the file says less.
        mac: of the board.
        plate: of the car that it is for; None: the next that is free.

    Raises:
        FlashError: there is none for it.
    """
    known = [(entry, _use(entry, uses)) for entry in entries]
    begun = next((entry for entry, use in known if use and use == (mac, None)), None)
    if plate is not None:
        return _named(known, begun, mac, plate)
    for entry, use in known:
        if use and use.mac == mac and use.flashed_at_s is not None:
            when = day(use.flashed_at_s)
            raise FlashError(BatchFailure.BOARD_DONE, plate=entry.plate, when=when)
    if begun:
        return begun
    for entry, use in known:
        if use is None:
            return entry
    elsewhere = [
        f"{entry.plate} ({use.mac})" for entry, use in known if use and use.flashed_at_s is None
    ]
    listed = Words.BUT_BEGUN.said(plates=", ".join(elsewhere)) if elsewhere else ""
    raise FlashError(BatchFailure.ALL_USED, begun=listed)


def left(entries: Sequence[Entry], uses: Mapping[str, Use]) -> int:
    """Return of how many entries no box has been made."""
    known = (_use(entry, uses) for entry in entries)
    return sum(use is None or use.flashed_at_s is None for use in known)


def _named(
    known: Sequence[tuple[Entry, Use | None]], begun: Entry | None, mac: str, plate: str
) -> Entry:
    for entry, use in known:
        if plain(entry.plate) != plain(plate):
            continue
        if use and use.flashed_at_s is not None:
            when = day(use.flashed_at_s)
            raise FlashError(BatchFailure.ENTRY_USED, plate=entry.plate, when=when, mac=use.mac)
        if use and use.mac != mac:
            raise FlashError(BatchFailure.ENTRY_BEGUN, plate=entry.plate, mac=use.mac)
        if begun not in (None, entry):
            raise FlashError(BatchFailure.BOARD_BEGUN, plate=begun.plate)
        return entry
    plates = ", ".join(entry.plate for entry, _ in known)
    raise FlashError(BatchFailure.NO_ENTRY, plate=plate, plates=plates)


def _use(entry: Entry, uses: Mapping[str, Use]) -> Use | None:
    if entry.sealed and (use := uses.get(hash_of(entry))):
        return use
    return Use(entry.mac, entry.flashed_at_s) if entry.mac else None
