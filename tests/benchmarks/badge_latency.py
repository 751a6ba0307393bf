"""Acceptance 3: from a badge at the windscreen to the start relay and to the doors, in world time.

    python -m tests.benchmarks.badge_latency [--reads N] [--seed N]

The real firmware with 500 badges and 64 bookings on it. Each read: the car is parked and inhibited,
a badge is presented at a random instant, the relay moves, the doors unlock, the trip is ended, and
time passes until the relay is inhibited again. First N reads (1,000) without coverage, then a tenth
as many each while something else wants the box: a handshake (a slice of X25519 takes the
pessimistic 15 ms), commands one after the other (each is in flash before it is carried out), and a
whole set of grants on its way in; with a card that proves itself (AuthenticateEV2First); and with a
reader that rests, a minute after the car fell quiet.

World time holds what UARTs, radio, flash and pulses take; all computing but X25519 takes none in
it. tests/benchmarks/access_instructions.py counts what is left out.
"""

import argparse
import contextlib
import random
import statistics
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from firmware.logic.access.card_keys import CardKeys
from firmware.logic.access.grants import GrantSet
from flasher.image import write_file
from shared_protocol import messages, session
from shared_protocol.badges import badge_tag
from shared_protocol.crypto import sha256
from shared_protocol.sets import grant_parts
from simulator.devices.car import Car
from simulator.engine.world import World
from simulator.errors import WorldTimeout
from tests.firmware.logic.held_sets import taken
from tests.firmware.logic.storage import MemoryStorage

BADGES, BOOKINGS = 500, 64
START_S = 1_790_000_000
SLICE_MS = 15.0  # docs/bench.md, line 1, at 0.3 instructions a cycle
LATENCY_S = 0.060  # as simulator/engine/tcp_link.py
COMMANDS_AT_ONCE = 12
AGAIN_AFTER_S = 3.0  # nothing seen or heard: the agent holds the badge there again
PAUSES_S = 7_200  # longer than a parked box waits before it tries again
CARS = 2  # at a time, for as many cores
BADGE_KEY, KEY, CARD_KEY = b"\x22" * 32, b"\x11" * 32, bytes(range(16))
IDENTITY = {
    "box_id": "0102030405060708",
    "key": KEY.hex(),
    "generation": 1,
    "badge_key": BADGE_KEY.hex(),
    "epoch": 1,
    "server_host": "benchmark",
    "server_port": 1,
    "apn": "internet",
    "board": "host",
}


def uid_of(number: int) -> bytes:
    return b"\x04" + number.to_bytes(6, "big")


def tag_of(number: int) -> bytes:
    return badge_tag(BADGE_KEY, uid_of(number))


def grants(passing: int) -> list[messages.Grant]:
    """500 badges that take the car while it is free, 64 bookings from tomorrow on.

    `passing`: makes the set another one.
    """
    walk_up = [
        messages.Grant(tag_of(n), 0, 0, 0xFFFFFFFF, messages.GRANT_WALK_UP, 0)
        for n in range(BADGES)
    ]
    from_s = START_S + 30 * 86_400 + passing
    bookings = [
        messages.Grant(
            tag_of(n), 1 + n, from_s + n * 3600, from_s + (n + 1) * 3600, messages.GRANT_BOOKING, 0
        )
        for n in range(BOOKINGS)
    ]
    return walk_up + bookings


EXPIRES_S = START_S + 60 * 86_400


def flash_files() -> dict[str, bytes]:
    """The box's files with the grants and one card's key, as the box itself writes them."""
    storage = MemoryStorage()
    held, keys = GrantSet(storage), CardKeys(storage)
    for part in grant_parts(1, EXPIRES_S, grants(0)):
        taken(held, part)
    name = sha256(tag_of(0) + CARD_KEY)[:8]
    taken(keys, messages.CardKeys(name, 0, 1, [messages.CardKey(tag_of(0), CARD_KEY)]))
    return storage.files


class Link:
    """The server in the same process: a link of the network whose other end is a Session."""

    def __init__(self, world: World) -> None:
        self.on_open: Callable[[bool], None] = lambda success: None
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_close: Callable[[], None] = lambda: None
        self.on_wire: Callable[[str, bytes], None] = lambda direction, data: None
        self.sent_bytes = self.received_bytes = 0
        self.local_port: int | None = 1
        self.is_open = True
        self._world = world
        chance = random.Random(world.seed)
        self._session = session.Session.server(
            lambda box_id, generation: KEY, chance.randbytes, world.now_ms
        )
        self._later(lambda: self.on_open(True))

    @property
    def is_ready(self) -> bool:
        return self.is_open and self._session.established

    def send(self, data: bytes) -> None:
        self._later(lambda: self._hear(data))

    def say(self, wanted: Iterable[tuple[object, ...]]) -> None:
        for message in wanted:
            self._session.send(message)
            self._flush()

    def drop(self) -> None:
        self.is_open = False
        self._later(self.on_close)

    def close(self) -> None:
        self.is_open = False

    cut = close

    def _later(self, act: Callable[[], None]) -> None:
        self._world.timeline.call_later(LATENCY_S, act)

    def _hear(self, data: bytes) -> None:
        if not self.is_open:
            return
        now_ms = self._world.now_ms
        events = self._session.receive_data(data, now_ms)
        while (due_ms := self._session.next_deadline()) is not None and due_ms <= now_ms:
            events += self._session.step(now_ms)
        for event in events:
            self._answer(getattr(event, "message", event))
        self._flush()

    def _answer(self, message: object) -> None:
        if isinstance(message, session.Established):
            self._session.send(messages.Time(self._world.now_ms // 1000, 0, 1))
        elif isinstance(message, messages.Status) and not message.epoch:
            self._session.send(messages.Epoch(1))
        elif isinstance(message, messages.Records):
            last = message.first_seq + len(message.records) - 1
            chain = message.chain
            for record in message.records:
                chain = messages.chained(chain, record)
            self._session.send(messages.Ack(message.epoch, last, chain))

    def _flush(self) -> None:
        data = self._session.bytes_to_send()
        if data:
            self._later(lambda: self.on_data(data))


class Bench:
    """One car, parked and inhibited, and the link that it may have to a server."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.world = World(start_unix_s=START_S, seed=seed, slice_ms=SLICE_MS)
        self.chance = random.Random(seed)
        self.link: Link | None = None
        self.world.network.connect = self._connect  # type: ignore[method-assign, assignment]
        image = folder / "flash.lfs2"
        self.car: Car = Car(self.world, IDENTITY, image)
        for file, content in flash_files().items():
            write_file(image, f"/state/{file}", content)
        self.passing = 0
        self.commands = 0
        self.car.power_on()
        self.world.run_until(lambda: self.car.report()["clock_source"] != 0, 120)

    def _connect(self, host: str, port: int) -> Link:
        self.link = Link(self.world)
        return self.link

    def go_offline(self) -> None:
        self.car.modem.coverage(False)

    def get_online(self) -> Link:
        self.car.modem.coverage(True)
        self.world.run_until(lambda: self.link is not None and self.link.is_ready, PAUSES_S)
        self.world.run_for(3)
        assert self.link is not None
        return self.link

    def read(self, number: int, key: bytes | None = None) -> tuple[int, int]:
        """One read; return the ms from the badge to the relay and to the doors."""
        world, car = self.world, self.car
        relays, doors = len(car.relay_changes), len(car.wires.door_changes)
        begun_ms = world.now_ms
        while len(car.wires.door_changes) == doors:
            car.present_badge(uid_of(number), key=key)
            with contextlib.suppress(WorldTimeout):
                world.run_until(lambda: len(car.wires.door_changes) > doors, AGAIN_AFTER_S)
        changes = car.relay_changes[relays], car.wires.door_changes[doors]
        assert [state for _, state in changes] == ["enabled", "unlocked"]
        world.run_for(3)
        car.present_badge(uid_of(number), 4.0, key=key)
        world.run_until(lambda: car.relay == "inhibited", 300)
        world.run_for(self.chance.uniform(1, 6))
        return changes[0][0] - begun_ms, changes[1][0] - begun_ms


def any_badge(bench: Bench) -> int:
    return bench.chance.randrange(1, BADGES)


def offline(bench: Bench) -> tuple[int, int]:
    return bench.read(any_badge(bench))


def in_a_handshake(bench: Bench) -> tuple[int, int]:
    """The server closes; the box connects again, and computes for some seconds."""
    bench.get_online().drop()
    known = bench.link
    bench.world.run_until(lambda: bench.link is not known, PAUSES_S)
    connections = bench.car.report()["connections"]
    bench.world.run_for(bench.chance.uniform(2 * LATENCY_S, 2.0))
    assert bench.car.report()["connections"] == connections, "the handshake is over"
    return bench.read(any_badge(bench))


def among_commands(bench: Bench) -> tuple[int, int]:
    link = bench.get_online()
    expires_s = int(bench.world.now_s) + 3600
    wanted = []
    for _ in range(COMMANDS_AT_ONCE):
        bench.commands += 1
        wanted.append(
            messages.Command(bench.commands, expires_s, messages.COMMAND_CANCEL_INHIBIT, bytes(8))
        )
    link.say(wanted)
    bench.world.run_for(LATENCY_S + bench.chance.uniform(0, 1.0))
    return bench.read(any_badge(bench))


def in_a_grants_update(bench: Bench) -> tuple[int, int]:
    link = bench.get_online()
    bench.passing += 1
    link.say(grant_parts(1 + bench.passing, EXPIRES_S, grants(bench.passing)))
    bench.world.run_for(LATENCY_S + bench.chance.uniform(0, 2.0))
    return bench.read(any_badge(bench))


def while_the_reader_rests(bench: Bench) -> tuple[int, int]:
    bench.world.run_for(bench.chance.uniform(60, 61))
    return bench.read(any_badge(bench))


def with_a_card_that_proves_itself(bench: Bench) -> tuple[int, int]:
    return bench.read(0, CARD_KEY)


KINDS: dict[str, Callable[[Bench], tuple[int, int]]] = {
    "offline": offline,
    "asleep": while_the_reader_rests,
    "a card with a key": with_a_card_that_proves_itself,
    "in a handshake": in_a_handshake,
    f"among {COMMANDS_AT_ONCE} commands": among_commands,
    "in a grants update": in_a_grants_update,
}


def measure(seed: int, reads: int) -> dict[str, list[tuple[int, int]]]:
    """The reads of one car, by kind: `reads` offline, a tenth as many of each other kind."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), seed)
        with bench.world:
            bench.go_offline()
            taken = {
                name: [one(bench) for _ in range(reads if one is offline else max(1, reads // 10))]
                for name, one in KINDS.items()
            }
            report, console = bench.car.report(), bench.car.box.console()
    assert report["crashes"] == report["records_lost"] == 0, f"{report}\n{console}"
    return taken


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reads", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{BADGES} badges, {BOOKINGS} bookings, seed {arguments.seed}", flush=True)
    seeds = [arguments.seed * 100 + number for number in range(CARS)]
    with ProcessPoolExecutor(CARS) as pool:
        parts = list(pool.map(measure, seeds, [arguments.reads // CARS] * CARS))
    for name in KINDS:
        reads = [read for part in parts for read in part[name]]
        for what, times in zip(("relay", "doors"), zip(*reads, strict=True), strict=True):
            ordered = sorted(times)
            p95 = ordered[-(-95 * len(ordered) // 100) - 1]
            print(
                f"{name}: badge to {what}, {len(ordered)} reads:"
                f" median {statistics.median(ordered):.0f} ms, 95th percentile {p95} ms,"
                f" worst {ordered[-1]} ms,"
                f" {sum(time >= AGAIN_AFTER_S * 1000 for time in ordered)} presented again"
            )


if __name__ == "__main__":
    main()
