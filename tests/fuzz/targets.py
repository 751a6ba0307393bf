"""What is fuzzed: each target takes any bytes and may raise RemoteProtocolError, nothing else.

Import it under atheris' instrumentation only; see __main__.py.
"""

from collections.abc import Callable

from shared_protocol import limits, messages, records, sets
from shared_protocol.errors import RemoteProtocolError
from shared_protocol.framing import FrameReader
from shared_protocol.session import Received
from tests.shared_protocol.both.helpers import exchange, joined, make_box, make_server, work

Target = Callable[[bytes], None]


def frames(data: bytes) -> None:
    """A stream of frames, cut by the bytes themselves: no frame is out of bounds or made up."""
    reader = FrameReader()
    given = 0
    try:
        while data:
            size = 1 + data[0] % 61
            reader.feed(data[:size])
            given += len(data[:size])
            data = data[size:]
            while (payload := reader.next_frame(9, limits.MAX_FRAME_BYTES)) is not None:
                assert 9 <= len(payload) <= limits.MAX_FRAME_BYTES
                given -= 2 + len(payload)
            assert 0 <= reader.pending_bytes() == given
    except RemoteProtocolError:
        pass


def message(data: bytes) -> None:
    """A message: what is understood encodes to the same bytes again, later fields apart."""
    try:
        decoded, unread = messages.decode(data)
    except RemoteProtocolError:
        return
    if decoded is None:
        return
    assert messages.encode(decoded) == data[: len(data) - unread]


def record(data: bytes) -> None:
    """The body of a record: as `message`."""
    if not data:
        return
    try:
        body = records.decode_body(data[0], data[1:])
    except RemoteProtocolError:
        return
    if body is not None:
        assert data[1:].startswith(records.encode_body(body))


def grants(data: bytes) -> None:
    """A set of grants as a difference to another: it leads where it says."""
    half = len(data) // 2 // sets.GRANT_BYTES * sets.GRANT_BYTES
    old, new = (
        list({(g.badge_tag, g.grant_id): g for g in _grants(part)}.values())
        for part in (data[:half], data[half:])
    )
    held = {(g.badge_tag, g.grant_id): g for g in old}
    for part in sets.grant_changes(1, 2, old, new):
        for grant in part.grants:
            held.pop((grant.badge_tag, grant.grant_id), None)
            if grant.kind != messages.GRANT_REMOVED:
                held[grant.badge_tag, grant.grant_id] = grant
        assert messages.decode(messages.encode(part)) == (part, 0)
    assert sets.set_hash(sets.grants_to_bytes(list(held.values()))) == part.new_hash


def _grants(data: bytes) -> list[messages.Grant]:
    whole = sets.grants_from_bytes(data[: len(data) // sets.GRANT_BYTES * sets.GRANT_BYTES])
    return [grant for grant in whole if grant.kind != messages.GRANT_REMOVED]


def stranger(data: bytes) -> None:
    """A stranger's first bytes, at either end: nothing is delivered, little is kept."""
    for session in (make_server(), make_box()):
        work(session)
        try:
            events = session.receive_data(data, 0) + work(session)
            assert events == []
            assert session._reader.pending_bytes() <= limits.MAX_EARLY_BYTES
        except RemoteProtocolError:
            pass
        assert not session.established


def insider(data: bytes) -> None:
    """A peer that holds the keys and seals whatever it likes: decoded, skipped or closed."""
    for to_server in (True, False):
        box, server = joined()
        sender, receiver = (box, server) if to_server else (server, box)
        if not to_server:  # the server may speak once the box's first frame has opened
            box.send(messages.Records(1, 1, 0, []))
            exchange(box, server)
        plain = data[: limits.MAX_MESSAGE_BYTES] or b"\0"
        sealed = sender._sending.seal(b"", plain)
        try:
            events = receiver.receive_data(len(sealed).to_bytes(2, "big") + sealed, 0)
        except RemoteProtocolError:
            continue
        for event in events:
            if isinstance(event, Received):
                assert messages.type_of(event.message) == plain[0]


TARGETS: dict[str, Target] = {
    target.__name__: target for target in (frames, message, record, grants, stranger, insider)
}
