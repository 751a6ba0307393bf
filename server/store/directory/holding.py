"""Who uses a data directory: one server, many that read and write, or one alone who changes files.

The system takes every lock back when a program ends, however it ends. Never here: what is done.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from server.store.engine import StoreError

_PATIENCE_S = 30.0  # with one who makes, judges or replaces a database
_LOOK_EVERY_S = 0.05


class Hold:
    """A use of the directory, until `release`.

    It is alone when nobody else used the directory at that instant, until `share`.
    """

    def __init__(self, folder: Path, alone: bool = False) -> None:
        """Take hold; raises StoreError when somebody stays in the way.

        Args:
            folder: that exists.
            alone: be alone or fail.
        """
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self.is_alone = True
        try:
            patience_until = time.monotonic() + _PATIENCE_S
            while not self._take(fcntl.LOCK_EX):
                if not alone and self._take(fcntl.LOCK_SH):
                    self.is_alone = False
                    break
                if time.monotonic() > patience_until:
                    raise StoreError(
                        "another program uses %(folder)s: let it end first", folder=folder
                    )
                time.sleep(_LOOK_EVERY_S)
        except BaseException:
            self.release()
            raise

    def _take(self, how: int) -> bool:
        try:
            fcntl.flock(self._descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Let others in; nobody can be alone before all have released it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        self.is_alone = False

    def release(self) -> None:
        """Use it no more; again is the same."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one who uses a data directory; StoreError when another program does."""
    hold = Hold(folder, alone=True)
    try:
        yield
    finally:
        hold.release()


@contextlib.contextmanager
def held(folder: Path, at_first: Callable[[Path], None] = lambda _: None) -> Iterator[None]:
    """Let nobody be alone meanwhile; StoreError when somebody is for long.

    `at_first` is called with the folder where nobody else uses it.
    """
    hold = Hold(folder)
    try:
        if hold.is_alone:
            at_first(folder)
            hold.share()
        yield
    finally:
        hold.release()


@contextlib.contextmanager
def serving(data_dir: Path) -> Iterator[None]:
    """Be the one server of a data directory; StoreError when another program is."""
    try:
        descriptor = os.open(data_dir / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            "cannot use the data directory %(folder)s: %(why)s", folder=data_dir, why=error.strerror
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise StoreError("a server runs with %(folder)s: stop it first", folder=data_dir) from None
    finally:
        os.close(descriptor)  # which also gives the lock back, as the end of the process does
