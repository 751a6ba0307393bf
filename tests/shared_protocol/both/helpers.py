"""What the protocol's tests share: two joined sessions and small tools. Runs on both interpreters.

Never imports pytest: MicroPython has none.
"""

from shared_protocol.session import Session

BOX_ID = b"\x10\x32\x54\x76\x98\xba\xdc\xfe"
GENERATION = 0x0103
KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))


def counting_random(seed):
    """A source of repeatable bytes: each call gives a block that was not given before."""
    state = [seed]

    def draw(count):
        state[0] += 1
        return bytes([(state[0] * 37 + i * 11) % 256 for i in range(count)])

    return draw


def make_box(key=KEY, now_ms=0, seed=1):
    return Session.box(BOX_ID, key, GENERATION, counting_random(seed), now_ms)


def make_server(now_ms=0, seed=101, key=KEY):
    def find_key(box_id, generation):
        return key if (box_id, generation) == (BOX_ID, GENERATION) else None

    return Session.server(find_key, counting_random(seed), now_ms)


def work(session, now_ms=0):
    """Call step() for as long as work is pending; the events."""
    events = []
    while session.next_deadline() == 0:
        events += session.step(now_ms)
    return events


def exchange(box, server, now_ms=0):
    """Carry bytes both ways until nobody has any more; (events of the box, of the server)."""
    box_events, server_events = [], []
    while True:
        box_events += work(box, now_ms)
        server_events += work(server, now_ms)
        up, down = box.bytes_to_send(), server.bytes_to_send()
        if not up and not down:
            return box_events, server_events
        if up:
            server_events += server.receive_data(up, now_ms)
        if down:
            box_events += box.receive_data(down, now_ms)


def joined():
    """A box and a server after the handshake; the server has not yet heard a sealed frame."""
    box, server = make_box(), make_server()
    exchange(box, server)
    return box, server


def fault_of(error_class, function, *arguments):
    """The reason code of the error that the call must raise."""
    try:
        function(*arguments)
    except error_class as error:
        return error.reason_code
    raise AssertionError("nothing was raised")
