"""A card that a car has read: believed once, of the car that was asked, and under seal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.actions import Actions, Person, badges
from server.actions.badges import HandOver
from server.actions.enrolment import learned, typed
from server.actions.enrolment.learned import GiveLearned, LearnAt, OneLearnOrder
from server.fleet.badges.learning import UNGIVEN_S
from server.fleet.commands import VALID_S
from server.fleet.inputs import judged
from server.fleet.model.trips import TripFilter
from server.fleet.records import Holder
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Reason, Refused
from server.gateway.pipeline import Pipeline
from server.gateway.refused import RefusedBadges
from server.gateway.translate import COMMAND_KINDS, read_record
from server.store import BoxSecrets, Store
from shared_protocol import records
from shared_protocol.badges import badge_tag
from shared_protocol.limits import LEARN_VALID_S
from shared_protocol.messages import COMMAND_LEARN_BADGE
from shared_protocol.records import (
    COMMAND_PENDING,
    REFUSED_UNKNOWN_BADGE,
    RELAY_INHIBITED,
    BadgeLearned,
    CommandResult,
    Refusal,
    TripStart,
)
from tests.fleet import CAR, MARIE, MARIE_UID, NOW_S, OTHER_CAR, PAUL, fit_box
from tests.server.actions.people import person
from tests.server.web.sample import StillClock

UID = bytes.fromhex("04aabbccddee01")
NOWHERE = (records.NO_POSITION, records.NO_POSITION)


class Teller:
    """A car's box that tells records, one batch each time."""

    def __init__(self, store: Store, secrets: BoxSecrets) -> None:
        self._store, self._secrets, self._seq = store, secrets, 1

    def tag(self, uid: bytes) -> bytes:
        return badge_tag(self._secrets.badge_key, uid)

    async def tell(self, *bodies: tuple[object, ...], now_s: int = NOW_S, at_s: int = 0) -> None:
        box = await self._store.boxes.by_wire_id(self._secrets.wire_id)
        assert box is not None
        told = [records.to_record(at_s or now_s, body) for body in bodies]
        held = await Pipeline(self._store).accept(box, 1, self._seq, 1, told, now_s)
        self._seq = held.seq + 1


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW_S)


@pytest.fixture
def actions(store: Store, clock: StillClock) -> Actions:
    return Actions(store, clock, lambda box_id: None, PARIS)


@pytest.fixture
async def paul(store: Store) -> Person:
    return await person(store, PAUL)


@pytest.fixture
async def box(store: Store) -> Teller:
    return Teller(store, await fit_box(store))


async def asked(paul: Person, actions: Actions, car: int = CAR) -> OneLearnOrder:
    order = await learned.learn(paul, LearnAt(vehicle_id=car), actions)
    return OneLearnOrder(command_id=order.command_id)


async def stage(paul: Person, one: OneLearnOrder, actions: Actions) -> str:
    return (await learned.get(paul, one, actions)).stage(actions.clock.now_s())


def give(one: OneLearnOrder, agent_id: int = MARIE, **more: object) -> GiveLearned:
    return judged(GiveLearned, {"command_id": one.command_id, "agent_id": agent_id, **more})


async def reason(act) -> Reason:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.first.reason


async def stored_bytes(store: Store) -> bytes:
    """Everything that the database has on disk."""
    return b"".join(path.read_bytes() for path in store.data_dir.glob("*.db*"))


def test_box_and_server_wait_as_long_and_mean_the_same_command() -> None:
    assert VALID_S["learn"] == LEARN_VALID_S
    assert COMMAND_KINDS["learn"] == COMMAND_LEARN_BADGE


async def test_a_card_is_read_shown_by_its_end_and_becomes_a_badge_when_somebody_says_whose(
    store: Store, box: Teller, paul: Person, actions: Actions
) -> None:
    one = await asked(paul, actions)
    assert await stage(paul, one, actions) == "sent"
    await box.tell(CommandResult(one.command_id, COMMAND_PENDING, RELAY_INHIBITED))
    assert await stage(paul, one, actions) == "waits"
    await box.tell(BadgeLearned(one.command_id, UID))
    order = await learned.get(paul, one, actions)
    assert (order.stage(NOW_S), order.ending, order.asked_by) == ("read", "ee01", "Paul Morin")
    held = await learned.give(paul, give(one, issuer="Rectorat"), actions)
    assert (held.holder.agent_id, held.badge.ending) == (MARIE, "ee01")
    assert await stage(paul, one, actions) == "given"
    assert (await store.badges.by_uid(UID)) == held.badge
    assert await reason(learned.give(paul, give(one), actions)) is Reason.NO_CARD_READ
    assert UID not in await stored_bytes(store)


async def test_a_box_is_believed_only_what_it_was_asked_and_once(
    store: Store, box: Teller, paul: Person, actions: Actions
) -> None:
    other = Teller(store, await fit_box(store, OTHER_CAR))
    one = await asked(paul, actions)
    await other.tell(BadgeLearned(one.command_id, UID))  # a stolen order
    await box.tell(BadgeLearned(one.command_id + 1, UID))  # nobody's
    assert await stage(paul, one, actions) == "sent"
    await box.tell(BadgeLearned(one.command_id, UID))
    await box.tell(BadgeLearned(one.command_id, MARIE_UID))
    order = await learned.get(paul, one, actions)
    assert (order.stage(NOW_S), order.ending) == ("read", "ee01")


async def test_a_card_that_is_somebodys_already_is_not_kept_and_said_to_be_theirs(
    store: Store, box: Teller, paul: Person, actions: Actions
) -> None:
    one = await asked(paul, actions)
    await box.tell(BadgeLearned(one.command_id, MARIE_UID))
    order = await learned.get(paul, one, actions)
    hers = await store.badges.by_uid(MARIE_UID)
    assert hers is not None
    assert (order.stage(NOW_S), order.badge_id) == ("known", hers.badge_id)
    assert await reason(learned.give(paul, give(one, PAUL), actions)) is Reason.NO_CARD_READ


async def test_a_card_read_at_two_cars_is_given_once(
    store: Store, box: Teller, paul: Person, actions: Actions
) -> None:
    other = Teller(store, await fit_box(store, OTHER_CAR))
    here, there = await asked(paul, actions), await asked(paul, actions, OTHER_CAR)
    await box.tell(BadgeLearned(here.command_id, UID))
    await other.tell(BadgeLearned(there.command_id, UID))
    await learned.give(paul, give(here), actions)
    assert await reason(learned.give(paul, give(there, PAUL), actions)) is Reason.BADGE_OF_ANOTHER
    assert await stage(paul, there, actions) == "known"


async def test_a_card_that_nobody_says_whose_it_is_is_forgotten_after_a_day(
    store: Store, box: Teller, paul: Person, actions: Actions, clock: StillClock
) -> None:
    one = await asked(paul, actions)
    await box.tell(BadgeLearned(one.command_id, UID))
    clock.at_s += UNGIVEN_S
    assert await stage(paul, one, actions) == "forgotten"
    assert await reason(learned.give(paul, give(one), actions)) is Reason.NO_CARD_READ
    assert await store.badges.by_uid(UID) is None


async def test_a_learned_card_replaces_another_in_one_act(
    store: Store, box: Teller, paul: Person, actions: Actions
) -> None:
    hers = await store.badges.by_uid(MARIE_UID)
    assert hers is not None
    one = await asked(paul, actions)
    await box.tell(BadgeLearned(one.command_id, UID))
    await learned.give(paul, give(one, replaces=hers.badge_id), actions)
    former = await store.badges.get(hers.badge_id)
    assert former is not None and former.why == "replaced"


async def test_only_a_manager_asks_or_gives_and_only_a_car_with_a_box_is_asked(
    store: Store, box: Teller, paul: Person, actions: Actions
) -> None:
    marie = await person(store, MARIE)
    one = await asked(paul, actions)
    nowhere = LearnAt(vehicle_id=OTHER_CAR)
    assert await reason(learned.learn(paul, nowhere, actions)) is Reason.NO_BOX
    for act in (
        learned.learn(marie, LearnAt(vehicle_id=CAR), actions),
        learned.get(marie, one, actions),
        learned.give(marie, give(one), actions),
    ):
        assert await reason(act) is Reason.NOT_ALLOWED
    unknown = OneLearnOrder(command_id=1)
    assert await reason(learned.get(paul, unknown, actions)) is Reason.NO_SUCH_LEARN_ORDER


@given(st.binary(max_size=12), st.integers(0, 20), st.binary(max_size=4))
def test_no_record_of_a_card_keeps_its_number_however_it_is_damaged(
    uid: bytes, cut: int, more: bytes
) -> None:
    body = records.encode_body(BadgeLearned(7, uid))
    told = records.Record(27, NOW_S, (body + more)[: len(body) + len(more) - cut])
    read = read_record(told, Holder(), NOW_S)
    assert read.body in (b"", bytes([0, 0, 0, 7, 0]))
    assert set(read.fields) <= {"command_id"}
    assert repr(uid)[1:] not in repr(read) or len(uid) < 4


async def test_a_badge_refused_as_nobodys_is_known_again_once_it_is_somebodys(
    store: Store, box: Teller, paul: Person, actions: Actions
) -> None:
    await box.tell(Refusal(box.tag(UID), REFUSED_UNKNOWN_BADGE))
    (refusal,) = await store.refusals.log()
    assert (refusal.badge_id, refusal.agent_name) == (None, None)
    refused = RefusedBadges(store)
    await refused.look(NOW_S)
    enrol = judged(typed.Enrol, {"agent_id": MARIE, "uid": UID.hex()})
    held = await typed.enrol(paul, enrol, actions)
    await refused.look(NOW_S)
    (refusal,) = await store.refusals.log()
    assert (refusal.badge_id, refusal.holder_name) == (held.badge.badge_id, "Marie Leroy")
    assert refusal.agent_name is None, "nobody held it then"


async def test_a_refused_badge_that_is_lost_or_of_who_has_left_says_so(
    store: Store, box: Teller
) -> None:
    hers = await store.badges.by_uid(MARIE_UID)
    assert hers is not None
    await store.badges.revoke(hers.badge_id, NOW_S)
    await store.accounts.close(MARIE, NOW_S)
    await box.tell(Refusal(box.tag(MARIE_UID), REFUSED_UNKNOWN_BADGE))
    (refusal,) = await store.refusals.log()
    assert (refusal.agent_name, refusal.blocked_why) == ("Marie Leroy", "lost")
    assert refusal.holder_closed_at_s == NOW_S


async def test_a_badge_moved_twice_while_the_car_is_offline_is_judged_by_who_held_it_then(
    store: Store, box: Teller, paul: Person, actions: Actions, clock: StillClock
) -> None:
    hers = await store.badges.by_uid(MARIE_UID)
    assert hers is not None
    day_s = 24 * 3600
    for agent_id in (PAUL, MARIE):
        clock.at_s += 7 * day_s
        await badges.hand_over(paul, HandOver(badge_id=hers.badge_id, agent_id=agent_id), actions)
    back_s = NOW_S + 21 * day_s
    for days in (1, 8, 15):
        start = TripStart(box.tag(MARIE_UID), 0, 1_000 * days, *NOWHERE, 0, 0)
        end = records.TripEnd(1_000 * days + 500, *NOWHERE, records.END_BADGE_HELD)
        await box.tell(start, end, now_s=back_s, at_s=NOW_S + days * day_s)
    trips = await store.trips.log(TripFilter())
    assert sorted((trip.started_at_s, trip.agent_name) for trip in trips) == [
        (NOW_S + 1 * day_s, "Marie Leroy"),
        (NOW_S + 8 * day_s, "Paul Morin"),
        (NOW_S + 15 * day_s, "Marie Leroy"),
    ]
