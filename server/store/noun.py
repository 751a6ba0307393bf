"""What the store knows of one noun: here, what all nouns share. Each has a file of its own."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from server.fleet.roles import Scope
from server.store.engine import Engine
from server.store.vault import Vault


class Noun:
    """Statements about one thing.

    Args:
        engine: runs them.
        vault: opens what is sealed.
    """

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._vault = vault
        self._engine = engine

    async def _rows(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        """Read rows with a reader; `values` are those of each `:name`."""
        return await self._engine.read(lambda db: db.execute(sql, values).fetchall())


def within(scope: Scope, car: str, directorate: str | None = None) -> tuple[str, dict[str, int]]:
    """Return the condition that a row is of this part of the fleet, and its values by name.

    Args:
        scope: the part.
        car: the column of the car that the row is about.
        directorate: that of the directorate of who did it, NULL where nobody is known; None: the
            row is about the car in any case.
    """
    if scope.is_whole:
        return "TRUE", {}
    cars, of_cars = among(scope.cars, "car")
    sites, of_sites = among(scope.sites, "site")
    units, of_units = among(scope.directorates, "unit")
    of_car = (
        f"({car} IN {cars} OR {car} IN (SELECT vehicle_id FROM vehicle WHERE site_id IN {sites}))"
    )
    if directorate is None:
        return of_car, {**of_cars, **of_sites}
    condition = f"({directorate} IN {units} OR {directorate} IS NULL AND {of_car})"
    return condition, {**of_cars, **of_sites, **of_units}


def of_people(scope: Scope, agent: str) -> tuple[str, Mapping[str, int]]:
    """Return the condition that a row is of somebody of this part of the fleet, and its values.

    `agent` is the column of who that is.
    """
    if scope.is_whole:
        return "TRUE", {}
    units, values = among(scope.directorates, "unit")
    of_units = f"SELECT agent_id FROM agent WHERE directorate_id IN {units}"
    return f"{agent} IN ({of_units})", values


def among(ids: Iterable[int], name: str = "id") -> tuple[str, Mapping[str, int]]:
    """Return what stands behind IN, and its values by name."""
    values = {f"{name}{i}": each for i, each in enumerate(ids)}
    return f"({', '.join(f':{name}' for name in values) or 'NULL'})", values
