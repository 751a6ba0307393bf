"""A box as the server meets it: a real shared_protocol Session on a real TCP connection."""

import asyncio
import contextlib
import secrets
import time
from typing import Any, TypeVar

from server.store import BoxSecrets, Store
from shared_protocol import messages, records, sets
from shared_protocol.session import Established, Received, Session

M = TypeVar("M")
PATIENCE_S = 10.0


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class BoxClient:
    """One connection.

    `received` are messages not yet asked for, `history` all that came, `sent` the bytes that left.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: Session
    ) -> None:
        self.reader, self.writer, self.session = reader, writer, session
        self.received: list[Any] = []
        self.history: list[Any] = []
        self.sent = b""
        self.chains: dict[int, int] = {}  # seq -> as told or acknowledged on this connection

    @classmethod
    async def dial(
        cls,
        port: int,
        box: BoxSecrets,
        key: bytes | None = None,
        came_from: str = "127.0.0.1",
        says_hello: bool = True,
    ) -> "BoxClient":
        """Connect and say hello, or not yet; nothing has come back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(came_from, 0))
        session = Session.box(
            box.wire_id, key or box.key, box.generation, secrets.token_bytes, now_ms()
        )
        client = cls(reader, writer, session)
        if says_hello:
            client.work()
        return client

    @classmethod
    async def connect(cls, port: int, box: BoxSecrets) -> "BoxClient":
        """Connect and complete the handshake."""
        client = await cls.dial(port, box)
        await client.shake_hands()
        return client

    async def shake_hands(self) -> None:
        """Complete the handshake."""
        self.work()
        async with asyncio.timeout(PATIENCE_S):
            while not self.session.established:
                await self.take()

    async def greet(self, **status: Any) -> messages.Ack:
        """Send a Status and return the Ack that the server begins with."""
        self.send(a_status(**status))
        return await self.expect(messages.Ack)

    def send(self, message: tuple[object, ...]) -> None:
        self.session.send(message)
        self.work()

    def work(self) -> None:
        """Let the session do all it has to do, and write what it wants to send."""
        while self.session.next_deadline() == 0:
            self._keep(self.session.step(now_ms()))
        data = self.session.bytes_to_send()
        self.sent += data
        self.writer.write(data)

    async def take(self) -> None:
        """Read once; EOFError when the server has closed."""
        data = await self.reader.read(65536)
        if not data:
            raise EOFError
        self._keep(self.session.receive_data(data, now_ms()))
        self.work()

    def _keep(self, events: list[tuple[object, ...]]) -> None:
        for event in events:
            assert isinstance(event, Established | Received), event
            if isinstance(event, Received):
                self.received.append(event.message)
                self.history.append(event.message)
                if isinstance(event.message, messages.Ack):
                    self.chains[event.message.seq] = event.message.chain

    async def expect(self, kind: type[M]) -> M:
        """Return the next message, which must be of this kind once Time has been passed over."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self.received:
                    message = self.received.pop(0)
                    if isinstance(message, kind):
                        return message
                    assert isinstance(message, messages.Time | messages.Grants), message
                await self.take()

    async def report(self, epoch: int, first_seq: int, *bodies: tuple[object, ...]) -> messages.Ack:
        """Send records as one batch and return its Ack."""
        told = [records.to_record(1_790_000_000, body) for body in bodies]
        self.send(self.batch(epoch, first_seq, told))
        return await self.expect(messages.Ack)

    def batch(self, epoch: int, first_seq: int, told: list[records.Record]) -> messages.Records:
        """The message with these records, which follow on those told before."""
        before = self.chains.get(first_seq - 1, 0)
        for seq, record in enumerate(told, first_seq):
            self.chains[seq] = messages.chained(self.chains.get(seq - 1, 0), record)
        return messages.Records(epoch, first_seq, before, told)

    async def wait_closed(self) -> None:
        """Wait until the server has closed."""
        await until_closed(self.reader)
        self.writer.close()

    def count(self, kind: type[object]) -> int:
        """How many messages of this kind have come."""
        return sum(isinstance(message, kind) for message in self.history)

    def close(self) -> None:
        self.writer.close()


async def until_closed(reader: asyncio.StreamReader) -> None:
    """Wait until the server has closed, in whichever way TCP tells it."""
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionError):
            while await reader.read(65536):
                pass


def a_status(**changes: Any) -> messages.Status:
    values = {
        "firmware_version": "1.0",
        "clock_source": messages.CLOCK_GNSS,
        "time_s": 1_790_000_000,
        "epoch": 1,
        "lowest_seq": 1,
        "next_seq": 1000,
        "grants_generation": 0,
        "grants_hash": bytes(8),  # of no set there is
        "command_id": 0,
        "relay": records.RELAY_INHIBITED,
        "trip_open": 0,
        "card_keys_hash": sets.set_hash(b""),
    }
    return messages.Status(**(values | changes))


PLACE = (480_061_000, 1_996_000)


async def state_of(store: Store, command_id: int) -> str:
    def read() -> str:
        row = store._engine.reader().execute(
            "SELECT state FROM command WHERE command_id = ?", (command_id,)
        )
        return str(row.fetchone()[0])

    return await store.in_reader(read)


async def marker(client: BoxClient, epoch: int = 1) -> None:
    """Get an answer to something harmless: whatever the server says later was not said before."""
    client.send(messages.Records(epoch, 1, 0, []))
    await client.expect(messages.Ack)


async def whole(client: BoxClient) -> list[messages.Grant]:
    """All the grants of the set that comes next."""
    part = await client.expect(messages.Grants)
    grants = list(part.grants)
    while part.part < part.parts - 1:
        part = await client.expect(messages.Grants)
        grants += part.grants
    return grants


def confirms(grants: list[messages.Grant], **status: Any) -> messages.Status:
    return a_status(grants_hash=sets.set_hash(sets.grants_to_bytes(grants)), **status)
