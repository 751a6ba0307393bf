"""`./flash.sh`: reads its arguments, asks the technician, says how far it is. Decides nothing else.

Never shows anything of an identity but the box's number and its car.
"""

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from serial.tools import list_ports

from flasher.board import CHIP, FLASH, FLASH_BYTES, Board
from flasher.errors import FlasherError
from flasher.failures import Failure, FlashError
from flasher.flashing import flash, require_layout, require_no_box
from flasher.identity import read_identity
from flasher.image import new_image
from flasher.micropython_image import MicroPythonImage, check
from flasher.ports import can_reset, choose
from flasher.progress import Progress

_FAILED = 1


def main() -> None:
    """Run the command; exits with 0, 1 (the board is not flashed) or 2 (bad arguments)."""
    try:
        _run(_parser().parse_args())
    except FlasherError as error:
        name = f"[{error.failure.name}] " if isinstance(error, FlashError) else ""
        sys.exit(f"flash.sh: {name}{error}")
    except KeyboardInterrupt:
        sys.exit("flash.sh: stopped; a board that was being written is a box after another run")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="flash.sh",
        description="Makes a box of a blank board: MicroPython, the application and the box's"
        " identity, verified. A board that is unplugged meanwhile is no box; run it again.",
    )
    parser.add_argument(
        "--identity", type=Path, required=True, metavar="FILE", help="of `voiturier box add`"
    )
    parser.add_argument(
        "--image",
        type=Path,
        required=True,
        metavar="FILE",
        help="MicroPython for the board, under its official name (docs/hardware.md says which)",
    )
    parser.add_argument("--port", metavar="PORT", help="the board's; found by itself if left out")
    parser.add_argument(
        "--replace", action="store_true", help="also a board that is a box already: it is lost"
    )
    parser.add_argument("--dry-run", action="store_true", help="look at everything, write nothing")
    return parser


def _run(arguments: argparse.Namespace) -> None:
    identity = read_identity(arguments.identity)
    checked = check(arguments.image, identity["board"], _pins(), _confirm)
    micropython = arguments.image.read_bytes()
    if hashlib.sha256(micropython).hexdigest() != checked.sha256:
        raise FlasherError(f"{checked.name} has just changed; run the command again")
    require_layout(checked.name, micropython)
    image = new_image(identity)
    port = arguments.port or choose(list_ports.comports(), _ask_which)
    progress = Progress(FLASH_BYTES, time.monotonic, _say)
    with Board(port, can_reset(port), lambda address: progress.at(address)) as board:
        _say(f"{port}: {CHIP}, {FLASH} of flash, MAC {board.mac}")
        if not arguments.replace:
            require_no_box(board, image, identity)
        named = f"box {identity['box_id']}"
        if identity.get("vehicle"):
            named += f" for {identity['vehicle']}"
        if arguments.dry_run:
            _say(f"It would become {named}, with MicroPython {checked.version}. Nothing written.")
            return
        began_s = time.monotonic()
        progress = Progress(FLASH_BYTES, time.monotonic, _say)
        flash(board, micropython, image)
        progress.at(FLASH_BYTES)
        _say(f"Written and verified in {time.monotonic() - began_s:.0f} s: {named}.")
        _say("It starts now." if board.start() else "Press RST: it starts.")
    _say(f"Delete {arguments.identity} now: it holds the keys that the box has.")


def _pins() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "voiturier" / "micropython_images.json"


def _confirm(image: MicroPythonImage) -> None:
    _say(f"First use of {image.name}\n  SHA-256 {image.sha256}")
    _say("Compare it with what the one who gave you the file says. Is it the same? [yes/no]")
    if sys.stdin.readline().strip().lower() not in ("yes", "y", "oui", "o"):
        raise FlashError(Failure.IMAGE_NOT_CONFIRMED)


def _ask_which(ports: Sequence[str]) -> int | None:
    for number, line in enumerate(ports, 1):
        _say(f"  {number}  {line}")
    _say(f"Which board? [1-{len(ports)}]")
    answer = sys.stdin.readline().strip()
    return int(answer) - 1 if answer in map(str, range(1, len(ports) + 1)) else None


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
