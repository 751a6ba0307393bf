"""Files of one folder on the box's flash (LittleFS). Knows no contents.

LittleFS commits a file when it is closed, and a rename replaces the target in one step.
"""

import os

from firmware.logic.const import const

TYPE_CHECKING = False  # MicroPython has no typing module; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TEMPORARY = const("new~")
_COMING = const("~")  # behind the name of a file that others may be written beside


class FlashStore:
    """One folder. What a method wrote is in flash when it returns; OSError when it is not."""

    def __init__(self, folder: str):
        """Use a folder, made when absent."""
        self._folder = folder + "/"
        try:
            os.mkdir(folder)
        except OSError:  # it exists; if not, the first write says so
            pass

    def names(self) -> list[str]:
        """The files, in no order; none of a folder that cannot be read."""
        try:
            return os.listdir(self._folder[:-1])
        except OSError:
            return []

    def read(self, name: str, offset: int = 0, count: int = -1) -> bytes:
        """Some bytes of a file, all from `offset` by default."""
        with open(self._folder + name, "rb") as file:
            file.seek(offset)
            return file.read(count)

    def read_or_empty(self, name: str) -> bytes:
        """A whole file, b"" when there is none."""
        try:
            return self.read(name)
        except OSError:
            return b""

    def append(self, name: str, data: bytes) -> None:
        """Add to the end of a file."""
        with open(self._folder + name, "ab") as file:
            file.write(data)

    def write(self, name: str, data: bytes) -> None:
        """Replace a whole file, or make it: after a power cut it is the old or the new one."""
        with open(self._folder + _TEMPORARY, "wb") as file:
            file.write(data)
        os.rename(self._folder + _TEMPORARY, self._folder + name)

    def write_in_turns(self, name: str, pieces: "Iterable[bytes]") -> "Iterator[None]":
        """The same of a long file, one piece in each turn of the caller's loop."""
        with open(self._folder + name + _COMING, "wb") as file:
            for piece in pieces:
                file.write(piece)
                yield
        os.rename(self._folder + name + _COMING, self._folder + name)

    def delete(self, name: str) -> None:
        """Remove a file."""
        os.remove(self._folder + name)
