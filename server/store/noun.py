"""What the store knows of one noun: here, what all nouns share. Each has a file of its own."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

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


def among(ids: Iterable[int]) -> tuple[str, Mapping[str, int]]:
    """Return what stands behind IN, and its values by name."""
    values = {f"id{i}": each for i, each in enumerate(ids)}
    return f"({', '.join(f':{name}' for name in values) or 'NULL'})", values
