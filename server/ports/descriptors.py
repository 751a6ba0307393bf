"""How many connections each port may hold: each costs a file descriptor, and these are counted.

The web port never takes what the boxes need, nor both what the database needs. Never here: who is
shown out (crowd.py).
"""

import contextlib
import resource
from dataclasses import dataclass

from server.config import ServeError

# The database's connections (a writer, readers; three files each), its copies, the files of an
# import, mail, the listening sockets, and what is accepted before it is counted or shown out.
_HOUSE = 192
_LEAST = 256  # with less nothing can be promised
_MOST_WEB = 1_024
_PER_PERSON = 2  # the connection, and the file that it may be sent


@dataclass(frozen=True, slots=True)
class Shares:
    """Of so many descriptors: the connections that people, and that boxes, may have at once."""

    descriptors: int
    web: int
    boxes: int


def raise_limit() -> Shares:
    """Ask the system for all that it lets us have; return what each port may hold.

    Raises:
        ServeError: that is not enough.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems let nobody have what they name
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return shares()


def shares() -> Shares:
    """Return what each port may hold by the limit that holds now; raises as `raise_limit`."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return shared(limit if limit != resource.RLIM_INFINITY else 1 << 20)


def shared(descriptors: int) -> Shares:
    """Share so many among house, web and boxes; ServeError when they do not suffice."""
    if descriptors < _LEAST:
        raise ServeError(
            f"the system lets this process open {descriptors} files at a time (ulimit -n);"
            f" {_LEAST} are needed, and 1024 or more for a fleet"
        )
    free = descriptors - _HOUSE
    web = min(_MOST_WEB, free // 2 // _PER_PERSON)
    return Shares(descriptors, web, free - web * _PER_PERSON)
