"""Acceptance 3: kill -9 at seeded instants of all that changes a fleet's files.

Half of the instants are calls into the system or the database, counted; the other half are moments,
which fall also within such a call. Whatever was cut off, the fleet of before or the new one is
there, whole, or a word says how to go on; doing it again comes to its end.
"""

import asyncio
import contextlib
import http.client
import json
import math
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.cli import main
from server.store import BoxSecrets, Store, StoreError, backup
from server.store.backup import copies_in, last_outcome
from shared_protocol import messages, records
from tests import killed, older_fleet
from tests.chain import FLEET, PASSWORD
from tests.fleet import NOW_S, fit_box
from tests.person import Person
from tests.server.actions.privacy.driving import DAY_S, Driver
from tests.server.gateway.box_client import BoxClient
from tests.support import FULL

SEED = 15
INSTANTS = 200 if FULL else 20
ROUNDS = 8  # of a server under records and pages
BATCH = 5
FULL_DISK = "disk is full|disk I/O error|File too large|no space left"
DUE_TRIPS = 30
CARS = {"before": 1, "after": 3}


def voiturier(*arguments: object) -> None:
    main([str(argument) for argument in arguments])


def a_fleet(folder: Path) -> Path:
    """A data directory with the chain's fleet, and beside it a file with two cars more."""
    (folder / "fleet.json").write_text(json.dumps(FLEET))
    more = [dict(FLEET["vehicles"][0], plate=plate) for plate in ("BB-222-BB", "CC-333-CC")]
    (folder / "more.json").write_text(json.dumps({"vehicles": more, "sites": FLEET["sites"]}))
    voiturier("load", folder / "fleet.json", "--data", folder / "data")
    return folder / "data"


def cars(data: Path) -> int:
    """How many cars a start finds; raises StoreError where it refuses."""

    async def look() -> int:
        store = Store.open(data, may_make=False)
        try:
            return len(await store.vehicles.all())
        finally:
            await store.close()

    found = asyncio.run(look())
    with contextlib.closing(sqlite3.connect(data / "voiturier.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return found


def nothing(folder: Path) -> None:
    """Begin with no fleet at all."""
    shutil.rmtree(a_fleet(folder))


def fleet(folder: Path) -> None:
    """Begin with a fleet."""
    a_fleet(folder)


def with_copies(folder: Path) -> None:
    """Begin with a fleet and two copies of it."""
    data = a_fleet(folder)
    for number in range(2):
        backup.back_up_and_keep(data, data / "backups", 2, NOW_S + number)


def with_a_copy_of_more(folder: Path) -> None:
    """Begin with a fleet, and a copy beside that has two cars more."""
    data = a_fleet(folder)
    shutil.copytree(data, folder / "other")
    voiturier("load", folder / "more.json", "--data", folder / "other")
    voiturier("backup", folder / "copy.db", "--data", folder / "other")


def of_an_older_program(folder: Path) -> None:
    """Begin with the database of an older program."""
    older_fleet.put(folder / "data")


def with_what_is_due(folder: Path) -> None:
    """Begin with trips past their date, two copies that hold them too, and a clock vouched for."""
    data = a_fleet(folder)

    async def drive() -> None:
        store = Store.open(data, may_make=False)
        driver = Driver(store)
        for i in range(DUE_TRIPS):
            await driver.drive(int(time.time()) - 70 * DAY_S + i)
        await store.close()

    asyncio.run(drive())
    for number in range(2):
        backup.back_up_and_keep(data, data / "backups", 2, NOW_S + number)
    voiturier("confirm-time", "--by", "Claire Martin", "--data", data)


def kilometres_stay(folder: Path) -> None:
    data = folder / "data"
    assert cars(data) == CARS["before"]
    copies = [path for _, path in copies_in(data / "backups")]
    assert len(copies) == 2
    for database in (data / "voiturier.db", *copies):
        with contextlib.closing(sqlite3.connect(database)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute("SELECT sum(distance_m) FROM trip").fetchone() == (900 * DUE_TRIPS,)


def all_or_none_loaded(folder: Path) -> None:
    assert cars(folder / "data") in CARS.values()


def made_whole_or_refused(folder: Path) -> None:
    try:
        assert cars(folder / "data") == CARS["before"], "an empty fleet is none"
    except StoreError as error:
        assert re.search("holds no fleet|is not finished", str(error))


def copies_are_proven(folder: Path) -> None:
    data = folder / "data"
    assert cars(data) == CARS["before"]
    copies = [path for _, path in copies_in(data / "backups")]
    assert len(copies) >= 2
    for copy in copies:
        assert backup.rehearse(data, copy, NOW_S).cars == CARS["before"]
    outcome = last_outcome(data)
    if outcome is not None and outcome.failure is None:
        assert outcome.copy.name in [copy.name for copy in copies]


def one_of_both_is_there(folder: Path) -> None:
    assert cars(folder / "data") in CARS.values()


def older_fleet_is_there(folder: Path) -> None:
    data = folder / "data"
    assert older_fleet.rows(data / "voiturier.db") == older_fleet.ROWS
    kept = data / f"voiturier.db.version-{older_fleet.VERSION}"
    if kept.exists():
        assert older_fleet.rows(kept) == older_fleet.ROWS
    assert cars(data) == older_fleet.ROWS["vehicle"]


@dataclass(frozen=True)
class Phase:
    """What is killed: what there is before, the command, what holds after, what the end is."""

    begin: Callable[[Path], None]
    command: tuple[str, ...]
    holds: Callable[[Path], None]
    cars: int


# A line for each command that changes files; {0} is the folder of the trial.
PHASES = {
    "first load": Phase(nothing, ("load", "{0}/fleet.json"), made_whole_or_refused, 1),
    "load": Phase(fleet, ("load", "{0}/more.json"), all_or_none_loaded, 3),
    "backup": Phase(with_copies, ("backup", "--keep", "2"), copies_are_proven, 1),
    "restore": Phase(with_a_copy_of_more, ("restore", "{0}/copy.db"), one_of_both_is_there, 3),
    "rehearsal": Phase(
        with_a_copy_of_more, ("restore", "--rehearse", "{0}/copy.db"), all_or_none_loaded, 1
    ),
    "purge": Phase(with_what_is_due, ("purge",), kilometres_stay, 1),
    "migration": Phase(of_an_older_program, ("trips",), older_fleet_is_there, 2),
}

KILLS = math.ceil(INSTANTS / (len(PHASES) + 1))  # of each phase, and of a server at work


@dataclass
class Trials:
    """One phase's beginnings: made once, copied for each kill."""

    phase: Phase
    folder: Path
    calls: int = 0
    took_s: float = 0.0
    number: int = field(default=0)

    def prepare(self) -> None:
        """Make the beginning, and measure one whole run."""
        (self.folder / "beginning").mkdir(parents=True)
        self.phase.begin(self.folder / "beginning")
        trial = self.begin()
        began_s = time.monotonic()
        done = killed.run(self.folder / "counts", 0, *self.command(trial))
        self.took_s = time.monotonic() - began_s
        assert done.returncode == 0, done.said
        self.calls = (self.folder / "counts").stat().st_size
        assert cars(trial / "data") == self.phase.cars

    def begin(self) -> Path:
        """Return a folder in which nothing has happened yet."""
        self.number += 1
        trial = self.folder / f"trial{self.number}"
        shutil.copytree(self.folder / "beginning", trial)
        return trial

    def command(self, trial: Path) -> list[str]:
        words = [word.format(trial) for word in self.phase.command]
        return [*words, "--data", str(trial / "data")]

    def kill_at_call(self, at: int) -> None:
        trial = self.begin()
        done = killed.run(self.folder / "counts", at, *self.command(trial))
        assert done.returncode in (-signal.SIGKILL, 0), done.said
        self.judge(trial)

    def kill_after(self, delay_s: float) -> None:
        trial = self.begin()
        killed.run_for(self.folder / "said", delay_s, *self.command(trial))
        self.judge(trial)

    def judge(self, trial: Path) -> None:
        """What there is holds; the same command then comes to its end."""
        self.phase.holds(trial)
        again = killed.run(self.folder / "counts", 0, *self.command(trial))
        assert again.returncode == 0, again.said
        assert cars(trial / "data") == self.phase.cars
        hidden = [path.name for path in trial.rglob(".*")]
        assert hidden == [], "drafts of what was cut off"
        shutil.rmtree(trial)


@pytest.mark.parametrize("name", PHASES)
def test_what_is_killed_leaves_one_whole_fleet(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    trials = Trials(PHASES[name], tmp_path)
    trials.prepare()
    chance = random.Random(f"{SEED} {name}")
    record_property("sample", f"{KILLS} kills, seed {SEED}, {trials.calls} calls")
    for kill in range(KILLS):
        if kill % 2:
            trials.kill_after(chance.uniform(0, trials.took_s))
        else:
            trials.kill_at_call(chance.randint(1, trials.calls))


class Served:
    """A server that counts its calls and is killed at one; what it confirmed until then."""

    def __init__(self, data: Path, counts: Path, at: int) -> None:
        counts.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.killed", counts, at, "serve", "--data", data]
        command += ["--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline() + self.process.stdout.readline()
        http, boxes = re.search(r"http: (\S+)/\n", said), re.search(r"boxes: .*:(\d+)\n", said)
        self.http = http and http[1]
        self.port = boxes and int(boxes[1])

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and wait until it has ended."""
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


@dataclass
class Confirmed:
    """What a box and a person were told."""

    seq: int = 0
    bookings: dict[int, int] = field(default_factory=dict)  # number -> start

    async def work(self, server: Served, box: BoxSecrets, first_day: int) -> None:
        """Send records and book, until the server is gone or all rounds are done."""
        if server.port is None or server.http is None:
            return
        client = await BoxClient.connect(server.port, box)
        _, held, chain = await client.greet(next_seq=1_000_000)
        assert held >= self.seq, "an acknowledged record is gone"
        person = await asyncio.to_thread(Person, server.http, "marie.leroy", PASSWORD)
        for day in range(first_day, first_day + ROUNDS):
            told = [
                records.to_record(0, records.Odometer(seq))
                for seq in range(held + 1, held + 1 + BATCH)
            ]
            client.send(messages.Records(1, held + 1, chain, told))
            starts_s = int(time.time()) + day * 86400
            wanted = {"vehicle_id": 1, "starts_at_s": starts_s, "ends_at_s": starts_s + 3600}
            body = wanted | {"purpose": "Chantier"}
            made = await asyncio.to_thread(person.api, "bookings", "POST", body)
            self.bookings[made["booking_id"]] = starts_s
            _, held, chain = await client.expect(messages.Ack)
            self.seq = held
        client.close()

    def judge(self, data: Path) -> None:
        """All of it is in the database, and once."""
        assert cars(data) == CARS["before"]
        with contextlib.closing(sqlite3.connect(data / "voiturier.db")) as db:
            rows = db.execute("SELECT seq, fields FROM record ORDER BY seq").fetchall()
            found = db.execute("SELECT booking_id, starts_at_s FROM booking").fetchall()
        assert [(seq, json.loads(fields)["odometer_m"]) for seq, fields in rows] == [
            (seq, seq) for seq in range(1, len(rows) + 1)
        ]
        assert len(rows) >= self.seq
        assert self.bookings.items() <= dict(found).items()
        starts = [starts_s for _, starts_s in found]
        assert len(set(starts)) == len(starts), "a booking stands twice"


async def under_way(confirmed: Confirmed, server: Served, box: BoxSecrets, day: int) -> None:
    """Work until the server is gone, which says so in one of many ways."""
    try:
        await confirmed.work(server, box, day)
    except urllib.error.HTTPError as error:
        assert error.code >= 500, "a person is refused"
    except (OSError, EOFError, http.client.HTTPException):
        pass


async def fitted(folder: Path) -> tuple[Path, BoxSecrets]:
    data = await asyncio.to_thread(a_fleet, folder)
    given = ("notice", "given", "--login", "marie.leroy")  # without it she books nothing
    await asyncio.to_thread(voiturier, *given, "--data", data)
    store = Store.open(data)
    box = await fit_box(store)
    await store.close()
    return data, box


async def test_a_server_that_is_killed_has_all_that_it_confirmed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    data, box = await fitted(tmp_path)
    confirmed, counts = Confirmed(), tmp_path / "counts"
    server = await asyncio.to_thread(Served, data, counts, 0)
    await confirmed.work(server, box, 1)
    await asyncio.to_thread(server.end, signal.SIGTERM)
    await asyncio.to_thread(confirmed.judge, data)
    calls, chance = counts.stat().st_size, random.Random(SEED)
    record_property("sample", f"{KILLS} kills, seed {SEED}, {calls} calls")
    for kill in range(1, KILLS + 1):
        server = await asyncio.to_thread(Served, data, counts, chance.randint(1, calls))
        await under_way(confirmed, server, box, 1 + kill * ROUNDS)
        await asyncio.to_thread(server.end, signal.SIGKILL)
        await asyncio.to_thread(confirmed.judge, data)
    assert confirmed.seq >= ROUNDS * BATCH


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_server_that_is_told_to_stop_amid_writes_has_all_that_it_confirmed(
    number: signal.Signals, tmp_path: Path
) -> None:
    data, box = await fitted(tmp_path)
    confirmed = Confirmed()
    server = await asyncio.to_thread(Served, data, tmp_path / "counts", 0)
    work = asyncio.create_task(under_way(confirmed, server, box, 1))
    while len(confirmed.bookings) < 2:  # it writes just now
        await asyncio.sleep(0)
        assert not work.done()
    code = await asyncio.to_thread(server.end, number)
    await work
    assert code == 0
    await asyncio.to_thread(confirmed.judge, data)


def limited(most_bytes: int) -> Callable[[], None]:
    """Return what lets a process write no file beyond a size, as a disk does that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


@pytest.mark.parametrize("name", PHASES)
def test_a_disk_that_fills_is_named_and_costs_nothing(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    trials = Trials(PHASES[name], tmp_path)
    trials.prepare()
    chance = random.Random(f"{SEED} full {name}")
    largest = max(path.stat().st_size for path in (tmp_path / "trial1").rglob("*.db"))
    count, refused = max(1, INSTANTS // 20), 0
    for _ in range(count):
        trial = trials.begin()
        full = limited(chance.randrange(4096, largest))
        done = killed.run(tmp_path / "counts", 0, *trials.command(trial), first=full)
        assert done.returncode in (0, 2), done.said
        if done.returncode == 2:
            refused += 1
            said = [line for line in done.said.splitlines() if line.startswith("voiturier: ")]
            assert len(said) == 1 and re.search(FULL_DISK, said[0]), done.said
        trials.judge(trial)
    record_property("sample", f"{count} sizes, {refused} too small, seed {SEED}")
