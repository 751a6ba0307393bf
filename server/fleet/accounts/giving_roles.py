"""What speaks against giving somebody a role. Never here: what a role allows (fleet/roles)."""

from collections.abc import Collection, Iterable, Mapping

from server.fleet.refusals import Reason, Refusal
from server.fleet.roles import RIGHTS, Right, Role, RoleGrant, reach

MAX_REASON_LENGTH = 200


def against_giving(
    own: Iterable[RoleGrant] | None,
    given: RoleGrant,
    reason: str,
    cars_of_site: Mapping[int, Collection[int]],
    now_s: int,
) -> list[Refusal]:
    """Return what speaks against giving somebody a role.

    Nobody gives what they do not have: each right of it, there, and for as long.

    Args:
        own: the roles of who gives it; None: an operator, who has all.
        given: what is to be given.
        reason: why, or for which job.
        cars_of_site: which cars belong where.
        now_s: the present.
    """
    against = []
    if given.to_s is not None and given.to_s <= max(now_s, given.from_s):
        word = Reason.IN_THE_PAST if given.to_s <= now_s else Reason.END_BEFORE_START
        against.append(Refusal("to_s", word))
    if given.role is Role.TECHNICIAN and given.to_s is None:
        against.append(Refusal("to_s", Reason.ROLE_NEEDS_END))
    if not reason:
        against.append(Refusal("reason", Reason.REASON_MISSING, {"letters": MAX_REASON_LENGTH}))
    if own is not None:
        lasting = [each for each in own if each.outlasts(max(given.from_s, now_s), given.to_s)]
        reaches = (reach(lasting, right) for right in RIGHTS[given.role] | {Right.GIVE_ROLES})
        if not all(r is not None and r.takes_in(given.scope, cars_of_site) for r in reaches):
            against.append(Refusal("role", Reason.GIVES_TOO_MUCH))
    return against
