"""Loading a fleet file: all or nothing, and the second time nothing new."""

import copy
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from server.fleet import fleet_file
from server.fleet.inputs import MOST_REFUSALS
from server.fleet.model.bookings import Booking, Companion, Window
from server.fleet.refusals import Reason, Refused
from server.store import Store
from server.store.bookings import insert_booking
from tests.fleet import (
    BOOKING,
    CAR,
    FLEET,
    MARIE,
    MARIE_UID,
    NOW_S,
    OTHER_CAR,
    PAUL,
    PAUL_UID,
    booking,
    call_off,
    wanted,
)

DAY_S = 24 * 3600


def changed(change: dict[str, list[dict[str, Any]]]) -> fleet_file.FleetFile:
    data: dict[str, list[dict[str, Any]]] = copy.deepcopy(FLEET)
    for name, entries in change.items():
        data[name] = data[name] + entries
    return fleet_file.parse(json.dumps(data))


async def refusal_of(store: Store, file: fleet_file.FleetFile) -> str:
    """What is said of a file that is refused for one reason."""
    with pytest.raises(Refused) as refused:
        await store.fleet.load(file, {}, NOW_S)
    (refusal,) = refused.value.refusals
    return fleet_file.in_words(refusal)


async def everything(store: Store) -> list[object]:
    return [
        await store.directorates.all(),
        await store.vehicles.all(),
        await store.agents.all(),
        await store.badges.all(),
        await store.bookings.between(0, 1 << 32),
    ]


async def test_loading_the_same_file_twice_changes_nothing(store: Store) -> None:
    before = await everything(store)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert await everything(store) == before


async def test_an_overlapping_booking_loads_nothing_of_the_file(store: Store) -> None:
    before = await everything(store)
    booking = {**FLEET["bookings"][0], "agent": "paul.morin", "purpose": "x"}
    newcomer = {"plate": "NEW-1", "label": "Zoé", "site": "PREF"}
    said = await refusal_of(store, changed({"vehicles": [newcomer], "bookings": [booking]}))
    assert re.search(
        r"bookings\[1\], vehicle: This car is taken .* Marie Leroy has AB-123-CD", said
    )
    assert await everything(store) == before


async def test_an_unknown_name_is_told_with_the_known_ones(store: Store) -> None:
    newcomer = {"plate": "NEW-1", "label": "Zoé", "site": "NOWHERE"}
    said = await refusal_of(store, changed({"vehicles": [newcomer]}))
    assert re.search(r"vehicles\[2\], site: .*'NOWHERE' is unknown; known: PREF", said)


async def test_a_badge_given_to_another_agent_is_theirs_from_then_on(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"], data["agents"][1]["badges"] = [PAUL_UID.hex()], []
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    holders = {badge.uid: badge.agent_id for badge in await store.badges.all()}
    assert holders[PAUL_UID] == MARIE


async def test_a_badge_that_its_agent_no_longer_has_is_revoked_until_a_file_names_it(
    store: Store,
) -> None:
    async def held() -> set[tuple[int, str, int | None]]:
        return {(b.agent_id, b.uid.hex(), b.revoked_at_s) for b in await store.badges.all()}

    new, old, pauls = "04998877665544", MARIE_UID.hex(), (PAUL, PAUL_UID.hex(), None)
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] = [new]
    del data["agents"][1]["badges"]
    for at_s in (NOW_S, NOW_S + 9):
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, at_s)
        assert await held() == {(MARIE, new, None), (MARIE, old, NOW_S), pauls}
    data["agents"][1]["badges"] = [PAUL_UID.hex(), old]
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S + 9)
    assert await held() == {(MARIE, new, None), (PAUL, old, None), pauls}


async def test_a_badge_that_a_file_took_away_and_somebody_revoked_stays_revoked(
    store: Store,
) -> None:
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] = []
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None
    await store.badges.revoke(badge.badge_id, NOW_S + 1)
    assert await store.fleet.load(changed({}), {}, NOW_S + 2) == 1


async def test_a_revoked_badge_stays_revoked_whatever_a_file_says(store: Store) -> None:
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None
    await store.badges.revoke(badge.badge_id, NOW_S)
    assert await store.fleet.load(changed({}), {}, NOW_S) == 1
    data = copy.deepcopy(FLEET)
    data["agents"][0]["badges"] = []
    assert await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S) == 0
    data["agents"][1]["badges"] = [MARIE_UID.hex()]
    assert await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S) == 1
    badge = await store.badges.by_uid(MARIE_UID)
    assert badge is not None and (badge.agent_id, badge.revoked_at_s) == (PAUL, NOW_S)
    await store.badges.restore(badge.badge_id, NOW_S)
    assert await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S) == 0


async def test_lists_replace_those_before_and_what_is_not_spoken_of_stays(store: Store) -> None:
    async def facts() -> tuple[object, ...]:
        access = (await store.access.of_car(CAR, NOW_S)).access
        keys = {badge.uid: badge.key for badge in access.badges}
        return access.walk_up, access.out_of_service, access.companions, keys[MARIE_UID]

    data = copy.deepcopy(FLEET)
    data["vehicles"][0] |= {
        "walk_up": True,
        "out_of_service": [{"from": NOW_S + 5, "to": NOW_S + 9}],
    }
    data["agents"][0]["badges"] = [{"uid": MARIE_UID.hex(), "key": "0f" * 16}]
    data["bookings"][0]["drivers"] = ["paul.morin"]
    file = fleet_file.parse(json.dumps(data))
    for _ in range(2):
        await store.fleet.load(file, {}, NOW_S)
        assert await facts() == (
            True,
            (Window(NOW_S + 5, NOW_S + 9),),
            (Companion(BOOKING, PAUL, True),),
            b"\x0f" * 16,
        )
    data["vehicles"][0]["out_of_service"] = []
    data["bookings"][0] |= {"drivers": [], "passengers": ["paul.morin"]}
    del data["agents"][0]["badges"]
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    assert await facts() == (True, (), (Companion(BOOKING, PAUL, False),), b"\x0f" * 16)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert await facts() == (True, (), (Companion(BOOKING, PAUL, False),), b"\x0f" * 16)
    data["vehicles"][0]["walk_up"] = False
    data["agents"][0]["badges"] = [{"uid": MARIE_UID.hex(), "key": None}]
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    assert await facts() == (False, (), (Companion(BOOKING, PAUL, False),), None)


async def test_a_radius_without_a_place_is_refused_where_the_place_is_not_known(
    store: Store,
) -> None:
    data = copy.deepcopy(FLEET)
    data["sites"][0]["radius_m"] = 100
    said = await refusal_of(store, fleet_file.parse(json.dumps(data)))
    assert re.search(r"sites\[0\], lat: -90 to 90", said)
    data["sites"][0] |= {"lat": 48.0, "lon": 0.2}
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    data["sites"][0] = {"code": "PREF", "name": "Préfecture", "radius_m": 200}
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    site = (await store.access.of_car(CAR, NOW_S)).site
    assert site is not None
    assert (site.centre.lat_e7, site.radius_m) == (480_000_000, 200)


async def test_an_unknown_driver_is_told_with_the_place(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    data["bookings"][0]["drivers"] = ["nobody"]
    said = await refusal_of(store, fleet_file.parse(json.dumps(data)))
    assert re.search(r"bookings\[0\], drivers: .*'nobody' is unknown; known: marie.leroy", said)


async def test_a_booking_cancelled_since_stays_cancelled_and_does_not_stop_the_file(
    store: Store,
) -> None:
    await call_off(store, BOOKING)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert await store.bookings.between(0, 1 << 32) == []
    start_s, end_s = (FLEET["bookings"][0][name] for name in ("starts_at", "ends_at"))
    await store.bookings.create(wanted(CAR, start_s, end_s), PAUL, NOW_S)
    await store.fleet.load(changed({}), {}, NOW_S)
    assert [b.agent_id for b in await store.bookings.between(0, 1 << 32)] == [PAUL]


async def test_a_password_stays_when_no_new_one_is_given(store: Store) -> None:
    await store.fleet.load(changed({}), {"marie.leroy": "hash"}, NOW_S)
    await store.fleet.load(changed({}), {}, NOW_S)
    marie = await store.agents.get(MARIE)
    assert marie is not None and marie.password_hash == "hash"


async def test_a_private_booking_loads_only_with_a_car_for_private_use(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    start_s = NOW_S + 50 * 3600
    private = FLEET["bookings"][0] | {"starts_at": start_s, "ends_at": start_s + 900}
    data["bookings"].append(private | {"private": True})
    said = await refusal_of(store, fleet_file.parse(json.dumps(data)))
    assert "bookings[1], private: This car is not for private use" in said
    data["vehicles"][0]["private_use"] = True
    for _ in range(2):
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
        bookings = await store.bookings.between(0, 1 << 32)
        assert [booking.private for booking in bookings] == [False, True]


async def test_a_licence_counts_as_recorded_until_a_file_says_no_and_again_when_one_says_yes(
    store: Store,
) -> None:
    async def without() -> frozenset[int]:
        return (await store.access.of_car(CAR, NOW_S)).access.without_licence

    data = copy.deepcopy(FLEET)
    assert await without() == frozenset()
    for said, expected in ((False, {PAUL}), (None, {PAUL}), (True, set()), (None, set())):
        data["agents"][1].pop("licence_recorded", None)
        if said is not None:
            data["agents"][1]["licence_recorded"] = said
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
        assert await without() == expected, "what is not spoken of stays"


def entry(starts_at_s: int, length_s: int, **more: Any) -> dict[str, Any]:
    hours = {"starts_at": starts_at_s, "ends_at": starts_at_s + length_s}
    return FLEET["bookings"][0] | hours | more


SOON_S = NOW_S + 2 * DAY_S
EQUIPMENT = [
    {"code": "SIEGE", "name": "Siège enfant", "site": "PREF"},
    {"code": "CHAINES", "name": "Chaînes", "site": "DDT"},
]


@pytest.mark.parametrize(
    ("booking", "place", "reason"),
    [
        (entry(SOON_S, 0), "ends_at", Reason.END_BEFORE_START),
        (entry(SOON_S, -60), "ends_at", Reason.END_BEFORE_START),
        (entry(SOON_S, -60, weeks=2), "ends_at", Reason.END_BEFORE_START),
        (entry(SOON_S, 32 * DAY_S), "ends_at", Reason.TOO_LONG),
        (entry(SOON_S, 7 * DAY_S, weeks=2), "ends_at", Reason.TOO_LONG_WEEKLY),
        (entry(NOW_S + 367 * DAY_S, 900), "starts_at", Reason.TOO_FAR),
        (entry((1 << 32) - 901, 900, weeks=26), "starts_at", Reason.TOO_FAR),
        (entry(SOON_S, 900, private=True), "private", Reason.NO_PRIVATE_USE),
        (entry(SOON_S, 900, vehicle="XX-1"), "vehicle", Reason.UNKNOWN_VEHICLE),
        (entry(SOON_S, 900, agent="nobody"), "agent", Reason.UNKNOWN_NAME),
        (entry(SOON_S, 900, equipment=["PELLE"]), "equipment", Reason.EQUIPMENT_UNKNOWN),
        (entry(SOON_S, 900, equipment=["CHAINES"]), "equipment", Reason.EQUIPMENT_ELSEWHERE),
        (entry(NOW_S, 900), "vehicle", Reason.OVERLAP),
        (entry(SOON_S + DAY_S, 900), "vehicle", Reason.OUT_OF_SERVICE),
        (entry(SOON_S - 6 * DAY_S, 900, weeks=2), "vehicle", Reason.OUT_OF_SERVICE),
    ],
    ids=lambda value: str(value) if isinstance(value, Reason) else "",
)
async def test_a_new_booking_is_held_to_the_rules_and_told_with_its_place(
    store: Store, booking: dict[str, Any], place: str, reason: Reason
) -> None:
    data = {"equipment": EQUIPMENT, **copy.deepcopy(FLEET)}
    data["sites"].append({"code": "DDT", "name": "Territoires"})
    data["vehicles"][0]["out_of_service"] = [{"from": SOON_S + DAY_S, "to": SOON_S + 2 * DAY_S}]
    data["bookings"].append(booking)
    text = json.dumps(data, indent=1)
    before = await everything(store)
    with pytest.raises(Refused) as refused:
        await store.fleet.load(fleet_file.parse(text), {}, NOW_S)
    line = text[: text.rindex(f'"{place}"')].count("\n") + 1
    assert [(r.field, r.reason) for r in refused.value.refusals] == [
        (f"line {line}, bookings[1], {place}", reason)
    ]
    assert await everything(store) == before


async def test_several_bookings_at_fault_are_told_at_once(store: Store) -> None:
    file = changed({"bookings": [entry(SOON_S, 0), entry(SOON_S, 900), entry(NOW_S, 900, weeks=3)]})
    with pytest.raises(Refused) as refused:
        await store.fleet.load(file, {}, NOW_S)
    assert [(r.field, r.reason) for r in refused.value.refusals] == [
        ("line 1, bookings[1], ends_at", Reason.END_BEFORE_START),
        ("line 1, bookings[3], vehicle", Reason.OVERLAP),
    ]


async def test_a_file_may_bring_over_what_was(store: Store) -> None:
    await store.fleet.load(changed({"bookings": [entry(NOW_S - 900 * DAY_S, 900)]}), {}, NOW_S)
    assert len(await store.bookings.between(0, 1 << 32)) == 2


async def test_a_booking_that_is_there_is_not_judged_again(store: Store) -> None:
    data = copy.deepcopy(FLEET)
    data["vehicles"][0]["private_use"] = True
    data["bookings"] = [entry(SOON_S, 900, private=True)]
    for private_use, out_of_service in ((True, []), (False, [{"from": 5, "to": SOON_S + 900}])):
        data["vehicles"][0] |= {"private_use": private_use, "out_of_service": out_of_service}
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    assert len(await store.bookings.between(0, 1 << 32)) == 2


async def test_a_booking_keeps_its_equipment_in_a_file_in_which_its_car_has_changed_site(
    store: Store,
) -> None:
    data = {"equipment": EQUIPMENT, **copy.deepcopy(FLEET)}
    data["sites"].append({"code": "DDT", "name": "Territoires"})
    data["bookings"].append(entry(NOW_S - 9 * DAY_S, 900, equipment=["SIEGE"]))
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    data["vehicles"][0]["site"] = "DDT"
    await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)
    (past,) = await store.bookings.between(0, NOW_S - DAY_S)
    assert past.equipment == ("SIEGE",)
    data["bookings"][1]["equipment"] = ["SIEGE", "CHAINES"]  # but what is new is judged
    with pytest.raises(Refused, match="equipment_elsewhere"):
        await store.fleet.load(fleet_file.parse(json.dumps(data)), {}, NOW_S)


async def test_a_weekly_booking_keeps_its_local_hours_and_its_new_weeks_are_added(
    store: Store,
) -> None:
    monday_s = int(datetime(2026, 10, 19, 5, 30, tzinfo=UTC).timestamp())  # 07:30 in Paris
    for weeks in (2, 3, 3):
        file = changed({"bookings": [entry(monday_s, 7200, weeks=weeks)]})
        await store.fleet.load(file, {}, NOW_S)
        hours = [
            (booking.starts_at_s - monday_s, booking.ends_at_s - booking.starts_at_s)
            for booking in (await store.bookings.between(monday_s, 1 << 32))
        ]
        # The clocks go back on the Sunday after.
        expected = [0, 7 * DAY_S + 3600, 14 * DAY_S + 3600][:weeks]
        assert hours == [(start_s, 7200) for start_s in expected]


async def test_what_a_file_says_of_a_journey_is_kept(store: Store) -> None:
    entry = booking("EF-456-GH", "marie.leroy", NOW_S, NOW_S + 900, planned_km=85, private=False)
    await store.fleet.load(changed({"bookings": [entry]}), {}, NOW_S)
    (made,) = await store.bookings.of_vehicle(OTHER_CAR, 0)
    assert (made.planned_km, made.private, made.purpose) == (85, False, "Chantier")


async def test_who_rides_along_is_said_of_the_booking_that_stands_and_not_of_one_called_off(
    store: Store,
) -> None:
    hours = (SOON_S, SOON_S + 900)
    await store.fleet.load(changed({"bookings": [entry(SOON_S, 900)]}), {}, NOW_S)
    (first,) = await store.bookings.between(*hours)
    await call_off(store, first.booking_id)
    again = await store.bookings.create(wanted(first.vehicle_id, *hours), first.agent_id, NOW_S)
    file = changed({"bookings": [entry(SOON_S, 900, drivers=["paul.morin"])]})
    await store.fleet.load(file, {}, NOW_S)
    access = (await store.access.of_car(first.vehicle_id, NOW_S)).access
    assert Companion(again.booking_id, PAUL, True) in access.companions


async def test_a_file_of_many_faults_is_given_up_when_as_many_are_found_as_are_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def insert(*booking: Any) -> Booking:
        tried.append(booking)
        return insert_booking(*booking)

    monkeypatch.setattr("server.store.fleet.insert_booking", insert)
    taken = [{**entry(NOW_S - 900 * i, 900 * i + 900), "agent": "paul.morin"} for i in range(1, 60)]
    with pytest.raises(Refused) as refused:
        await store.fleet.load(changed({"bookings": taken}), {}, NOW_S)
    assert len(refused.value.refusals) == len(tried) == MOST_REFUSALS
