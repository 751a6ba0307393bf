"""A heartbeat that says nothing new writes nothing, whatever was asked of the box once."""

import pytest

from server.clock import SystemClock
from server.gateway.conversation import Conversation
from server.gateway.pipeline import Pipeline
from server.store import BoxSecrets, BoxStatus, Store
from tests.fleet import NOW_S, fit_box
from tests.server.gateway.box_client import a_status


class StillClock(SystemClock):
    def __init__(self) -> None:
        self.at_s = NOW_S

    def now_ms(self) -> int:
        return self.at_s * 1000


async def test_an_order_that_has_expired_is_forgotten_and_costs_no_more_writes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets: BoxSecrets = await fit_box(store)
    box = await store.boxes.by_wire_id(secrets.wire_id)
    assert box is not None
    clock = StillClock()
    await store.commands.queue(box.box_id, "inhibit", NOW_S, NOW_S + 60)
    talk = Conversation(box, lambda _: None, store, Pipeline(store), clock)
    written, note_status = [], store.boxes.note_status

    async def note(box_id: int, said: BoxStatus, now_s: int) -> int:
        written.append(now_s)
        return await note_status(box_id, said, now_s)

    monkeypatch.setattr(store.boxes, "note_status", note)
    await talk.receive(a_status())
    for _ in range(2):  # by now it has expired, which is seen and written
        clock.at_s += 300
        await talk.receive(a_status())
    written.clear()
    for _ in range(3):
        clock.at_s += 300
        await talk.receive(a_status())
    assert written == []
