"""Our handshake against the PyPI package noiseprotocol, which takes our AEAD as a plug-in.

That package computes the pattern, the hashes and the X25519; only the cipher is ours, because it
knows no AES-CCM.
"""

import json
import os
import warnings
from pathlib import Path

import pytest

from shared_protocol.crypto import AesCcm
from shared_protocol.framing import frame
from shared_protocol.messages import Ack, Time, decode, encode
from shared_protocol.session import Established, Received, Session
from tests.support import skip_or_fail

try:
    from noise.backends.default.backend import DefaultNoiseBackend
    from noise.connection import Keypair, NoiseConnection
    from noise.functions.cipher import Cipher
except ImportError:
    skip_or_fail("missing package: noiseprotocol")

KEY = bytes(range(32))
BOX_ID = bytes(range(8))
HELLO = bytes([1, 1]) + BOX_ID + bytes([0, 3])
VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"


class AesCcm8(Cipher):
    """Our AEAD in the form in which the package wants a cipher."""

    @property
    def klass(self) -> type[AesCcm]:
        return AesCcm

    def encrypt(self, k: bytes, n: int, ad: bytes | None, plaintext: bytes) -> bytes:
        return self.cipher.seal(bytes(4) + n.to_bytes(8, "big"), ad or b"", bytes(plaintext))

    def decrypt(self, k: bytes, n: int, ad: bytes | None, ciphertext: bytes) -> bytes:
        return self.cipher.open(bytes(4) + n.to_bytes(8, "big"), ad or b"", bytes(ciphertext))


class Backend(DefaultNoiseBackend):
    def __init__(self) -> None:
        super().__init__()
        self.ciphers["AESCCM8"] = AesCcm8


def stranger(
    initiator: bool, key: bytes = KEY, hello: bytes = HELLO, ephemeral: bytes = b""
) -> NoiseConnection:
    """The package's end of a connection, ready for message 1."""
    connection = NoiseConnection.from_name(b"Noise_NNpsk0_25519_AESCCM8_SHA256", Backend())
    connection.set_psks(psk=key)
    connection.set_prologue(hello)
    if ephemeral:
        connection.set_keypair_from_private_bytes(Keypair.EPHEMERAL, ephemeral)
    if initiator:
        connection.set_as_initiator()
    else:
        connection.set_as_responder()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns, rightly, of a fixed ephemeral key
        connection.start_handshake()
    return connection


def work(session: Session) -> list[tuple[object, ...]]:
    events = []
    while session.next_deadline() == 0:
        events += session.step(0)
    return events


def payload(data: bytes) -> bytes:
    assert len(data) == 2 + int.from_bytes(data[:2], "big")
    return data[2:]


def test_our_box_speaks_with_a_stranger_as_server() -> None:
    box = Session.box(BOX_ID, KEY, 3, os.urandom, 0)
    work(box)
    first = payload(box.bytes_to_send())
    assert first[:12] == HELLO
    server = stranger(initiator=False)
    assert server.read_message(first[12:]) == b""
    box.receive_data(frame(bytes(server.write_message())), 0)
    assert work(box) == [Established(BOX_ID, 3)]
    for seq in range(3):
        sealed = server.encrypt(encode(Ack(1, seq, 0)))
        assert box.receive_data(frame(sealed), 0) == [Received(Ack(1, seq, 0))]


def test_our_server_speaks_with_a_stranger_as_box() -> None:
    server = Session.server(lambda box_id, generation: KEY, os.urandom, 0)
    box = stranger(initiator=True)
    server.receive_data(frame(HELLO + bytes(box.write_message())), 0)
    work(server)
    assert box.read_message(payload(server.bytes_to_send())) == b""
    status = json.loads((VECTORS / "messages.json").read_text())[0]
    sealed = box.encrypt(bytes.fromhex(status["hex"]))
    events = server.receive_data(frame(sealed), 0)
    assert events[0] == Established(BOX_ID, 3)
    for time_s in range(3):
        server.send(Time(time_s, 0, 9))
        assert decode(box.decrypt(payload(server.bytes_to_send()))) == (Time(time_s, 0, 9), 0)


def test_a_stranger_with_another_key_or_prologue_is_refused() -> None:
    for key, hello in ((bytes(32), HELLO), (KEY, HELLO[:-1] + b"\x04")):
        server = Session.server(lambda box_id, generation: KEY, os.urandom, 0)
        box = stranger(initiator=True, key=key, hello=hello)
        with pytest.raises(Exception, match="bad_tag"):
            server.receive_data(frame(HELLO + bytes(box.write_message())), 0)


def test_the_golden_connection_comes_out_of_the_stranger_too() -> None:
    """Every frame of the vector, both directions, sealed by the package."""
    vector = json.loads((VECTORS / "connection.json").read_text())
    key = bytes.fromhex(vector["key"])
    hello = payload(bytes.fromhex(vector["frames"][0]["frame"]))[:12]
    ends = {
        "box": stranger(True, key, hello, bytes.fromhex(vector["box_ephemeral"])),
        "server": stranger(False, key, hello, bytes.fromhex(vector["server_ephemeral"])),
    }
    first = bytes(ends["box"].write_message())
    ends["server"].read_message(first)
    second = bytes(ends["server"].write_message())
    ends["box"].read_message(second)
    produced = [frame(hello + first).hex(), frame(second).hex()]
    for step in vector["frames"][2:]:
        produced.append(frame(ends[step["from"]].encrypt(bytes.fromhex(step["plain"]))).hex())
    assert produced == [step["frame"] for step in vector["frames"]]
