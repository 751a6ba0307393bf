"""News of a box's own car are never passed over, however its look falls between others' writes."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from server.gateway.wanted import Lookout
from server.store import BoxAccount, Store
from shared_protocol.errors import RemoteProtocolError
from tests.fleet import CAR, HOUR_S, NOW_S, OTHER_CAR, fit_box

LATER_S = NOW_S + 5 * HOUR_S


async def box_of(store: Store, box_id: int) -> BoxAccount:
    box = await store.boxes.by_wire_id((await store.boxes.secrets(box_id)).wire_id)
    assert box is not None
    return box


async def after_a_look_in_between(
    store: Store, data: Path, change: Callable[[Store], Awaitable[object]]
) -> Lookout:
    """Return the look-out of the first car, asked between another process's change and its news.

    Another car has news meanwhile, as in a fleet it always has.
    """
    await fit_box(store, CAR)
    await fit_box(store, OTHER_CAR)
    lookout = Lookout(store, await box_of(store, 1))
    await lookout.look(NOW_S)
    await store.boxes.rotate_key(2, NOW_S)
    command_line = Store.open(data)
    await change(command_line)
    await command_line.close()
    _, facts = await lookout.look(NOW_S)  # a heartbeat: the change has no number here yet
    assert facts is None
    await store.boxes.keep_heard()  # each second: now it has
    return lookout


async def test_an_order_is_seen_though_the_box_looked_before_its_number_was_known(
    store: Store, tmp_path: Path
) -> None:
    lookout = await after_a_look_in_between(
        store,
        tmp_path / "data",
        lambda other: other.commands.queue(1, "inhibit", NOW_S, LATER_S),
    )
    assert lookout.is_behind
    _, facts = await lookout.look(NOW_S)
    assert facts is not None and len(facts.orders) == 1


async def test_a_replaced_box_is_shown_out_though_it_looked_before_that_had_a_number(
    store: Store, tmp_path: Path
) -> None:
    lookout = await after_a_look_in_between(
        store,
        tmp_path / "data",
        lambda other: other.boxes.add(CAR, replace=True, now_s=NOW_S),
    )
    with pytest.raises(RemoteProtocolError, match="box_retired"):
        await lookout.look(NOW_S)
