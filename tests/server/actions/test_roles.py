"""Tests of server.actions.roles, and of what a part of the fleet lets somebody see and do."""

import json
from collections.abc import Awaitable

import pytest

from server.actions import (
    Actions,
    Operator,
    Person,
    accounts,
    badges,
    boxes,
    feedback,
    password_codes,
    refused_badges,
    roles,
    theft,
    trips,
)
from server.actions.people import leaving
from server.actions.signing_in import links, outbox
from server.fleet import fleet_file
from server.fleet.accounts.giving_roles import MAX_REASON_LENGTH
from server.fleet.accounts.mail import Letter, NewMail
from server.fleet.feedback import Said
from server.fleet.inputs import judged
from server.fleet.model.trips import TripFilter
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import Role
from server.store import Store
from tests.fleet import CAR, HOUR_S, MARIE, NOW_S, OTHER_CAR, PAUL, agent, vehicle
from tests.server.actions.driving import ReportingBox
from tests.server.actions.people import person
from tests.server.web.sample import StillClock

DAY_S = 24 * HOUR_S
DDT, DDPP = 1, 2
PREF, LOIN = 1, 2
OPERATOR = Operator()
EVA = {"agents": [{"login": "eva.roux", "full_name": "Eva Roux", "directorate": "DDPP"}]}


async def refusal(act: Awaitable[object]) -> Reason:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.first.reason


async def give(actor: Operator | Person, actions: Actions, role: Role, **more: object) -> int:
    told = {"login": "marie.leroy", "role": role, "reason": "Intérim"} | more
    return await roles.give(actor, judged(roles.GiveRole, told), actions)


@pytest.fixture
def box(store: Store) -> ReportingBox:
    return ReportingBox(store)


@pytest.fixture
async def administrator(store: Store, actions: Actions) -> Person:
    """Paul, who is a manager, is made an administrator too."""
    await give(OPERATOR, actions, Role.ADMINISTRATOR, login="paul.morin")
    return await person(store, PAUL)


async def only(store: Store, actions: Actions, **scope: object) -> Person:
    """Marie as a manager of a part of the fleet."""
    await give(OPERATOR, actions, Role.MANAGER, **scope)
    return await person(store, MARIE)


async def test_a_role_is_given_and_withdrawn(
    store: Store, actions: Actions, administrator: Person, woken: list[int | None]
) -> None:
    number = await give(administrator, actions, Role.MANAGER)
    held = next(h for h in await roles.log(administrator, actions) if h.agent_id == MARIE)
    assert (held.grant.role_grant_id, held.given_by) == (number, "Paul Morin")
    assert held.grant.role is Role.MANAGER and held.reason == "Intérim"
    assert await give(administrator, actions, Role.MANAGER) == number, "again is the same"
    one = roles.OneRole(role_grant_id=number)
    await roles.withdraw(administrator, one, actions)
    assert await refusal(roles.withdraw(administrator, one, actions)) is Reason.NO_SUCH_ROLE
    assert not (await person(store, MARIE)).agent.roles
    assert woken and set(woken) == {None}


async def test_a_role_to_come_and_one_that_is_over_allow_nothing(
    store: Store, actions: Actions, clock: StillClock
) -> None:
    await give(OPERATOR, actions, Role.MANAGER, from_s=NOW_S + 1)
    assert await refusal(theft.log(await person(store, MARIE), actions, 5)) is Reason.NOT_ALLOWED
    await give(OPERATOR, actions, Role.AUDITOR, to_s=NOW_S + 1)
    assert (await person(store, MARIE)).agent.roles
    clock.at_s = NOW_S + 1
    log = await roles.log(OPERATOR, actions)
    assert [h.grant.role for h in log if h.agent_id == MARIE] == [Role.MANAGER]


async def test_a_bad_wish_is_told_with_every_reason(actions: Actions) -> None:
    with pytest.raises(Refused) as refused:
        await give(
            OPERATOR,
            actions,
            Role.TECHNICIAN,
            cars=frozenset({99}),
            sites=frozenset({99}),
            directorates=frozenset({99}),
            reason="",
        )
    assert [(each.field, each.reason) for each in refused.value.refusals] == [
        ("directorates", Reason.UNKNOWN_PART),
        ("sites", Reason.UNKNOWN_PART),
        ("cars", Reason.UNKNOWN_PART),
        ("to_s", Reason.ROLE_NEEDS_END),
        ("reason", Reason.REASON_MISSING),
    ]
    for wrong, reason in (
        ({"role": "agent"}, Reason.NOT_A_ROLE),
        ({"role": "king"}, Reason.NOT_A_ROLE),
        ({"role": 5}, Reason.NOT_A_ROLE),
        ({"login": "nobody"}, Reason.NO_SUCH_ACCOUNT),
        ({"reason": "x" * (MAX_REASON_LENGTH + 1)}, Reason.REASON_MISSING),
    ):
        told = {"login": "marie.leroy", "role": "auditor", "reason": "Intérim"} | wrong
        with pytest.raises(Refused) as one:
            await roles.give(OPERATOR, judged(roles.GiveRole, told), actions)
        assert one.value.first.reason is reason


async def test_who_has_left_is_given_nothing(actions: Actions) -> None:
    await accounts.close(OPERATOR, accounts.OneAccount(login="marie.leroy"), actions)
    assert await refusal(give(OPERATOR, actions, Role.AUDITOR)) is Reason.ACCOUNT_CLOSED


async def test_the_last_administrator_stays_by_every_way(
    store: Store, actions: Actions, administrator: Person
) -> None:
    (own,) = [g for g in administrator.agent.roles if g.role is Role.ADMINISTRATOR]
    one = roles.OneRole(role_grant_id=own.role_grant_id)
    closing = accounts.OneAccount(login="paul.morin")
    await give(OPERATOR, actions, Role.ADMINISTRATOR, to_s=NOW_S + DAY_S)
    for actor in (administrator, OPERATOR):  # one who ends is none who is left
        assert await refusal(roles.withdraw(actor, one, actions)) is Reason.LAST_ADMINISTRATOR
        assert await refusal(accounts.close(actor, closing, actions)) is Reason.LAST_ADMINISTRATOR
    await give(OPERATOR, actions, Role.ADMINISTRATOR)
    await roles.withdraw(administrator, one, actions)
    marie = accounts.OneAccount(login="marie.leroy")
    assert await refusal(accounts.close(OPERATOR, marie, actions)) is Reason.LAST_ADMINISTRATOR


async def test_the_last_administrator_does_not_leave(
    store: Store, actions: Actions, administrator: Person
) -> None:
    leave = leaving.Leave(agent_id=PAUL, takers={})
    for actor in (administrator, OPERATOR):
        assert await refusal(leaving.leave(actor, leave, actions)) is Reason.LAST_ADMINISTRATOR
    paul = await store.agents.get(PAUL)
    assert paul is not None and paul.closed_at_s is None
    await give(OPERATOR, actions, Role.ADMINISTRATOR)
    assert (await leaving.leave(OPERATOR, leave, actions)).closed_at_s == NOW_S


async def test_two_administrators_who_close_each_other_leave_one(
    store: Store, actions: Actions, administrator: Person
) -> None:
    await give(OPERATOR, actions, Role.ADMINISTRATOR)
    assert [await store.accounts.close(who, NOW_S) for who in (PAUL, MARIE)] == [True, False]


async def test_a_file_closes_and_demotes_no_last_administrator(
    store: Store, actions: Actions, administrator: Person
) -> None:
    entry = agent("paul.morin", b"", "DDPP") | {"active": False}
    del entry["badges"], entry["role"]
    file = fleet_file.parse(json.dumps({"agents": [entry]}))
    assert await refusal(store.fleet.load(file, {}, NOW_S)) is Reason.LAST_ADMINISTRATOR
    paul = await store.agents.get(PAUL)
    assert paul is not None and paul.closed_at_s is None


async def test_two_administrators_who_withdraw_each_other_leave_one(
    store: Store, actions: Actions, administrator: Person
) -> None:
    await give(OPERATOR, actions, Role.ADMINISTRATOR)
    numbers = [
        held.grant.role_grant_id
        for held in await roles.log(OPERATOR, actions)
        if held.grant.role is Role.ADMINISTRATOR
    ]
    done = [await store.roles.withdraw(number, None, NOW_S) for number in numbers]
    assert done == [True, False]


async def test_an_administrator_of_a_directorate_neither_gives_nor_takes_beyond_it(
    store: Store, actions: Actions, administrator: Person
) -> None:
    await give(OPERATOR, actions, Role.ADMINISTRATOR, directorates=frozenset({DDT}))
    marie = await person(store, MARIE)
    wish = give(marie, actions, Role.ADMINISTRATOR, login="paul.morin")
    assert await refusal(wish) is Reason.GIVES_TOO_MUCH
    beyond = give(marie, actions, Role.ADMINISTRATOR, directorates=frozenset({DDPP}))
    assert await refusal(beyond) is Reason.GIVES_TOO_MUCH
    assert await give(marie, actions, Role.ADMINISTRATOR, directorates=frozenset({DDT}))
    assert {held.agent_id for held in await roles.log(marie, actions)} == {MARIE}
    for grant in administrator.agent.roles:
        one = roles.OneRole(role_grant_id=grant.role_grant_id)
        assert await refusal(roles.withdraw(marie, one, actions)) is Reason.NO_SUCH_ROLE


async def test_a_manager_of_a_directorate_sees_and_decides_what_its_people_did(
    store: Store, actions: Actions, box: ReportingBox
) -> None:
    hers, pauls, nobodys = [await box.start_trip(*who) for who in ((MARIE,), (PAUL, DDPP), (None,))]
    manager = await only(store, actions, directorates=frozenset({DDPP}))  # herself of DDT
    seen = await store.trips.log(trips.narrowed(manager, TripFilter()))
    assert {trip.trip_id for trip in seen} == {hers, pauls}, "her own, and those of DDPP"
    assert (await store.trips.totals(trips.narrowed(manager, TripFilter()))).trips == 2
    assert (await trips.get(manager, trips.OneTrip(trip_id=pauls), actions)).agent_id == PAUL
    theirs = trips.OneTrip(trip_id=nobodys)
    assert await refusal(trips.get(manager, theirs, actions)) is Reason.NO_SUCH_TRIP
    for_all = trips.narrowed(manager, TripFilter(directorate_id=DDT))
    assert {trip.trip_id for trip in await store.trips.log(for_all)} == {hers}


async def test_a_manager_of_a_site_sees_what_nobody_did_with_its_cars(
    store: Store, actions: Actions, box: ReportingBox
) -> None:
    hers, pauls, nobodys = [await box.start_trip(*who) for who in ((MARIE,), (PAUL, DDPP), (None,))]
    manager = await only(store, actions, sites=frozenset({PREF}))
    seen = await store.trips.log(trips.narrowed(manager, TripFilter()))
    assert {trip.trip_id for trip in seen} == {hers, nobodys}
    assert (
        await refusal(trips.get(manager, trips.OneTrip(trip_id=pauls), actions))
        is Reason.NO_SUCH_TRIP
    )


async def test_feedback_is_read_answered_and_counted_within_the_part_only(
    store: Store, actions: Actions, box: ReportingBox
) -> None:
    trip_id = await box.start_trip(PAUL, DDPP)
    await store.feedback.say(trip_id, Said(None, "Une rayure", True), NOW_S)
    one = trips.OneTrip(trip_id=trip_id)
    there = await only(store, actions, directorates=frozenset({DDPP}))
    assert [f.trip_id for f in await feedback.waiting_first(there, actions)] == [trip_id]
    assert await feedback.to_answer(there, one, actions)
    for held in await roles.log(OPERATOR, actions):
        if held.agent_id == MARIE:
            number = held.grant.role_grant_id
            await roles.withdraw(OPERATOR, roles.OneRole(role_grant_id=number), actions)
    elsewhere = await only(store, actions, directorates=frozenset({DDT}))
    assert await feedback.waiting_first(elsewhere, actions) == []
    assert await refusal(feedback.to_answer(elsewhere, one, actions)) is Reason.NO_SUCH_MESSAGE
    (scope,) = [grant.scope for grant in elsewhere.agent.roles]
    assert await store.feedback.waiting(scope) == (0, 0)
    assert await store.feedback.waiting() == (1, 1)


async def test_accounts_codes_and_badges_beyond_the_part_are_not_there(
    store: Store, actions: Actions
) -> None:
    manager = await only(store, actions, directorates=frozenset({DDT}))
    paul = accounts.OneAccount(login="paul.morin")
    for act in (accounts.close, accounts.reopen):
        assert await refusal(act(manager, paul, actions)) is Reason.NO_SUCH_ACCOUNT
    code = password_codes.give(manager, password_codes.GiveCode(agent_id=PAUL), actions)
    assert await refusal(code) is Reason.NO_SUCH_ACCOUNT
    his = password_codes.OneAgent(agent_id=PAUL)
    assert await refusal(links.invite(manager, his, actions)) is Reason.NO_SUCH_ACCOUNT
    (badge,) = await store.badges.of_agent(PAUL)
    one = badges.OneBadge(badge_id=badge.badge_id)
    for look in (badges.get, badges.block, badges.who_knows):
        assert await refusal(look(manager, one, actions)) is Reason.NO_SUCH_BADGE


async def test_who_manages_more_than_the_part_is_neither_closed_nor_reopened_in_it(
    store: Store, actions: Actions, administrator: Person
) -> None:
    manager = await only(store, actions, directorates=frozenset({DDPP}))
    await store.fleet.load(fleet_file.parse(json.dumps(EVA)), {}, NOW_S)
    eva = accounts.OneAccount(login="eva.roux")
    there = {"login": "eva.roux", "directorates": frozenset({DDPP})}
    await give(OPERATOR, actions, Role.MANAGER, **there)
    await accounts.close(manager, eva, actions)
    await accounts.reopen(manager, eva, actions)
    await give(OPERATOR, actions, Role.ADMINISTRATOR, login="eva.roux")
    assert await refusal(accounts.close(manager, eva, actions)) is Reason.NOT_ALLOWED
    await accounts.close(administrator, eva, actions)
    assert await refusal(accounts.reopen(manager, eva, actions)) is Reason.NOT_ALLOWED
    assert (await accounts.reopen(administrator, eva, actions)).login == "eva.roux"


async def test_mails_to_people_beyond_the_part_are_not_there(
    store: Store, actions: Actions
) -> None:
    manager = await only(store, actions, directorates=frozenset({DDT}))
    for agent_id, token in ((PAUL, "his"), (MARIE, "hers")):
        mail = NewMail(agent_id, "reset", "x@ddt.example", Letter("", "", ""), NOW_S + HOUR_S)
        await store.links.make(token, NOW_S + HOUR_S, mail, NOW_S)
    (hers,) = await outbox.log(manager, 10, None, actions)
    (his,) = [m for m in await outbox.log(OPERATOR, 10, None, actions) if m != hers]
    assert hers.agent_name == "Marie Leroy"
    for act in (outbox.retry, outbox.drop):
        there = act(manager, outbox.OneMail(mail_id=his.mail_id), actions)
        assert await refusal(there) is Reason.NO_SUCH_MAIL
        await act(manager, outbox.OneMail(mail_id=hers.mail_id), actions)
    assert [m.state for m in await outbox.log(OPERATOR, 10, None, actions)] == [
        "dropped",
        "waiting",
    ]


async def test_cars_beyond_the_part_are_not_there(store: Store, actions: Actions) -> None:
    far = {"sites": [{"code": "LOIN", "name": "Loin"}], "vehicles": [vehicle("ZZ-999-ZZ")]}
    far["vehicles"][0]["site"] = "LOIN"
    await store.fleet.load(fleet_file.parse(json.dumps(far)), {}, NOW_S)
    manager = await only(store, actions, sites=frozenset({LOIN}))
    order = boxes.Order(vehicle_id=CAR, kind="inhibit")
    assert await refusal(boxes.order(manager, order, actions)) is Reason.UNKNOWN_VEHICLE
    add = boxes.AddBox(vehicle_id=CAR)
    assert await refusal(boxes.add(manager, add, actions)) is Reason.UNKNOWN_VEHICLE
    assert await boxes.add(manager, boxes.AddBox(vehicle_id=3), actions)
    stolen = theft.Report(vehicle_id=OTHER_CAR, reference="PV")
    assert await refusal(theft.report(manager, stolen, actions)) is Reason.UNKNOWN_VEHICLE
    await boxes.add(OPERATOR, boxes.AddBox(vehicle_id=OTHER_CAR), actions)
    number = await theft.report(await person(store, PAUL), stolen, actions)
    one = theft.OneTheftOrder(theft_order_id=number)
    for act in (theft.get, theft.confirm, theft.withdraw):
        assert await refusal(act(manager, one, actions)) is Reason.NO_SUCH_THEFT_ORDER
    assert await theft.log(manager, actions, 5) == []
    assert len(await theft.log(await person(store, PAUL), actions, 5)) == 1


async def test_an_auditor_of_all_and_manager_of_a_part_decides_in_that_part_only(
    store: Store, actions: Actions
) -> None:
    await give(OPERATOR, actions, Role.AUDITOR)
    both = await only(store, actions, directorates=frozenset({DDT}))
    (badge,) = await store.badges.of_agent(PAUL)
    one = badges.OneBadge(badge_id=badge.badge_id)
    assert await badges.who_knows(both, one, actions)
    assert await refusal(badges.block(both, one, actions)) is Reason.NO_SUCH_BADGE


async def test_an_auditor_sees_a_trip_and_ends_none(
    store: Store, actions: Actions, box: ReportingBox
) -> None:
    one = trips.OneTrip(trip_id=await box.start_trip(PAUL, DDPP))
    await give(OPERATOR, actions, Role.AUDITOR)
    auditor = await person(store, MARIE)
    view = await trips.view(auditor, one, actions)
    assert not (view.may_end or view.may_answer or view.may_say)
    assert await refusal(trips.to_end(auditor, one, actions)) is Reason.NOT_ALLOWED
    end = trips.EndTrip(trip_id=one.trip_id)
    assert await refusal(trips.end(auditor, end, actions)) is Reason.NOT_ALLOWED


async def test_an_accountant_reads_kilometres_and_no_places(
    store: Store, actions: Actions, box: ReportingBox
) -> None:
    one = trips.OneTrip(trip_id=await box.start_trip(PAUL, DDPP))
    await give(OPERATOR, actions, Role.ACCOUNTANT)
    accountant = await person(store, MARIE)
    trip = (await trips.view(accountant, one, actions)).detail.trip
    places = (trip.start_lat_e7, trip.start_lon_e7, trip.end_lat_e7, trip.end_lon_e7)
    assert places == (None,) * 4
    (listed,) = await store.trips.log(trips.narrowed(accountant, TripFilter()))
    ((shown, places_shown),) = await trips.with_places(accountant, [listed], actions)
    assert (shown.start_lat_e7, places_shown.start) == (None, None)
    assert await refusal(refused_badges.log(accountant, actions, 5)) is Reason.NOT_ALLOWED


async def test_a_file_takes_back_the_role_that_a_file_gave_and_no_other(
    store: Store, actions: Actions
) -> None:
    await give(OPERATOR, actions, Role.AUDITOR, login="paul.morin")
    entry = agent("paul.morin", b"", "DDPP", role="technician")
    del entry["badges"]
    await store.fleet.load(fleet_file.parse(json.dumps({"agents": [entry]})), {}, NOW_S)
    paul = await person(store, PAUL)
    assert {g.role for g in paul.agent.roles} == {Role.AUDITOR, Role.TECHNICIAN}
    await store.fleet.load(
        fleet_file.parse(json.dumps({"agents": [entry | {"role": "agent"}]})), {}, NOW_S
    )
    assert [g.role for g in (await person(store, PAUL)).agent.roles] == [Role.AUDITOR]
