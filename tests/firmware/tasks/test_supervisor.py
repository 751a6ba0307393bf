"""A crash is counted and its task begun again, whatever saying so costs."""

import asyncio
import gc
import sys

import pytest

from firmware.tasks import supervisor
from firmware.tasks.supervisor import Supervisor


def no_memory(*_: object) -> None:
    raise MemoryError


def no_console(*_: object) -> None:
    raise OSError


@pytest.mark.parametrize("saying", [no_memory, no_console])
def test_a_crash_that_cannot_be_told_is_counted_and_the_task_begun_again(
    monkeypatch: pytest.MonkeyPatch, saying: object
) -> None:
    monkeypatch.setattr(sys, "print_exception", saying, raising=False)
    monkeypatch.setattr(supervisor, "_RESTART_AFTER_S", 0)
    happened: list[str] = []
    collect = gc.collect
    monkeypatch.setattr(gc, "collect", lambda: happened.append("collected") or collect())

    async def crashing() -> None:
        happened.append("begun")
        if happened.count("begun") < 3:
            raise MemoryError
        await asyncio.sleep(3600)

    async def live() -> Supervisor:
        box = Supervisor({"crashing": crashing})
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(box.run(), 0.05)
        return box

    assert asyncio.run(live()).crashes == {"crashing": 2}
    begun = [index for index, what in enumerate(happened) if what == "begun"]
    assert len(begun) == 3
    assert all(happened[index - 1] == "collected" for index in begun[1:])
