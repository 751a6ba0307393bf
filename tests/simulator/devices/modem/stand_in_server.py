"""A server that upper-cases what it hears, and keeps in step with the world's clock.

Stands in for ours when the barrier itself is tried: `stand_in_server.py CLOCK_PATH` prints its
port. A line "close" makes it close; "later" makes it say LATER ten seconds after.
"""

import json
import socket
import sys
from pathlib import Path

listener = socket.create_server(("127.0.0.1", 0))
clock = socket.socket(socket.AF_UNIX)
clock.connect(str(Path(sys.argv[1])))
print(listener.getsockname()[1], flush=True)

links: dict[int, socket.socket] = {}
heard: dict[int, int] = {}
sent: dict[int, int] = {}
due: list[tuple[int, int]] = []  # (Unix ms, port)


def say(port: int, data: bytes) -> None:
    links[port].sendall(data)
    sent[port] += len(data)


for line in clock.makefile():
    question = json.loads(line)
    for text in question["streams"]:
        port = int(text)
        while port not in links:
            link, (_, peer) = listener.accept()
            links[peer], heard[peer], sent[peer] = link, 0, 0
    for ready in [entry for entry in due if entry[0] <= question["now_ms"]]:
        due.remove(ready)
        say(ready[1], b"LATER")
    for text, total in question["streams"].items():
        port = int(text)
        while heard[port] < total:
            data = links[port].recv(total - heard[port])
            heard[port] += len(data)
            if data == b"later":
                due.append((question["now_ms"] + 10_000, port))
            elif data == b"close":
                links[port].close()
            else:
                say(port, data.upper())
    answer = {
        text: {"sent": sent[int(text)], "open": links[int(text)].fileno() >= 0}
        for text in question["streams"]
    }
    next_ms = min((when for when, _ in due), default=None)
    clock.sendall(json.dumps({"streams": answer, "next_ms": next_ms}).encode() + b"\n")
