"""Every kind of grant, card keys, revocations and ends of trips, told to a box over real TCP."""

import copy
import json
import sqlite3
from typing import Any

import pytest

from server.fleet import fleet_file
from server.fleet.grants import AFTER_S, ALWAYS, BEFORE_S
from server.fleet.model.trips import TripFilter
from server.gateway.conversation import GRANTS_REPEAT_S
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import messages, records, sets
from shared_protocol.badges import badge_tag
from shared_protocol.limits import MAX_CARD_KEYS, MAX_GRANTS
from tests.fleet import (
    BOOKING,
    CAR,
    FLEET,
    HOUR_S,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL,
    PAUL_UID,
    booking,
    call_off,
    wanted,
)
from tests.server.gateway.box_client import PLACE, BoxClient, a_status, marker, state_of

TOOL_UID, GUEST_UID = bytes.fromhex("04aa0001"), bytes.fromhex("04aa0002")
KEY = bytes(range(16))
EMPTY = sets.set_hash(b"")


async def load(store: Store, **lists: list[dict[str, Any]]) -> None:
    """Add to the small fleet; an agent of a known login is brought up to date."""
    data = copy.deepcopy(FLEET) | {"bookings": []}
    data |= {name: entries for name, entries in lists.items() if name != "vehicles"}
    data["vehicles"] = lists.get("vehicles", data["vehicles"])
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)


def agent(login: str, *badges: object, role: str = "agent", unit: str = "DDPP") -> dict[str, Any]:
    person = {"login": login, "full_name": login.title(), "directorate": unit, "role": role}
    return person | {"badges": list(badges)}


def car(**more: object) -> dict[str, Any]:
    return FLEET["vehicles"][0] | more


async def whole(client: BoxClient) -> list[messages.Grant]:
    """All the grants of the set that comes next."""
    part = await client.expect(messages.Grants)
    grants = list(part.grants)
    while part.part < part.parts - 1:
        part = await client.expect(messages.Grants)
        grants += part.grants
    return grants


def confirms(grants: list[messages.Grant], **status: Any) -> messages.Status:
    return a_status(grants_hash=sets.set_hash(sets.grants_to_bytes(grants)), **status)


async def test_a_box_is_told_who_may_what(port: int, box: BoxSecrets, store: Store) -> None:
    spans = [{"from": NOW_S + 9 * HOUR_S, "to": NOW_S + 10 * HOUR_S}]
    await load(
        store,
        vehicles=[car(walk_up=True, out_of_service=spans)],
        agents=[agent("tool", TOOL_UID.hex(), role="technician"), agent("guest", GUEST_UID.hex())],
        bookings=[FLEET["bookings"][0] | {"drivers": ["paul.morin"], "passengers": ["guest"]}],
    )
    marie, paul, tool, guest = (
        badge_tag(box.badge_key, uid) for uid in (MARIE_UID, PAUL_UID, TOOL_UID, GUEST_UID)
    )
    window = (NOW_S - HOUR_S, NOW_S + HOUR_S + AFTER_S)
    always = (ALWAYS.from_s, ALWAYS.to_s)
    span = (spans[0]["from"], spans[0]["to"])
    client = await BoxClient.connect(port, box)
    await client.greet()
    assert set(await whole(client)) == {
        messages.Grant(marie, BOOKING, *window, messages.GRANT_BOOKING, 0),
        messages.Grant(paul, BOOKING, *window, messages.GRANT_BOOKING, 0),
        messages.Grant(tool, 0, *always, messages.GRANT_TECHNICIAN, 0),
        messages.Grant(
            guest, BOOKING, window[0] - BEFORE_S, window[1], messages.GRANT_PASSENGER, 0
        ),
        messages.Grant(messages.EVERY_BADGE, span[0], *span, messages.GRANT_MAINTENANCE, 0),
        messages.Grant(marie, 0, *always, messages.GRANT_WALK_UP, 0),
        messages.Grant(paul, 0, *always, messages.GRANT_WALK_UP, 0),
        messages.Grant(guest, 0, *always, messages.GRANT_WALK_UP, 0),
    }
    client.close()


async def test_a_box_is_told_where_its_site_is_as_soon_as_somebody_says_so(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    held = await whole(client)
    assert messages.GRANT_SITE not in {grant.kind for grant in held}
    client.send(confirms(held))
    site = FLEET["sites"][0] | {"lat": -13.2816, "lon": -176.1745, "radius_m": 250}
    await load(store, sites=[site])
    registry.notify(None)
    change = await client.expect(messages.GrantsChange)
    point = (-132_816_000 % 2**32, -1_761_745_000 % 2**32)
    assert change.grants == [
        messages.Grant(messages.EVERY_BADGE, 250, *point, messages.GRANT_SITE, 0)
    ]
    client.close()


async def test_who_has_no_licence_recorded_may_not_drive_until_it_is(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    unlicensed = agent("paul.morin", PAUL_UID.hex()) | {"licence_recorded": False}
    aboard = FLEET["bookings"][0] | {"drivers": ["paul.morin"]}
    await load(store, vehicles=[car(walk_up=True)], agents=[unlicensed], bookings=[aboard])
    client = await BoxClient.connect(port, box)
    await client.greet()
    marie, paul = (badge_tag(box.badge_key, uid) for uid in (MARIE_UID, PAUL_UID))
    drives = {(BOOKING, marie, messages.GRANT_BOOKING), (0, marie, messages.GRANT_WALK_UP)}
    told = {(g.grant_id, g.badge_tag, g.kind) for g in await whole(client)}
    assert told == drives | {
        (BOOKING, paul, messages.GRANT_NO_LICENCE),
        (0, paul, messages.GRANT_WALK_UP_NO_LICENCE),
    }
    await load(store, vehicles=[], agents=[unlicensed | {"licence_recorded": True}])
    registry.notify(None)
    told = {(g.grant_id, g.badge_tag, g.kind) for g in await whole(client)}
    assert told == drives | {
        (BOOKING, paul, messages.GRANT_BOOKING),
        (0, paul, messages.GRANT_WALK_UP),
    }
    client.close()


def nobody_is_informed(store: Store) -> None:
    """As after an upgrade, where the operator asks for the notice from now on."""
    store.access.notice_before_use = True
    with sqlite3.connect(store.data_dir / "voiturier.db") as database:
        database.execute("UPDATE agent SET has_notice = 0")


async def test_where_it_is_asked_for_who_has_no_notice_recorded_is_let_in_once_it_is(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    nobody_is_informed(store)
    aboard = FLEET["bookings"][0] | {"passengers": ["paul.morin"]}
    await load(store, vehicles=[car(walk_up=True)], agents=[], bookings=[aboard])
    client = await BoxClient.connect(port, box)
    await client.greet()
    marie, paul = (badge_tag(box.badge_key, uid) for uid in (MARIE_UID, PAUL_UID))
    told = {(g.grant_id, g.badge_tag, g.kind) for g in await whole(client)}
    assert told == {
        (BOOKING, marie, messages.GRANT_NO_NOTICE),
        (0, marie, messages.GRANT_OTHER_NO_NOTICE),
        (BOOKING, paul, messages.GRANT_OTHER_NO_NOTICE),
        (0, paul, messages.GRANT_OTHER_NO_NOTICE),
    }
    for login in ("marie.leroy", "paul.morin"):
        agent_id = (await store.agents.by_login(login)).agent_id
        await store.notices.announce(f"2-{login}", NOW_S)
        assert await store.notices.note(agent_id, "paper", NOW_S, NOW_S, None)
        assert not await store.notices.note(agent_id, "page", NOW_S, NOW_S, None)
    registry.notify(None)
    told = {(g.grant_id, g.badge_tag, g.kind) for g in await whole(client)}
    assert told == {
        (BOOKING, marie, messages.GRANT_BOOKING),
        (0, marie, messages.GRANT_WALK_UP),
        (BOOKING, paul, messages.GRANT_PASSENGER),
        (0, paul, messages.GRANT_WALK_UP),
    }
    client.close()


async def test_who_drove_before_a_notice_was_asked_for_keeps_the_booking_under_way(
    port: int, box: BoxSecrets, store: Store
) -> None:
    marie = badge_tag(box.badge_key, MARIE_UID)
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(1, 1, records.TripStart(marie, BOOKING, 0, *PLACE, 0, 0))
    await client.report(1, 2, records.TripEnd(0, *PLACE, records.END_BADGE_HELD))
    client.close()
    nobody_is_informed(store)
    client = await BoxClient.connect(port, box)
    await client.greet(next_seq=3)
    told = {(g.grant_id, g.badge_tag, g.kind) for g in await whole(client)}
    assert (BOOKING, marie, messages.GRANT_BOOKING) in told
    client.close()


async def book_privately(store: Store) -> None:
    """Paul, from tomorrow; Marie's booking of today goes on as it is."""
    journey = wanted(CAR, NOW_S + 2 * HOUR_S, NOW_S + 3 * HOUR_S, "Mer", private=True)
    await load(store, vehicles=[car(private_use=True)])
    await store.bookings.create(journey, PAUL, NOW_S)


async def test_a_box_is_told_which_booking_is_for_private_use(
    port: int, box: BoxSecrets, store: Store
) -> None:
    await book_privately(store)
    client = await BoxClient.connect(port, box)
    paul = badge_tag(box.badge_key, PAUL_UID)
    await client.greet()
    told = await whole(client)
    assert [(g.kind, g.private) for g in told if g.badge_tag == paul] == [
        (messages.GRANT_BOOKING, 1)
    ]
    assert [g.private for g in told if g.badge_tag != paul] == [0]
    client.close()


@pytest.mark.parametrize("obeys", [False, True])
async def test_of_a_private_trip_no_place_is_kept_anywhere_whatever_the_box_sends(
    port: int, box: BoxSecrets, store: Store, obeys: bool
) -> None:
    await book_privately(store)
    (booking,) = await store.bookings.of_agent(PAUL, NOW_S)
    paul = badge_tag(box.badge_key, PAUL_UID)
    client = await BoxClient.connect(port, box)
    await client.greet()
    place = (records.NO_POSITION, records.NO_POSITION) if obeys else PLACE
    use = (records.ASSURANCE_HIGH, int(obeys))
    began = records.TripStart(paul, booking.booking_id, 1_000, *place, *use)
    await client.report(1, 1, began, records.LegStart(1_000))
    await client.report(1, 3, records.Odometer(4_000))
    await client.report(1, 4, records.LegEnd(5_000), records.TripEnd(5_000, *place, 1))
    (trip,) = await store.trips.log(TripFilter())
    assert (trip.private, trip.distance_m, trip.state) == (True, 4_000, "ended")
    assert trip.assurance == "high"
    assert (trip.start_lat_e7, trip.start_lon_e7, trip.end_lat_e7, trip.end_lon_e7) == (None,) * 4
    detail = await store.trips.get(trip.trip_id)
    assert detail is not None and not any("lat_e7" in record.fields for record in detail.records)
    bodies = [bytes(row["body"]) for row in await store.records._rows("SELECT body FROM record")]
    told = [records.decode_body(kind, bodies[at]) for kind, at in ((2, 0), (3, 4))]
    for body in told:
        assert isinstance(body, records.TripStart | records.TripEnd)
        assert (body.lat_e7, body.lon_e7) == (records.NO_POSITION, records.NO_POSITION)
    totals = await store.trips.totals(TripFilter())
    assert (totals.distance_m, totals.private_m) == (4_000, 4_000)
    client.close()


@pytest.mark.parametrize("nowhere", [(records.NO_POSITION, records.NO_POSITION), (0, 0)])
async def test_a_trip_begins_and_ends_at_no_place_where_its_receiver_had_found_none(
    port: int, box: BoxSecrets, store: Store, nowhere: tuple[int, int]
) -> None:
    marie = badge_tag(box.badge_key, MARIE_UID)
    client = await BoxClient.connect(port, box)
    await client.greet()
    began = records.TripStart(marie, BOOKING, 3_000, *nowhere, 0, 0)
    await client.report(1, 1, began, records.TripEnd(8_000, *nowhere, records.END_BADGE_HELD))
    (trip,) = await store.trips.log(TripFilter())
    assert (trip.start_lat_e7, trip.start_lon_e7, trip.end_lat_e7, trip.end_lon_e7) == (None,) * 4
    client.close()


async def test_the_trip_after_a_private_one_keeps_its_places(
    port: int, box: BoxSecrets, store: Store
) -> None:
    await book_privately(store)
    (booking,) = await store.bookings.of_agent(PAUL, NOW_S)
    marie, paul = (badge_tag(box.badge_key, uid) for uid in (MARIE_UID, PAUL_UID))
    untold = (records.NO_POSITION, records.NO_POSITION)
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(
        1,
        1,
        records.TripStart(paul, booking.booking_id, 0, *untold, 0, 1),
        records.TripEnd(3_000, *untold, records.END_OTHER_DRIVER),
        records.TripStart(marie, BOOKING, 3_000, *PLACE, 0, 0),
        records.TripEnd(8_000, *PLACE, records.END_BADGE_HELD),
    )
    after, private = await store.trips.log(TripFilter())
    assert (private.private, private.end_lat_e7) == (True, None)
    assert (after.private, after.start_lat_e7, after.end_lat_e7) == (False, PLACE[0], PLACE[0])
    totals = await store.trips.totals(TripFilter())
    assert (totals.distance_m, totals.private_m) == (8_000, 3_000)
    client.close()


async def test_a_box_is_told_who_has_another_car(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    elsewhere = wanted(OTHER_CAR, NOW_S, NOW_S + HOUR_S)
    booking = await store.bookings.create(elsewhere, PAUL, NOW_S)
    client = await BoxClient.connect(port, box)
    await client.greet()
    told = [g for g in await whole(client) if g.kind != messages.GRANT_BOOKING]
    paul = badge_tag(box.badge_key, PAUL_UID)
    window = (NOW_S - BEFORE_S, NOW_S + HOUR_S + AFTER_S)
    assert told == [messages.Grant(paul, booking.booking_id, *window, messages.GRANT_OTHER_CAR, 0)]
    wrong = records.Refusal(paul, records.REFUSED_WRONG_CAR)
    client.send(client.batch(1, 1, [records.to_record(NOW_S, wrong)]))
    await client.expect(messages.Ack)
    (refusal,) = await store.refusals.log()
    assert (refusal.reason, refusal.booked_plate) == ("wrong_car", "EF-456-GH")
    client.close()


async def test_a_revoked_badge_is_told_at_once_and_the_boxes_that_have_not_confirmed_are_known(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    held = await whole(client)
    client.send(confirms(held))
    await marker(client)
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None
    await store.badges.revoke(badge.badge_id, NOW_S)
    registry.notify(None)
    told = await whole(client)
    tag = badge_tag(box.badge_key, MARIE_UID)
    assert told == [messages.Grant(tag, 0, 0, ALWAYS.to_s, messages.GRANT_REVOKED, 0)]
    assert [
        b.plate
        for b in (await store.knowledge.of_revocations([badge.badge_id]))[badge.badge_id].waiting
    ] == ["AB-123-CD"]
    client.send(confirms(held))  # it did not take it
    await marker(client)
    assert [
        b.plate
        for b in (await store.knowledge.of_revocations([badge.badge_id]))[badge.badge_id].waiting
    ] == ["AB-123-CD"]
    client.send(confirms(told))
    await marker(client)
    assert (await store.knowledge.of_revocations([badge.badge_id]))[badge.badge_id].waiting == ()
    await store.badges.restore(badge.badge_id, NOW_S)
    registry.notify(None)
    assert [grant.kind for grant in await whole(client)] == [messages.GRANT_BOOKING]
    client.close()


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


async def test_a_walk_up_trip_is_paid_by_the_driver_s_directorate_a_booked_one_by_the_booking_s(
    port: int, box: BoxSecrets, store: Store
) -> None:
    paul, marie = (badge_tag(box.badge_key, uid) for uid in (PAUL_UID, MARIE_UID))
    client = await BoxClient.connect(port, box)
    await client.greet()
    end = records.TripEnd(1_000, *PLACE, records.END_TECHNICIAN)
    await client.report(
        1,
        1,
        records.TripStart(paul, 0, 0, *PLACE, records.ASSURANCE_HIGH, 0),
        end,
        records.TripStart(paul, BOOKING, 1_000, *PLACE, records.ASSURANCE_LOW, 0),
        records.Occupant(marie),
        records.Occupant(marie),
        records.Occupant(paul),
        records.Occupant(b"stranger"),
        records.TripEnd(2_000, *PLACE, records.END_COMMAND),
    )
    booked, walk_up = sorted(await store.trips.log(TripFilter()), key=lambda t: -t.start_odometer_m)
    assert (walk_up.agent_name, walk_up.directorate_code) == ("Paul Morin", "DDPP")
    assert (walk_up.assurance, walk_up.end_reason) == ("high", "technician")
    assert (walk_up.booking_id, walk_up.occupants) == (None, ())
    assert (booked.agent_name, booked.directorate_code) == ("Paul Morin", "DDT")
    assert (booked.assurance, booked.end_reason) == ("low", "command")
    assert booked.occupants == ("Marie Leroy",), "not the driver, and no stranger"
    client.close()


async def test_occupants_who_join_one_by_one_are_all_kept(
    port: int, box: BoxSecrets, store: Store
) -> None:
    await load(store, agents=[agent("guest", GUEST_UID.hex())])
    marie, paul, guest = (badge_tag(box.badge_key, uid) for uid in (MARIE_UID, PAUL_UID, GUEST_UID))
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(1, 1, records.TripStart(marie, BOOKING, 0, *PLACE, 0, 0))
    for seq, tag in ((2, paul), (3, guest), (4, paul)):
        await client.report(1, seq, records.Occupant(tag))
    (trip,) = await store.trips.log(TripFilter())
    assert trip.occupants == ("Guest", "Paul Morin")
    client.close()


async def test_each_refusal_has_its_reason(port: int, box: BoxSecrets, store: Store) -> None:
    numbers = range(records.REFUSED_UNKNOWN_BADGE, records.REFUSED_NO_NOTICE + 1)
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(1, 1, *(records.Refusal(bytes(8), number) for number in numbers))
    reasons = [refusal.reason for refusal in reversed(await store.refusals.log())]
    assert reasons[6:] == [
        "revoked",
        "wrong_car",
        "maintenance",
        "keys_missing",
        "driver_first",
        "not_genuine",
        "no_licence",
        "moving",
        "ignition_on",
        "theft_order",
        "no_notice",
    ]
    assert len(set(reasons)) == len(numbers) and "other" not in reasons
    client.close()


async def test_an_end_of_trip_waits_until_all_that_the_box_has_is_known(
    port: int, box: BoxSecrets, store: Store
) -> None:
    marie = badge_tag(box.badge_key, MARIE_UID)
    first = await BoxClient.connect(port, box)
    await first.greet(next_seq=2)
    await first.report(1, 1, records.TripStart(marie, BOOKING, 0, *PLACE, 0, 0))
    first.close()
    inhibit = await store.commands.queue(box.box_id, "inhibit", NOW_S, NOW_S + HOUR_S)
    ending = await store.commands.queue(box.box_id, "end-trip", NOW_S, NOW_S + HOUR_S)
    client = await BoxClient.connect(port, box)
    await client.greet(next_seq=4, trip_open=1)
    inhibit_sent = await client.expect(messages.Command)
    assert inhibit_sent.command_id == inhibit.command_id
    await client.report(1, 2, records.Odometer(1))
    assert client.count(messages.Command) == 1
    await client.report(1, 3, records.Odometer(2))
    sent = await client.expect(messages.Command)
    assert (sent.command_id, sent.kind) == (ending.command_id, messages.COMMAND_END_TRIP)
    assert (sent.badge_tag, inhibit_sent.badge_tag) == (marie, bytes(8)), "it says whose trip"
    client.close()


async def test_a_box_is_never_asked_to_end_the_trip_of_somebody_else(
    port: int, box: BoxSecrets, store: Store
) -> None:
    marie, paul = (badge_tag(box.badge_key, uid) for uid in (MARIE_UID, PAUL_UID))
    first = await BoxClient.connect(port, box)
    await first.greet(next_seq=2)
    start = records.to_record(NOW_S - HOUR_S, records.TripStart(marie, BOOKING, 0, *PLACE, 0, 0))
    first.send(first.batch(1, 1, [start]))
    await first.expect(messages.Ack)
    first.close()
    ending = await store.commands.queue(
        box.box_id, "end-trip-without-keys", NOW_S, NOW_S + 10 * HOUR_S
    )
    client = await BoxClient.connect(port, box)  # meanwhile Marie has left and Paul has come
    await client.greet(next_seq=4, trip_open=1)
    ended = records.TripEnd(5, *PLACE, records.END_BADGE_HELD)
    began = records.TripStart(paul, 0, 5, *PLACE, 0, 0)
    told = [records.to_record(NOW_S + 60, body) for body in (ended, began)]
    client.send(client.batch(1, 2, told))
    await client.expect(messages.Ack)
    await marker(client)
    assert client.count(messages.Command) == 0
    assert await state_of(store, ending.command_id) == "expired"
    client.close()


async def test_an_assurance_of_a_later_version_is_low_and_any_private_byte_but_0_is_private(
    port: int, box: BoxSecrets, store: Store
) -> None:
    marie = badge_tag(box.badge_key, MARIE_UID)
    untold = (records.NO_POSITION, records.NO_POSITION)
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(1, 1, records.TripStart(marie, BOOKING, 0, *untold, 3, 2))
    (trip,) = await store.trips.log(TripFilter())
    assert (trip.assurance, trip.private) == ("low", True)
    client.close()
