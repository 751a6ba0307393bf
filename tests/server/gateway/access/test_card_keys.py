"""The keys of cards, told to a box over real TCP: never a grant without the key it wants."""

from server.gateway.conversation import GRANTS_REPEAT_S
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import messages, sets
from shared_protocol.badges import badge_tag
from shared_protocol.limits import MAX_CARD_KEYS, MAX_GRANTS
from tests.fleet import BOOKING, CAR, FLEET, MARIE_UID, NOW_S, PAUL, booking, call_off, wanted
from tests.server.gateway.access.loading import GUEST_UID, agent, car, load
from tests.server.gateway.box_client import BoxClient, a_status, confirms, marker, whole

KEY = bytes(range(16))
EMPTY = sets.set_hash(b"")


async def test_card_keys_come_before_the_grants_and_only_those_of_their_badges(
    port: int, box: BoxSecrets, store: Store
) -> None:
    keyed = {"uid": MARIE_UID.hex(), "key": KEY.hex()}
    elsewhere = {"uid": GUEST_UID.hex(), "key": bytes(16).hex()}
    marie = FLEET["agents"][0] | {"badges": [keyed]}
    await load(store, agents=[marie, agent("guest", elsewhere)])
    client = await BoxClient.connect(port, box)
    await client.greet()
    keys = await client.expect(messages.CardKeys)
    tag = badge_tag(box.badge_key, MARIE_UID)
    assert keys.keys == [messages.CardKey(tag, KEY)] and (keys.part, keys.parts) == (0, 1)
    await whole(client)
    kinds = [type(message) for message in client.history]
    assert kinds.index(messages.CardKeys) < kinds.index(messages.Grants)
    client.send(a_status(card_keys_hash=keys.keys_hash))
    await marker(client)
    assert client.count(messages.CardKeys) == 1
    client.close()


async def test_a_box_that_does_not_take_the_keys_is_not_flooded_with_them(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    marie = FLEET["agents"][0] | {"badges": [{"uid": MARIE_UID.hex(), "key": KEY.hex()}]}
    await load(store, agents=[marie])
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.expect(messages.CardKeys)
    for card_keys_hash in (bytes(8), b"nonsense"):
        client.send(a_status(card_keys_hash=card_keys_hash))
        registry.notify(None)
        await marker(client)
    assert client.count(messages.CardKeys) == 1, f"not before {GRANTS_REPEAT_S} s are over"
    client.close()


async def test_a_key_goes_only_once_the_box_has_confirmed_that_the_grant_has_gone(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    marie = FLEET["agents"][0] | {"badges": [{"uid": MARIE_UID.hex(), "key": KEY.hex()}]}
    await load(store, agents=[marie])
    client = await BoxClient.connect(port, box)
    await client.greet()
    keys = await client.expect(messages.CardKeys)
    held = await whole(client)
    client.send(confirms(held, card_keys_hash=keys.keys_hash))
    await marker(client)
    await call_off(store, BOOKING)
    registry.notify(None)
    assert await whole(client) == []
    assert client.count(messages.CardKeys) == 1
    client.send(confirms([], card_keys_hash=keys.keys_hash))
    assert await client.expect(messages.CardKeys) == messages.CardKeys(EMPTY, 0, 1, [])
    client.close()


async def test_a_key_also_stays_when_the_set_changes_again_before_the_box_has_confirmed(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    marie = FLEET["agents"][0] | {"badges": [{"uid": MARIE_UID.hex(), "key": KEY.hex()}]}
    await load(store, agents=[marie])
    client = await BoxClient.connect(port, box)
    await client.greet()
    keys = await client.expect(messages.CardKeys)
    client.send(confirms(await whole(client), card_keys_hash=keys.keys_hash))
    await marker(client)
    await call_off(store, BOOKING)
    registry.notify(None)
    assert await whole(client) == []
    await store.bookings.create(wanted(CAR, NOW_S, NOW_S + 60), PAUL, NOW_S)
    registry.notify(None)
    told = await whole(client)
    assert [grant.kind for grant in told] == [messages.GRANT_BOOKING]
    assert client.count(messages.CardKeys) == 1
    client.send(confirms(told, card_keys_hash=keys.keys_hash))
    assert (await client.expect(messages.CardKeys)).keys == []
    client.close()


async def test_many_keys_come_in_parts_that_make_the_named_set(
    port: int, box: BoxSecrets, store: Store
) -> None:
    uids = [bytes([4, 9, 9, i]) for i in range(60)]
    cards = [{"uid": uid.hex(), "key": (uid * 4).hex()} for uid in uids]
    booked = booking(FLEET["vehicles"][0]["plate"], "guest", NOW_S + 3600, NOW_S + 7200)
    vehicles = [car(walk_up=True)]
    await load(store, vehicles=vehicles, agents=[agent("guest", *cards)], bookings=[booked])
    client = await BoxClient.connect(port, box)
    await client.greet()
    parts = [await client.expect(messages.CardKeys) for _ in range(5)]
    assert [(part.part, part.parts) for part in parts] == [(i, 5) for i in range(5)]
    keys = [key for part in parts for key in part.keys]
    assert keys == sorted(keys) and len(keys) == 60
    assert {part.keys_hash for part in parts} == {sets.set_hash(sets.card_keys_to_bytes(keys))}
    assert {key.badge_tag: key.key for key in keys} == {
        badge_tag(box.badge_key, uid): uid * 4 for uid in uids
    }
    client.close()


async def test_the_largest_sets_of_grants_and_keys_arrive_whole(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    uids = [bytes([4, 9, i // 256, i % 256]) for i in range(MAX_GRANTS + 10)]
    cards = [{"uid": uid.hex(), "key": (uid * 4).hex()} for uid in uids]
    booked = booking(FLEET["vehicles"][0]["plate"], "guest", NOW_S + 3600, NOW_S + 7200)
    vehicles = [car(walk_up=True)]
    await load(store, vehicles=vehicles, agents=[agent("guest", *cards)], bookings=[booked])
    client = await BoxClient.connect(port, box)
    await client.greet()
    part, keys = await client.expect(messages.CardKeys), 0
    for _ in range(1, part.parts):
        keys += len(part.keys)
        part = await client.expect(messages.CardKeys)
    grants = await whole(client)
    assert keys + len(part.keys) == MAX_CARD_KEYS
    assert len({grant.badge_tag for grant in grants}) == MAX_CARD_KEYS + 2, "Marie's and Paul's"
    client.send(a_status(card_keys_hash=part.keys_hash))
    await marker(client)
    for each in await store.bookings.between(NOW_S + 3600, NOW_S + 7200):
        await call_off(store, each.booking_id)
    without_keys = [{"uid": uid.hex(), "key": None} for uid in uids]
    await load(store, vehicles=[car(walk_up=False)], agents=[agent("guest", *without_keys)])
    registry.notify(None)
    part = await client.expect(messages.CardKeys)
    assert (part.keys_hash, part.keys) == (EMPTY, [])
    assert len(await whole(client)) == 1, "no walk-up any more"
    await load(store, vehicles=[car(walk_up=True)])
    registry.notify(None)
    assert len(await whole(client)) == MAX_GRANTS
    client.close()
