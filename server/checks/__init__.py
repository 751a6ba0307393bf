"""Whether a server may be put on the road as it is set up: what is looked at, and what was found.

Nothing is changed by looking, and nothing is sent but one letter that was asked for. Never here:
how it is printed (server/commands/operation/check.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["ok", "warning", "fails"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing: how it stands, and, unless it is well, what to do.

    `what` names the thing for programs, `text` is English, filled in with `values`.
    """

    level: Level
    what: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


def ok(what: str, text: str, **values: object) -> Finding:
    """Return that a thing is well."""
    return Finding("ok", what, text, values)


def warning(what: str, text: str, **values: object) -> Finding:
    """Return that a thing works, and will not always."""
    return Finding("warning", what, text, values)


def fails(what: str, text: str, **values: object) -> Finding:
    """Return that a thing does not work, or harms."""
    return Finding("fails", what, text, values)
