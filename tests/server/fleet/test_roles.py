"""Tests of server.fleet.roles: how far rights reach, over any grants, scopes and times."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.accounts.giving_roles import against_giving
from server.fleet.refusals import Reason
from server.fleet.roles import (
    GIVEN,
    RIGHTS,
    WHOLE,
    About,
    Right,
    Role,
    RoleGrant,
    Scope,
    in_force,
    is_lasting_administrator,
    reach,
)

IDS = st.frozensets(st.integers(1, 3), max_size=2)
SCOPES = st.builds(Scope, IDS, IDS, IDS)
INSTANTS = st.integers(0, 20)
GRANTS = st.builds(
    RoleGrant,
    st.just(1),
    st.sampled_from(GIVEN),
    SCOPES,
    INSTANTS,
    st.none() | INSTANTS,
)
LISTS = st.lists(GRANTS, max_size=4)
ONE = st.none() | st.integers(1, 3)
ABOUT = st.builds(About, ONE, ONE, ONE)
RIGHT = st.sampled_from(Right)
CARS_OF_SITE = {1: (1, 2), 2: (3,), 3: ()}
WHY = "Remplacement"


def refused(own, grant, reason=WHY, now_s=0):
    return {each.reason for each in against_giving(own, grant, reason, CARS_OF_SITE, now_s)}


@given(LISTS, RIGHT, ABOUT)
def test_a_right_reaches_what_one_of_the_roles_that_give_it_covers(grants, right, about):
    found = reach(grants, right)
    one_by_one = any(g.scope.covers(about) for g in grants if right in RIGHTS[g.role])
    assert (found is not None and found.covers(about)) == one_by_one


@given(LISTS, INSTANTS)
def test_a_role_holds_from_its_first_second_until_before_its_last(grants, now_s):
    expected = [g for g in grants if now_s >= g.from_s and (g.to_s is None or g.to_s > now_s)]
    assert list(in_force(grants, now_s)) == expected


@given(SCOPES, SCOPES, ABOUT)
def test_what_a_part_covers_the_whole_covers(scope, other, about):
    if scope.takes_in(other, {}) and other.covers(about):
        assert scope.covers(about)


@given(LISTS, GRANTS, ABOUT, RIGHT, INSTANTS, INSTANTS)
def test_who_was_given_a_role_may_nothing_that_who_gave_it_could_not(
    own, grant, about, right, now_s, later_s
):
    if refused(own, grant, now_s=now_s):
        return
    then_s = max(now_s, later_s)
    if about.site_id is not None and about.vehicle_id not in CARS_OF_SITE[about.site_id]:
        about = replace(about, vehicle_id=None)
    if about.vehicle_id is not None:  # a car has a site
        site_id = next(site for site, cars in CARS_OF_SITE.items() if about.vehicle_id in cars)
        about = replace(about, site_id=site_id)
    given_reach = reach(in_force([grant], then_s), right)
    own_reach = reach(in_force(own, then_s), right)
    if given_reach is not None and given_reach.covers(about):
        assert own_reach is not None and own_reach.covers(about)


@given(LISTS, GRANTS)
def test_nobody_gives_a_role_without_the_right_to(own, grant):
    if reach(own, Right.GIVE_ROLES) is None:
        assert Reason.GIVES_TOO_MUCH in refused(own, grant)


def test_an_operator_gives_any_role():
    for role in GIVEN:
        assert not refused(None, RoleGrant(0, role, WHOLE, 0, 9))


def test_an_administrator_of_a_directorate_gives_nothing_beyond_it():
    own = [RoleGrant(1, Role.ADMINISTRATOR, Scope(frozenset({1})), 0)]
    here = RoleGrant(0, Role.ADMINISTRATOR, Scope(frozenset({1})), 0)
    assert not refused(own, here)
    for scope in (WHOLE, Scope(frozenset({1, 2})), Scope(frozenset({1}), frozenset({1}))):
        assert refused(own, replace(here, scope=scope)) == {Reason.GIVES_TOO_MUCH}


def test_an_administrator_who_is_no_manager_makes_no_manager():
    own = [RoleGrant(1, Role.ADMINISTRATOR, WHOLE, 0)]
    manager = RoleGrant(0, Role.MANAGER, WHOLE, 0)
    assert refused(own, manager) == {Reason.GIVES_TOO_MUCH}
    assert not refused([*own, RoleGrant(2, Role.MANAGER, WHOLE, 0)], manager)


def test_who_has_a_role_until_then_gives_none_for_longer():
    own = [RoleGrant(1, Role.ADMINISTRATOR, WHOLE, 0, 10)]
    assert not refused(own, RoleGrant(0, Role.ADMINISTRATOR, WHOLE, 0, 10))
    for to_s in (11, None):
        grant = RoleGrant(0, Role.ADMINISTRATOR, WHOLE, 0, to_s)
        assert refused(own, grant) == {Reason.GIVES_TOO_MUCH}


def test_cars_of_a_site_are_given_one_by_one_by_who_has_the_site():
    own = [RoleGrant(1, Role.ADMINISTRATOR, Scope(sites=frozenset({1})), 0)]
    for cars, words in (({1, 2}, set()), ({3}, {Reason.GIVES_TOO_MUCH})):
        given_cars = Scope(cars=frozenset(cars))
        assert refused(own, RoleGrant(0, Role.TECHNICIAN, given_cars, 0, 5)) == words


@pytest.mark.parametrize(
    ("grant", "reason", "word"),
    [
        (RoleGrant(0, Role.TECHNICIAN, WHOLE, 5), WHY, Reason.ROLE_NEEDS_END),
        (RoleGrant(0, Role.MANAGER, WHOLE, 5, 4), WHY, Reason.IN_THE_PAST),
        (RoleGrant(0, Role.MANAGER, WHOLE, 9, 8), WHY, Reason.END_BEFORE_START),
        (RoleGrant(0, Role.MANAGER, WHOLE, 5), "", Reason.REASON_MISSING),
    ],
)
def test_a_role_has_its_end_and_its_reason(grant, reason, word):
    assert refused(None, grant, reason, now_s=5) == {word}


def test_an_administrator_counts_as_lasting_who_has_all_and_for_good():
    lasting = RoleGrant(1, Role.ADMINISTRATOR, WHOLE, 5)
    assert is_lasting_administrator(lasting, 5)
    for other in (
        replace(lasting, to_s=9),
        replace(lasting, from_s=6),
        replace(lasting, scope=Scope(frozenset({1}))),
        replace(lasting, role=Role.MANAGER),
    ):
        assert not is_lasting_administrator(other, 5)


def test_an_auditor_may_only_look():
    assert all(right.name.startswith("SEE_") for right in RIGHTS[Role.AUDITOR])
    assert (
        RIGHTS[Role.MANAGER] & {r for r in Right if r.name.startswith("SEE_")}
        <= (RIGHTS[Role.AUDITOR])
    )


def test_an_accountant_sees_no_places_and_an_agent_nothing_of_others():
    assert Right.SEE_PLACES not in RIGHTS[Role.ACCOUNTANT]
    assert not RIGHTS[Role.AGENT]
