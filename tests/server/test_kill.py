"""Kill -9 at any moment: what was acknowledged is there, and everything is there once."""

import asyncio
import json
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from server.store import BoxSecrets
from shared_protocol import messages, records
from tests.fleet import fit_box, open_small_fleet
from tests.server.gateway.box_client import BoxClient
from tests.support import examples

COUNT = examples(600)
BATCH = 5
KILLS = examples(5)
SEED = 7


class Server:
    """`python -m server serve` as a child, on free ports."""

    def __init__(self, data_dir: Path) -> None:
        self._log = (data_dir / "log").open("ab")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "server", "serve", "--data", str(data_dir)),
                *("--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"),
            ],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdout is not None
        lines = self.process.stdout.readline() + self.process.stdout.readline()
        found = re.search(r"^boxes: .*:(\d+)$", lines, re.MULTILINE)
        assert found, lines
        self.port = int(found[1])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()


async def talk(server: Server, box: BoxSecrets, acked: int, stop_at: int) -> int:
    """Send records on from `acked`; kill the server in the middle of what follows `stop_at`."""
    client = await BoxClient.connect(server.port, box)
    _, held, chain = await client.greet(next_seq=COUNT + 1)
    assert held >= acked, "an acknowledged record is gone"
    while held < COUNT:
        batch = [
            records.to_record(0, records.Odometer(seq)) for seq in range(held + 1, held + 1 + BATCH)
        ]
        client.send(messages.Records(1, held + 1, chain, batch))
        await client.writer.drain()
        if held >= stop_at:
            server.kill()
        try:
            _, held, chain = await client.expect(messages.Ack)
        except (EOFError, ConnectionError):
            break
    client.close()
    return held


async def test_kills_lose_nothing_acknowledged_and_store_nothing_twice(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("sample", f"{KILLS} kills, seed {SEED}, {COUNT} records")
    store = await open_small_fleet(tmp_path)
    box = await fit_box(store)
    await store.close()
    chance = random.Random(SEED)
    acked = 0
    for kill in range(KILLS + 1):
        server = await asyncio.to_thread(Server, tmp_path)
        last = kill == KILLS
        stop_at = COUNT if last else min(acked + chance.randrange(10, 90), COUNT - BATCH)
        acked = await talk(server, box, acked, stop_at)
        server.kill()
    assert acked == COUNT
    db = sqlite3.connect(tmp_path / "voiturier.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows = db.execute("SELECT epoch, seq, fields FROM record ORDER BY epoch, seq").fetchall()
    db.close()
    assert [(epoch, seq, json.loads(fields)) for epoch, seq, fields in rows] == [
        (1, seq, {"odometer_m": seq}) for seq in range(1, COUNT + 1)
    ]
