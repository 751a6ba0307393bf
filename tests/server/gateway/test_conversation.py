"""What the server says to an honest box, over real TCP."""

import dataclasses

import pytest

from server.fleet.grants import AFTER_S, VALID_S
from server.fleet.model.trips import TripFilter
from server.gateway.conversation import GRANTS_RENEW_S
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import messages, records, sets
from shared_protocol.badges import badge_tag
from tests.fleet import (
    BOOKING,
    CAR,
    HOUR_S,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL,
    call_off,
    fit_box,
    wanted,
)
from tests.server.gateway.box_client import PLACE, BoxClient, a_status, marker, state_of


async def gaps(store: Store) -> list[tuple[int, int, int]]:
    def read() -> list[tuple[int, int, int]]:
        query = "SELECT epoch, first_seq, last_seq FROM gap ORDER BY epoch, first_seq"
        return [tuple(row) for row in store._engine.reader().execute(query)]

    return await store.in_reader(read)


async def test_a_box_is_told_what_is_held_the_time_and_its_grants(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    assert await client.greet() == messages.Ack(1, 0, 0)
    time = await client.expect(messages.Time)
    assert abs(time.time_s - NOW_S) < 60
    grants = await client.expect(messages.Grants)
    assert (grants.generation, grants.part, grants.parts) == (1, 0, 1)
    tag = badge_tag(box.badge_key, MARIE_UID)
    window = (NOW_S - HOUR_S, NOW_S + HOUR_S + AFTER_S)
    assert grants.grants == [messages.Grant(tag, BOOKING, *window, messages.GRANT_BOOKING, 0)]
    client.close()
    held = await store.boxes.all()
    assert (held[0].relay, held[0].clock_source) == ("inhibited", "gnss")
    assert held[0].last_seen_s is not None and held[0].firmware_version == "1.0"


async def test_grants_that_the_box_holds_are_not_sent_again(port: int, box: BoxSecrets) -> None:
    first = await BoxClient.connect(port, box)
    await first.greet()
    grants = await first.expect(messages.Grants)
    again = await BoxClient.connect(port, box)
    holds = sets.set_hash(sets.grants_to_bytes(grants.grants))
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
    later = wanted(CAR, NOW_S + 2 * HOUR_S, NOW_S + 3 * HOUR_S)
    await store.bookings.create(later, PAUL, NOW_S)
    registry.notify(box.box_id)
    grants = await client.expect(messages.Grants)
    assert (grants.generation, len(grants.grants)) == (2, 2)
    await call_off(store, BOOKING)
    registry.notify(None)
    assert len((await client.expect(messages.Grants)).grants) == 1
    client.close()


async def test_a_booking_of_another_car_in_some_days_is_not_sent(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.expect(messages.Grants)
    begins_s = NOW_S + 50 * HOUR_S
    elsewhere = wanted(OTHER_CAR, begins_s, begins_s + HOUR_S)
    await store.bookings.create(elsewhere, PAUL, NOW_S)
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
    order = await store.commands.queue(box.box_id, "inhibit", NOW_S, NOW_S + HOUR_S)
    registry.notify(None)
    registry.notify(None)
    sent = await client.expect(messages.Command)
    assert sent == messages.Command(
        order.command_id, NOW_S + HOUR_S, messages.COMMAND_INHIBIT, bytes(8)
    )
    result = records.CommandResult(order.command_id, records.COMMAND_APPLIED, 2)
    await client.report(1, 1, result)
    assert client.count(messages.Command) == 1
    assert await store.commands.unanswered(box.box_id, 0, NOW_S) == []
    client.close()


async def test_a_command_that_the_box_took_and_did_not_answer_is_sent_once_a_connection(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    order = await store.commands.queue(box.box_id, "inhibit", NOW_S - 2 * HOUR_S, NOW_S - HOUR_S)
    for _ in range(2):
        client = await BoxClient.connect(port, box)
        await client.greet(command_id=order.command_id)
        assert (await client.expect(messages.Command)).command_id == order.command_id
        registry.notify(None)
        await marker(client)
        assert client.count(messages.Command) == 1
        client.close()
    client = await BoxClient.connect(port, box)
    await client.greet(command_id=order.command_id)
    await client.expect(messages.Command)
    unknown = records.CommandResult(order.command_id, records.COMMAND_UNKNOWN, 1)
    applied = records.CommandResult(order.command_id, records.COMMAND_APPLIED, 2)
    for seq, body, state in (
        (1, unknown, "unknown"),
        (2, applied, "applied"),
        (3, unknown, "applied"),
    ):
        await client.report(1, seq, body)
        assert await state_of(store, order.command_id) == state
    client.close()


async def test_a_command_that_expired_before_the_box_came_is_said_to_have_expired(
    port: int, box: BoxSecrets, store: Store
) -> None:
    order = await store.commands.queue(box.box_id, "inhibit", NOW_S - 2 * HOUR_S, NOW_S - HOUR_S)
    client = await BoxClient.connect(port, box)
    await client.greet()
    await marker(client)
    assert client.count(messages.Command) == 0
    assert await state_of(store, order.command_id) == "expired"
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
        records.Boot(1, "1.0", 7),
        records.TripStart(tag, BOOKING, 1_000, *PLACE, 0, 0),
        records.LegStart(1_000),
        records.Odometer(2_500),
    )
    assert ack == messages.Ack(1, 4, client.chains[4])
    (trip,) = await store.trips.log(TripFilter())
    assert (trip.state, trip.distance_m, trip.agent_name) == ("open", 1_500, "Marie Leroy")
    assert (trip.booking_id, trip.directorate_code) == (BOOKING, "DDT")
    end = records.TripEnd(3_000, *PLACE, records.END_BADGE_HELD)
    await client.report(1, 5, records.LegEnd(3_000), end, records.Relay(2, 0))
    detail = await store.trips.get(trip.trip_id)
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
        "assurance": "low",
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
    refusals = await store.refusals.log()
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
    client.send(client.batch(1, 1, later))
    assert (await client.expect(messages.Ack)).seq == 2
    assert await store.records.stored() == 2
    assert await store.trips.log(TripFilter()) == []
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


async def test_a_box_that_knows_no_epoch_is_allotted_one_and_then_heard(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    client.send(a_status(epoch=0, next_seq=3))
    assert await client.expect(messages.Epoch) == messages.Epoch(1)
    client.send(client.batch(0, 1, [records.to_record(0, records.Odometer(9))]))
    assert await client.greet(epoch=1, next_seq=3) == messages.Ack(1, 0, 0)
    assert client.count(messages.Ack) == 1, "records without an epoch have no name"
    assert await client.report(1, 1, records.Odometer(1)) == messages.Ack(1, 1, client.chains[1])
    assert client.count(messages.Time) == 1
    client.close()
    wiped = await BoxClient.connect(port, box)
    wiped.send(a_status(epoch=0, next_seq=2))
    assert await wiped.expect(messages.Epoch) == messages.Epoch(2)
    wiped.close()
    assert await store.records.stored() == 1


async def test_a_box_that_lost_its_count_goes_on_in_another_epoch(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    await client.report(1, 1, records.Odometer(1), records.Odometer(2))
    client.close()
    wiped = await BoxClient.connect(port, box)
    wiped.send(a_status(lowest_seq=1, next_seq=2))
    wiped.send(wiped.batch(1, 1, [records.to_record(0, records.Odometer(9))]))
    assert await wiped.expect(messages.Epoch) == messages.Epoch(2)
    assert await wiped.greet(epoch=2, lowest_seq=1, next_seq=2) == messages.Ack(2, 0, 0)
    assert await wiped.report(2, 1, records.Odometer(9)) == messages.Ack(2, 1, wiped.chains[1])
    assert await store.records.stored() == 3
    wiped.close()


async def test_a_restored_server_takes_what_the_box_still_holds_and_notes_the_rest(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    assert (await client.greet(epoch=7, lowest_seq=501, next_seq=600)).seq == 0
    assert await gaps(store) == [], "nothing is given up before the records after it are here"
    ack = await client.report(7, 501, records.Odometer(1), records.Odometer(2))
    assert (ack.epoch, ack.seq) == (7, 502)
    assert await gaps(store) == [(7, 1, 500)]
    assert (await client.report(7, 510, records.Odometer(9))).seq == 502, "the box has the others"
    client.close()
    wiped = await BoxClient.connect(port, box)
    wiped.send(a_status(epoch=0))
    assert await wiped.expect(messages.Epoch) == messages.Epoch(8)
    wiped.close()


async def test_a_box_is_sent_what_changed_and_the_whole_set_if_that_fails(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    whole = (await client.expect(messages.Grants)).grants
    holds = sets.set_hash(sets.grants_to_bytes(whole))
    client.send(a_status(grants_hash=holds))
    await marker(client)
    for hours in (2, 4):
        begins_s = NOW_S + hours * HOUR_S
        later = wanted(CAR, begins_s, begins_s + HOUR_S)
        await store.bookings.create(later, PAUL, NOW_S)
    registry.notify(box.box_id)
    registry.notify(box.box_id)
    change = await client.expect(messages.GrantsChange)
    assert (change.base_hash, change.part, change.parts) == (holds, 0, 1)
    assert len(change.grants) == 2
    assert change.new_hash == sets.set_hash(sets.grants_to_bytes(whole + change.grants))
    await marker(client)
    assert client.count(messages.GrantsChange) == 1
    client.send(a_status(grants_hash=holds))  # it did not work out
    again = await client.expect(messages.Grants)
    assert sets.set_hash(sets.grants_to_bytes(again.grants)) == change.new_hash
    client.close()


async def test_a_set_that_grows_old_is_renewed_without_its_items(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    holds = sets.set_hash(sets.grants_to_bytes((await client.expect(messages.Grants)).grants))
    client.close()
    sent = await store.boxes.sent_grants(box.box_id)
    assert sent is not None and sent.grants_set is not None
    long_ago_s = NOW_S - GRANTS_RENEW_S
    await store.boxes.name_grants(box.box_id, holds, sent.grants_set, long_ago_s)
    client = await BoxClient.connect(port, box)
    await client.greet(grants_hash=holds)
    change = await client.expect(messages.GrantsChange)
    assert (change.base_hash, change.new_hash, change.grants) == (holds, holds, [])
    assert change.expires_s >= NOW_S + VALID_S
    client.close()


async def test_a_new_key_is_brought_until_it_is_used_and_then_the_old_one_is_refused(
    port: int, box: BoxSecrets, store: Store, registry: Registry
) -> None:
    old = await BoxClient.connect(port, box)
    await old.greet()
    await store.boxes.rotate_key(box.box_id, NOW_S)
    registry.notify(None)
    brought = await old.expect(messages.NewKey)
    assert brought.generation == 2
    registry.notify(None)
    await marker(old)
    assert old.count(messages.NewKey) == 1
    old.close()
    again = await BoxClient.connect(port, box)  # the box lost it: both keys are in force
    await again.greet()
    assert await again.expect(messages.NewKey) == brought
    again.close()
    renewed = dataclasses.replace(box, generation=2, key=brought.key)
    new = await BoxClient.connect(port, renewed)
    await new.greet()
    await marker(new)
    assert new.count(messages.NewKey) == 0
    with pytest.raises((EOFError, ConnectionError)):
        await BoxClient.connect(port, box)
    await marker(new)
    new.close()


async def test_a_trip_tells_how_many_of_its_records_are_lost(
    port: int, box: BoxSecrets, store: Store
) -> None:
    client = await BoxClient.connect(port, box)
    await client.greet()
    tag = badge_tag(box.badge_key, MARIE_UID)
    await client.report(1, 1, records.TripStart(tag, BOOKING, 1_000, *PLACE, 0, 0))
    client.close()
    again = await BoxClient.connect(port, box)
    await again.greet(lowest_seq=8)
    await again.report(
        1,
        8,
        records.Gap(2, 7, records.GAP_UNREADABLE),
        records.TripEnd(9_000, *PLACE, records.END_BADGE_HELD),
    )
    (trip,) = await store.trips.log(TripFilter())
    detail = await store.trips.get(trip.trip_id)
    assert detail is not None and detail.records_lost == 6
    assert (trip.distance_m, trip.state) == (0, "ended"), "what was lost is not guessed"
    (row,) = await store.unassigned.log(9)
    assert (row.distance_m, row.after_trip_id, row.is_gap) == (8_000, trip.trip_id, True)
    again.close()
