"""What only SQLite can and must be told: how a connection is opened. Never here: statements."""

import sqlite3
from pathlib import Path

_BUSY_TIMEOUT_S = 30.0  # how long another process (a load) may hold the database


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that leaves transactions to us and names the columns of its rows."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
