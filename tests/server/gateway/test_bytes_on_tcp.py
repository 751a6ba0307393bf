"""How many bytes the wire costs, counted by a relay between a real box's session and the server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from server.store import BoxSecrets
from shared_protocol import messages, records
from tests.server.gateway.box_client import BoxClient, a_status

MOST_HANDSHAKE_BYTES = 120
MOST_OVERHEAD_BYTES = 11


class Relay:
    """Passes bytes on and keeps what passed: `up` from the box, `down` to it."""

    def __init__(self, server_port: int) -> None:
        self.up = self.down = b""
        self._server_port = server_port

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        async with await asyncio.start_server(self._accept, "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        await asyncio.gather(
            self._pass(reader, far_writer, "up"), self._pass(far_reader, writer, "down")
        )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                setattr(self, direction, getattr(self, direction) + data)
                writer.write(data)
        writer.close()


def frame_sizes(stream: bytes) -> list[int]:
    """The size of each frame on the stream, its length field included."""
    sizes = []
    while stream:
        sizes.append(2 + int.from_bytes(stream[:2], "big"))
        stream = stream[sizes[-1] :]
    return sizes


async def test_a_handshake_and_a_frame_cost_no_more_on_tcp_than_promised(
    port: int, box: BoxSecrets
) -> None:
    relay = Relay(port)
    async with relay.running() as near_port:
        client = await BoxClient.connect(near_port, box)
        handshake = len(relay.up) + len(relay.down)
        relay.up = relay.down = b""
        said = [
            a_status(),
            messages.Records(1, 1, 0, [records.to_record(9, records.Odometer(5))] * 20),
        ]
        for message in said:
            client.send(message)
        while client.count(messages.Ack) < 2:
            await client.take()
        client.close()
    bodies_up = [len(messages.encode(message)) - 1 for message in said]
    bodies_down = [len(messages.encode(message)) - 1 for message in client.history]
    for direction, bodies in (("up", bodies_up), ("down", bodies_down)):
        frames = frame_sizes(getattr(relay, direction))
        assert len(frames) == len(bodies)
        over = {frame - body for frame, body in zip(frames, bodies, strict=True)}
        print(f"{direction}: {len(frames)} frames, {over} bytes over their bodies")
        assert max(over) <= MOST_OVERHEAD_BYTES
    print(f"handshake: {handshake} bytes")
    assert handshake <= MOST_HANDSHAKE_BYTES
