"""When the event loop's idle time is slept through, and when it is waited through."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.tasks.sleep import SleepingPoll

LONG_AFTER_START_MS = 1_000_000


class Parts:
    """A poller that waits and a chip that sleeps: both write down for how long."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.ready: list[object] = []
        self.line_wakes = self.drives = False
        self.register = self.modify = self.unregister = None

    def ipoll(self, timeout_ms: int) -> list[object]:
        self.did.append(f"waited {timeout_ms}")
        return self.ready

    def poll(self, timeout_ms: int) -> list[object]:
        assert timeout_ms == 0
        return self.ready

    def speed_up(self) -> None:
        self.did.append("fast")

    def sleep(self, duration_ms: int) -> bool:
        self.did.append(f"slept {duration_ms}")
        return self.line_wakes


def polled(parts: Parts, timeout_ms: int, **otherwise: Any) -> list[object]:
    """What a wait gives in a parked car in which all is quiet but for what is said otherwise."""
    now = {"now_ms": LONG_AFTER_START_MS, "quiet": True, "asleep": True, "heard_ms": 0} | otherwise
    stand_ins: dict[str, Any] = {
        "chip": parts,
        "uptime": SimpleNamespace(now_ms=lambda: now["now_ms"]),
        "vehicle": SimpleNamespace(quiet=now["quiet"]),
        "modem": SimpleNamespace(asleep=now["asleep"]),
        "receiver": SimpleNamespace(heard_ms=now["heard_ms"]),
        "woken": lambda: parts.did.append("woken"),
    }
    ready: list[object] = SleepingPoll(parts, **stand_ins).ipoll(timeout_ms)
    return ready


def test_idle_time_in_a_quiet_car_is_slept_through() -> None:
    parts = Parts()
    assert polled(parts, 3_500) == []
    assert parts.did == ["slept 3500"]


@given(st.integers(10, 10**9))
def test_no_sleep_is_longer_than_the_pause_between_two_looks(timeout_ms: int) -> None:
    parts = Parts()
    polled(parts, timeout_ms)
    assert parts.did == [f"slept {min(timeout_ms, 4_000)}"]


@pytest.mark.parametrize(
    "otherwise",
    [
        {"quiet": False},
        {"asleep": False},
        {"heard_ms": LONG_AFTER_START_MS - 2_999},
        {"now_ms": 599_999},
    ],
    ids=["a trip", "a modem that may speak", "a receiver that speaks", "just started"],
)
def test_it_waits_awake_and_at_full_speed_while(otherwise: dict[str, Any]) -> None:
    parts = Parts()
    polled(parts, 3_500, **otherwise)
    assert parts.did == ["fast", "waited 3500"]


@pytest.mark.parametrize("timeout_ms", [-1, 0, 9])
def test_a_wait_that_is_hardly_one_is_waited_through(timeout_ms: int) -> None:
    parts = Parts()
    polled(parts, timeout_ms)
    assert parts.did == [f"waited {timeout_ms}"]


def test_no_pulse_and_no_light_is_slept_through() -> None:
    parts = Parts()
    parts.drives = True
    polled(parts, 300)
    assert parts.did == ["waited 300"]


def test_what_is_ready_already_is_not_slept_upon() -> None:
    parts = Parts()
    parts.ready = ["something"]
    assert polled(parts, 3_500) == ["something"]
    assert parts.did == []


def test_a_line_that_ends_a_sleep_has_the_chip_speed_up_and_the_car_look() -> None:
    parts = Parts()
    parts.line_wakes = True
    polled(parts, 3_500)
    assert parts.did == ["slept 3500", "fast", "woken"]
