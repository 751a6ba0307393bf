"""The machine of a server as a test wants it: its clock, and a disk that takes no more."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from tests.server.web.sample import StillClock


class SettableClock(StillClock):
    """Its hands move at the test's word, and nobody vouches for it."""

    later_ms = 0

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.later_ms

    def is_synchronised(self) -> bool:
        return False

    def pass_by(self, ms: int) -> None:
        self.later_ms += ms
        self.at_s += ms // 1000


@contextmanager
def files_end_at(most_bytes: int) -> Iterator[None]:
    """No file of this process grows beyond: what a full disk is to a database."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
