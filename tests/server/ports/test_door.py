"""Who connects is let in; a system without descriptors makes nobody spin."""

import asyncio
import errno
import logging
import os
import socket
from typing import Any

import pytest

from server.config import Address
from server.ports import door as doors
from server.ports.door import Door


class Greeter(asyncio.Protocol):
    """Says a word and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


class Poor:
    """A listening socket on a machine that has no descriptor left, so many times."""

    def __init__(self, listening: socket.socket, times: int) -> None:
        self._listening = listening
        self.left = times

    def accept(self) -> tuple[socket.socket, Any]:
        if self.left:
            self.left -= 1
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return self._listening.accept()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listening, name)


async def greeted(address: Address) -> bytes:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    async with asyncio.timeout(20):
        heard = await reader.read()
    writer.close()
    return heard


async def test_more_than_are_accepted_at_once_are_all_let_in() -> None:
    door = Door(Greeter)
    await door.open(Address("127.0.0.1", 0))
    heard = await asyncio.gather(*(greeted(door.address) for _ in range(3 * doors.AT_ONCE)))
    assert set(heard) == {b"hello"}
    door.close()


async def test_without_descriptors_one_line_is_logged_and_it_goes_on_when_there_are_some(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(doors, "_TRY_AGAIN_S", 0.01)
    made: list[Poor] = []
    create = socket.create_server

    def poor(*args: Any, **kw: Any) -> Any:
        made.append(Poor(create(*args, **kw), times=3))
        return made[0]

    monkeypatch.setattr(socket, "create_server", poor)
    door = Door(Greeter)
    await door.open(Address("127.0.0.1", 0))
    with caplog.at_level(logging.INFO):
        assert await greeted(door.address) == b"hello"
    assert caplog.messages == ["cannot accept a connection: Too many open files"] * 3
    door.close()


async def test_who_comes_to_a_closed_door_is_refused() -> None:
    door = Door(Greeter)
    await door.open(Address("127.0.0.1", 0))
    address = door.address
    assert door.is_open
    door.close()
    assert not door.is_open
    with pytest.raises(ConnectionRefusedError):
        await greeted(address)


async def test_a_connection_that_cannot_begin_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> asyncio.Protocol:
        raise RuntimeError("a fault of ours")

    door = Door(fails)
    await door.open(Address("127.0.0.1", 0))
    assert await greeted(door.address) == b""
    assert caplog.messages == ["a connection could not begin"]
    door.close()


async def test_an_address_that_is_taken_leaves_nothing_open() -> None:
    first, second = Door(Greeter), Door(Greeter)
    await first.open(Address("127.0.0.1", 0))
    with pytest.raises(OSError):
        await second.open(first.address)
    first.close()
    await second.open(first_address := Address("127.0.0.1", 0))
    assert second.address.port != first_address.port
    second.close()
