"""The protocol in the heap of a box: compiled by mpy-cross, both ends in one small MicroPython."""

import subprocess
from pathlib import Path

import pytest

from flasher.bytecode import compile_module
from simulator.linking import link
from tests.support import find_micropython

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("protocol_in_a_small_heap.py")
# On the host a word has 64 bits: these are about twice what the box will use.
HEAP = "88k"
MOST_IMPORT_BYTES = 42_000
MOST_SESSION_BYTES = 3_000


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with shared_protocol/ linked and as .mpy, as on the box's flash."""
    root = tmp_path_factory.mktemp("flash")
    (root / "shared_protocol").mkdir()
    sources = {
        f"shared_protocol.{path.stem}": path.read_text()
        for path in (ROOT / "shared_protocol").glob("*.py")
    }
    for name, source in link(sources, {SCRIPT.name: SCRIPT.read_text()}).items():
        target = root / "shared_protocol" / f"{name.rpartition('.')[2]}.mpy"
        target.write_bytes(compile_module(source.encode(), target.stem))
    return root


def test_a_connection_with_full_frames_fits_a_small_heap(compiled: Path) -> None:
    ran = subprocess.run(
        [find_micropython(), "-X", f"heapsize={HEAP}", SCRIPT],
        env={"MICROPYPATH": f"{compiled}:.frozen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    figures = dict(line.split(" ") for line in ran.stdout.splitlines()[:-1])
    assert ran.stdout.endswith("done\n")
    assert int(figures["import"]) <= MOST_IMPORT_BYTES
    assert int(figures["session"]) <= MOST_SESSION_BYTES
