"""A file that one program at a time may change, whole or not at all. Knows not what it holds."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

_READ_BYTES = 1 << 20


class LockedFile:
    """An open file; use it as a context. What is written takes its place at once, and is on disk.

    The lock is on the file itself, and so on whatever takes its place; nothing is left beside it.

    Args:
        path: of it.
        is_made: an empty one is made where there is none.
        waits: until another program has let it go.

    Raises:
        BlockingIOError: another program has it.
        OSError: it cannot be opened for writing, or not be locked.
    """

    def __init__(self, path: Path, is_made: bool = False, waits: bool = False) -> None:
        path = self._path = path.resolve()  # a link stays one, and locks what it leads to
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if is_made else 0)
        while True:
            self._descriptor = os.open(path, flags, 0o600)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
                if os.path.samestat(os.fstat(self._descriptor), path.stat()):
                    return
            except BaseException:
                os.close(self._descriptor)
                raise
            os.close(self._descriptor)  # another one took its place while we waited

    def __enter__(self) -> "LockedFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def read(self, most_bytes: int) -> bytes:
        """Return its content, or so many bytes of it."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        content = b""
        while len(content) < most_bytes:
            piece = os.read(self._descriptor, min(_READ_BYTES, most_bytes - len(content)))
            if not piece:
                break
            content += piece
        return content

    def write(self, content: bytes) -> None:
        """Put another content in its place.

        Raises:
            OSError: it could not be done; the file is as it was.
        """
        aside = self._path.with_name(f".{self._path.name}.new")
        descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(descriptor, "wb", closefd=False) as file:
                file.write(content)
            os.fsync(descriptor)
            aside.replace(self._path)
        except BaseException:
            os.close(descriptor)
            aside.unlink(missing_ok=True)
            raise
        os.close(self._descriptor)
        self._descriptor = descriptor
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
