"""The golden vectors, reproduced on both interpreters: a changed byte here is another protocol."""

import json

from shared_protocol import crypto, messages, records, sets, x25519
from shared_protocol.badges import badge_tag
from shared_protocol.session import Session
from tests.shared_protocol.both.helpers import work

VECTORS = __file__.rsplit("/", 2)[0] + "/vectors/"


def load(file):
    with open(VECTORS + file) as stream:
        return json.load(stream)


def unhex(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


def values(layout, fields):
    """Fields of a vector as Python values: hex becomes bytes where the layout says so."""
    return [
        bytes.fromhex(field) if letter in "8abk" else field for letter, field in zip(layout, fields)
    ]


def test_the_primitives():
    vectors = load("primitives.json")
    for vector in vectors["sha256"]:
        data, digest = unhex(vector, "data", "digest")
        assert crypto.sha256(data) == digest
    for vector in vectors["hmac_sha256"]:
        key, data, mac = unhex(vector, "key", "data", "mac")
        assert crypto.hmac_sha256(key, data) == mac
    for vector in vectors["hkdf"]:
        chaining_key, material, begins = unhex(vector, "chaining_key", "material", "begins")
        keys = crypto.hkdf(chaining_key, material, vector["count"])
        assert b"".join(keys)[: len(begins)] == begins
    for vector in vectors["aes_ccm"]:
        key, nonce, associated, plain, sealed = unhex(
            vector, "key", "nonce", "associated", "plain", "sealed"
        )
        assert crypto.AesCcm(key).seal(nonce, associated, plain) == sealed
        assert crypto.AesCcm(key).open(nonce, associated, sealed) == plain
    for vector in vectors["x25519"]:
        scalar, point, product = unhex(vector, "scalar", "point", "product")
        for implementation in (crypto.X25519, x25519.X25519):
            multiplication = implementation(scalar, point)
            while not multiplication.step():
                pass
            assert multiplication.result == product


def test_the_messages():
    for vector in load("messages.json"):
        message_class, layout, item_class, item_layout = messages.TABLE[int(vector["name"][:2], 16)]
        fields = values(layout, vector["fields"])
        if item_class is not None:
            items = vector["fields"][-1]
            fields.append([item_class(*values(item_layout, item)) for item in items])
        message = message_class(*fields)
        (data,) = unhex(vector, "hex")
        assert messages.encode(message) == data, vector["meaning"]
        assert messages.decode(data) == (message, 0), vector["meaning"]


def test_the_records():
    for vector in load("records.json"):
        kind = int(vector["name"].split(" ")[0])
        record_class, layout = records.KINDS[kind]
        record = record_class(*values(layout, vector["fields"]))
        (body,) = unhex(vector, "hex")
        assert records.encode_body(record) == body, vector["meaning"]
        assert records.decode_body(kind, body) == record, vector["meaning"]


def test_the_names_of_badges_of_sets_of_grants_and_of_histories():
    vectors = load("names.json")
    for vector in vectors["badge_tag"]:
        badge_key, uid, tag = unhex(vector, "badge_key", "uid", "tag")
        assert badge_tag(badge_key, uid) == tag
    for vector in vectors["grants_hash"]:
        grants = [messages.Grant(*values(messages.GRANT_LAYOUT, row)) for row in vector["grants"]]
        assert sets.set_hash(sets.grants_to_bytes(grants)) == bytes.fromhex(vector["hash"])
    for vector in vectors["chain"]:
        chain = vector["before"]
        for kind, time_s, body in vector["records"]:
            chain = messages.chained(chain, records.Record(kind, time_s, bytes.fromhex(body)))
        assert chain == vector["chain"]


def test_a_whole_connection():
    vector = load("connection.json")
    box_id, key, box_secret, server_secret = unhex(
        vector, "box_id", "key", "box_ephemeral", "server_ephemeral"
    )
    box = Session.box(box_id, key, vector["generation"], lambda count: box_secret, 0)
    server = Session.server(lambda box_id, generation: key, lambda count: server_secret, 0)
    for step in vector["frames"]:
        sender, receiver = (box, server) if step["from"] == "box" else (server, box)
        work(sender)
        message = None
        if "plain" in step:
            message, _ = messages.decode(bytes.fromhex(step["plain"]))
            sender.send(message)
        (data,) = unhex(step, "frame")
        assert sender.bytes_to_send() == data, step["meaning"]
        events = receiver.receive_data(data, 0)
        assert message is None or events[-1].message == message
        work(receiver)
