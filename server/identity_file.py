"""The identity file of a box: written once, for the technician to put on the box.

Holds the box's keys, so it is readable by its owner only, and nothing of it is ever printed. Never
here: what it says (actions/boxes/identity.py).
"""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class IdentityDraft:
    """A file being written; it gets its name only when it is whole."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, identity: dict[str, Any]) -> None:
        """Put the content on disk."""
        os.write(self._descriptor, (json.dumps(identity, indent=1) + "\n").encode())
        os.fsync(self._descriptor)


@contextmanager
def identity_file(path: Path) -> Iterator[IdentityDraft]:
    """Open a draft beside `path`, and rename it there when the block has ended well.

    Opening comes before the box is made, so that a folder that cannot be written costs no box.

    Raises:
        OSError: the file cannot be written there.
    """
    if path.is_dir():  # a rename would tell too late
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        yield IdentityDraft(descriptor)
        draft.replace(path)
    finally:
        os.close(descriptor)
        draft.unlink(missing_ok=True)
