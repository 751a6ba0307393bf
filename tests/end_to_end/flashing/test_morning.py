"""Boards become boxes from a batch file without a network, and come online when there is one."""

import json
from pathlib import Path

from tests.benchmarks.morning import PASSPHRASE, morning


def test_boards_of_a_batch_are_flashed_without_a_network_and_then_all_come_online(
    tmp_path: Path,
) -> None:
    spent = morning(tmp_path, 3, lambda line: None)
    entries = json.loads(spent.batch)["entries"]
    assert [entry["sealed"] for entry in entries] == [""] * 3, "no key is left in the file"
    assert len({entry["mac"] for entry in entries}) == 3
    assert PASSPHRASE not in spent.said
