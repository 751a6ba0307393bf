"""The protocol in the heap of a box: compiled by mpy-cross, both ends in one small MicroPython."""

import subprocess
from pathlib import Path

import pytest

from flasher.image import SLOT, box_files
from simulator.engine.box import word_bits
from tests.support import find_micropython

SCRIPT = Path(__file__).with_name("protocol_in_a_small_heap.py")
# Bits of a word -> heap, most bytes that importing takes, most that one session keeps.
BOUNDS = {32: ("96k", 44_000, 2_000), 64: ("144k", 66_000, 3_000)}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with shared_protocol/ as it lies in a box's slot."""
    root = tmp_path_factory.mktemp("flash")
    for name, content in box_files().items():
        if name.startswith(f"{SLOT}/shared_protocol/"):
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return root / SLOT


def test_a_connection_with_full_frames_fits_a_small_heap(compiled: Path) -> None:
    heap, most_import_bytes, most_session_bytes = BOUNDS[word_bits()]
    ran = subprocess.run(
        [find_micropython(), "-X", f"heapsize={heap}", SCRIPT],
        env={"MICROPYPATH": f"{compiled}:.frozen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    figures = dict(line.split(" ") for line in ran.stdout.splitlines()[:-1])
    assert ran.stdout.endswith("done\n")
    assert int(figures["import"]) <= most_import_bytes
    assert int(figures["session"]) <= most_session_bytes
