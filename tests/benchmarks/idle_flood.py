"""Connections that say little, beside boxes and a person: `python -m tests.benchmarks.idle_flood`.

Serves a fleet with 1,024 descriptors. 20 boxes make a record a second each, send it and come anew
every quarter minute; a person clicks from page to page. Then the same beside 1,100 connections to
the web port (a third silent, a third with half a header, a third with a body of a byte a second)
that come back within seconds when they are shown out, and 340 silent ones a second to the boxes'
port; from one address, the person's own, then from fifty. The server is told to stop in the midst
of it. Prints records made and stored, what a page took beside what it took alone, the log's growth,
memory and the time to stop.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
import urllib.error
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event as EventOfProcesses
from pathlib import Path

from server.fleet import fleet_file
from server.passwords import hash_password
from server.store import BoxSecrets, Store
from shared_protocol import records
from tests.attacks.served import Served, may_hold, served
from tests.fleet import NOW_S, agent, fleet, vehicle
from tests.person import Person
from tests.server.gateway.box_client import BoxClient

BOXES, CONNECTIONS, DESCRIPTORS, A_SECOND = 20, 1_100, 1_024, 340
MANAGER, PASSWORD = "paul.morin", "seize caracteres au moins"
PAGES = ("/reservations", "/trajets", "/voitures", "/badges", "/reservations/nouvelle")
COMES_BACK_S = (1.0, 5.0)
SEED = 15
ANEW_S = 15.0
HALVES = (
    b"",
    b"GET /connexion HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    b"POST /langue HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 9000\r\n\r\n",
)


@dataclass
class Phase:
    """What came of one time with or without a crowd."""

    name: str
    pages_ms: list[float] = field(default_factory=list)
    failed: int = 0
    log_bytes: int = 0
    log_lines: int = 0
    resident_mib: float = 0
    cpu_share: float = 0  # of one core, by the server

    def __str__(self) -> str:
        """Say it in one line."""
        p50, p95 = (percentile(self.pages_ms, share) for share in (50, 95))
        return (
            f"{self.name:24} {len(self.pages_ms):6} pages, {self.failed} failed; p50 {p50:6.1f} ms,"
            f" p95 {p95:6.1f} ms, worst {max(self.pages_ms):6.1f} ms; log + {self.log_lines} lines,"
            f" {self.log_bytes} bytes; {self.resident_mib:.0f} MiB, {self.cpu_share:.0%} of a core"
        )


@dataclass
class Outcome:
    """What came of all."""

    phases: list[Phase]
    made: int
    stored: int
    stop_code: int
    stop_s: float


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


# The fleet


def plate(number: int) -> str:
    return f"AA-{100 + number}-AA"


async def make_fleet(data_dir: Path) -> list[BoxSecrets]:
    """20 cars, each with a box, and a manager with a password."""
    store = Store.open(data_dir)
    people = [agent(MANAGER, bytes(6) + b"\x01", role="manager")]
    file = fleet([vehicle(plate(number)) for number in range(BOXES)], people, [])
    parsed = fleet_file.parse(json.dumps(file))
    await store.fleet.load(parsed, {MANAGER: hash_password(PASSWORD)}, NOW_S)
    boxes = [await store.boxes.add(1 + n, replace=False, now_s=NOW_S) for n in range(BOXES)]
    await store.close()
    return boxes


# The boxes


@dataclass
class Box:
    """One box that makes a record a second: how many it made, how many are acknowledged."""

    secrets: BoxSecrets
    made: int = 0
    held: int = 0

    async def live(self, port: int, over: asyncio.Event) -> None:
        """Make and send, until over and all is acknowledged."""
        while not over.is_set() or self.held < self.made:
            with contextlib.suppress(EOFError, ConnectionError, TimeoutError):
                await self.connected(port, over)

    async def connected(self, port: int, over: asyncio.Event) -> None:
        client = await BoxClient.connect(port, self.secrets)
        try:
            self.held = (await client.greet(next_seq=1_000_000)).seq
            until_s = time.monotonic() + ANEW_S
            while time.monotonic() < until_s and not (over.is_set() and self.held == self.made):
                if not over.is_set():
                    self.made += 1
                unsent = [records.Odometer(n) for n in range(self.held + 1, self.made + 1)]
                self.held = (await client.report(1, self.held + 1, *unsent[:5])).seq
                await waited(over, 1.0)
        finally:
            client.close()


async def waited(event: asyncio.Event, most_s: float) -> None:
    """Wait for an event, no longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), most_s)


# The person


def click(server: Served, person: Person, phase: Phase, over: threading.Event) -> None:
    """Go from page to page, three a second at most."""
    clicks = 0
    while not over.is_set() or not phase.pages_ms:
        started = time.perf_counter()
        try:
            person.page(PAGES[clicks % len(PAGES)])
        except (urllib.error.URLError, OSError):
            phase.failed += 1
        phase.pages_ms.append((time.perf_counter() - started) * 1000)
        clicks += 1
        over.wait(0.3)


# The crowd


async def one_of_the_crowd(port: int, address: str, said: bytes, chance: random.Random) -> None:
    """Connect, say half of something, then a byte a second of it; again when shown out."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(address, 0)
            )
            try:
                writer.write(said)
                while not (reader.at_eof() or writer.is_closing()):
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(1.0):
                            if not await reader.read(65536):
                                break
                    if said:
                        writer.write(b"a")
            finally:
                writer.close()
        await asyncio.sleep(chance.uniform(*COMES_BACK_S))


async def silent(port: int, address: str) -> None:
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        with contextlib.suppress(OSError):
            await reader.read()
        writer.close()


async def crowd(http_port: int, boxes_port: int, addresses: list[str]) -> None:
    """1,100 at the web port, and so many silent ones each second at the boxes'."""
    chance = random.Random(SEED)
    crowding = [
        asyncio.create_task(
            one_of_the_crowd(
                http_port, addresses[n % len(addresses)], HALVES[n % len(HALVES)], chance
            )
        )
        for n in range(CONNECTIONS)
    ]
    silent_ones: set[asyncio.Task[None]] = set()
    number = 0
    while crowding:
        for _ in range(A_SECOND // 10):
            number += 1
            task = asyncio.create_task(silent(boxes_port, addresses[number % len(addresses)]))
            silent_ones.add(task)
            task.add_done_callback(silent_ones.discard)
        await asyncio.sleep(0.1)


def crowd_in_a_process(
    http_port: int, boxes_port: int, addresses: list[str], there: EventOfProcesses
) -> None:
    os.nice(5)  # a crowd computes elsewhere
    may_hold(16 * CONNECTIONS)
    there.set()
    asyncio.run(crowd(http_port, boxes_port, addresses))


# All together


async def measured(
    phase: Phase, server: Served, person: Person, seconds: float, end: Callable[[], Awaitable[None]]
) -> None:
    """Let the person click for so long; `end` comes at the end, while she still does."""
    before = server.log.read_bytes()
    over = threading.Event()
    clicking = asyncio.create_task(asyncio.to_thread(click, server, person, phase, over))
    before_s = server.cpu_s()
    await asyncio.sleep(seconds)
    phase.cpu_share = (server.cpu_s() - before_s) / seconds
    phase.resident_mib = server.resident_mib()
    over.set()
    await clicking
    await end()
    said = server.log.read_bytes().removeprefix(before)
    phase.log_bytes, phase.log_lines = len(said), said.count(b"\n")


async def run(data_dir: Path, seconds: float, said: Callable[[str], None] = print) -> Outcome:
    """Do all of it: alone, beside one address, beside fifty; each for so long."""
    secrets = await make_fleet(data_dir)
    phases, boxes, over = [], [Box(each) for each in secrets], asyncio.Event()
    one, fifty = ["127.0.0.1"], [f"127.0.0.{1 + n}" for n in range(50)]
    with served(data_dir, DESCRIPTORS) as server:
        person = await asyncio.to_thread(Person, server.address, MANAGER, PASSWORD, 60.0)
        living = [asyncio.create_task(box.live(server.boxes_port, over)) for box in boxes]
        for name, addresses in (("alone", []), ("one address", one), ("fifty", fifty)):
            phases.append(Phase(name))
            apart = multiprocessing.get_context("spawn")
            there = apart.Event()
            process = apart.Process(
                target=crowd_in_a_process,
                args=(server.http_port, server.boxes_port, addresses, there),
                daemon=True,
            )
            if addresses:
                process.start()
                await asyncio.to_thread(there.wait)

            async def end(is_last: bool = name == "fifty") -> None:
                if is_last:
                    over.set()
                    await asyncio.gather(*living)

            await measured(phases[-1], server, person, seconds, end)
            said(str(phases[-1]))
            if name == "fifty":
                code, stop_s = await asyncio.to_thread(server.stop)
            if addresses:
                process.kill()
                process.join()
    store = Store.open(data_dir)
    stored = [await store.records.held_seq(box.secrets.box_id, 1) for box in boxes]
    await store.close()
    return Outcome(phases, sum(box.made for box in boxes), sum(stored), code, stop_s)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.idle_flood", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--seconds", type=float, default=120, help="of each part (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voiturier-flood-") as folder:
        outcome = asyncio.run(run(Path(folder), options.seconds))
    alone, *beside = (percentile(phase.pages_ms, 95) for phase in outcome.phases)
    print(f"records: {outcome.made} made, {outcome.stored} stored")
    print("p95 beside its p95 alone: " + ", ".join(f"{each / alone:.1f}" for each in beside))
    print(f"stopped in {outcome.stop_s:.1f} s, code {outcome.stop_code}")


if __name__ == "__main__":
    main()
