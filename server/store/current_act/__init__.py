"""Which act is being done, for whatever it writes: set by who does it, read by the engine.

It follows the calls of a task and the tasks these begin. None: nobody's act (a box reports, mail is
delivered). Never here: what an act is (fleet/audit), the entry it leaves (store/audit).
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import replace

from server.fleet.audit import Act, Performed

CURRENT: ContextVar[Performed | None] = ContextVar("current_act", default=None)


@contextlib.contextmanager
def performing(performed: Performed | None) -> Iterator[None]:
    """Let what is written meanwhile be this act's."""
    before = CURRENT.set(performed)
    try:
        yield
    finally:
        CURRENT.reset(before)


def is_about(object_id: int, act: Act | None = None) -> None:
    """Say which thing the act is about, found only now: by its login, by its number on a card.

    `act`: what it has become, where a try became the thing itself.
    """
    performed = CURRENT.get()
    if performed is not None:
        CURRENT.set(replace(performed, object_id=object_id, act=act or performed.act))
