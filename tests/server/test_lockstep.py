"""The clock in lockstep with a world: the world's end is played here, byte for byte."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.lockstep import LockstepClock, main

START_MS = 1_790_000_000_000


class World:
    """The world's end of the socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._joined = asyncio.Event()

    async def listen(self) -> None:
        self._server = await asyncio.start_unix_server(self._join, self.path)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer
        self._joined.set()

    async def ask(
        self, now_ms: int, closed: list[int] | None = None, ahead_ms: int = 0, **streams: int
    ) -> Any:
        """Say the time and what was sent (port_<n>=bytes); return the answer."""
        await self._joined.wait()
        totals = {name.removeprefix("port_"): total for name, total in streams.items()}
        question = {
            "now_ms": now_ms,
            "ahead_ms": ahead_ms,
            "streams": totals,
            "closed": closed or [],
        }
        self.writer.write(json.dumps(question).encode() + b"\n")
        return json.loads(await asyncio.wait_for(self._reader.readline(), 10))

    async def close(self) -> None:
        self._server.close()
        if self._joined.is_set():
            self.writer.close()


class Line:
    """A watched connection."""

    def __init__(self) -> None:
        self.received_bytes = 0
        self.sent_bytes = 0
        self.is_open = True
        self.is_idle = True


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "clock")
    await world.listen()
    yield world
    await world.close()


@pytest.fixture
async def clock(world: World) -> AsyncIterator[LockstepClock]:
    clock = LockstepClock(world.path)
    await clock.connect()
    running = asyncio.create_task(clock.run())
    yield clock
    running.cancel()


async def test_the_world_sets_the_time_and_it_never_steps_back(
    world: World, clock: LockstepClock
) -> None:
    assert await world.ask(START_MS) == {"streams": {}, "next_ms": None}
    assert (clock.now_ms(), clock.now_s()) == (START_MS, START_MS // 1000)
    await world.ask(START_MS - 5)
    assert clock.monotonic_ms() == START_MS


async def test_a_machine_whose_clock_is_wrong_says_so_of_its_time_and_never_of_its_deadlines(
    world: World, clock: LockstepClock
) -> None:
    await world.ask(START_MS, ahead_ms=3_600_000)
    assert (clock.now_ms() - START_MS, clock.monotonic_ms()) == (3_600_000, START_MS)
    assert not clock.is_synchronised()
    await world.ask(START_MS)
    assert clock.now_ms() == START_MS and clock.is_synchronised()


async def test_deadlines_come_in_order_and_the_next_one_is_told(
    world: World, clock: LockstepClock
) -> None:
    await world.ask(START_MS)
    called: list[str] = []
    clock.call_at(START_MS + 20, lambda: called.append("second"))
    clock.call_at(START_MS + 10, lambda: called.append("first"))
    clock.call_at(START_MS + 15, lambda: called.append("never")).cancel()
    assert (await world.ask(START_MS + 9))["next_ms"] == START_MS + 10
    assert called == []
    assert (await world.ask(START_MS + 10))["next_ms"] == START_MS + 20
    assert (await world.ask(START_MS + 99))["next_ms"] is None
    assert called == ["first", "second"]


async def test_a_deadline_set_by_a_deadline_comes_in_the_same_instant(
    world: World, clock: LockstepClock
) -> None:
    called: list[str] = []
    clock.call_at(5, lambda: clock.call_at(6, lambda: called.append("inner")) and None)
    assert (await world.ask(10))["next_ms"] is None
    assert called == ["inner"]


async def test_the_answer_waits_for_the_bytes_and_for_the_work_they_make(
    world: World, clock: LockstepClock
) -> None:
    asking = asyncio.create_task(world.ask(START_MS, port_5000=3))
    line = Line()
    clock.watch(5000, line)
    line.received_bytes, line.is_idle = 3, False
    clock.stirred()
    done, _ = await asyncio.wait([asking], timeout=0.05)
    assert not done
    line.is_idle, line.sent_bytes = True, 7
    clock.stirred()
    assert (await asking)["streams"] == {"5000": {"sent": 7, "open": True}}


async def test_the_answer_waits_until_a_stream_closed_by_the_world_is_closed_here(
    world: World, clock: LockstepClock
) -> None:
    line = Line()
    clock.watch(5000, line)
    asking = asyncio.create_task(world.ask(START_MS, closed=[5000]))
    done, _ = await asyncio.wait([asking], timeout=0.05)
    assert not done
    line.is_open = False
    clock.stirred()
    assert await asking == {"streams": {}, "next_ms": None}


async def test_the_answer_waits_for_a_closed_stream_that_has_not_come_yet(
    world: World, clock: LockstepClock
) -> None:
    asking = asyncio.create_task(world.ask(START_MS, closed=[5000]))
    done, _ = await asyncio.wait([asking], timeout=0.05)
    assert not done
    line = Line()
    line.is_open = False
    clock.watch(5000, line)
    assert await asking == {"streams": {}, "next_ms": None}


async def test_a_port_used_again_is_a_new_stream(world: World, clock: LockstepClock) -> None:
    old, new = Line(), Line()
    clock.watch(5000, old)
    old.is_open = False
    assert (await world.ask(START_MS, port_5000=0))["streams"]["5000"]["open"] is False
    asking = asyncio.create_task(world.ask(START_MS, port_5000=0))
    clock.watch(5000, new)
    assert (await asking)["streams"]["5000"]["open"] is True


async def test_whoever_looks_regularly_looks_whenever_the_world_speaks(
    world: World, clock: LockstepClock
) -> None:
    looks: list[int] = []

    async def look() -> None:
        looks.append(clock.now_ms())

    looking = asyncio.create_task(clock.look_regularly(look))
    await asyncio.sleep(0)
    await world.ask(START_MS)
    await world.ask(START_MS + 1)
    looking.cancel()
    assert looks == [START_MS, START_MS + 1]


async def test_when_the_world_ends_the_last_instant_stays(
    world: World, clock: LockstepClock
) -> None:
    await world.ask(START_MS)
    world.writer.close()
    await world.writer.wait_closed()
    assert clock.now_ms() == START_MS


def test_a_world_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["--data", str(tmp_path), "--http", "127.0.0.1:0", "--boxes", "127.0.0.1:0"]
    monkeypatch.setattr("sys.argv", ["lockstep", *where, "--clock", str(tmp_path / "nobody")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "no world listens" in capsys.readouterr().err
