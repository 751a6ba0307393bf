"""Sites, equipment and groups of cars come, change, go."""

import pytest

from server.actions import Actions, Operator, Person
from server.actions.pool import cars, equipment, groups, sites
from server.actions.pool.equipment import AddPiece, ChangePiece, OnePiece
from server.actions.pool.groups import AddGroup, ChangeGroup, OneGroup
from server.actions.pool.sites import AddSite, ChangeSite, OneSite
from server.fleet.inputs import judged
from server.fleet.pool import ZONES, stamp
from server.fleet.refusals import Reason, Refused
from server.fleet.sites import DEFAULT_RADIUS_M
from server.store import Store
from tests.fleet import BOOKING, CAR, OTHER_CAR, call_off
from tests.server.actions.pool.refused import reasons

OPERATOR = Operator()
DENIS = {"code": "STD", "name": "Saint-Denis", "lat": -20.88, "lon": 55.45}
PIECE = AddPiece(code="SIEGE-1", name="Siège enfant", site_id=1)


async def test_a_site_overseas_has_its_point_and_its_zone(actions: Actions) -> None:
    wanted = judged(AddSite, {**DENIS, "timezone": "Indian/Reunion", "bays": 12})
    place = await sites.add(OPERATOR, wanted, actions)
    assert (place.lat_e7, place.lon_e7) == (-208_800_000, 554_500_000)
    assert (place.radius_m, place.timezone, place.bays) == (DEFAULT_RADIUS_M, "Indian/Reunion", 12)


@pytest.mark.parametrize("zone", ZONES)
def test_every_zone_that_is_offered_is_one(zone: str) -> None:
    assert judged(AddSite, {**DENIS, "timezone": zone}).timezone == zone


@pytest.mark.parametrize("zone", ["", "Réunion", "Europe", "../../etc/passwd", "Europe/Paris\0"])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(Refused) as refused:
        judged(AddSite, {**DENIS, "timezone": zone})
    assert reasons(refused) == [("timezone", Reason.NOT_A_ZONE)]


@pytest.mark.parametrize(
    ("given", "field"), [({"lat": None}, "lat"), ({"lon": None}, "lon"), ({"lat": 91.0}, "lat")]
)
async def test_half_a_point_is_none(actions: Actions, given, field: str) -> None:
    with pytest.raises(Refused) as refused:
        await sites.add(OPERATOR, judged(AddSite, DENIS | given), actions)
    assert reasons(refused) == [(field, Reason.OUT_OF_RANGE)]


async def test_a_site_that_is_called_otherwise_keeps_its_cars_and_the_second_change_is_told(
    store: Store, actions: Actions
) -> None:
    seen = stamp(await store.sites.get(1))
    wanted = ChangeSite(site_id=1, name="Hôtel du département", seen=seen)
    await sites.change(OPERATOR, wanted, actions)
    assert {car.site_name for car in await store.vehicles.all()} == {"Hôtel du département"}
    with pytest.raises(Refused) as refused:
        await sites.change(OPERATOR, wanted, actions)
    assert reasons(refused) == [("", Reason.CHANGED_SINCE)]


async def test_a_site_closes_once_nothing_is_there(store: Store, actions: Actions) -> None:
    with pytest.raises(Refused) as refused:
        await sites.retire(OPERATOR, OneSite(site_id=1), actions)
    assert reasons(refused) == [("", Reason.STILL_USED)]
    await call_off(store, BOOKING)
    for car in (CAR, OTHER_CAR):
        await cars.retire(OPERATOR, cars.OneCar(vehicle_id=car), actions)
    assert (await sites.retire(OPERATOR, OneSite(site_id=1), actions)).retired_at_s is not None
    with pytest.raises(Refused) as refused:
        await cars.reopen(OPERATOR, cars.OneCar(vehicle_id=CAR), actions)
    assert reasons(refused) == [("site_id", Reason.UNKNOWN_NAME)]
    assert (await sites.reopen(OPERATOR, OneSite(site_id=1), actions)).retired_at_s is None


async def test_a_piece_comes_changes_and_goes(store: Store, actions: Actions) -> None:
    piece = await equipment.add(OPERATOR, PIECE, actions)
    with pytest.raises(Refused) as refused:
        await equipment.add(OPERATOR, PIECE, actions)
    assert reasons(refused) == [("code", Reason.NAME_TAKEN)]
    seen = stamp(piece)
    wanted = ChangePiece(equipment_id=piece.equipment_id, name="Rehausseur", site_id=1, seen=seen)
    assert (await equipment.change(OPERATOR, wanted, actions)).name == "Rehausseur"
    with pytest.raises(Refused) as refused:
        await equipment.change(OPERATOR, wanted, actions)
    assert reasons(refused) == [("", Reason.CHANGED_SINCE)]
    one = OnePiece(equipment_id=piece.equipment_id)
    assert (await equipment.retire(OPERATOR, one, actions)).retired_at_s is not None
    assert (await equipment.reopen(OPERATOR, one, actions)).retired_at_s is None


async def test_a_group_has_the_cars_that_were_said_last(store: Store, actions: Actions) -> None:
    group = await groups.add(
        OPERATOR, AddGroup(name="Utilitaires", restricted=True, vehicle_ids=(CAR,)), actions
    )
    assert (group.restricted, group.vehicle_ids) == (True, (CAR,))
    wanted = ChangeGroup(group_id=group.group_id, name="Tous", vehicle_ids=(CAR, OTHER_CAR, CAR))
    group = await groups.change(OPERATOR, wanted, actions)
    assert (group.name, group.restricted, group.vehicle_ids) == ("Tous", False, (CAR, OTHER_CAR))
    with pytest.raises(Refused) as refused:
        await groups.add(OPERATOR, AddGroup(name="Tous"), actions)
    assert reasons(refused) == [("name", Reason.NAME_TAKEN)]
    with pytest.raises(Refused) as refused:
        await groups.add(OPERATOR, AddGroup(name="Rien", vehicle_ids=(99,)), actions)
    assert reasons(refused) == [("vehicle_ids", Reason.UNKNOWN_VEHICLE)]
    for _ in range(2):
        await groups.remove(OPERATOR, OneGroup(group_id=group.group_id), actions)
    assert await store.groups.all() == []


async def test_who_drives_changes_none_of_them(actions: Actions, marie: Person) -> None:
    for act, request in (
        (sites.get, OneSite(site_id=1)),
        (sites.add, judged(AddSite, DENIS)),
        (sites.change, ChangeSite(site_id=1, name="A")),
        (sites.retire, OneSite(site_id=1)),
        (sites.reopen, OneSite(site_id=1)),
        (equipment.get, OnePiece(equipment_id=1)),
        (equipment.add, PIECE),
        (equipment.change, ChangePiece(equipment_id=1, name="A", site_id=1)),
        (equipment.retire, OnePiece(equipment_id=1)),
        (equipment.reopen, OnePiece(equipment_id=1)),
        (groups.get, OneGroup(group_id=1)),
        (groups.add, AddGroup(name="A")),
        (groups.change, ChangeGroup(group_id=1, name="A")),
        (groups.remove, OneGroup(group_id=1)),
    ):
        with pytest.raises(Refused) as refused:
            await act(marie, request, actions)
        assert reasons(refused) == [("", Reason.NOT_ALLOWED)]
