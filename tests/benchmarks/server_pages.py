"""How long the server needs for each page and each GET of its API, before a change and after it.

    python -m tests.benchmarks.server_pages [--times 1 10] [--before CHECKOUT]

Fills a fleet of the real size (year_of_fleet.py) and of ten times that, starts `voiturier serve` of
this checkout, and with --before of another one on a copy of the same data, and asks each page 30
times, the two in turn (fewer where that takes long). Prints medians in ms beside the limit of
design.md, the CPU of the server in ms (which others on this machine do not change), the worst and
the bytes. A page that the other checkout does not have is asked of this one alone. Then what a
neighbour feels: a page that shows nothing, while an agent with very many bookings asks for them
without pause.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.year_of_fleet import BUSY, MANAGER, PASSWORD, USUAL, Landmarks, fill
from tests.person import Person

LIMIT_MS = 100  # design.md, "The pages"
REQUESTS = 30
PATIENCE_MS = 15_000
TIMEOUT_S = 600
HERE = Path(__file__).parents[2]


def pages(marks: Landmarks) -> list[tuple[str, str]]:
    """Who asks for which address: every GET that the site answers."""
    shared = (
        "/reservations", "/reservations/nouvelle", "/trajets", "/api/trips", "/api/vehicles",
        "/api/equipment", "/api/bookings",
    )  # fmt: skip
    usual = (
        *shared,
        f"/reservations/nouvelle?like={marks.usual_booking}",
        f"/reservations/{marks.usual_booking}/annuler",
        f"/reservations/{marks.usual_booking}/voiture",
        f"/reservations/{marks.running_booking}/prolonger",
        f"/trajets/{marks.usual_trip}",
        f"/trajets/{marks.usual_trip}/avis",
        f"/trajets/{marks.open_trip}/terminer",
        f"/api/trips/{marks.usual_trip}",
    )
    busy = (
        "/reservations",
        "/reservations/nouvelle",
        f"/reservations/{marks.busy_booking}/voiture",
        "/api/bookings",
    )
    manager = (
        *shared,
        "/trajets?vehicle=3",
        "/trajets?directorate=2&since=2026-01-15&until=2026-12-31",
        f"/trajets?before={marks.old_trip}",
        f"/trajets/{marks.long_trip}",
        f"/trajets/{marks.long_trip}?all=1",
        f"/trajets/{marks.open_trip}/terminer",
        f"/api/trips?before={marks.old_trip}",
        f"/api/trips/{marks.long_trip}",
        "/avis",
        "/a-traiter",
        "/a-traiter/kilometres",
        "/a-traiter/contradictions",
        f"/avis/{marks.message}",
        "/api/feedback",
        "/importer",
        "/importer/export/people.csv",
        "/badges-refuses",
        f"/badges-refuses?before={marks.old_refusal}",
        "/api/refusals",
        "/badges",
        f"/badges?agent={marks.badge}",
        f"/badges/{marks.badge}/bloquer",
        f"/badges/{marks.badge}",
        "/badges/nouveau",
        "/badges/lire",
        "/boitiers",
        "/interventions",
        "/interventions?etat=en-service",
        "/interventions/1",
        "/voitures",
        "/voitures/1",
        "/sites",
        "/equipements",
        "/groupes",
        "/courriels",
    )
    visitor = ("/healthz", "/connexion", "/static/style.css")
    asked = ((None, visitor), (USUAL, usual), (BUSY, busy), (MANAGER, manager))
    return [(who or "", path) for who, paths in asked for path in paths]


@dataclass
class Server:
    """One checkout's server, and the people at it."""

    pid: int
    address: str
    people: dict[str, Person]

    def cpu_ms(self) -> float:
        """What its threads have used so far, asleep or ended ones too."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def ask(self, who: str, path: str) -> bytes:
        if who:
            return self.people[who].page(path).encode()
        with urllib.request.urlopen(self.address + path, timeout=TIMEOUT_S) as answer:
            body: bytes = answer.read()
        return body

    def has(self, who: str, path: str) -> bool:
        """Say whether it has the page; any other error than "not found" raises."""
        try:
            self.ask(who, path)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return False
        return True


@contextlib.contextmanager
def serving(checkout: Path, data_dir: Path) -> Iterator[Server]:
    """Serve a data directory with the code of a checkout."""
    command = [sys.executable, "-u", "-m", "server", "serve", "--data", str(data_dir)]
    command += ["--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"]
    process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("http: "), f"the server of {checkout} ended"
        address = line.removeprefix("http: ").strip().rstrip("/")
        people = {who: Person(address, who, PASSWORD, TIMEOUT_S) for who in (USUAL, BUSY, MANAGER)}
        yield Server(process.pid, address, people)
    finally:
        process.terminate()
        process.wait()


def filled(checkout: Path, data_dir: Path, times: int) -> Landmarks:
    """Let the oldest checkout make the tables, which a newer one may change, and fill them."""
    program = (
        "import pathlib, sys; from server.store import Store; Store.open(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", program, str(data_dir)], cwd=checkout, check=True)
    return fill(data_dir, times, int(time.time()))


@dataclass
class Taken:
    """What a page took of one server, each time; CPU is in steps of the kernel's clock."""

    wall_ms: list[float]
    cpu_ms: float = 0


def timed_ms(server: Server, who: str, path: str) -> float:
    started = time.perf_counter()
    server.ask(who, path)
    return (time.perf_counter() - started) * 1000


def in_turn(servers: list[Server], who: str, path: str) -> list[Taken]:
    """Ask each server 30 times; three times at least, and no longer than a quarter minute."""
    started_ms = [server.cpu_ms() for server in servers]
    walls: list[list[float]] = [[] for _ in servers]
    while len(walls[0]) < REQUESTS and (len(walls[0]) < 3 or sum(map(sum, walls)) < PATIENCE_MS):
        for server, wall in zip(servers, walls, strict=True):
            wall.append(timed_ms(server, who, path))
    return [
        Taken(wall, (server.cpu_ms() - before_ms) / len(wall))
        for server, wall, before_ms in zip(servers, walls, started_ms, strict=True)
    ]


def neighbour_ms(server: Server) -> list[float]:
    """What a page that shows nothing takes while the busy agent asks without pause."""
    over = threading.Event()

    def hurry() -> None:
        while not over.is_set():
            server.ask(BUSY, "/reservations")

    asking = threading.Thread(target=hurry)
    asking.start()
    taken: list[float] = []
    try:
        while len(taken) < REQUESTS and sum(taken) < PATIENCE_MS:
            time.sleep(0.1)
            taken.append(timed_ms(server, "", "/healthz"))
        return taken
    finally:
        over.set()
        asking.join()


def shown(label: str, taken: list[Taken], sizes: list[int], absent: str = "") -> bool:
    """Print one line; say whether it is within the limit; `absent` stands for no time before."""
    median_ms = statistics.median(taken[-1].wall_ms)
    was = f"{absent:>19}"
    if len(taken) == 2:
        before_ms = statistics.median(taken[0].wall_ms)
        was = f"{before_ms:9.1f} {taken[0].cpu_ms:9.1f}"
    note = "" if median_ms <= LIMIT_MS else f"  OVER {LIMIT_MS} ms"
    size = " > ".join(str(size) for size in dict.fromkeys(sizes))
    print(
        f"{label:62} {was} {median_ms:9.1f} {taken[-1].cpu_ms:9.1f}"
        f" {max(taken[-1].wall_ms):9.1f}  {size}{note}",
        flush=True,
    )
    return median_ms <= LIMIT_MS


def measure(checkouts: list[Path], times: int, folder: Path) -> bool:
    """Fill, serve, ask; say whether every page is within the limit."""
    started = time.monotonic()
    first = folder / f"data-{times}-0"
    marks = filled(checkouts[0], first, times)
    copies = [first]
    for i in range(1, len(checkouts)):
        copies.append(folder / f"data-{times}-{i}")
        shutil.copytree(first, copies[-1])
    print(f"\n{times} x the real fleet, filled in {time.monotonic() - started:.0f} s")
    print(f"{'who and page':62} {'before':>9} {'its CPU':>9} {'after':>9} {'its CPU':>9}", end="")
    print(f" {'worst':>9}  bytes")
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(serving(*each)) for each in zip(checkouts, copies, strict=True)
        ]
        fine = True
        for who, path in pages(marks):
            asked = [server for server in servers[:-1] if server.has(who, path)] + servers[-1:]
            sizes = [len(server.ask(who, path)) for server in asked]
            taken = in_turn(asked, who, path)
            absent = "" if len(asked) == len(servers) else "404: not there yet"
            fine &= shown(f"{who or 'visitor':8} {path}", taken, sizes, absent)
        beside = [Taken(neighbour_ms(server)) for server in servers]
        fine &= shown("a neighbour, while agent.3 reloads /reservations", beside, [])
    return fine


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.server_pages",
        description="Times every page and every GET of the API, on a fleet with a year behind it.",
    )
    parser.add_argument(
        "--times", type=int, nargs="+", default=[1, 10], help="the real fleet so many times"
    )
    parser.add_argument(
        "--before", type=Path, metavar="CHECKOUT", help="a folder with the code to compare with"
    )
    options = parser.parse_args()
    checkouts = [HERE]
    if options.before is not None:
        checkouts.insert(0, options.before.resolve())
        compile_catalogues(checkouts[0])
    fine = True
    for times in options.times:
        with tempfile.TemporaryDirectory(prefix="voiturier-pages-") as folder:
            fine &= measure(checkouts, times, Path(folder))
    print(
        f"\nEvery page within {LIMIT_MS} ms." if fine else f"\nNot every page within {LIMIT_MS} ms."
    )
    sys.exit(not fine)


def compile_catalogues(checkout: Path) -> None:
    """Do what the set-up does to a checkout before its pages can speak."""
    pybabel = str(Path(sys.executable).with_name("pybabel"))
    command = [pybabel, "--quiet", "compile", "-d", "server/web/locale", "-D", "messages"]
    subprocess.run(command, cwd=checkout, check=True)


if __name__ == "__main__":
    main()
