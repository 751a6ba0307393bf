"""Learn at this car: which card is learned, until when, and that it opens nothing."""

from firmware.logic.access.learning import Learning
from firmware.logic.access.outcome import (
    CAUSE_GRANT,
    DOOR_LEAVE,
    DOOR_UNLOCK,
    SIGNAL_LEARNED,
    SIGNAL_STARTED,
    Outcome,
    refusal_of,
)
from shared_protocol.limits import LEARN_VALID_S
from shared_protocol.records import (
    REFUSED_CAR_IN_USE,
    REFUSED_REVOKED,
    REFUSED_UNKNOWN_BADGE,
    BadgeLearned,
    Refusal,
)

TAG = b"stranger"
UID = b"\x04\xa1\xb2\xc3\xd4\xe5\xf6"
UNKNOWN = refusal_of(TAG, REFUSED_UNKNOWN_BADGE)
OPENS = Outcome(CAUSE_GRANT, DOOR_UNLOCK, SIGNAL_STARTED, ())


def waiting(left_s=LEARN_VALID_S, now_ms=1000):
    learning = Learning()
    learning.begin(7, left_s, now_ms)
    return learning


def test_an_unknown_card_is_learned_under_the_orders_number_and_opens_nothing():
    outcome = waiting().judged(UNKNOWN, UID, False, 1000)
    assert outcome == Outcome(0, DOOR_LEAVE, SIGNAL_LEARNED, (BadgeLearned(7, UID),))


def test_without_an_order_no_card_is_learned_and_what_was_one_waits_no_more():
    assert not Learning().waits
    assert Learning().judged(UNKNOWN, UID, False, 0) is UNKNOWN
    learning = waiting()
    learning.end()
    assert not learning.waits
    assert learning.judged(UNKNOWN, UID, False, 1000) is UNKNOWN
    assert not learning.is_over(1 << 40)


def test_a_badge_that_the_box_knows_is_judged_as_ever_and_the_order_goes_on():
    learning = waiting()
    for outcome in (
        OPENS,
        refusal_of(TAG, REFUSED_REVOKED),
        refusal_of(TAG, REFUSED_CAR_IN_USE),
        Outcome(0, DOOR_LEAVE, "", (BadgeLearned(1, UID),)),
    ):
        assert learning.judged(outcome, UID, False, 1000) is outcome
    assert learning.waits
    assert learning.judged(UNKNOWN, UID, False, 1000).signal == SIGNAL_LEARNED


def test_a_refusal_beside_another_record_is_one_too():
    beside = Outcome(0, DOOR_LEAVE, "", (BadgeLearned(1, UID), Refusal(TAG, REFUSED_UNKNOWN_BADGE)))
    assert waiting().judged(beside, UID, False, 1000).records == (BadgeLearned(7, UID),)


def test_nothing_is_learned_while_somebody_drives_or_of_a_card_that_is_not_alone():
    assert waiting().judged(UNKNOWN, UID, True, 1000) is UNKNOWN
    assert waiting().judged(UNKNOWN, b"", False, 1000) is UNKNOWN


def test_an_order_is_over_when_it_expires_and_after_five_minutes_at_most():
    for left_s, waits_s in ((20, 20), (LEARN_VALID_S, LEARN_VALID_S), (1 << 24, LEARN_VALID_S)):
        learning = waiting(left_s)
        over_ms = 1000 + waits_s * 1000
        assert not learning.is_over(over_ms - 1)
        assert learning.is_over(over_ms)
        assert learning.judged(UNKNOWN, UID, False, over_ms - 1).signal == SIGNAL_LEARNED
        assert learning.judged(UNKNOWN, UID, False, over_ms) is UNKNOWN


def test_the_next_order_takes_the_place_of_the_one_that_waits():
    learning = waiting()
    learning.begin(9, 10, 5000)
    assert learning.judged(UNKNOWN, UID, False, 5000).records == (BadgeLearned(9, UID),)
    assert learning.is_over(15_000)
