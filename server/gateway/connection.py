"""One TCP connection of a box: its bytes, its Session, its turn to work.

A connection works when bytes came, a deadline is due or somebody woke it, one thing after the
other; then it waits. Until the first valid sealed frame it is nobody's: nothing is stored, no
older connection ends. The first fault of the peer closes it, with one log line that names the box
at most. Never here: what is said (conversation.py), what a frame is (shared_protocol).
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from server.app_keys import BoxCounts
from server.clock import Clock, Timer
from server.gateway.conversation import Conversation
from server.gateway.pipeline import Pipeline
from server.gateway.registry import Registry
from server.store import BoxAccount, Store, StoreError
from shared_protocol.errors import RemoteProtocolError
from shared_protocol.session import Established, Received, RekeyDue, Session

_log = logging.getLogger(__name__)

# What may wait while a batch is being committed; reading pauses above it. A box sends at most
# 2 KiB ahead of an acknowledgement.
MAX_INBOX_BYTES = 16 * 1024
# What may wait for a box that does not read: the largest set of grants and some. Beyond, close.
MAX_OUTBOX_BYTES = 64 * 1024


# How many at once may shake hands, be answered their first Status and then be looked at, 1 ms each
# time: when a whole fleet comes back, a page waits behind so many and not behind all.
_NEWCOMERS = 8


@dataclass(frozen=True, slots=True)
class Services:
    """What every connection uses; `newcomers` is held by those that have not been answered yet."""

    store: Store
    clock: Clock
    pipeline: Pipeline
    registry: Registry
    # Names for how long its clock has not jumped; 0: no box is to be told the time.
    stretch: Callable[[], int] = lambda: 1
    newcomers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_NEWCOMERS))
    # How many connections ended before anybody had proved who they are, by the reason's code.
    turned_away: Counter[str] = field(default_factory=Counter)

    def counts(self) -> BoxCounts:
        """Return how the boxes' port has fared."""
        return BoxCounts(len(self.registry), self.pipeline.committed, self.turned_away)


class Keeper(Protocol):
    """Who counts the connections."""

    def opened(self, connection: "Connection", address: str) -> None:
        """Take note of a stranger, and where it comes from."""

    def answered(self, connection: "Connection") -> None:
        """Take note that it has said a hello that only the holder of a key can have made."""

    def established(self, connection: "Connection") -> None:
        """Take note that it has proved who it is."""

    def closed(self, connection: "Connection") -> None:
        """Take note of its end."""


class Connection(asyncio.Protocol):
    """See the module.

    Args:
        services: shared with the others.
        keeper: told of its beginning, its proof and its end.
    """

    def __init__(self, services: Services, keeper: Keeper) -> None:
        self.received_bytes = 0
        self.sent_bytes = 0
        self.is_open = True
        self._services = services
        self._keeper = keeper
        self._inbox = bytearray()
        self._refresh_asked = False
        self._close_said = False
        self._awake = asyncio.Event()
        self._working = False
        self._timer: Timer | None = None
        self._timer_ms: int | None = None  # for when it is set
        self._conversation: Conversation | None = None
        self._session = Session.server(
            services.store.boxes.key, secrets.token_bytes, services.clock.monotonic_ms()
        )

    @property
    def vehicle_id(self) -> int | None:
        """Whose box it is the connection of, once that is proved."""
        return self._conversation.box.vehicle_id if self._conversation else None

    @property
    def is_idle(self) -> bool:
        """True when it waits for the peer, a deadline or a wake-up."""
        return not (self._working or (self.is_open and self._awake.is_set()))

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        address, port = transport.get_extra_info("peername")[:2]
        self._services.clock.watch(port, self)
        self._task = asyncio.create_task(self._run())
        self._keeper.opened(self, address)
        self._wake()  # so that one who never says a word has its deadline too

    def data_received(self, data: bytes) -> None:
        """Take bytes in; they are worked on in turn."""
        self.received_bytes += len(data)
        self._inbox += data
        if len(self._inbox) > MAX_INBOX_BYTES:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: the peer has closed, or we have."""
        self.is_open = False
        if not self._close_said:
            self._say_closed("by_peer")
        if self._timer is not None:
            self._timer.cancel()
        if self._conversation is not None:
            self._services.registry.release(self._conversation.box.box_id, self)
        self._keeper.closed(self)
        self._wake()

    # What the registry and the listener ask

    def refresh(self) -> None:
        """Look at once whether the box should be told something."""
        self._refresh_asked = True
        self._wake()

    def close(self, reason: str) -> None:
        """End the connection, saying why in the log."""
        if not self._close_said:
            self._say_closed(reason)
            self._transport.abort()

    def ended(self) -> "asyncio.Task[None]":
        """Return what is done when its work is over, a little after the connection's end."""
        return self._task

    def _say_closed(self, reason: str) -> None:
        """The one log line of a connection: the box at most, and a code.

        Strangers have a statement of their own, so that a flood of them leaves no box unsaid
        (server/log_limit.py).
        """
        self._close_said = True
        if self._conversation is None:
            self._services.turned_away[reason] += 1
            _log.info("box unknown: connection closed: %s", reason)
        else:
            box = self._conversation.box.wire_id.hex()
            _log.info("box %s: connection closed: %s", box, reason)

    # Its turn

    def _wake(self) -> None:
        self._awake.set()
        self._services.clock.stirred()

    async def _run(self) -> None:
        try:
            while self.is_open:
                self._working = False
                self._services.clock.stirred()
                await self._awake.wait()
                self._working = True
                self._awake.clear()
                if self._conversation is None or self._conversation.is_new:
                    async with self._services.newcomers:
                        await self._work()
                else:
                    await self._work()
        except RemoteProtocolError as error:
            self.close(error.reason_code)
        except StoreError as error:  # nothing was acknowledged: the box keeps it and comes back
            _log.error("%s", error)
            self.close("store_failed")
        except Exception:
            _log.exception("a connection failed")  # traceback lines hold no values
            self.close("internal_error")
        finally:
            self._working = False
            self._services.clock.stirred()

    async def _work(self) -> None:
        """Do all that can be done now."""
        if not self.is_open or self._transport.is_closing():
            return
        data = bytes(self._inbox)
        self._inbox.clear()
        self._transport.resume_reading()
        if data:
            await self._handle(await self._receive(data))
        clock = self._services.clock
        while (due_ms := self._session.next_deadline()) is not None:
            if due_ms > clock.monotonic_ms():
                break
            await self._handle(self._session.step(clock.monotonic_ms()))
            self._flush()
            if self._session.next_deadline() == 0:
                await asyncio.sleep(0)  # a peer that floods gets its turn, not everybody's
        if self._conversation is not None:
            if clock.monotonic_ms() >= self._conversation.silent_from_ms:
                self.close("silent")
                return
            if self._refresh_asked:
                self._refresh_asked = False
                await self._conversation.refresh()
            elif self._conversation.is_new:
                self.refresh()  # behind all that wait for their first answer
            self._conversation.tick()
        self._flush()
        self._set_timer()

    async def _receive(self, data: bytes) -> list[tuple[object, ...]]:
        now_ms = self._services.clock.monotonic_ms()
        if self._session.established:
            return self._session.receive_data(data, now_ms)
        # The hello makes the session look for a key: that reads the database, so in a reader.
        return await self._services.store.in_reader(
            lambda: self._session.receive_data(data, now_ms), lane="quick"
        )

    async def _handle(self, events: list[tuple[object, ...]]) -> None:
        for event in events:
            if isinstance(event, Established):
                await self._establish(event.box_id, event.generation)
            elif isinstance(event, Received):
                assert self._conversation is not None, "Established comes first"
                await self._conversation.receive(event.message)
            elif isinstance(event, RekeyDue):
                self.close("rekey_due")
                return
            self._flush()

    async def _establish(self, wire_id: bytes, generation: int) -> None:
        services = self._services
        box = await self._in_service(wire_id)
        if generation > box.generation:
            await services.store.boxes.key_proved(box.box_id, generation, services.clock.now_s())
            box = await self._in_service(wire_id)
        self._conversation = Conversation(
            box,
            self._send,
            services.store,
            services.pipeline,
            services.clock,
            services.stretch,
        )
        self._keeper.established(self)
        services.registry.claim(box.box_id, self)

    async def _in_service(self, wire_id: bytes) -> BoxAccount:
        """Return the box's account; one that was replaced since its hello is shown out."""
        box = await self._services.store.boxes.by_wire_id(wire_id)
        if box is None:
            raise RemoteProtocolError("box_retired")
        return box

    def _send(self, message: tuple[object, ...]) -> None:
        self._session.send(message)
        self._flush()

    def _flush(self) -> None:
        data = self._session.bytes_to_send()
        if not data or self._transport.is_closing():
            return
        if not self.sent_bytes:  # message 2: nobody gets one but for a valid message 1
            self._keeper.answered(self)
        self._transport.write(data)
        self.sent_bytes += len(data)
        if self._transport.get_write_buffer_size() > MAX_OUTBOX_BYTES:
            self.close("does_not_read")

    def _set_timer(self) -> None:
        if self._transport.is_closing():
            return
        due = [self._session.next_deadline()]
        if self._conversation is not None:
            due += [self._conversation.next_due_ms, self._conversation.silent_from_ms]
        due_ms = min((instant for instant in due if instant is not None), default=None)
        if due_ms == self._timer_ms:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if due_ms is None else self._services.clock.call_at(due_ms, self._ring)
        self._timer_ms = due_ms

    def _ring(self) -> None:
        self._timer_ms = None
        self._wake()
