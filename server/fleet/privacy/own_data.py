"""What somebody takes with them of what is known of them: each declared column that is no secret.

Values become readable: instants with their zone, degrees, metres as they are. Others are never
named: who else stands in a row is `another`, the person `me`. Never here: SQL,
files.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.fleet.privacy.registry import KINDS, Kind

Value = int | str | float | bytes | None
Row = dict[str, Value]

ME, ANOTHER = "me", "another"

WITHHELD: Mapping[str, str] = {
    "password_hash": "a secret",
    "code_hash": "a secret",
    "token_hash": "a secret",
    "secret_sealed": "a secret",
    "session_id": "a secret",
    "last_step": "a secret",
    "key_sealed": "a secret",
    "uid_sealed": "the number of the card stays sealed; its last digits are told",
    "uid_index": "the number of the card stays sealed; its last digits are told",
    "letter_sealed": "the words of a letter that has not left",
    "seal": "a secret",
    "body": "the same as `fields`, in the code of the box",
}
"""Columns that are not handed out, in any table, and why."""

OF_OTHERS: Mapping[str, str] = {
    "changes": "what a table changed speaks of all the people in it",
    "grants_set": "what a car opens to speaks of all who may take it",
    "grants_hash": "what a car opens to speaks of all who may take it",
}
"""Columns that speak of many at once, and are handed to none of them."""

PLACES = {"start_lat_e7", "start_lon_e7", "end_lat_e7", "end_lon_e7"}
_PEOPLE = ("agent_id", "_by_id", "by_id")


@dataclass(frozen=True, slots=True)
class Part:
    """Of one table, within one kind of the registry, the rows that speak of somebody.

    `rows` are all `count` of them, or the newest.
    """

    table: str
    rows: tuple[Row, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Known:
    """One kind of thing that is known of somebody."""

    kind: Kind
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        """How many rows there are in the first of its tables that has any."""
        return next((part.count for part in self.parts if part.count), 0)


def handed_out(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """Return by table which columns of a kind are handed to whom they speak of."""
    kept = {
        table: tuple(name for name in names if name not in WITHHELD and name not in OF_OTHERS)
        for table, names in kind.columns.items()
    }
    return {table: names for table, names in kept.items() if names}


def tables() -> dict[str, tuple[str, ...]]:
    """Return every table from which something is handed out, with these columns, in order."""
    found: dict[str, dict[str, None]] = {}
    for kind in KINDS:
        for table, names in handed_out(kind).items():
            found.setdefault(table, {}).update(dict.fromkeys(names))
    return {table: tuple(names) for table, names in found.items()}


def readable(row: Mapping[str, Value], agent_id: int, badges: Set[int], zone: ZoneInfo) -> Row:
    """Return a row as its person reads it.

    `started_at_s` becomes `started_at` with its zone, `lat_e7` degrees; numbers of people, and of
    badges that are not or were not among their `badges`, become `me` or `another`.
    """
    found: Row = {}
    for name, value in row.items():
        if name == "badge_id" and value not in badges and value is not None:
            found[name] = ANOTHER
        else:
            found[name_of(name)] = _readable(name, value, agent_id, zone)
    return found


def name_of(column: str) -> str:
    """Return what a column is called where it is handed out."""
    if column.endswith("_e7"):
        return column.removesuffix("_e7")
    return column.removesuffix("_s") if column.endswith("_s") else column


def _readable(name: str, value: Value, agent_id: int, zone: ZoneInfo) -> Value:
    if value is None:
        return None
    if name.endswith(_PEOPLE):
        return ME if value == agent_id else ANOTHER
    if name.endswith("_e7") and isinstance(value, int):
        return value / 1e7
    if name.endswith("_s") and isinstance(value, int) and value:
        return datetime.fromtimestamp(value, zone).isoformat()
    return value.hex() if isinstance(value, bytes) else value


def as_json(known: Iterable[Known], zone: ZoneInfo, now_s: int) -> dict[str, object]:
    """Return all of it as one JSON object: when it was made, then each kind with its rows."""
    return {
        "made_at": datetime.fromtimestamp(now_s, zone).isoformat(),
        "known": [
            {
                "kind": each.kind.name,
                "title": each.kind.title,
                "purposes": list(each.kind.purposes),
                "basis": each.kind.basis,
                "readers": list(each.kind.readers()),
                "until": [
                    {"since": until.since, "setting": until.setting} for until in each.kind.until
                ],
                "rows": {part.table: list(part.rows) for part in each.parts},
            }
            for each in known
        ],
        "withheld": dict(WITHHELD) | dict(OF_OTHERS),
    }
