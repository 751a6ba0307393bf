"""The people of the services: who they are, their roles and cards, the tables they took in.

Never here: what somebody may do (fleet/roles), what they booked (bookings.py).
"""

from dataclasses import dataclass, field
from typing import Literal

from server.fleet.roles import RoleGrant


@dataclass(frozen=True, slots=True)
class Directorate:
    """A cost centre; the same whatever it is called.

    `closed_from_s`: from when on nobody can be of it, None: it is open. Its people of then are of
    `merged_into_id`, if there were any.
    """

    directorate_id: int
    code: str
    name: str
    closed_from_s: int | None = None
    merged_into_id: int | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """A person with an account; `password_hash` is None for one who cannot sign in.

    `closed_at_s`: since when the account is closed, None while it is open. `roles`: those given and
    not withdrawn; of somebody who acts, those that hold now.
    """

    agent_id: int
    login: str
    full_name: str
    directorate_id: int
    directorate_code: str
    directorate_name: str
    password_hash: str | None = field(repr=False)
    closed_at_s: int | None = None
    roles: tuple[RoleGrant, ...] = ()
    email: str | None = None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role as a list shows it: whose, by whom and why; `given_by` None: by an operator."""

    grant: RoleGrant
    agent_id: int
    agent_name: str
    directorate_id: int
    directorate_code: str
    is_closed: bool
    given_by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Session:
    """That somebody signed in; `session_id` is a hash of the secret that the browser holds."""

    session_id: str
    started_at_s: int
    browser: str


@dataclass(frozen=True, slots=True)
class UsedCode:
    """That a person chose their password by a code; `given_by` None: an operator gave it."""

    given_by: str | None
    used_at_s: int


BlockedWhy = Literal["lost", "withdrawn", "replaced"]
BadgeDeed = Literal["given", "lost", "found", "withdrawn", "replaced"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A card of an agent; UID and key are secrets in the database and never printed.

    `key` is what the card proves itself with (AES-128), None for one known by its UID only.
    """

    badge_id: int
    agent_id: int
    uid: bytes = field(repr=False)
    key: bytes | None = field(default=None, repr=False)
    revoked_at_s: int | None = None


@dataclass(frozen=True, slots=True)
class EnrolledBadge:
    """A card of an agent as a page may show it: `ending` is the end of its UID, in hexadecimal.

    `issuer`: whose card it was first, a service's or the fleet's own; empty where nobody said.
    `why` it is blocked, if it is.
    """

    badge_id: int
    agent_id: int
    ending: str
    has_key: bool
    revoked_at_s: int | None
    why: BlockedWhy | None
    issuer: str


@dataclass(frozen=True, slots=True)
class BadgeAct:
    """What somebody (None: the operator) did with a badge, and who held it after that."""

    at_s: int
    what: BadgeDeed
    holder: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """From when to when (None: still) somebody holds a badge; from 0: as far as is known, ever."""

    holder: str
    from_s: int
    to_s: int | None


@dataclass(frozen=True, slots=True)
class TableImport:
    """A table that was taken in, by somebody or, None, by an operator.

    `can_be_undone`: unless it was used since.
    """

    import_id: int
    kind: str
    file_name: str
    new_count: int
    changed_count: int
    at_s: int
    by_name: str | None
    undone_at_s: int | None
    undone_by: str | None
    can_be_undone: bool
