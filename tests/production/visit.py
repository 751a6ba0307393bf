"""What people and a car's box do at a machine, from outside: run in its network by the test.

python -m tests.production.visit pages CERTIFICATE LOGIN PASSWORD
python -m tests.production.visit box IDENTITY FIRST_SEQ
"""

import asyncio
import json
import os
import socket
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.request import HTTPSHandler, build_opener

from server.store import BoxSecrets
from shared_protocol.messages import Ack
from shared_protocol.records import Odometer, to_record
from tests.person import Person
from tests.server.gateway.box_client import BoxClient

SITE = "parc.example.org"


def pages(certificate: str, login: str, password: str) -> None:
    """Sign in over TLS and print the first page's title line, and whether it is for TLS only."""
    os.environ["SSL_CERT_FILE"] = certificate
    found = socket.getaddrinfo

    def here(host: Any, *rest: Any, **named: Any) -> Any:
        return found("127.0.0.1" if host == SITE else host, *rest, **named)

    socket.getaddrinfo = here
    trusting = HTTPSHandler(context=ssl.create_default_context(cafile=certificate))
    with build_opener(trusting).open(f"https://{SITE}/connexion", timeout=20) as answer:
        only_tls = answer.headers["Strict-Transport-Security"]
    person = Person(f"https://{SITE}", login, password, timeout_s=20)
    print(json.dumps({"only_tls": only_tls, "page": person.page("/")}))


async def box(identity: str, first_seq: str) -> None:
    """Connect as the box of this identity, report one record; print what was acknowledged."""
    read = json.loads(Path(identity).read_text())
    secrets = BoxSecrets(
        box_id=0,
        vehicle_id=0,
        wire_id=bytes.fromhex(read["box_id"]),
        key=bytes.fromhex(read["key"]),
        generation=read["generation"],
        badge_key=bytes.fromhex(read["badge_key"]),
    )
    client = await BoxClient.connect(7400, secrets)
    seq = int(first_seq)
    await client.greet(lowest_seq=seq, next_seq=seq + 1)
    told = [to_record(1_790_000_000, Odometer(1000 * seq))]
    client.send(client.batch(1, seq, told))
    async with asyncio.timeout(20):  # a new key may come before, which this box does not take up
        while not acknowledged(client, seq):
            await client.take()
    print(seq)
    client.close()


def acknowledged(client: BoxClient, seq: int) -> bool:
    return any(isinstance(one, Ack) and one.seq >= seq for one in client.history)


if __name__ == "__main__":
    if sys.argv[1] == "pages":
        pages(*sys.argv[2:])
    else:
        asyncio.run(box(*sys.argv[2:]))
