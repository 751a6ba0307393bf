"""How long 5,000 people take to come in by a table, beside the plain inserts of as many rows.

    python -m tests.benchmarks.import_people [--people 5000]

Reads, tries and takes in CSV and XLSX, each into a store of its own, and takes it in again, where
nothing changes. Beside each, what the machine needs at that moment to insert as many agents, one
statement each, in one transaction: the ratio tells of the program, the seconds of the machine too.
Imported people have no password, so no hash is in it.
"""

import argparse
import asyncio
import io
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from server.actions import Actions, Operator, imports
from server.actions.tools import wakes_nobody
from server.fleet.recurrence import PARIS
from server.fleet.tables.writing import write_csv, write_xlsx
from server.store import Store
from tests.fleet import NOW_S, copied, load_small_fleet
from tests.server.web.sample import StillClock

LIMIT_S = 10  # the issue's
HEADER = ("identifiant", "nom complet", "direction", "permis vu", "depuis le")


def lines(people: int) -> list[Sequence[str]]:
    """A table of that many people."""
    rows = [
        (f"agent.{i}", f"Agent Numéro {i}", ("DDT", "DDPP")[i % 2], "oui", "01/09/2026")
        for i in range(people)
    ]
    return [HEADER, *rows]


def as_csv(rows: list[Sequence[str]]) -> bytes:
    """Write them between semicolons."""
    kept = io.BytesIO()
    text = io.TextIOWrapper(kept, "utf-8-sig", newline="", write_through=True)
    write_csv(rows, text)
    return kept.getvalue()


def as_xlsx(rows: list[Sequence[str]]) -> bytes:
    """Write them as a workbook."""
    kept = io.BytesIO()
    write_xlsx(rows, kept)
    return kept.getvalue()


def plain_s(data_dir: Path, people: int) -> float:
    """Insert as many agents with nothing around it."""
    database = sqlite3.connect(data_dir / "voiturier.db", isolation_level=None)
    began = time.perf_counter()
    database.execute("BEGIN IMMEDIATE")
    for i in range(people):
        database.execute(
            "INSERT INTO agent (login, full_name, directorate_id) VALUES (?, ?, 1)",
            (f"plain.{i}", f"Agent Numéro {i}"),
        )
    took = time.perf_counter() - began
    database.execute("ROLLBACK")
    database.close()
    return took


async def measure(name: str, content: bytes, people: int, data_dir: Path) -> float:
    """Take a table in twice; print what each step took, and return the whole of the first time."""
    await copied(load_small_fleet, data_dir)
    store = Store.open(data_dir)
    actions = Actions(store, StillClock(NOW_S), wakes_nobody, PARIS)
    beside_s = plain_s(data_dir, people)
    whole_s, told = 0.0, 0

    def note(done: int, of: int) -> None:
        nonlocal told
        told += 1

    for time_name in ("first time", "again"):
        told = 0
        marks = [time.perf_counter()]
        entries = imports.read(Operator(), imports.SentTable("people", name, io.BytesIO(content)))
        marks.append(time.perf_counter())
        seen = await imports.check(Operator(), entries, name, actions, note)
        marks.append(time.perf_counter())
        await imports.take_in(Operator(), seen, actions, note)
        marks.append(time.perf_counter())
        steps = [after - before for before, after in itertools.pairwise(marks)]
        whole_s = whole_s or sum(steps)
        print(
            f"{name:5} {time_name:10} read {steps[0]:5.2f} s  try {steps[1]:5.2f} s "
            f" take in {steps[2]:5.2f} s  in all {sum(steps):5.2f} s"
            f" = {sum(steps) / beside_s:5.1f} x plain inserts ({beside_s:.2f} s),"
            f" progress told {told} times"
        )
    await store.close()
    return whole_s


def main() -> None:
    """Measure both kinds of file."""
    parser = argparse.ArgumentParser(description="How long people take to come in by a table.")
    parser.add_argument("--people", type=int, default=5_000)
    people = parser.parse_args().people
    rows = lines(people)
    for name, content in (("csv", as_csv(rows)), ("xlsx", as_xlsx(rows))):
        with tempfile.TemporaryDirectory() as folder:
            whole_s = asyncio.run(measure(name, content, people, Path(folder) / "data"))
        verdict = "within" if whole_s < LIMIT_S else "OVER"
        print(f"{name:5} {people} people in {whole_s:.2f} s: {verdict} {LIMIT_S} s")


if __name__ == "__main__":
    main()
