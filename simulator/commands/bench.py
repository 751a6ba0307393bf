"""`voiturier-sim bench`: a board on a desk and a car round it, for flash.sh. Decides nothing."""

import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.devices.rom_loader import CHIPS
from simulator.engine.world import World
from simulator.errors import InputError
from simulator.play.bench import Bench
from simulator.play.bench_faults import FAULTS

_LOOK_S = 0.1


@dataclass(frozen=True)
class Wanted:
    """Which board, and what is round it: see Bench. `flash`: the file that it is kept in, or None.

    It is read if it is there, and written at the end.
    """

    chip: str
    flash_mb: int
    flash: Path | None
    pulled_after_bytes: int | None
    faults: Sequence[str]
    badge: bytes | None
    seed: int


def play_bench(wanted: Wanted) -> None:
    """Play the board at 1x until interrupted; its port is the first line of stdout.

    Raises:
        InputError: there is no such chip or fault, or the file is no flash of that size.
    """
    if wanted.chip not in CHIPS:
        raise InputError(f"there is no chip {wanted.chip!r}; there are {', '.join(CHIPS)}")
    for name in wanted.faults:
        if name not in FAULTS:
            raise InputError(f"there is no fault {name!r}; there are {', '.join(FAULTS)}")
    with (
        tempfile.TemporaryDirectory(prefix="voiturier-bench-") as folder,
        World(realtime=True, seed=wanted.seed) as world,
    ):
        bench = Bench(
            world,
            Path(folder),
            wanted.faults,
            wanted.badge,
            wanted.chip,
            wanted.flash_mb,
            wanted.pulled_after_bytes,
        )
        data = bench.board.flash.data
        if wanted.flash is not None and wanted.flash.exists():
            content = wanted.flash.read_bytes()
            if len(content) != len(data):
                raise InputError(f"{wanted.flash} is no flash of {len(data) >> 20} MB")
            data[:] = content
        try:
            _play(world, bench)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            bench.switch_off()
            if wanted.flash is not None:
                wanted.flash.write_bytes(data)


def _play(world: World, bench: Bench) -> None:
    with bench.board as board:
        print(board.path, flush=True)
        print("a board at its port; Ctrl-C ends", file=sys.stderr)
        while True:
            world.run_for(_LOOK_S)
            if board.is_pulled:
                board.pulled_after_bytes = None
                board.plug_in()
                print(board.path, flush=True)
