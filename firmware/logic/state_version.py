"""The version of what the firmware keeps in /state and /journal: known before any of it is read.

One number for both folders, in /state/version, for their files belong together. A firmware that
changes a format raises VERSION and converts here what the older ones wrote; there is none yet. What
a later one wrote is left as it is, and the box says so and does not start: the former slot, or the
technician, has the firmware that can read it. Reads and writes through the caller's `storage`.
"""

VERSION = 1
VERSION_FILE = "version"


class StateError(Exception):
    """What lies in flash is not for this firmware; `safe_to_print` says why and holds no value."""

    def __init__(self, found: int):
        """`found`: the version in flash."""
        self.safe_to_print = "state has version {}, this firmware reads {}".format(found, VERSION)
        super().__init__(self.safe_to_print)


def require_known(storage) -> None:
    """Go on only with state of a known version; a flash that has none is new and gets this one.

    Raises:
        StateError: it is another's.
    """
    stored = storage.read_or_empty(VERSION_FILE)
    if not stored:
        try:
            storage.write(VERSION_FILE, bytes((VERSION,)))
        except OSError:  # a flash that takes nothing any more strands nobody
            pass
    elif stored != bytes((VERSION,)):
        raise StateError(int.from_bytes(stored[:2], "big"))
