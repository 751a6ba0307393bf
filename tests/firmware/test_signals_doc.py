"""docs/signals.md shows the patterns that the box plays."""

from pathlib import Path

from firmware.logic.access.signals import SLOT_MS
from tests.firmware.logic.every_signal import EVERY

TEXT = (Path(__file__).parents[2] / "docs" / "signals.md").read_text()


def test_the_documented_patterns_are_the_boxs() -> None:
    rows = [line.strip("|").split("|") for line in TEXT.splitlines() if line.startswith("|")][2:]
    assert {row[0].strip(): row[1].strip().strip("`") for row in rows} == EVERY


def test_the_slot_length_is_documented() -> None:
    assert f"Each slot lasts {SLOT_MS} ms" in TEXT
