"""Which tables there are and the columns of each: one line a column, for the way in and out.

A table's line is an entry of the fleet file (fleet/fleet_file.py), which judges it as it judges a
file. Never here: reading and writing cells (cells.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from server.fleet.fleet_file import AgentEntry, BadgeOfAgent, Entry, Named, SiteEntry, VehicleEntry
from server.fleet.inputs import Input
from server.fleet.names import folded
from server.fleet.tables import cells

Kind = Literal["people", "cars", "badges", "sites", "directorates"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `word` is that of the entry; `heading` what a template and an export call it, `also` what others
    do, in any spelling; `read` raises CellError; `write` makes a text of what is stored. An export
    has those that are written.
    """

    word: str
    heading: str
    also: tuple[str, ...] = ()
    read: Callable[[str], Any] = cells.text_of
    write: Callable[[Any], str] = str
    is_needed: bool = False
    is_written: bool = True


def _flag(word: str, heading: str, *also: str) -> Column:
    return Column(word, heading, also, cells.flag_of, cells.flag_in_words)


def _number(word: str, heading: str, *also: str) -> Column:
    return Column(word, heading, also, cells.number_of, cells.number_in_words)


_SINCE = Column("since", "depuis le", ("since", "depuis", "date d'effet"), cells.day_of,
                is_written=False)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """What one kind of table has: `entry` judges a line, and `key` is the word that names it."""

    entry: type[Entry] | type[Input]
    key: str
    columns: tuple[Column, ...]

    def column(self, word: str) -> Column:
        """Return the column of this word."""
        return next(column for column in self.columns if column.word == word)

    def called(self, heading: str) -> Column | None:
        """Return the column of this name, however it is spelt."""
        return next((c for c in self.columns if spelt(heading) in _names(c)), None)


TABLES: Mapping[Kind, Table] = {
    "people": Table(
        AgentEntry,
        "login",
        (
            Column("login", "identifiant", ("login", "user", "username"), is_needed=True),
            Column("full_name", "nom complet",
                   ("nom et prénom", "nom prénom", "prénom nom", "full name", "name", "nom"),
                   is_needed=True),
            Column("given_name", "prénom", ("given name", "first name"), is_written=False),
            Column("directorate", "direction", ("directorate", "service", "code direction"),
                   is_needed=True),
            _flag("licence_recorded", "permis vu", "permis", "licence recorded", "licence"),
            _flag("may_book", "habilité à réserver", "habilité", "may book"),
            _flag("active", "actif", "active", "compte ouvert"),
            _SINCE,
        ),
    ),
    "cars": Table(
        VehicleEntry,
        "plate",
        (
            Column("plate", "immatriculation", ("plate", "plaque", "registration"), is_needed=True),
            Column("label", "modèle", ("label", "model", "libellé", "véhicule"), is_needed=True),
            Column("site", "site", ("car park", "parking", "code site"), is_needed=True),
            _flag("walk_up", "sans réservation", "walk up", "libre service"),
            _flag("private_use", "usage privé", "private use"),
        ),
    ),
    "badges": Table(
        BadgeOfAgent,
        "uid",
        (
            Column("uid", "numéro de badge",
                   ("uid", "badge", "numéro", "badge number", "n° de badge"),
                   cells.uid_of, cells.uid_in_words, is_needed=True),
            Column("agent", "identifiant", ("agent", "login", "titulaire", "holder"),
                   is_needed=True),
            _SINCE,
        ),
    ),
    "sites": Table(
        SiteEntry,
        "code",
        (
            Column("code", "code", (), is_needed=True),
            Column("name", "nom", ("name", "libellé"), is_needed=True),
            _number("lat", "latitude", "lat"),
            _number("lon", "longitude", "lon", "lng"),
            _number("radius_m", "rayon (m)", "radius m", "rayon", "radius"),
        ),
    ),
    "directorates": Table(
        Named,
        "code",
        (
            Column("code", "code", (), is_needed=True),
            Column("name", "nom", ("name", "libellé"), is_needed=True),
        ),
    ),
}  # fmt: skip


def spelt(heading: str) -> str:
    """Return a heading as headings are compared: N° de badge is n de badge."""
    return " ".join("".join(c if c.isalnum() else " " for c in folded(heading)).split())


def _names(column: Column) -> set[str]:
    return {spelt(name) for name in (column.word, column.heading, *column.also)}
