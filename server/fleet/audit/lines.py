"""An entry as a line of the audit's CSV: all that its hash is over, then what helps a reader."""

from datetime import UTC, datetime

from server.fleet.audit import Entry

COLUMNS = (*Entry.__slots__, "hash", "at", "agent_name")


def line_of(entry: Entry, digest: str, agent_name: str | None) -> tuple[str, ...]:
    """Return the cells of an entry; what there is not is empty.

    Args:
        entry: the entry.
        digest: its hash.
        agent_name: what its person is called today.
    """
    try:
        at = datetime.fromtimestamp(entry.at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):  # somebody has written a year that there is not
        at = ""
    fields = (getattr(entry, name) for name in Entry.__slots__)
    return (*("" if each is None else str(each) for each in fields), digest, at, agent_name or "")
