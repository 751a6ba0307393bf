"""The fleet of an older program: `older_fleet.sql` says where it is from."""

import contextlib
import sqlite3
from pathlib import Path

VERSION = 11
MASTER_KEY = bytes(range(32))
ROWS = {"agent": 5, "badge": 4, "vehicle": 2, "box": 2, "booking": 18, "trip": 6, "record": 56}


def put(data_dir: Path) -> None:
    """Let this be the data directory of that fleet, as that program left it: open to others."""
    (data_dir / "secrets").mkdir(parents=True)
    (data_dir / "secrets" / "master.key").write_bytes(MASTER_KEY)
    with contextlib.closing(sqlite3.connect(data_dir / "voiturier.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(Path(__file__).with_suffix(".sql").read_text())


def rows(database: Path) -> dict[str, int]:
    """How many rows it has of what ROWS names."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ROWS}
