"""What the server says to an honest box, over real TCP."""

from server.fleet.model import BookingRequest, TripFilter
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import grant_sets, messages, records
from shared_protocol.badges import badge_tag
from tests.server.gateway.box_client import BoxClient, a_status
from tests.server.small_fleet import (
    BOOKING,
    CAR,
    HOUR_S,
    MARIE,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL,
    fit_box,
)

PLACE = (480_061_000, 1_996_000)


async def marker(client: BoxClient, epoch: int = 1) -> None:
    """Get an answer to something harmless: whatever the server says later was not said before."""
    client.send(messages.Records(epoch, 1, []))
    await client.expect(messages.Ack)


async def test_a_box_is_told_what_is_held_the_time_and_its_grants(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    assert await client.greet() == messages.Ack(1, 0)
    time = await client.expect(messages.Time)
    assert abs(time.time_s - NOW_S) < 60
    grants = await client.expect(messages.Grants)
    assert (grants.generation, grants.part, grants.parts) == (1, 0, 1)
    tag = badge_tag(box.badge_key, MARIE_UID)
    assert grants.grants == [messages.Grant(BOOKING, tag, NOW_S - HOUR_S, NOW_S + HOUR_S, 0)]
    client.close()
    held = await store.boxes()
    assert (held[0].relay, held[0].clock_source) == ("inhibited", "gnss")
    assert held[0].last_seen_s is not None and held[0].firmware_version == "1.0"


async def test_grants_that_the_box_holds_are_not_sent_again(port: int, box: BoxSecrets) -> None:
    first = await BoxClient.connect(port, box)
    await first.greet()
    grants = await first.expect(messages.Grants)
    again = await BoxClient.connect(port, box)
    holds = grant_sets.grants_hash(grants.grants)
    await again.greet(grants_hash=holds, grants_generation=grants.generation)
    await marker(again)
    assert again.count(messages.Time) == 1
    assert again.count(messages.Grants) == 0
    again.close()


async def test_a_new_booking_reaches_the_box_at_once(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.expect(messages.Grants)
    wanted = BookingRequest(CAR, PAUL, NOW_S + 2 * HOUR_S, NOW_S + 3 * HOUR_S, "Visite")
    await store.create_booking(wanted, NOW_S)
    registry.notify(box.box_id)
    grants = await client.expect(messages.Grants)
    assert (grants.generation, len(grants.grants)) == (2, 2)
    await store.cancel_booking(BOOKING, MARIE)
    registry.notify(None)
    assert len((await client.expect(messages.Grants)).grants) == 1
    client.close()


async def test_a_booking_of_another_car_is_not_sent(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.expect(messages.Grants)
    await store.create_booking(BookingRequest(OTHER_CAR, PAUL, NOW_S, NOW_S + HOUR_S, ""), NOW_S)
    registry.notify(None)
    await marker(client)
    await marker(client)
    assert client.count(messages.Grants) == 1
    client.close()


async def test_a_command_is_sent_once_and_its_result_is_kept(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    order = await store.queue_command(box.box_id, "inhibit", NOW_S, NOW_S + HOUR_S)
    registry.notify(None)
    registry.notify(None)
    sent = await client.expect(messages.Command)
    assert sent == messages.Command(order.command_id, NOW_S + HOUR_S, messages.COMMAND_INHIBIT)
    result = records.CommandResult(order.command_id, records.COMMAND_APPLIED, 2)
    await client.report(1, 1, result)
    assert client.count(messages.Command) == 1
    assert await store.commands_for(box.box_id, 0, NOW_S) == []
    client.close()


async def test_a_command_that_the_box_knows_is_not_sent_again(
    port: int, box: BoxSecrets, store: Store
) -> None:
    order = await store.queue_command(box.box_id, "inhibit", NOW_S, NOW_S + HOUR_S)
    client = await BoxClient.connect(port, box)
    await client.greet(command_id=order.command_id)
    await client.expect(messages.Grants)
    await marker(client)
    assert client.count(messages.Command) == 0
    client.close()


async def test_a_drive_becomes_a_trip_with_its_legs_and_records(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    tag = badge_tag(box.badge_key, MARIE_UID)
    ack = await client.report(
        1,
        1,
        records.Boot(1, "1.0"),
        records.TripStart(tag, BOOKING, 1_000, *PLACE),
        records.LegStart(1_000),
        records.Odometer(2_500),
    )
    assert ack == messages.Ack(1, 4)
    (trip,) = await store.trips(TripFilter())
    assert (trip.state, trip.distance_m, trip.agent_name) == ("open", 1_500, "Marie Leroy")
    assert (trip.booking_id, trip.directorate_code) == (BOOKING, "DDT")
    end = records.TripEnd(3_000, *PLACE, records.END_BADGE_HELD)
    await client.report(1, 5, records.LegEnd(3_000), end, records.Relay(2, 0))
    detail = await store.trip(trip.trip_id)
    assert detail is not None
    assert (detail.trip.state, detail.trip.distance_m) == ("ended", 2_000)
    assert [leg.last_odometer_m for leg in detail.legs] == [3_000]
    assert [(row.seq, row.kind_name) for row in detail.records] == [
        (2, "trip_start"),
        (3, "leg_start"),
        (4, "odometer"),
        (5, "leg_end"),
        (6, "trip_end"),
    ]
    assert detail.records[0].fields == {
        "odometer_m": 1_000,
        "grant_id": BOOKING,
        "lat_e7": PLACE[0],
        "lon_e7": PLACE[1],
    }
    client.close()


async def test_a_refused_badge_is_kept_with_its_reason_and_holder(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    marie = badge_tag(box.badge_key, MARIE_UID)
    await client.report(
        1,
        1,
        records.Refusal(bytes(8), records.REFUSED_UNKNOWN_BADGE),
        records.Refusal(marie, records.REFUSED_TOO_LATE),
        records.Refusal(marie, 200),
    )
    refusals = await store.refusals()
    assert [(r.reason, r.agent_name) for r in refusals] == [
        ("other", "Marie Leroy"),
        ("too_late", "Marie Leroy"),
        ("unknown_badge", None),
    ]
    client.close()


async def test_a_record_of_a_later_kind_or_cut_short_is_stored_as_it_came(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    later = [records.Record(99, NOW_S, b"later"), records.Record(2, NOW_S, b"short")]
    client.send(messages.Records(1, 1, later))
    assert (await client.expect(messages.Ack)).seq == 2
    assert await store.records_stored() == 2
    assert await store.trips(TripFilter()) == []
    client.close()


async def test_a_newer_connection_replaces_the_older_once_it_has_proved_itself(
    port: int, box: BoxSecrets
) -> None:
    older = await BoxClient.connect(port, box)
    await older.greet()
    newer = await BoxClient.connect(port, box)
    assert (await older.report(1, 1, records.Odometer(5))).seq == 1  # no sealed frame yet
    assert (await newer.greet()).seq == 1
    await older.wait_closed()
    assert (await newer.report(1, 2, records.Odometer(6))).seq == 2
    newer.close()


async def test_a_box_added_while_the_server_runs_is_served_at_once(port: int, store: Store) -> None:
    client = await BoxClient.connect(port, await fit_box(store, OTHER_CAR))
    assert (await client.greet()).seq == 0
    client.close()


async def test_a_box_that_lost_its_count_keeps_its_records_and_gets_its_grants(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(1, 1, records.Odometer(1), records.Odometer(2))
    wiped = await BoxClient.connect(port, box)
    wiped.send(a_status(lowest_seq=1, next_seq=2))
    wiped.send(messages.Records(1, 1, [records.to_record(0, records.Odometer(9))]))
    grants = await wiped.expect(messages.Grants)
    assert len(grants.grants) == 1
    await store.queue_command(box.box_id, "inhibit", NOW_S, NOW_S + HOUR_S)
    wiped.send(a_status(next_seq=2))
    await wiped.expect(messages.Command)  # after the records: they were passed over without an Ack
    assert wiped.count(messages.Ack) == 0
    assert await store.records_stored() == 2
    client.close()
    wiped.close()


async def test_a_restored_server_takes_what_the_box_still_holds(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    assert (await client.greet(lowest_seq=501, next_seq=600)).seq == 0
    assert (await client.report(1, 501, records.Odometer(1), records.Odometer(2))).seq == 502
    assert (await client.report(1, 510, records.Odometer(9))).seq == 502
    client.close()
