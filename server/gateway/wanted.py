"""What a box should hold now: its grants and card keys, worked out once and right until news.

`of_box` costs a few queries and an HMAC for each badge, so it runs in a reader's thread; while
`is_current`, a heartbeat costs a comparison. Never here: sending, or what the box holds.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from server.fleet import grants
from server.gateway.tags import among
from server.gateway.translate import grant_of
from server.store import BoxAccount, Store
from server.store.access import AccessOfBox, Everywhere
from shared_protocol import messages, sets
from shared_protocol.badges import badge_tag
from shared_protocol.limits import MAX_CARD_KEYS, MAX_GRANTS
from shared_protocol.messages import CardKey


@dataclass(frozen=True, slots=True)
class Wanted:
    """The set of grants, as bytes and its name, and the keys of its cards, in order of weight.

    It is what the facts say as of the news numbered `newest`, from `since_s` until just before
    `until_s`, but for news about its own car.
    """

    grants_set: bytes
    grants_hash: bytes
    keys: tuple[CardKey, ...]
    keys_hash: bytes
    revocation: int
    everywhere: Everywhere
    newest: int
    since_s: int
    until_s: int

    def is_current(self, store: Store, vehicle_id: int, now_s: int) -> bool:
        """Say whether nothing of its own car has changed since, and no time has run out."""
        return store.news.of_car(vehicle_id) <= self.newest and self.since_s <= now_s < self.until_s


def wanted(box: BoxAccount, facts: AccessOfBox, now_s: int) -> Wanted:
    """Work out what a box should hold."""
    access = facts.car.access
    due = grants.due(access, now_s, MAX_GRANTS, MAX_CARD_KEYS)
    tags = {
        grant.uid: badge_tag(box.badge_key, grant.uid) for grant in due if grant.uid is not None
    }
    grants_set = sets.grants_to_bytes(
        [
            grant_of(grant, messages.EVERY_BADGE if grant.uid is None else tags[grant.uid])
            for grant in due
        ]
    )
    key_of = {badge.uid: badge.key for badge in access.badges if badge.key is not None}
    keys = tuple(CardKey(tag, key_of[uid]) for uid, tag in tags.items() if uid in key_of)
    return Wanted(
        grants_set,
        sets.set_hash(grants_set),
        keys,
        keys_hash(keys),
        facts.car.revocation,
        facts.car.everywhere,
        facts.car.newest,
        now_s,
        min(facts.car.until_s, grants.stay_until_s(access, now_s)),
    )


def renewed(store: Store, old: Wanted, now_s: int) -> Wanted | None:
    """Return the same as of the last news, if these were about other cars and change nothing here.

    Call it in the readers' lane "car".
    """
    everywhere, newest = store.access.everywhere(now_s)
    return replace(old, newest=newest) if everywhere is old.everywhere else None


def keys_behind(store: Store, box: BoxAccount, tags: Set[bytes]) -> dict[bytes, CardKey]:
    """Return the keys of those of these badges that have one, whether they may do anything or not.

    Call it in a reader's thread.
    """
    found = among(box, tags, store.badges.with_key())
    return {tag: CardKey(tag, badge.key) for tag, badge in found.items() if badge.key is not None}


def keys_hash(keys: Iterable[CardKey]) -> bytes:
    """Return the name of a set of card keys."""
    return sets.set_hash(sets.card_keys_to_bytes(list(keys)))
