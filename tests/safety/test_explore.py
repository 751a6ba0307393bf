"""The walk, in its small settings; all in a full run, or by `python -m tests.safety.explore`.

Left out of the sample: who else may drive, two signs, the ten minutes underground, commands,
forgotten and door-only cars, and a relay or a power supply that fails on the road. Each planted
defect is looked for in the setting it needs; every third of them in the sample.
"""

from collections.abc import Callable

import pytest

from tests.safety import settings
from tests.safety.explore import explore
from tests.safety.model import Setting
from tests.safety.planted import PLANTED
from tests.support import FULL, sample_seed

SMALL = (settings.ROAD_59, settings.ROAD_60, settings.DOORS)


@pytest.mark.parametrize(
    "setting", settings.SETTINGS if FULL else SMALL, ids=lambda setting: setting.name
)
def test_in_every_state_the_laws_hold(
    setting: Setting, record_property: Callable[[str, object], None]
) -> None:
    walk = explore(setting)
    of = f"one of {len(SMALL)} of {len(settings.SETTINGS)} settings, " * (not FULL)
    record_property("sample", f"{of}{walk.states} states, {walk.transitions} transitions")
    assert not walk.broken, "\n".join([walk.broken, *walk.way])
    assert walk.transitions > walk.states > 100, "it has walked"


# Each takes its walk: of three one is drawn.
DRAWN = [name for at, name in enumerate(PLANTED) if FULL or (at + sample_seed()) % 3 == 0]


@pytest.mark.parametrize("name", DRAWN)
def test_a_planted_defect_is_found(name: str) -> None:
    setting, plant = PLANTED[name]
    with plant():
        walk = explore(setting)
    assert walk.broken, f"not found in {walk.states} states"
    assert walk.way, "it says how to get there"
