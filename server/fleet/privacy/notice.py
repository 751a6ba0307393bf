"""The notice that somebody has before first use: which version it is, and how they had it.

They take note of it; nothing is consented to, for the law is the basis. Its words stand on the page
(web/templates/privacy/notice.html). Never here: who has had it (store/notices).
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

TEXT = 2
"""Counts up whenever the words of the notice come to say something else."""

How = Literal["page", "paper"]


@dataclass(frozen=True, slots=True)
class Noted:
    """Somebody was informed by this version of the notice; `noted_by` is who says so.

    `at_s` is when, `noted_at_s` when it was written down; `noted_by` None: the operator.
    """

    version: str
    how: How
    at_s: int
    noted_at_s: int
    by_self: bool
    noted_by: str | None


def version_of(*said: object) -> str:
    """Name the notice that says these settings: who is responsible, what is kept how long.

    One that says something else has another name, and so is shown again.
    """
    digest = hashlib.sha256(repr(said).encode()).hexdigest()
    return f"{TEXT}-{digest[:8]}"
