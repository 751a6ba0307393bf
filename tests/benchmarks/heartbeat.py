"""What a heartbeat and the start of a trip cost the server, and how soon a fleet is back.

    python -m tests.benchmarks.heartbeat [--cars 44 440 2000 10000] [--restart 2000]

Fills a fleet, starts `python -m server serve`, connects boxes that speak the real protocol, and
prints the CPU of the whole server process, all threads, for each message; some boxes speak at once.
The yardstick says how fast the machine is just then. Then a server with all its boxes connected is
killed and started again; the boxes come back as the firmware does. Pages are asked meanwhile by
another process.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import secrets
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.passwords import hash_password
from server.store import BoxSecrets, Store
from server.store.vault import Vault
from shared_protocol import limits, messages, records, sets
from shared_protocol.badges import badge_tag
from tests.person import Person
from tests.server.gateway.box_client import BoxClient, a_status

HOUR_S, DAY_S = 3600, 86_400
HEARTBEAT_LIMIT_MS, TRIP_LIMIT_MS, BACK_LIMIT_S = 0.3, 0.6, 15.0
HEARTBEATS, TRIP_ROUNDS = 2_000, 10
HEADERS_BYTES = 40  # of IPv4 and TCP without options
BOXES = 44  # connected while messages are measured
AT_ONCE = 8  # boxes that speak at the same time
GAP_S = 0.01  # between such heartbeats
BUDGET_S = 20.0  # of the server's CPU for one figure
BOOKED_S = 3 * HOUR_S
# As firmware/logic/link: the first pause, the longest, and how long a handshake or an answer may
# take. A box that had been connected for a minute begins with the first pause.
BACK_OFF_S, LONGEST_BACK_OFF_S = 2.0, 60.0
HANDSHAKE_S, ANSWER_S = 10.0, 60.0
LOGIN, PASSWORD = "agent.0", "benchmark"


@dataclass(frozen=True)
class Car:
    """A car's box, and whose booking runs now."""

    box: BoxSecrets
    booking_id: int
    uid: bytes


@dataclass
class Held:
    """What a box was sent; the server is asked nothing about it."""

    grants: dict[tuple[bytes, int], messages.Grant]
    generation: int = 0
    keys_hash: bytes = sets.set_hash(b"")

    def take(self, message: object) -> None:
        if isinstance(message, messages.Grants):
            if message.part == 0:
                self.grants.clear()
            self.generation = message.generation
            self.grants |= {(g.badge_tag, g.grant_id): g for g in message.grants}
        elif isinstance(message, messages.GrantsChange):
            self.generation = message.generation
            for grant in message.grants:
                if grant.kind == messages.GRANT_REMOVED:
                    self.grants.pop((grant.badge_tag, grant.grant_id), None)
                else:
                    self.grants[grant.badge_tag, grant.grant_id] = grant

    def status(self, **more: Any) -> messages.Status:
        held = sets.set_hash(sets.grants_to_bytes(list(self.grants.values())))
        return a_status(
            grants_hash=held, grants_generation=self.generation, time_s=int(time.time()), **more
        )


def month_bytes(minutes: int) -> int:
    """What 30 days cost, TCP/IP included: beat, answer, and the box's acknowledgement of it."""
    said = (messages.Heartbeat(60 * minutes), messages.HeartbeatSeen())
    sealed = sum(len(messages.encode(message)) + limits.OVERHEAD_BYTES for message in said)
    return (sealed + 3 * HEADERS_BYTES) * 30 * 24 * 60 // minutes


def fill(data: Path, cars: int, bookings_each: int) -> list[Car]:
    """A fleet in proportion to the real one's 44 cars and 300 agents, written row by row."""
    Store.open(data)._engine._jobs.put(None)
    vault = Vault.open(data / "secrets" / "master.key", may_create=False)
    db = sqlite3.connect(data / "voiturier.db")
    agents, now_s = cars * 300 // 44, int(time.time())
    uids = [bytes((4,)) + i.to_bytes(6, "big") for i in range(agents)]
    known = hash_password(PASSWORD)
    db.execute("INSERT INTO site (site_id, code, name) VALUES (1, 'PREF', 'Préfecture')")
    db.execute("INSERT INTO directorate (directorate_id, code, name) VALUES (1, 'DDT', 'DDT')")
    db.executemany(
        "INSERT INTO agent (agent_id, login, full_name, directorate_id, password_hash)"
        " VALUES (?, ?, ?, 1, ?)",
        [(i + 1, f"agent.{i}", f"Agent {i}", None if i else known) for i in range(agents)],
    )
    db.executemany(
        "INSERT INTO badge (agent_id, uid_index, uid_sealed) VALUES (?, ?, ?)",
        [(i + 1, vault.badge_index(uid), vault.seal(uid, "badge")) for i, uid in enumerate(uids)],
    )
    db.execute(
        "INSERT INTO badge_holding (badge_id, agent_id, from_s)"
        " SELECT badge_id, agent_id, 0 FROM badge"
    )
    db.execute(
        "INSERT INTO membership (agent_id, directorate_id, from_s)"
        " SELECT agent_id, directorate_id, 0 FROM agent"
    )
    made, booking_id = [], 0
    for car in range(1, cars + 1):
        wire_id, key, badge_key = (secrets.token_bytes(n) for n in (8, 32, 32))
        name = f"box {wire_id.hex()}"
        db.execute(
            "INSERT INTO vehicle (vehicle_id, plate, label, site_id) VALUES (?, ?, 'Clio', 1)",
            (car, f"AA-{car:05}-AA"),
        )
        db.execute(
            "INSERT INTO box (box_id, wire_id, vehicle_id, generation, epoch, badge_key_sealed)"
            " VALUES (?, ?, ?, 1, 1, ?)",
            (car, wire_id, car, vault.seal(badge_key, f"{name} badge key")),
        )
        db.execute(
            "INSERT INTO box_key VALUES (?, 1, ?, ?, NULL)",
            (car, vault.seal(key, f"{name} key"), now_s),
        )
        box = BoxSecrets(car, car, wire_id, 1, key, badge_key)
        made.append(Car(box, booking_id + 1, uids[(booking_id + 1) % agents]))
        for i in range(bookings_each):
            booking_id += 1
            starts_s = now_s - HOUR_S // 2 + i * 7 * DAY_S // bookings_each
            db.execute(
                "INSERT INTO booking (booking_id, vehicle_id, agent_id, directorate_id,"
                " starts_at_s, ends_at_s, purpose, state, created_at_s)"
                " VALUES (?, ?, ?, 1, ?, ?, 'Chantier', 'active', ?)",
                (booking_id, car, booking_id % agents + 1, starts_s, starts_s + BOOKED_S, now_s),
            )
    db.commit()
    db.close()
    return made


class Server:
    """A running server process."""

    def __init__(self, data: Path, http: str = "127.0.0.1:0", boxes: str = "127.0.0.1:0") -> None:
        self.log = (data / "log").open("a")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "server", "serve", "--data", str(data)),
                *("--http", http, "--boxes", boxes),
            ],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self.process.stdout
        self.http = self.process.stdout.readline().split()[1].rstrip("/")
        self.boxes = self.process.stdout.readline().split()[1]

    @property
    def port(self) -> int:
        return int(self.boxes.rpartition(":")[2])

    def cpu_ms(self) -> float:
        """CPU of all threads so far: the process's clock, finer than /proc/PID/stat."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e6

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait()
        self.log.close()


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    server = Server(data)
    try:
        yield server
    finally:
        server.end(signal.SIGKILL)


class Box:
    """A box that stays: it keeps what it is sent and says so."""

    def __init__(self, car: Car) -> None:
        self.car, self.held, self.seq = car, Held({}), 0

    async def connect(self, port: int) -> None:
        self.client = await BoxClient.connect(port, self.car.box)
        self.client.send(self.held.status(next_seq=self.seq + 1))
        await self.answered(messages.Ack)

    async def answered(self, kind: type) -> None:
        while True:
            while self.client.received:
                message = self.client.received.pop(0)
                self.held.take(message)
                if isinstance(message, kind):
                    return
            await self.client.take()

    async def settle(self) -> None:
        """Say what is held until the server has nothing more to say to that."""
        for _ in range(2):
            self.heartbeat()
            await self.marker()

    def heartbeat(self) -> None:
        self.client.send(self.held.status(next_seq=self.seq + 1))

    async def marker(self) -> None:
        """Get an answer: all that was said before has been worked on."""
        self.client.send(messages.Records(1, 1, 0, []))
        await self.answered(messages.Ack)

    async def report(self, body: tuple[object, ...]) -> None:
        self.seq += 1
        record = records.to_record(int(time.time()), body)
        self.client.send(self.client.batch(1, self.seq, [record]))
        await self.answered(messages.Ack)

    async def start_trip(self) -> None:
        tag = badge_tag(self.car.box.badge_key, self.car.uid)
        place = (480_061_000, 1_996_000)
        await self.report(records.TripStart(tag, self.car.booking_id, 1_000, *place, 1, 0))

    async def end_trip(self) -> None:
        await self.report(records.TripEnd(1_000, 480_061_000, 1_996_000, 1))


def yardstick_ms() -> float:
    """CPU of a million additions now: a machine shared with others may take three times as long."""
    started_s, total = time.thread_time(), 0
    for i in range(1_000_000):
        total += i
    return (time.thread_time() - started_s) * 1000


async def cost_of_heartbeat(server: Server, boxes: list[Box]) -> tuple[float, int]:
    """CPU milliseconds of one, and of how many that is the mean."""

    async def beat(count: int) -> float:
        before_ms = server.cpu_ms()
        for i in range(count):
            boxes[i % len(boxes)].client.send(messages.Heartbeat(120))
            if i % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(GAP_S)
        await asyncio.gather(*(box.marker() for box in boxes[:count]))
        return (server.cpu_ms() - before_ms) / count

    about_ms = await beat(5)
    count = int(min(HEARTBEATS, max(10.0, BUDGET_S * 1000 / about_ms)))
    return await beat(count), count


async def cost_of_trip_start(server: Server, boxes: list[Box]) -> tuple[float, int]:
    """As cost_of_heartbeat."""
    total_ms, count = 0.0, 0
    for _ in range(TRIP_ROUNDS):
        for i in range(0, len(boxes), AT_ONCE):
            some = boxes[i : i + AT_ONCE]
            before_ms = server.cpu_ms()
            await asyncio.gather(*(box.start_trip() for box in some))
            total_ms, count = total_ms + server.cpu_ms() - before_ms, count + len(some)
            await asyncio.gather(*(box.end_trip() for box in some))
            if total_ms > BUDGET_S * 1000:
                return total_ms / count, count
    return total_ms / count, count


async def measure(cars: int, folder: Path) -> None:
    started_s = time.monotonic()
    fleet = fill(folder, cars, 14)
    filled_s = time.monotonic() - started_s
    with serving(folder) as server:
        boxes = [Box(car) for car in fleet[: min(cars, BOXES)]]
        for box in boxes:
            await box.connect(server.port)
            await box.settle()
        await asyncio.sleep(2.0)
        heartbeat_ms, heartbeats = await cost_of_heartbeat(server, boxes)
        trip_ms, trips = await cost_of_trip_start(server, boxes)
        print(
            f"{cars:6} cars  heartbeat {heartbeat_ms:8.3f} ms of CPU (limit {HEARTBEAT_LIMIT_MS},"
            f" mean of {heartbeats})  trip start {trip_ms:8.3f} ms (limit {TRIP_LIMIT_MS}, mean of"
            f" {trips}), {AT_ONCE} boxes at once  filled in {filled_s:.0f} s",
            flush=True,
        )
        for box in boxes:
            box.client.close()


@dataclass
class Return:
    """How the boxes of a restarted server came back."""

    turned_away: int = 0
    back: int = 0


async def come_back(box: Box, port: int, told: Return) -> None:
    """Reconnect as the firmware: pauses of 2 s, 4 s, ... 60 s; at most 10 s for a handshake."""
    pause_s = BACK_OFF_S
    while True:
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_BACK_OFF_S)
        with suppress(EOFError, OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(HANDSHAKE_S):
                box.client = await BoxClient.dial(port, box.car.box)
                while not box.client.session.established:
                    await box.client.take()
            async with asyncio.timeout(ANSWER_S):
                box.client.send(box.held.status(next_seq=box.seq + 1))
                await box.answered(messages.Ack)
            told.back += 1
            return
        told.turned_away += 1
        if hasattr(box, "client"):
            box.client.close()


def watch_pages(base: str, stop: Any, times_ms: Any) -> None:
    """In a process of its own: two pages in turn, until told to stop."""
    times: dict[str, list[float]] = {"/reservations": [], "/connexion": []}
    person = None
    while not stop.is_set():
        try:
            person = person or Person(base, LOGIN, PASSWORD)
            for path, taken in times.items():
                started_s = time.perf_counter()
                person.page(path)
                taken.append((time.perf_counter() - started_s) * 1000)
        except (OSError, urllib.error.URLError):
            taken.append((time.perf_counter() - started_s) * 1000) if person else None
        time.sleep(0.25)
    times_ms.put(times)


async def restart(cars: int, folder: Path) -> None:
    fleet = fill(folder, cars, 7)
    server = Server(folder)
    boxes = [Box(car) for car in fleet]
    connected_s = time.monotonic()
    gate = asyncio.Semaphore(16)

    async def begin(box: Box) -> None:
        async with gate:
            await box.connect(server.port)
            await box.settle()

    try:
        await asyncio.gather(*(begin(box) for box in boxes))
        connected_s = time.monotonic() - connected_s
        print(f"{cars} boxes connected and settled in {connected_s:.0f} s", flush=True)
        http, address = server.http.removeprefix("http://"), server.boxes
        server.end(signal.SIGKILL)
        started_s = time.monotonic()
        told, own_s = Return(), time.process_time()
        returning = [asyncio.create_task(come_back(box, server.port, told)) for box in boxes]
        server = await asyncio.to_thread(Server, folder, http, address)
        up_s = time.monotonic() - started_s
        spawn = multiprocessing.get_context("spawn")
        stop, times_ms = spawn.Event(), spawn.Queue()
        watcher = spawn.Process(target=watch_pages, args=(server.http, stop, times_ms), daemon=True)
        watcher.start()
        _, missing = await asyncio.wait(returning, timeout=130)
        back_s = time.monotonic() - started_s
        own_ms = (time.process_time() - own_s) * 1000
        cpu_ms = server.cpu_ms()
        stop.set()
        times = await asyncio.to_thread(times_ms.get)
        for task in missing:
            task.cancel()
        print(
            f"restart: {told.back} of {cars} back {back_s:.1f} s after the kill (limit"
            f" {BACK_LIMIT_S:.0f}), server up after {up_s:.1f} s,"
            f" {told.turned_away} connections turned away, {cpu_ms / cars:.2f} ms of CPU a box"
            f" (and {own_ms / cars:.2f} at the other end)"
        )
        for path, taken in times.items():
            p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else 0.0
            print(f"  {path:14} p95 {p95:6.0f} ms of {len(taken)} meanwhile")
    finally:
        server.end(signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, prog="python -m tests.benchmarks.heartbeat"
    )
    parser.add_argument("--cars", type=int, nargs="*", default=[44, 440, 2_000, 10_000])
    parser.add_argument("--restart", type=int, default=2_000, help="boxes; 0: leave it out")
    arguments = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.environ["PYTHONUNBUFFERED"] = "1"
    print(f"yardstick: a million additions take {yardstick_ms():.0f} ms of CPU here", flush=True)
    for minutes in (2, 5, 25):
        print(f"a month of heartbeats every {minutes} min: {month_bytes(minutes) / 1e6:.2f} MB")
    for cars in arguments.cars:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(cars, Path(folder)))
    if arguments.restart:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(restart(arguments.restart, Path(folder)))


if __name__ == "__main__":
    main()
