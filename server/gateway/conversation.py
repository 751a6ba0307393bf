"""What the server says to a box that has proved who it is.

    Status  -> Ack of what is held, or an Epoch for a box that has none or lost its count;
               Time; Grants, or what changed of them, if the box holds another set; its next key;
               unanswered commands
    Records -> Ack, once they are committed
    refresh -> grants, key and commands, if these changed
    each hour -> Time

Never here: bytes, sockets, keys, SQL.
"""

import logging
from collections.abc import Callable, Sequence

from server.clock import Clock
from server.fleet import grants
from server.gateway.pipeline import Pipeline
from server.gateway.translate import COMMAND_KINDS, status_of
from server.store import BoxAccount, SentGrants, Store
from shared_protocol import grant_sets, messages
from shared_protocol.badges import badge_tag
from shared_protocol.errors import RemoteProtocolError

_log = logging.getLogger(__name__)

TIME_EVERY_MS = 3_600_000  # a box's own crystal drifts less than a second in that
GRANTS_VALID_S = 7 * 24 * 3600  # a box without coverage decides by itself for a week
GRANTS_RENEW_S = 24 * 3600  # so a box in coverage always has six days or more
GRANTS_REPEAT_S = 300  # a box that does not take a set is not flooded with it
LAST_SEQ = 0xFFFFFFFF  # of an epoch: 4 bytes on the wire

Send = Callable[[tuple[object, ...]], None]


class Conversation:
    """One established connection's talk.

    Args:
        box: who the peer is.
        send: puts a message on its way.
        store: what is known.
        pipeline: where records go.
        clock: the time.
    """

    def __init__(
        self, box: BoxAccount, send: Send, store: Store, pipeline: Pipeline, clock: Clock
    ) -> None:
        self.box = box
        self.next_due_ms: int | None = None  # on the clock's monotonic scale
        self._send = send
        self._store = store
        self._pipeline = pipeline
        self._clock = clock
        self._status: messages.Status | None = None
        self._epoch_sent = False  # and not yet taken: the records of this Status have no name
        self._whole_hash = b""  # of the last whole set of grants sent on this connection
        self._change_hash = b""  # of the set that a change under way leads to
        self._sent_key_generation = 0
        self._sent_command_id = 0

    async def receive(self, message: tuple[object, ...]) -> None:
        """Answer one message; RemoteProtocolError when it breaks the order."""
        if isinstance(message, messages.Status):
            await self._take_status(message)
        elif isinstance(message, messages.Records):
            await self._take_records(message)

    async def refresh(self) -> None:
        """Send grants, key and commands that the box does not have."""
        if self._status is None:
            return  # it comes first, and says what the box has
        await self._offer_grants(self._status)
        await self._offer_key(self._status)
        await self._offer_commands(self._status)

    def tick(self) -> None:
        """Send what is due by the hour."""
        now_ms = self._clock.monotonic_ms()
        if self.next_due_ms is not None and now_ms >= self.next_due_ms:
            self._tell_time()

    async def _take_status(self, status: messages.Status) -> None:
        before, self._status = self._status, status
        self._change_hash = b""  # this answers it
        await self._store.note_status(self.box.box_id, status_of(status), self._clock.now_s())
        if before is None or before.epoch != status.epoch:
            await self._say_held(status)
        if before is None:
            self._tell_time()
        await self.refresh()

    async def _say_held(self, status: messages.Status) -> None:
        held = await self._store.held_seq(self.box.box_id, status.epoch)
        name = self.box.wire_id.hex()
        self._epoch_sent = status.epoch == 0 or status.next_seq <= held
        if self._epoch_sent:
            epoch = await self._store.allot_epoch(self.box.box_id)
            if status.epoch:
                _log.error("box %s lost its count: it goes on in epoch %d", name, epoch)
            self._send(messages.Epoch(epoch))
            return
        if status.lowest_seq > held + 1:
            _log.error("box %s: records %d to %d are lost", name, held + 1, status.lowest_seq - 1)
        self._send(messages.Ack(status.epoch, held))

    async def _take_records(self, batch: messages.Records) -> None:
        if self._status is None or batch.epoch != self._status.epoch or batch.first_seq < 1:
            raise RemoteProtocolError("records_unannounced")
        if batch.first_seq + len(batch.records) - 1 > LAST_SEQ:
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
        )
        self._send(messages.Ack(batch.epoch, held))

    def _tell_time(self) -> None:
        now_ms = self._clock.now_ms()
        self._send(messages.Time(now_ms // 1000, now_ms % 1000))
        self.next_due_ms = self._clock.monotonic_ms() + TIME_EVERY_MS

    async def _offer_grants(self, status: messages.Status) -> None:
        now_s = self._clock.now_s()
        wanted = await self._grants_due(now_s)
        grants_hash = grant_sets.grants_hash(wanted)
        sent = await self._store.sent_grants(self.box.box_id)
        if sent is not None and sent.grants_hash == grants_hash:
            age_s = now_s - sent.sent_at_s
            if status.grants_hash == grants_hash and age_s < GRANTS_RENEW_S:
                return
            if self._whole_hash == grants_hash and age_s < GRANTS_REPEAT_S:
                return
        if self._change_hash == grants_hash:
            return
        generation = await self._store.name_grants(
            self.box.box_id, grants_hash, grant_sets.to_bytes(wanted), now_s
        )
        expires_s = now_s + GRANTS_VALID_S
        whole = grant_sets.grant_parts(generation, expires_s, wanted)
        base = _set_behind(status, sent)
        if base is not None:
            changes = grant_sets.grant_changes(generation, expires_s, base, wanted)
            if _items(changes) < _items(whole):
                self._change_hash = grants_hash
                self._send_all(changes)
                return
        self._whole_hash = grants_hash
        self._send_all(whole)

    def _send_all(self, parts: Sequence[tuple[object, ...]]) -> None:
        for part in parts:
            self._send(part)

    async def _grants_due(self, now_s: int) -> list[messages.Grant]:
        bookings = await self._store.bookings_of_vehicle(self.box.vehicle_id, now_s)
        badges = await self._store.badges_of(booking.agent_id for booking in bookings)
        return [
            messages.Grant(
                grant.grant_id,
                badge_tag(self.box.badge_key, grant.uid),
                grant.not_before_s,
                grant.not_after_s,
                0,
            )
            for grant in grants.due(bookings, badges, now_s)
        ]

    async def _offer_key(self, status: messages.Status) -> None:
        if not status.features & messages.FEATURE_NEW_KEY:
            return
        key = await self._store.next_key(self.box)
        if key is not None and key.generation > self._sent_key_generation:
            self._send(messages.NewKey(key.generation, key.key))
            self._sent_key_generation = key.generation

    async def _offer_commands(self, status: messages.Status) -> None:
        now_s = self._clock.now_s()
        for command in await self._store.commands_for(self.box.box_id, status.command_id, now_s):
            if command.command_id <= self._sent_command_id:
                continue
            kind = COMMAND_KINDS[command.kind]
            self._send(messages.Command(command.command_id, command.expires_at_s, kind, bytes(8)))
            self._sent_command_id = command.command_id


def _set_behind(status: messages.Status, sent: SentGrants | None) -> list[messages.Grant] | None:
    """Return the set that the box holds, if it takes changes and we know that set."""
    if not status.features & messages.FEATURE_GRANTS_CHANGE:
        return None
    if sent is None or sent.grants_set is None or sent.grants_hash != status.grants_hash:
        return None
    return grant_sets.from_bytes(sent.grants_set)


def _items(parts: Sequence[messages.Grants] | Sequence[messages.GrantsChange]) -> int:
    return sum(len(part.grants) for part in parts)
