"""People, cars and badges as tables: looked at first, taken in whole, taken back, given out.

Never here: reading a table (fleet/tables), the fleet file (actions/fleet.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from server.actions.actor import Actor, Operator, Person, manager_only
from server.actions.audit.acts import audited, performed_by
from server.actions.tools import Actions
from server.fleet.audit import Act
from server.fleet.inputs import Id, Input
from server.fleet.model.people import TableImport
from server.fleet.refusals import Reason, Refusal, Refused
from server.fleet.tables import reading, verdicts
from server.fleet.tables.columns import TABLES, Kind
from server.fleet.tables.reading import Entries
from server.fleet.tables.verdicts import BLOCKED, Verdict
from server.store.tables import Progress

_SHOWN = 50
_MARK_DIGITS = 12


class OneImport(Input):
    """An import that a list shows."""

    import_id: Id


@dataclass(frozen=True, slots=True)
class SentTable:
    """A table that somebody sent: what it is of, what it is called, and the file itself."""

    kind: Kind
    file_name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class Checked:
    """A table that was looked at, and what it would change; or did, when it has an `import_id`."""

    entries: Entries
    file_name: str
    verdicts: tuple[Verdict, ...]
    import_id: int | None = None

    @property
    def can_be_taken_in(self) -> bool:
        """Say whether no line is refused."""
        return not any(verdict.refusals for verdict in self.verdicts)

    @property
    def mark(self) -> str:
        """Return by what a person says again which verdicts they have seen."""
        return verdicts.digest(self.verdicts)[:_MARK_DIGITS]

    def require(self, mark: str) -> None:
        """Raise Refused, IMPORT_CHANGED, when a person has seen other verdicts."""
        if mark != self.mark:
            raise Refused(Refusal("", Reason.IMPORT_CHANGED))


def tells_nobody(done: int, of: int) -> None:
    """Be the progress of what is short."""


def read(actor: Actor, request: SentTable) -> Entries:
    """Read a table; of 10,000 lines it takes seconds, so in a thread of its own.

    Raises:
        Refused: NOT_ALLOWED, or why it cannot be read as a whole.
    """
    manager_only(actor)
    return reading.read(request.kind, request.file)


async def check(
    actor: Actor,
    entries: Entries,
    file_name: str,
    actions: Actions,
    progress: Progress = tells_nobody,
) -> Checked:
    """Say of each line what it would change; nothing is changed.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    now_s = actions.clock.now_s()
    told = await actions.store.tables.check(entries, now_s, actions.timezone, progress)
    return Checked(entries, file_name, told)


@audited(Act.IMPORT_TABLE, "import")
async def take_in(
    actor: Actor, seen: Checked, actions: Actions, progress: Progress = tells_nobody
) -> Checked:
    """Take in what was looked at: all of it, or nothing when the fleet has changed meanwhile.

    Raises:
        Refused: NOT_ALLOWED, IMPORT_CHANGED, or what stands against lines.
    """
    manager_only(actor)
    import_id, told = await actions.store.tables.take_in(
        seen.entries,
        seen.file_name,
        _id_of(actor),
        actions.clock.now_s(),
        actions.timezone,
        progress,
        verdicts.digest(seen.verdicts),
    )
    actions.notify(None)
    return Checked(seen.entries, seen.file_name, told, import_id)


@audited(Act.UNDO_IMPORT, "import")
async def undo(actor: Actor, request: OneImport, actions: Actions) -> None:
    """Take back all that an import changed, unless something of it changed or was used since.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_IMPORT, IMPORT_UNDONE, IMPORT_USED, LAST_ADMINISTRATOR.
    """
    manager_only(actor)
    await actions.store.tables.undo(request.import_id, _id_of(actor), actions.clock.now_s())
    actions.notify(None)


async def recent(actor: Actor, actions: Actions) -> list[TableImport]:
    """Return the last imports, the last one first.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    return await actions.store.tables.recent(_SHOWN)


async def export(actor: Actor, kind: Kind, actions: Actions) -> list[Sequence[str]]:
    """Return the lines of a table, the header first; taken in again it changes nothing.

    Badges are those in service, and go to an operator alone: whoever has a card's number can make
    a copy of the card.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    if kind == "badges" and not isinstance(actor, Operator):
        raise Refused(Refusal("", Reason.NOT_ALLOWED))
    await actions.store.audit.note(performed_by(actor, actions, Act.EXPORT_TABLE))
    rows = await actions.store.tables.rows(kind, actions.clock.now_s())
    in_service = (row for row in rows.values() if BLOCKED not in row)
    return [_header(kind), *(tuple(row.values()) for row in in_service)]


def template(actor: Actor, kind: Kind) -> list[Sequence[str]]:
    """Return a table's header, for somebody to fill in below.

    Raises:
        Refused: NOT_ALLOWED.
    """
    manager_only(actor)
    return [_header(kind)]


def _header(kind: Kind) -> Sequence[str]:
    return [column.heading for column in TABLES[kind].columns if column.is_written]


def _id_of(actor: Actor) -> int | None:
    return actor.agent.agent_id if isinstance(actor, Person) else None
