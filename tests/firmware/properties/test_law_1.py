"""Law 1 over any sequence of inputs, judged by a checker that shares no code with the immobiliser.

The checker remembers the whole past, second by second, and asks at each inhibit pulse what the law
asks: what the ignition and the signs were over the last 60, 65 and 600 seconds.
"""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.access.immobiliser import PULSE_ENABLE, PULSE_INHIBIT, Immobiliser
from shared_protocol.records import RELAY_ENABLED, RELAY_INHIBITED
from tests.support import examples

speeds = st.sampled_from([None, 0, 100, 500, 501, 2_000, 14_000])  # in mm/s
spells = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 10, 30, 59, 60, 61, 64, 65, 66, 120, 599, 600, 601]),  # how long, s
        st.booleans(),  # ignition on
        st.tuples(speeds, speeds),  # by each sign
        st.booleans(),  # a trip is open and not paused
        st.sampled_from(["", "", "", "badge", "override", "hand", "reset", "asleep"]),
    ),
    min_size=1,
    max_size=12,
)


def may_inhibit(past: list[tuple[int, bool, tuple]], held: bool, proven: bool) -> bool:
    """past: (second, ignition on, speeds) of each look since boot or the last badge, in order."""
    now, _, signs = past[-1]

    def quiet_for(seconds: int, fault) -> bool:
        recent = [look for look in past if look[0] >= now - seconds]
        unbroken = all(b[0] - a[0] <= 5 for a, b in pairwise(recent))
        return recent[0][0] <= now - seconds and unbroken and not any(fault(x) for x in recent)

    def still(sign: int) -> bool:
        return quiet_for(60, lambda x: x[2][sign] is None or x[2][sign] > 500)

    valid = [sign for sign, speed in enumerate(signs) if speed is not None]
    if held or not quiet_for(65, lambda x: x[1]) or not all(still(sign) for sign in valid):
        return False
    if len(valid) == len(signs):
        return True
    moved = quiet_for(600, lambda x: x[1] or any((speed or 0) > 500 for speed in x[2]))
    return proven and moved


@settings(max_examples=examples(400))
@given(
    spells=spells,
    contact=st.sampled_from([RELAY_ENABLED, RELAY_INHIBITED]),
    proven=st.booleans(),
    signs=st.sampled_from([1, 2]),
)
def test_the_relay_is_only_ever_inhibited_as_the_law_allows(spells, contact, proven, signs):
    now = 0
    relay = contact
    machine = Immobiliser(relay, 0, signs=signs, ignition_proven=proven)
    past: list[tuple[int, bool, tuple]] = []
    for seconds, ignition_on, speeds, held, event in spells:
        shown = speeds[:signs]
        if event == "badge":
            assert machine.badge_accepted(now * 1000) == PULSE_ENABLE
            relay = RELAY_ENABLED
            past = []
        elif event == "override":
            relay = RELAY_ENABLED
        elif event == "hand":
            relay = RELAY_INHIBITED
        elif event == "reset":
            machine = Immobiliser(relay, now * 1000, signs=signs, ignition_proven=proven)
            past = []
        elif event == "asleep":
            now += 40
        for _ in range(seconds):
            now += 1
            past.append((now, ignition_on, shown))
            machine.contact(relay)
            machine.sense(now * 1000, ignition_on, shown)
            pulse = machine.step(now * 1000, held)
            if pulse == PULSE_INHIBIT:
                assert may_inhibit(past, held, proven)
                relay = RELAY_INHIBITED
            elif pulse == PULSE_ENABLE:
                assert held, "only an accepted badge's trip enables"
                relay = RELAY_ENABLED
            assert machine.state == relay


@settings(max_examples=examples(200))
@given(spells=spells)
def test_from_any_past_one_badge_enables_the_start_at_once(spells):
    machine = Immobiliser(RELAY_INHIBITED, 0)
    now = 0
    for seconds, ignition_on, speeds, held, _ in spells:
        for _ in range(seconds):
            now += 1
            machine.sense(now * 1000, ignition_on, speeds[:1])
            machine.step(now * 1000, held)
    assert machine.badge_accepted(now * 1000) == PULSE_ENABLE
    assert machine.state == RELAY_ENABLED
    machine.sense(now * 1000 + 500, False, (0,))
    assert machine.step(now * 1000 + 500, True) != PULSE_INHIBIT


@settings(max_examples=examples(200))
@given(spells=spells)
def test_from_any_past_a_parked_car_is_inhibited_within_two_minutes(spells):
    machine = Immobiliser(RELAY_ENABLED, 0)
    now = 0
    for seconds, ignition_on, speeds, held, _ in spells:
        for _ in range(seconds):
            now += 1
            machine.sense(now * 1000, ignition_on, speeds[:1])
            machine.step(now * 1000, held)
    for _ in range(120):
        now += 1
        machine.sense(now * 1000, False, (0,))
        machine.step(now * 1000, False)
    assert machine.state == RELAY_INHIBITED
