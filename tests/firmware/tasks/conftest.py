"""A car on the bench, booted as often as a test likes."""

from collections.abc import Callable

import pytest

from tests.firmware.tasks.vehicle_bench import Box, Flash, Wiring


@pytest.fixture
def wires() -> Wiring:
    return Wiring()


@pytest.fixture
def boot(wires: Wiring) -> Callable[[], Box]:
    flash, state = Flash(), Flash()

    def start() -> Box:
        box = Box(wires, flash, state)
        box.flash, box.state = flash, state  # type: ignore[attr-defined]
        return box

    return start
