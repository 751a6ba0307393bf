"""What may have become of a box's flash, file by file, and what its application may do wrong.

Each damage is done to a copy of the flash of a box that has lived; outcomes.py says what came of
it.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flasher.image import files_of, read_file, remove_file, write_file

APPLICATION = "/a/firmware/application"
_GOOD = "from firmware.good import *\nimport firmware.good as good\n"
_IN_THE_LOOP = (
    _GOOD
    + """
import asyncio

box = None


def run():
    global box
    make = good.Box

    class Box(make):
        async def run(self):
            await asyncio.gather(super().run(), _later())

    good.Box = Box
    good.run()


async def _later():
    await asyncio.sleep(10)
    {}
"""
)
WRONGS = {
    "raises while it is loaded": "raise ValueError\n",
    "leaves by SystemExit while it is loaded": "raise SystemExit\n",
    "leaves by KeyboardInterrupt while it is loaded": "raise KeyboardInterrupt\n",
    "hangs while it is loaded": "while True:\n    pass\n",
    "raises while it is wired": "box = None\n\n\ndef run():\n    raise KeyError\n",
    "has no memory while it is wired": "box = None\n\n\ndef run():\n    bytearray(1 << 30)\n",
    "ends instead of running": "box = None\n\n\ndef run():\n    pass\n",
    "raises after 10 s": _IN_THE_LOOP.format("raise ValueError"),
    "hangs after 10 s": _IN_THE_LOOP.format("while True: pass"),
}
_UNWRITABLE = "cannot be written"
_OF_A_SERVER = (  # what a box has only once it has met its server
    "/state/grants",
    "/state/card_keys",
    "/state/commands",
    "/state/keys",
    "/journal/epoch",
)


@dataclass(frozen=True)
class Damage:
    """One damage: to which file, of which kind, and how it is done to an image."""

    file: str
    kind: str
    do: Callable[[Path], None]


def damages(lived: Path) -> Iterator[Damage]:
    """Yield every damage to a flash like that of the box that has lived."""
    slot = ["/a/firmware/imports.mpy", f"{APPLICATION}.mpy", "/a/shared_protocol/records.mpy"]
    files = [name for name in files_of(lived) if not name.startswith("/a/")] + slot
    for name in files:
        content = read_file(lived, name)
        shown = "/journal/*.seg" if name.endswith(".seg") else name
        yield Damage(shown, "missing", lambda image, name=name: remove_file(image, name))
        yield Damage(shown, "torn", _writes(name, content[: len(content) * 3 // 4]))
        noise = random.Random(name).randbytes(max(1, len(content)))
        yield Damage(shown, "foreign", _writes(name, noise))
    for name in _OF_A_SERVER:
        yield Damage(name, "foreign", _writes(name, random.Random(name).randbytes(40)))
    yield Damage("/identity.json", "of a later version", _of_a_later_version)
    yield Damage("/a/", "missing", _without_slot)
    yield Damage("/a/", "missing, /b/ is sound", _moved_to_b)
    yield Damage("/a/", "its application raises, /b/ is sound", _raises_beside_b)
    for name, content in (("/failed_starts", b"\x05"), ("/slot", b"c")):
        yield Damage(name, "of another version", _writes(name, content))
        yield Damage(name, "foreign", _writes(name, random.Random(name).randbytes(16)))
    yield Damage("/failed_starts", _UNWRITABLE, _unwritable)
    yield Damage("/failed_starts", f"{_UNWRITABLE}, and the application raises", _uncounted)
    yield Damage("/state/version", "of an older version", _writes("/state/version", b"\x00"))
    older = bytearray(read_file(lived, f"{APPLICATION}.mpy"))
    older[1] -= 1
    yield Damage(
        f"{APPLICATION}.mpy", "of an older MicroPython", _writes(f"{APPLICATION}.mpy", bytes(older))
    )
    for wrong, source in WRONGS.items():
        yield Damage("the application", wrong, _replaced(source))


def _writes(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda image: write_file(image, name, content)


def _unwritable(image: Path) -> None:
    """A folder in its place: to open it as a file fails, as on a flash that refuses."""
    remove_file(image, "/failed_starts")
    write_file(image, "/failed_starts/in_it", b"")


def _uncounted(image: Path) -> None:
    _unwritable(image)
    write_file(image, f"{APPLICATION}.mpy", b"no bytecode")


def _of_a_later_version(image: Path) -> None:
    identity = json.loads(read_file(image, "/identity.json"))
    write_file(image, "/identity.json", json.dumps({**identity, "unheard_of": 1}).encode())


def _replaced(source: str) -> Callable[[Path], None]:
    def do(image: Path) -> None:
        write_file(image, "/a/firmware/good.mpy", read_file(image, f"{APPLICATION}.mpy"))
        remove_file(image, f"{APPLICATION}.mpy")
        write_file(image, f"{APPLICATION}.py", source.encode())

    return do


def _slot(image: Path) -> list[str]:
    return [name for name in files_of(image) if name.startswith("/a/")]


def _without_slot(image: Path) -> None:
    for name in _slot(image):
        remove_file(image, name)


def _moved_to_b(image: Path) -> None:
    for name in _slot(image):
        write_file(image, "/b/" + name[3:], read_file(image, name))
        remove_file(image, name)


def _raises_beside_b(image: Path) -> None:
    for name in _slot(image):
        write_file(image, "/b/" + name[3:], read_file(image, name))
    write_file(image, f"{APPLICATION}.mpy", b"no bytecode")
