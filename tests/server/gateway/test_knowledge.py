"""What a car is known to know: what its box confirmed since the last change, and no more."""

from server.fleet.told import told
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import messages, sets
from tests.fleet import BOOKING, CAR, HOUR_S, MARIE, NOW_S, OTHER_CAR, call_off, wanted
from tests.server.gateway.box_client import BoxClient, a_status, marker

DAY_S = 24 * HOUR_S


async def whole(client: BoxClient) -> list[messages.Grant]:
    part = await client.expect(messages.Grants)
    assert part.parts == 1
    return list(part.grants)


def name_of(grants: list[messages.Grant]) -> bytes:
    return sets.set_hash(sets.grants_to_bytes(grants))


async def confirm(client: BoxClient, grants_hash: bytes, **more: bytes) -> None:
    client.send(a_status(grants_hash=grants_hash, **more))
    await marker(client)


async def state(store: Store, starts_at_s: int = NOW_S, now_s: int = NOW_S) -> str:
    """What the car knows of a booking that starts then."""
    return told((await store.knowledge.of_cars([CAR]))[CAR], starts_at_s, now_s)


async def test_a_car_knows_what_its_box_confirmed_until_something_of_it_changes(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    assert await state(store) == "never_heard"
    client = await BoxClient.connect(port, box)
    await client.greet()
    first = name_of(await whole(client))
    assert await state(store) == "waiting", "it was sent, and nobody knows whether it arrived"
    await confirm(client, first)
    assert await state(store) == "confirmed"
    assert await state(store, NOW_S + 8 * DAY_S) == "later", "it is not in the set yet"
    other = await store.bookings.create(wanted(OTHER_CAR, NOW_S, NOW_S + HOUR_S), MARIE, NOW_S)
    assert other.vehicle_id != CAR and await state(store) == "confirmed"
    await store.bookings.create(wanted(CAR, NOW_S + DAY_S, NOW_S + 2 * DAY_S), MARIE, NOW_S)
    assert await state(store) == "waiting"
    assert await state(store, now_s=NOW_S + HOUR_S) == "silent"
    registry.notify(box.box_id)
    second = (await client.expect(messages.GrantsChange)).new_hash
    await confirm(client, first)  # it did not take it
    assert await state(store) == "waiting"
    await confirm(client, second)
    assert await state(store) == "confirmed"
    assert await state(store, now_s=NOW_S + HOUR_S) == "confirmed", "silent, and it knows"
    await call_off(store, BOOKING)
    assert await state(store) == "waiting", "it still opens for who cancelled"
    client.close()


async def test_of_a_card_s_holder_a_car_knows_once_it_holds_the_key_too(
    port: int, box: BoxSecrets, store: Store
) -> None:
    await store._engine.write(
        lambda db: db.execute("UPDATE badge SET key_sealed = ?", (_sealed(store),)) and None
    )
    client = await BoxClient.connect(port, box)
    await client.greet()
    keys = await client.expect(messages.CardKeys)
    grants = name_of(await whole(client))
    await confirm(client, grants)
    assert await state(store) == "waiting"
    await confirm(client, grants, card_keys_hash=keys.keys_hash)
    assert await state(store) == "confirmed"
    client.close()


def _sealed(store: Store) -> bytes:
    return store.badges._vault.seal(bytes(16), "card key")


async def test_a_car_whose_box_was_replaced_knows_nothing_and_one_without_has_none(
    store: Store, box: BoxSecrets
) -> None:
    await store.knowledge.note(box.box_id, 1 << 40, NOW_S)
    await store.boxes.add(CAR, replace=True, now_s=NOW_S)
    assert await state(store) == "never_heard"
    assert told((await store.knowledge.of_cars([OTHER_CAR]))[OTHER_CAR], NOW_S, NOW_S) == "no_box"
