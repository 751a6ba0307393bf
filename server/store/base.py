"""What every subject of the store shares: the engine, the vault, a plain query."""

import sqlite3
from pathlib import Path
from typing import Any

from server.store.engine import Engine
from server.store.vault import Vault


class Base:
    """The store's connections and secrets.

    Args:
        data_dir: where the database and `secrets/` are.
        vault: opens what is sealed.
        engine: runs the statements.
    """

    def __init__(self, data_dir: Path, vault: Vault, engine: Engine) -> None:
        self.data_dir = data_dir
        self._vault = vault
        self._engine = engine

    async def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Read rows with a reader."""
        return await self._engine.read(lambda db: db.execute(sql, values).fetchall())
