"""Copies of the database while the server runs, and their return.

The secrets are never copied: who holds a copy of the database alone opens nothing in it.
`copies.py` makes and proves one, `restoring.py` puts one back, `outcome.py` remembers how the last
one went.
"""

from server.store.backup.copies import back_up, back_up_and_keep, copies_in, keep
from server.store.backup.outcome import Outcome, is_running, last_outcome
from server.store.backup.restoring import Summary, rehearse, restore
from server.store.directory import BACKUPS, DATABASE, REPLACED
from server.store.directory.holding import serving

__all__ = [
    "BACKUPS",
    "DATABASE",
    "REPLACED",
    "Outcome",
    "Summary",
    "back_up",
    "back_up_and_keep",
    "copies_in",
    "is_running",
    "keep",
    "last_outcome",
    "rehearse",
    "restore",
    "serving",
]
