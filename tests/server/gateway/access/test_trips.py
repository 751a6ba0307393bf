"""Trips and refusals as a box tells them over real TCP: whose they are, where, who may end them."""

import pytest

from server.fleet.model.trips import TripFilter
from server.store import BoxSecrets, Store
from shared_protocol import messages, records
from shared_protocol.badges import badge_tag
from tests.fleet import BOOKING, CAR, HOUR_S, MARIE_UID, NOW_S, PAUL, PAUL_UID, wanted
from tests.server.gateway.access.loading import GUEST_UID, agent, car, load
from tests.server.gateway.box_client import PLACE, BoxClient, marker, state_of, whole


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
