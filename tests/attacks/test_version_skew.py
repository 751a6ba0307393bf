"""Tomorrow's box at today's server, and the reverse: real ends, one of them of a later version.

The later one says what SPEC.md allows it to say.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_protocol import messages
from shared_protocol.sets import grants_to_bytes, set_hash
from tests.attacks.box_and_server import Pair
from tests.attacks.other_version import (
    box_of_another_version,
    hear_the_box,
    hear_the_server,
    server_of_another_version,
    tell_the_box,
)
from tests.fleet import HOUR_S, NOW_S

VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"
LATER = json.loads((VECTORS / "later_messages.json").read_text())


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def test_tomorrows_box_is_served_by_todays_server(pair: Pair) -> None:
    box = box_of_another_version(pair)
    for step in LATER["box"]:
        pair.to_server(box.say(step["plain"]))
        assert pair.connection is not None, step["meaning"]
        hear_the_server(pair, box)
    assert box.heard[-1][:2] == (1, 4)
    assert isinstance(box.heard[-1], messages.Ack)
    stored = pair.rows("SELECT seq, kind, body FROM record ORDER BY seq")
    assert [(seq, kind) for seq, kind, _ in stored] == [(1, 6), (2, 200), (3, 3), (4, 6)]
    assert stored[0][2].hex() == "000003e877", "what is not understood is kept as it came"
    assert stored[1][2].hex() == "c0ffee"


def test_todays_box_lives_with_tomorrows_server(pair: Pair) -> None:
    server = server_of_another_version(pair)
    pair.box.record(1)
    for step in LATER["server"]:
        tell_the_box(pair, server, step["plain"])
    pair.wires.ms += 2000  # records wait a second for company
    pair.box.work()
    hear_the_box(pair, server)
    box = pair.box
    assert box.journal.epoch == 1
    grant = messages.Grant(bytes(range(1, 9)), 1, NOW_S, NOW_S + HOUR_S, messages.GRANT_BOOKING, 0)
    assert (box.grants.generation, box.grants.hash) == (8, set_hash(grants_to_bytes([grant])))
    assert box.commands.highest_id == 9
    told = [message for message in server.heard if isinstance(message, messages.Records)]
    assert told, "it goes on sending its records"
    results = [record for batch in told for record in batch.records if record.kind == 9]
    assert [record.body[:5].hex() for record in results] == ["0000000905"], "refused, and said so"
    assert box.session is not None
    assert box.session.skipped == 7
