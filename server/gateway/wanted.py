"""What a box should hold now: its grants and card keys, worked out once and right until news.

That costs a few queries and an HMAC for each badge, so it is done in a reader's thread; while it
stays right, a heartbeat costs a comparison. Never here: sending, or what the box holds.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from server.fleet import grants
from server.gateway.tags import among
from server.gateway.translate import grant_of, site_grant
from server.store import BoxAccount, Store
from server.store.access import AccessOfBox, Everywhere
from shared_protocol import messages, sets
from shared_protocol.badges import badge_tag
from shared_protocol.errors import RemoteProtocolError
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


class Lookout:
    """What one box should hold, for as long as its connection lasts.

    Args:
        store: what is known.
        box: whose.
    """

    def __init__(self, store: Store, box: BoxAccount) -> None:
        self._store = store
        self._box = box
        self._wanted: Wanted | None = None

    @property
    def is_first(self) -> bool:
        """Say whether the next look is the first."""
        return self._wanted is None

    @property
    def is_behind(self) -> bool:
        """Say whether something about the car has changed since the last look."""
        newest = self._store.news.of_car(self._box.vehicle_id)
        return self._wanted is None or newest > self._wanted.newest

    async def look(self, now_s: int) -> tuple[Wanted, AccessOfBox | None]:
        """Return what the box should hold now, and the facts if they had to be read anew.

        Raises:
            RemoteProtocolError: the box is in service no more.
        """
        old = self._wanted
        # No further than is judged: another process's change of this very car may be in the
        # database, and not yet among the news seen here.
        seen = self._store.news.newest
        if old is not None and not self.is_behind and old.since_s <= now_s < old.until_s:
            if old.newest == seen:
                return old, None
            # There are news of other cars; most say nothing to this one.
            everywhere, _ = await self._store.in_reader(
                lambda: self._store.access.everywhere(now_s), lane="car"
            )
            if everywhere is old.everywhere:
                self._wanted = replace(old, newest=seen)
                return self._wanted, None
        facts, wanted = await self._store.in_reader(lambda: self._read(now_s), lane="car")
        self._wanted = wanted
        return wanted, facts

    def _read(self, now_s: int) -> tuple[AccessOfBox, Wanted]:
        facts = self._store.access.of_box(self._box, now_s)
        if facts is None:
            raise RemoteProtocolError("box_retired")
        return facts, wanted_of(self._box, facts, now_s)


def wanted_of(box: BoxAccount, facts: AccessOfBox, now_s: int) -> Wanted:
    """Work out what a box should hold."""
    access = facts.car.access
    site = [site_grant(facts.car.site)] if facts.car.site else []
    due = grants.due(access, now_s, MAX_GRANTS - len(site), MAX_CARD_KEYS)
    tags = {
        grant.uid: badge_tag(box.badge_key, grant.uid) for grant in due if grant.uid is not None
    }
    grants_set = sets.grants_to_bytes(
        site
        + [
            grant_of(grant, messages.EVERY_BADGE if grant.uid is None else tags[grant.uid])
            for grant in due
        ]
    )
    key_of = {badge.uid: badge.key for badge in access.badges if badge.key is not None}
    cards = grants.cards_due(due, access.badges, MAX_CARD_KEYS)
    keys = tuple(CardKey(tags[uid], key_of[uid]) for uid in cards)
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


def keys_behind(store: Store, box: BoxAccount, tags: Set[bytes]) -> dict[bytes, CardKey]:
    """Return the keys of those of these badges that have one, whether they may do anything or not.

    Call it in a reader's thread.
    """
    found = among(box, tags, store.badges.with_key())
    return {tag: CardKey(tag, badge.key) for tag, badge in found.items() if badge.key is not None}


def keys_hash(keys: Iterable[CardKey]) -> bytes:
    """Return the name of a set of card keys."""
    return sets.set_hash(sets.card_keys_to_bytes(list(keys)))
