"""A whole connection under MicroPython, compiled and in a capped heap; never imported by CPython.

Prints what importing the protocol costs and what stays alive with one box's session, in bytes after
a collection, then `done`.
"""

import gc


def alive() -> int:
    gc.collect()
    return gc.mem_alloc()


before = alive()
from shared_protocol import badges, messages, records, session  # noqa: E402, F401

print("import", alive() - before)

KEY = bytes(range(32))
before = alive()
box = session.Session.box(bytes(8), KEY, 1, lambda count: bytes(range(count)), 0)
print("session", alive() - before)
server = session.Session.server(
    lambda box_id, generation: KEY, lambda count: bytes(range(1, count + 1)), 0
)
for _ in range(3):
    for end in (box, server):
        while end.next_deadline() == 0:
            end.step(0)
    server.receive_data(box.bytes_to_send(), 0)
    box.receive_data(server.bytes_to_send(), 0)

# MAX_ITEMS_PER_PART: the image has the number where it is used, and no longer its name.
grants = [messages.Grant(bytes(8), i, 0, 1, 1, 0) for i in range(12)]
full = messages.Records(1, 1, 0, [records.Record(200, 0, bytes(245))] * 4)
box.send(full)
assert server.receive_data(box.bytes_to_send(), 0)[-1].message == full
server.send(messages.Grants(1, 1, 0, 1, grants))
assert box.receive_data(server.bytes_to_send(), 0)[-1].message.grants == grants
print("done")
