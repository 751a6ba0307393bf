"""Every byte a stranger can change, at both ends of a connection, exhaustively.

Whatever is done to the stream, the session delivers nothing of it, keeps no more than a bounded
buffer, and ends with RemoteProtocolError or waits for its deadline.
"""

from collections.abc import Callable, Iterator

import pytest

from shared_protocol import limits, messages
from shared_protocol.errors import LocalProtocolError, RemoteProtocolError
from shared_protocol.session import Received, Session
from tests.shared_protocol.both.helpers import exchange, make_box, make_server, work

STATUS = messages.Status("1.0", 0, 0, 1, 1, 1, 0, bytes(8), 0, 0, 0, bytes(8))
ACK = messages.Ack(1, 0, 0)

Stage = Callable[[], tuple[Session, bytes]]


def first_frame() -> tuple[Session, bytes]:
    """A fresh server, and a box's hello with message 1."""
    box = make_box()
    work(box)
    return make_server(), box.bytes_to_send()


def second_frame() -> tuple[Session, bytes]:
    """A box that said hello, and the server's message 2."""
    box, server = make_box(), make_server()
    work(box)
    server.receive_data(box.bytes_to_send(), 0)
    work(server)
    return box, server.bytes_to_send()


def from_the_box() -> tuple[Session, bytes]:
    """A server after the handshake, and the first sealed frame."""
    box, server = make_box(), make_server()
    exchange(box, server)
    box.send(STATUS)
    return server, box.bytes_to_send()


def from_the_server() -> tuple[Session, bytes]:
    """A box on an established connection, and a sealed frame of the server."""
    box, server = make_box(), make_server()
    exchange(box, server)
    box.send(STATUS)
    exchange(box, server)
    server.send(ACK)
    return box, server.bytes_to_send()


STAGES = (first_frame, second_frame, from_the_box, from_the_server)
stages = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)


def outcome(session: Session, data: bytes) -> str:
    """Feed, work, and tell how it ended; nothing may have been delivered."""
    was_established = session.established
    try:
        events = session.receive_data(data, 0) + work(session)
    except RemoteProtocolError as error:
        with pytest.raises(LocalProtocolError):
            session.step(0)
        return error.reason_code
    assert not any(isinstance(event, Received) for event in events)
    assert session.established == was_established
    assert session._reader.pending_bytes() <= limits.MAX_FRAME_BYTES + 2
    return ""


def changed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each single flipped bit."""
    for bit in range(8 * len(data)):
        copy = bytearray(data)
        copy[bit // 8] ^= 1 << bit % 8
        yield bit // 8, bytes(copy)


@stages
def test_every_flipped_bit_ends_the_session_or_leaves_it_waiting_for_the_rest(stage: Stage) -> None:
    _, whole = stage()
    for at, data in changed(whole):
        session, _ = stage()
        reason = outcome(session, data)
        # A length that promises more than comes is waited for; the deadline ends that.
        assert reason or (at < 2 and session._reader.pending_bytes()), at


@stages
def test_every_truncation_is_waited_for_and_ends_with_the_deadline(stage: Stage) -> None:
    _, whole = stage()
    for size in range(len(whole)):
        session, data = stage()
        assert outcome(session, data[:size]) == ""
        if not session.established:
            with pytest.raises(RemoteProtocolError, match="handshake_timeout"):
                session.step(limits.HANDSHAKE_TIMEOUT_MS)


@stages
def test_the_frame_of_any_other_stage_is_refused(stage: Stage) -> None:
    for other in STAGES:
        if other is stage:
            continue
        session, _ = stage()
        _, data = other()
        assert outcome(session, data), other.__name__


@pytest.mark.parametrize("stage", [from_the_box, from_the_server], ids=lambda s: s.__name__)
def test_a_sealed_frame_that_comes_twice_is_refused_the_second_time(stage: Stage) -> None:
    session, data = stage()
    events = session.receive_data(data, 0)
    assert isinstance(events[-1], Received)
    assert outcome(session, data) == "bad_tag"


@pytest.mark.parametrize("sender_is_box", [True, False])
def test_sealed_frames_in_any_other_order_are_refused_at_the_first_that_is_out_of_place(
    sender_is_box: bool,
) -> None:
    for order in ((1, 0, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0), (2, 0, 1), (0, 2), (1, 2)):
        box, server = make_box(), make_server()
        exchange(box, server)
        box.send(STATUS)
        exchange(box, server)
        sender, receiver = (box, server) if sender_is_box else (server, box)
        frames = []
        for _ in range(3):
            sender.send(STATUS if sender_is_box else ACK)
            frames.append(sender.bytes_to_send())
        in_place = next(i for i, number in enumerate(order) if i != number)
        for number in order[:in_place]:
            assert len(receiver.receive_data(frames[number], 0)) == 1
        assert outcome(receiver, frames[order[in_place]]) == "bad_tag"


def test_no_other_version_or_suite_is_spoken_and_none_is_offered() -> None:
    for at in (2, 3):
        for value in range(256):
            session, data = first_frame()
            copy = bytearray(data)
            if copy[at] == value:
                continue
            copy[at] = value
            assert outcome(session, bytes(copy)) == "hello_unsupported"


def test_a_point_of_low_order_ends_the_handshake_at_either_end() -> None:
    # RFC 7748, section 7: the points whose product with any scalar is zero.
    low = (
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        2**255 - 20,
        2**255 - 19,
        2**255 - 18,
    )
    for number in low:
        point = number.to_bytes(32, "little")
        session, data = first_frame()
        assert outcome(session, data[:14] + point + data[46:])
        session, data = second_frame()
        assert outcome(session, data[:2] + point + data[34:])
