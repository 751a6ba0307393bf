"""What the server says to a box that has proved who it is.

    Status  -> Ack of what is held, or an Epoch for a box that has none or lost its count;
               Time; then, or at the next refresh if it is the first: card keys and Grants, or what
               changed of these, if the box holds another set; its next key; unanswered commands
    Records -> Ack, once they are committed; with the last of them, commands that waited for it
    refresh -> card keys, grants, key and commands, if these changed
    each hour -> Time

Never here: bytes, sockets, keys, SQL.
"""

import logging
from collections.abc import Callable, Sequence

from server.clock import Clock
from server.fleet import grants
from server.fleet.commands import ENDS_TRIP
from server.fleet.model.boxes import Command
from server.gateway.pipeline import Pipeline
from server.gateway.translate import COMMAND_KINDS, driver_tag, status_of
from server.gateway.wanted import Lookout, Wanted, keys_behind, keys_hash
from server.store import BoxAccount, BoxStatus, Held, SentGrants, Store
from server.store.boxes import NextKey
from shared_protocol import messages, sets
from shared_protocol.errors import RemoteProtocolError
from shared_protocol.limits import MAX_CARD_KEYS, MAX_SEQ
from shared_protocol.messages import CardKey

_log = logging.getLogger(__name__)

TIME_EVERY_MS = 3_600_000  # a box's own crystal drifts less than a second in that
DOUBT_AGAIN_MS = 60_000
GRANTS_RENEW_S = 24 * 3600  # so a box in coverage always has six days or more
GRANTS_REPEAT_S = 300  # a box that does not take a set, of grants or keys, is not flooded with it
# A box takes the connection for dead 30 s after a heartbeat that nobody answered; then it is back.
HEARTBEAT_MARGIN_S = 60
LONGEST_HEARTBEAT_S = 1_500  # of a box that has announced none on this connection
NO_BADGE = bytes(8)

Send = Callable[[tuple[object, ...]], None]


class Conversation:
    """One established connection's talk.

    Args:
        box: who the peer is.
        send: puts a message on its way.
        store: what is known.
        pipeline: where records go.
        clock: the time.
        stretch: names for how long that has not jumped; 0: it is not to be told now.
    """

    def __init__(
        self,
        box: BoxAccount,
        send: Send,
        store: Store,
        pipeline: Pipeline,
        clock: Clock,
        stretch: Callable[[], int] = lambda: 1,
    ) -> None:
        self.box = box
        self.next_due_ms: int | None = None  # on the clock's monotonic scale
        self.silent_from_ms = 0  # then a box that has said nothing more is gone
        self._heartbeat_s = LONGEST_HEARTBEAT_S
        self._send = send
        self._store = store
        self._pipeline = pipeline
        self._clock = clock
        self._stretch = stretch
        self._status: messages.Status | None = None
        self._epoch_sent = False  # and not yet taken: the records of this Status have no name
        self._whole_hash = b""  # of the last whole set of grants sent on this connection
        self._change_hash = b""  # of the set that a change under way leads to
        self._tags_behind: set[bytes] = set()  # whom the box may still know from an older set
        self._keys_behind: dict[bytes, CardKey | None] = {}  # as far as they were looked for
        self._card_keys_sent = (bytes(8), -GRANTS_REPEAT_S)  # hash of the last set, and when
        self._lookout = Lookout(store, box)
        # As of the last look, and of what was sent since.
        self._sent: SentGrants | None = None
        self._next_key: NextKey | None = None
        self._orders: tuple[Command, ...] = ()
        self._revocation = 0  # the newest that the box has confirmed
        self._known = (0, b"")  # as of which news the box held which set, as far as it is noted
        self._noted: BoxStatus | None = None  # what is kept of its last Status
        self._sent_key_generation = 0
        self._sent_command_id = 0
        self._heard()

    @property
    def is_new(self) -> bool:
        """Say whether its first Status was answered and a `refresh` is to follow."""
        return self._status is not None and self._lookout.is_first

    async def receive(self, message: tuple[object, ...]) -> None:
        """Answer one message; RemoteProtocolError when it breaks the order."""
        if isinstance(message, messages.Heartbeat):
            self._heartbeat_s = message.interval_s
            self._send(messages.HeartbeatSeen())
            self._store.boxes.hear(self.box.box_id, self._clock.now_s())
        self._heard()
        if isinstance(message, messages.Heartbeat):
            await self.refresh()
        elif isinstance(message, messages.Status):
            await self._take_status(message)
        elif isinstance(message, messages.Records):
            await self._take_records(message)

    async def refresh(self) -> None:
        """Send grants, key and commands that the box does not have."""
        if self._status is None:
            return  # it comes first, and says what the box has
        wanted = await self._look()
        await self._offer_grants(self._status, wanted)
        self._offer_key()
        await self._offer_commands(self._status)

    def tick(self) -> None:
        """Send what is due by the hour."""
        now_ms = self._clock.monotonic_ms()
        if self.next_due_ms is not None and now_ms >= self.next_due_ms:
            self._tell_time()

    def _heard(self) -> None:
        left_s = self._heartbeat_s + HEARTBEAT_MARGIN_S
        self.silent_from_ms = self._clock.monotonic_ms() + 1000 * left_s

    async def _take_status(self, status: messages.Status) -> None:
        before, self._status = self._status, status
        self._change_hash = b""  # this answers it
        held = await self._note(status_of(status))
        if held is not None and (before is None or before.epoch != status.epoch):
            await self._say_held(before, status, held)
        if before is None:
            self._tell_time()
        else:
            await self.refresh()

    async def _note(self, said: BoxStatus) -> Held | None:
        """Keep what a box says of itself: at once what is new, with others' that it was heard.

        Returns what is held of its records; None when it said nothing new.
        """
        now_s = self._clock.now_s()
        awaited = tuple(
            order
            for order in self._orders
            if order.command_id <= said.command_id or order.expires_at_s > now_s
        )
        if said == self._noted and awaited == self._orders:
            self._store.boxes.hear(self.box.box_id, now_s)
            return None
        held = await self._store.boxes.note_status(self.box.box_id, said, now_s)
        self._noted, self._orders = said, awaited  # those that expired are noted too
        return held

    async def _look(self) -> Wanted:
        """Return what the box should hold now."""
        wanted, facts = await self._lookout.look(self._clock.now_s())
        if facts is not None:
            self._sent, self._next_key, self._orders = facts.sent, facts.next_key, facts.orders
            self._revocation = facts.revocation_confirmed
            self._keys_behind.clear()
        return wanted

    async def _say_held(
        self, before: messages.Status | None, status: messages.Status, held: Held
    ) -> None:
        name = self.box.wire_id.hex()
        self._epoch_sent = (
            status.epoch == 0
            or status.next_seq <= held.seq
            # An older image may still have what was noted as lost: in another epoch it can tell.
            or status.lowest_seq <= await self._store.records.lost_to(self.box.box_id, status.epoch)
        )
        if self._epoch_sent:
            epoch = await self._store.boxes.allot_epoch(self.box.box_id)
            if status.epoch:
                _log.error("box %s is an older image: it goes on in epoch %d", name, epoch)
            elif before is not None:
                _log.error("box %s tells another life: it goes on in epoch %d", name, epoch)
            self._send(messages.Epoch(epoch))
            return
        if status.lowest_seq > held.seq + 1:
            first, last = held.seq + 1, status.lowest_seq - 1
            _log.error("box %s: records %d to %d are lost", name, first, last)
        self._send(messages.Ack(status.epoch, held.seq, held.chain or 0))

    async def _take_records(self, batch: messages.Records) -> None:
        if self._status is None or batch.epoch != self._status.epoch or batch.first_seq < 1:
            raise RemoteProtocolError("records_unannounced")
        if batch.first_seq + len(batch.records) - 1 > MAX_SEQ:
            raise RemoteProtocolError("records_seq")  # no Ack could name them
        if self._epoch_sent:
            return  # they come again under their new name
        held = await self._pipeline.accept(
            self.box,
            batch.epoch,
            batch.first_seq,
            self._status.lowest_seq,
            batch.records,
            self._clock.now_s(),
            batch.chain,
        )
        self._noted = None  # they tell of the relay, too
        self._send(messages.Ack(batch.epoch, held.seq, held.chain or 0))
        if held.seq + 1 >= self._status.next_seq:
            await self._reread_orders()
            await self._offer_commands(self._status)

    def _tell_time(self) -> None:
        stretch = self._stretch()
        if not stretch:
            self.next_due_ms = self._clock.monotonic_ms() + DOUBT_AGAIN_MS
            return
        now_ms = self._clock.now_ms()
        self._send(messages.Time(now_ms // 1000, now_ms % 1000, stretch))
        self.next_due_ms = self._clock.monotonic_ms() + TIME_EVERY_MS

    async def _offer_grants(self, status: messages.Status, wanted: Wanted) -> None:
        now_s = self._clock.now_s()
        is_held = status.grants_hash == wanted.grants_hash
        if is_held:
            self._tags_behind.clear()
            self._keys_behind.clear()
            await self._note_revocations(wanted.revocation)
            if status.card_keys_hash == wanted.keys_hash:
                await self._note_knowledge(wanted)
        else:
            await self._look_behind(wanted)
        # Before the grants: no card is ever known by its UID alone because its key comes later. And
        # a key goes only when the box has confirmed that the grant has gone.
        self._offer_card_keys(status, wanted)
        sent = self._sent
        if sent is not None and sent.grants_hash == wanted.grants_hash:
            age_s = now_s - sent.sent_at_s
            if is_held and 0 <= age_s < GRANTS_RENEW_S:  # one sent in the future was misdated
                return
            if self._whole_hash == wanted.grants_hash and age_s < GRANTS_REPEAT_S:
                return
        if self._change_hash == wanted.grants_hash:
            return
        generation = await self._store.boxes.name_grants(
            self.box.box_id, wanted.grants_hash, wanted.grants_set, now_s
        )
        self._known = (0, b"")
        self._sent = SentGrants(wanted.grants_hash, wanted.grants_set, now_s)
        expires_s = now_s + grants.VALID_S
        due = sets.grants_from_bytes(wanted.grants_set)
        whole = sets.grant_parts(generation, expires_s, due)
        base = _set_behind(status, sent)
        if base is not None:
            changes = sets.grant_changes(generation, expires_s, base, due)
            if _items(changes) < _items(whole):
                self._change_hash = wanted.grants_hash
                self._send_all(changes)
                return
        self._whole_hash = wanted.grants_hash
        self._send_all(whole)

    async def _look_behind(self, wanted: Wanted) -> None:
        """Find the keys of those whom the box may still know from an older set."""
        store, box = self._store, self.box
        older = self._sent.grants_set if self._sent else None
        if older is not None and older != wanted.grants_set:
            self._tags_behind |= {grant.badge_tag for grant in sets.grants_from_bytes(older)}
        unread = self._tags_behind - self._keys_behind.keys()
        if unread:  # but whoever is in the new set has his key there
            unread -= {grant.badge_tag for grant in sets.grants_from_bytes(wanted.grants_set)}
        if unread:
            found = await store.in_reader(lambda: keys_behind(store, box, unread), "search")
            self._keys_behind |= {tag: found.get(tag) for tag in unread}

    async def _note_revocations(self, revocation: int) -> None:
        if self._revocation < revocation:
            now_s = self._clock.now_s()
            await self._store.boxes.note_revocations(self.box.box_id, revocation, now_s)
            self._revocation = revocation

    async def _note_knowledge(self, wanted: Wanted) -> None:
        newest = self._store.news.of_car(self.box.vehicle_id)
        known = (newest, wanted.grants_hash)
        if newest <= wanted.newest and known != self._known:
            await self._store.knowledge.note(self.box.box_id, wanted.newest, self._clock.now_s())
            self._known = known

    def _offer_card_keys(self, status: messages.Status, wanted: Wanted) -> None:
        keys, name, now_s = wanted.keys, wanted.keys_hash, self._clock.now_s()
        if self._keys_behind:
            known = {key.badge_tag for key in keys}
            older = [key for tag, key in self._keys_behind.items() if key and tag not in known]
            keys = (*keys, *older)[:MAX_CARD_KEYS]
            name = keys_hash(keys)
        sent_hash, sent_at_s = self._card_keys_sent
        if status.card_keys_hash == name:
            return
        if sent_hash == name and now_s - sent_at_s < GRANTS_REPEAT_S:
            return
        self._card_keys_sent = (name, now_s)
        self._send_all(sets.card_key_parts(keys))

    def _send_all(self, parts: Sequence[tuple[object, ...]]) -> None:
        for part in parts:
            self._send(part)

    def _offer_key(self) -> None:
        key = self._next_key
        if key is not None and key.generation > self._sent_key_generation:
            self._send(messages.NewKey(key.generation, key.key))
            self._sent_key_generation = key.generation

    async def _reread_orders(self) -> None:
        """Records may have answered what was asked, and somebody may have asked more."""
        if self._orders or self._lookout.is_behind:
            self._orders = await self._store.commands.queued(self.box.box_id)

    async def _offer_commands(self, status: messages.Status) -> None:
        now_s = self._clock.now_s()
        for order in self._orders:
            if order.command_id > status.command_id and order.expires_at_s <= now_s:
                continue  # not taken until now, it never will be
            if order.command_id <= self._sent_command_id:
                continue
            if order.kind in ENDS_TRIP and not await self._knows_all(status):
                return  # those behind it wait too: ids rise
            about = await self._driver_tag() if order.kind in ENDS_TRIP else NO_BADGE
            kind = COMMAND_KINDS[order.kind]
            self._send(messages.Command(order.command_id, order.expires_at_s, kind, about))
            self._sent_command_id = order.command_id

    async def _driver_tag(self) -> bytes:
        """Return how the box names the badge of its trip in progress."""
        body = await self._store.records.trip_start(self.box.box_id)
        return NO_BADGE if body is None else driver_tag(body)

    async def _knows_all(self, status: messages.Status) -> bool:
        """Say whether all that the box announced is here.

        Until then the trip that somebody asked to end may be over, and another person's begun.
        """
        held = await self._store.records.held_seq(self.box.box_id, status.epoch)
        return not self._epoch_sent and held + 1 >= status.next_seq


def _set_behind(status: messages.Status, sent: SentGrants | None) -> list[messages.Grant] | None:
    """Return the set that the box holds, if we know that set."""
    if sent is None or sent.grants_set is None or sent.grants_hash != status.grants_hash:
        return None
    return sets.grants_from_bytes(sent.grants_set)


def _items(parts: Sequence[messages.Grants] | Sequence[messages.GrantsChange]) -> int:
    return sum(len(part.grants) for part in parts)
