"""A box loads the drivers of what its identity says is fitted, and no other."""

import ast
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.firmware.identity import IDENTITY
from tests.support import find_micropython

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("loaded_drivers.py")
IN_EVERY_BOX = {
    "battery", "doors", "entropy", "flash_store", "ignition", "light_sleep", "modem", "modem.a76xx",
    "modem.at_channel", "modem.attach", "panel", "pulse", "serial", "ublox", "uptime",
}  # fmt: skip
PN532 = {"pn532", "pn532_bus"}


@pytest.mark.parametrize(
    ("fitted", "drivers"),
    [
        ({}, PN532 | {"relay"}),
        ({"reader": "wiegand"}, {"wiegand", "relay"}),
        ({"reader": "wiegand", "start_relay": False}, {"wiegand", "not_fitted"}),
        (
            {"start_relay": False, "door_contact": True},
            PN532 | {"not_fitted", "contact"},
        ),
        ({"ignition_line": False}, PN532 | {"relay", "not_fitted"}),
        ({"key_holder": True}, PN532 | {"relay", "contact"}),
    ],
    ids=["badge reader", "wiegand", "doors only", "door contact", "no ignition line", "key holder"],
)
def test_a_box_loads_the_drivers_of_what_is_fitted(
    fitted: dict[str, object], drivers: set[str]
) -> None:
    ran = subprocess.run(
        [find_micropython(), PROGRAM],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": f"{ROOT}:.frozen"},
        input=json.dumps(IDENTITY | fitted),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert set(ran.stdout.split()) == IN_EVERY_BOX | drivers


@pytest.mark.parametrize(
    "path", sorted((ROOT / "firmware" / "tasks").glob("*.py")), ids=lambda path: path.stem
)
def test_a_task_names_no_driver(path: Path) -> None:
    tree = ast.parse(path.read_text())
    modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [name for name in modules if (name or "").startswith("firmware.drivers")] == []
