"""What the server says to a box that has proved who it is.

    Status  -> Ack of what is held, Time, Grants if the box holds another set, waiting commands
    Records -> Ack, once they are committed
    refresh -> Grants and commands, if these changed
    each hour -> Time

Never here: bytes, sockets, keys, SQL.
"""

import logging
from collections.abc import Callable

from server.clock import Clock
from server.fleet import grants
from server.gateway.pipeline import Pipeline
from server.gateway.translate import COMMAND_KINDS, status_of
from server.store import BoxAccount, Store
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
        self._lost_count = False  # the box counts from below what is held: nothing may be dropped
        self._sent_hash = b""  # of the last set of grants on this connection
        self._sent_command_id = 0

    async def receive(self, message: tuple[object, ...]) -> None:
        """Answer one message; RemoteProtocolError when it breaks the order."""
        if isinstance(message, messages.Status):
            await self._take_status(message)
        elif isinstance(message, messages.Records):
            await self._take_records(message)

    async def refresh(self) -> None:
        """Send grants and commands that the box does not have."""
        if self._status is None:
            return  # it comes first, and says what the box has
        await self._offer_grants(self._status)
        await self._offer_commands(self._status)

    def tick(self) -> None:
        """Send what is due by the hour."""
        now_ms = self._clock.monotonic_ms()
        if self.next_due_ms is not None and now_ms >= self.next_due_ms:
            self._tell_time()

    async def _take_status(self, status: messages.Status) -> None:
        first = self._status is None
        self._status = status
        await self._store.note_status(self.box.box_id, status_of(status), self._clock.now_s())
        if first:
            await self._say_held(status)
            self._tell_time()
        await self.refresh()

    async def _say_held(self, status: messages.Status) -> None:
        held = await self._store.held_seq(self.box.box_id, status.epoch)
        self._lost_count = status.next_seq <= held
        name = self.box.wire_id.hex()
        if self._lost_count:
            _log.error(
                "box %s lost its count: none of its records is stored until it is given a new"
                " identity (voiturier box add --replace)",
                name,
            )
            return
        if status.lowest_seq > held + 1:
            _log.error("box %s: records %d to %d are lost", name, held + 1, status.lowest_seq - 1)
        self._send(messages.Ack(status.epoch, held))

    async def _take_records(self, batch: messages.Records) -> None:
        if self._status is None or batch.epoch != self._status.epoch or batch.first_seq < 1:
            raise RemoteProtocolError("records_unannounced")
        if batch.first_seq + len(batch.records) - 1 > LAST_SEQ:
            raise RemoteProtocolError("records_seq")  # no Ack could name them
        if self._lost_count:
            return
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
            if self._sent_hash == grants_hash and age_s < GRANTS_REPEAT_S:
                return
        generation = await self._store.name_grants(self.box.box_id, grants_hash, now_s)
        for part in grant_sets.grant_parts(generation, now_s + GRANTS_VALID_S, wanted):
            self._send(part)
        self._sent_hash = grants_hash

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

    async def _offer_commands(self, status: messages.Status) -> None:
        above_id = max(status.command_id, self._sent_command_id)
        now_s = self._clock.now_s()
        for command in await self._store.commands_for(self.box.box_id, above_id, now_s):
            kind = COMMAND_KINDS[command.kind]
            self._send(messages.Command(command.command_id, command.expires_at_s, kind))
            self._sent_command_id = command.command_id
