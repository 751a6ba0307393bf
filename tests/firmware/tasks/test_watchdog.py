"""The watchdog is fed while the car's loop lives; garbage is collected when nobody waits.

And a start that has lived for a minute counts as a good one.
"""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from firmware.tasks import watchdog


class Hardware:
    def __init__(self) -> None:
        self.fed = 0

    def feed(self) -> None:
        self.fed += 1


async def turns(
    monkeypatch: pytest.MonkeyPatch,
    looks_ms: list[int],
    occupied: bool = False,
    plays: bool = False,
    quiet: bool = False,
    on_look: Callable[[int], object] = lambda now_ms: None,
) -> tuple[int, int, int]:
    """The task with looks at these instants: how often it fed, collected, and forgot failures."""
    hardware, collected, forgotten = Hardware(), [], []
    clock = SimpleNamespace(ms=0)
    vehicle = SimpleNamespace(looked=asyncio.Event(), quiet=quiet)
    monkeypatch.setattr(watchdog.gc, "collect", lambda: collected.append(1))
    parts: dict[str, Any] = {
        "watchdog": hardware,
        "uptime": SimpleNamespace(now_ms=lambda: clock.ms),
        "vehicle": vehicle,
        "presence": SimpleNamespace(occupied=occupied),
        "signals": SimpleNamespace(plays=plays),
        "on_stand": lambda: forgotten.append(1),
        "on_look": on_look,
    }
    task = asyncio.create_task(watchdog.WatchdogTask(**parts).run())
    for clock.ms in looks_ms:
        vehicle.looked.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    task.cancel()
    return hardware.fed, len(collected), len(forgotten)


async def test_it_is_fed_once_a_look_and_not_by_a_loop_that_looks_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await turns(monkeypatch, [500, 1000, 1500]))[0] == 3
    assert (await turns(monkeypatch, []))[0] == 0


async def test_the_heap_is_collected_every_8_s_and_more_rarely_in_a_quiet_car(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = list(range(500, 64_001, 500))
    assert (await turns(monkeypatch, looks))[1] == 8
    assert (await turns(monkeypatch, looks, quiet=True))[1] == 2


async def test_no_collection_begins_while_a_badge_is_at_the_reader_or_a_pattern_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await turns(monkeypatch, [9_000], occupied=True))[1] == 0
    assert (await turns(monkeypatch, [9_000], plays=True))[1] == 0
    assert (await turns(monkeypatch, [9_000]))[1] == 1


async def test_failed_starts_are_forgotten_once_and_only_by_a_loop_that_lived_for_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await turns(monkeypatch, [1_000, 59_999]))[2] == 0
    assert (await turns(monkeypatch, []))[2] == 0
    assert (await turns(monkeypatch, [1_000, 60_000, 61_000]))[2] == 1


async def test_what_goes_with_a_look_is_done_with_each_and_one_that_fails_has_fed_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []
    await turns(monkeypatch, [500, 1_000], on_look=seen.append)
    assert seen == [500, 1_000]

    def fails(now_ms: int) -> None:
        raise OSError

    assert (await turns(monkeypatch, [500], on_look=fails))[0] == 1
