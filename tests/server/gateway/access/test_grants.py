"""Every kind of grant, and badges revoked and given back, told to a box over real TCP."""

import sqlite3

from server.fleet.grants import AFTER_S, ALWAYS, BEFORE_S
from server.gateway.registry import Registry
from server.store import BoxSecrets, Store
from shared_protocol import messages, records
from shared_protocol.badges import badge_tag
from tests.fleet import BOOKING, FLEET, HOUR_S, MARIE_UID, NOW_S, OTHER_CAR, PAUL, PAUL_UID, wanted
from tests.server.gateway.access.loading import GUEST_UID, TOOL_UID, agent, car, load
from tests.server.gateway.box_client import PLACE, BoxClient, confirms, marker, whole


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
