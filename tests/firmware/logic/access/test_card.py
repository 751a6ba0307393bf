"""What a badge does at the reader."""

from firmware.logic.access.card import (
    RANK_DRIVER,
    RANK_GRANTED,
    RANK_REFUSED,
    RANK_RIDES,
    RANK_TECHNICIAN,
    RANK_UNKNOWN,
    TOLD_AS_THEY_COME,
    Arrived,
    CardPresence,
    Held,
    Left,
    is_badge,
)

BADGE = b"\x04\x01\x02\x03"
OTHER = b"\x04\x0a\x0b\x0c"


def granted(uid):
    """Any card may."""
    return RANK_GRANTED


def events_of(polls, rank_of=granted, **times):
    """polls: (time in ms, UID or UIDs or b"") -> [(time, event)]."""
    presence = CardPresence(**times)
    told = []
    for at, uids in polls:
        found = uids if isinstance(uids, list) else [uids] * bool(uids)
        told += [(at, event) for event in presence.seen(found, at, rank_of)]
    return told


def test_a_short_badge_arrives_and_leaves():
    polls = [(0, b""), (200, BADGE), (400, BADGE), (600, b""), (1399, b""), (1400, b"")]
    assert events_of(polls) == [(200, Arrived(BADGE)), (1400, Left(BADGE, False))]


def test_a_held_card_counts_once():
    polls = [(at, BADGE) for at in range(0, 10_000, 200)] + [(10_800, b"")]
    assert events_of(polls) == [
        (0, Arrived(BADGE)),
        (3000, Held(BADGE)),
        (10_800, Left(BADGE, True)),
    ]


def test_a_missed_poll_is_not_a_departure():
    polls = [(at, b"" if at in (1000, 1200) else BADGE) for at in range(0, 3200, 200)]
    assert events_of(polls) == [(0, Arrived(BADGE)), (3000, Held(BADGE))]


def test_another_badge_comes_when_the_first_has_gone():
    polls = [(0, BADGE), (200, OTHER), (600, OTHER), (1000, OTHER)]
    assert events_of(polls) == [
        (0, Arrived(BADGE)),
        (1000, Left(BADGE, False)),
        (1000, Arrived(OTHER)),
    ]


def test_of_two_cards_in_one_wallet_the_first_counts_and_can_be_held():
    polls = [(at, BADGE if at % 500 == 0 else OTHER) for at in range(0, 4000, 250)]
    assert events_of(polls) == [(0, Arrived(BADGE)), (3000, Held(BADGE))]


def test_a_reader_that_was_mute_for_long_has_not_seen_a_badge_leave():
    assert events_of([(0, BADGE), (60_000, b""), (60_250, BADGE)]) == [
        (0, Arrived(BADGE)),
        (60_250, Arrived(BADGE)),
    ]


def test_the_same_badge_comes_again():
    polls = [(0, BADGE), (1000, b""), (1500, BADGE)]
    assert events_of(polls) == [
        (0, Arrived(BADGE)),
        (1000, Left(BADGE, False)),
        (1500, Arrived(BADGE)),
    ]


def test_a_card_that_is_forgotten_arrives_anew_and_never_leaves():
    presence = CardPresence()
    assert presence.seen([BADGE], 0, granted) == [Arrived(BADGE)]
    presence.forget()
    assert not presence.occupied
    assert presence.seen([], 600, granted) == []
    assert presence.seen([BADGE], 700, granted) == [Arrived(BADGE)]


def test_a_card_that_flickers_is_one_presentation_and_can_be_held():
    polls = [(at, BADGE if at % 900 == 0 else b"") for at in range(0, 3700, 300)]
    assert events_of(polls + [(4600, b"")]) == [
        (0, Arrived(BADGE)),
        (3600, Held(BADGE)),
        (4600, Left(BADGE, True)),
    ]


# Several cards in the field.

U, V, LATE, PIA, TESS, MARIE, ANNE = (bytes([4, 0, 0, number]) for number in range(7))
RANKS = {
    LATE: RANK_REFUSED, PIA: RANK_RIDES, TESS: RANK_TECHNICIAN, MARIE: RANK_GRANTED,
    ANNE: RANK_DRIVER,
}  # fmt: skip


def rank(uid):
    return RANKS.get(uid, RANK_UNKNOWN)


def lying(*spans):
    """Polls every 250 ms; spans: (UID, from ms, until ms)."""
    last = max(until for _, _, until in spans) + 2000
    return [
        (at, [uid for uid, begins, until in spans if begins <= at < until])
        for at in range(0, last, 250)
    ]


def arrivals(*spans):
    told = events_of(lying(*spans), rank)
    return [(at, event.uid) for at, event in told if isinstance(event, Arrived)]


def test_of_the_cards_that_come_together_the_one_that_may_most_counts():
    everybody = (U, LATE, PIA, TESS, MARIE, ANNE)
    for worse, best in [(a, b) for a in everybody for b in everybody if rank(a) < rank(b)]:
        for cards in ((worse, best), (best, worse), (U, worse, V, best)):
            told = events_of(lying(*[(uid, 0, 3500) for uid in cards]), rank)
            assert told[:2] == [(0, Arrived(best)), (3000, Held(best))]


def test_a_card_that_has_been_told_gives_way_to_one_that_may_and_is_not_told_again():
    for lies in (U, LATE, PIA):
        for comes in (TESS, MARIE, ANNE):
            assert events_of(lying((lies, 0, 60_000), (comes, 5000, 9000)), rank) == [
                (0, Arrived(lies)),
                (3000, Held(lies)),
                (5000, Left(lies, True)),
                (5000, Arrived(comes)),
                (8000, Held(comes)),
                (9750, Left(comes, True)),
            ]


def test_a_card_that_may_is_not_disturbed_by_any_that_comes_later():
    for lies in (TESS, MARIE, ANNE):
        for comes in (U, LATE, PIA, TESS, MARIE, ANNE):
            if comes != lies:
                told = events_of(lying((lies, 0, 5000), (comes, 1000, 4500)), rank)
                assert told == [
                    (0, Arrived(lies)),
                    (3000, Held(lies)),
                    (5750, Left(lies, True)),
                ]


def test_who_has_a_right_and_waited_beside_another_comes_when_that_one_has_left():
    assert arrivals((ANNE, 0, 2000), (PIA, 1000, 9000)) == [(0, ANNE), (2750, PIA)]


def test_what_lay_beside_a_badge_is_not_refused_when_the_badge_has_left():
    assert arrivals((ANNE, 0, 2000), (U, 0, 9000), (LATE, 500, 9000)) == [(0, ANNE)]


def test_a_badge_that_comes_later_than_a_wallets_cards_has_its_own_refusal():
    assert arrivals((LATE, 0, 9000), (U, 3000, 4000)) == [(0, LATE)]
    assert arrivals((U, 0, 9000), (LATE, 3000, 4000)) == [(0, U), (3000, LATE)]
    RANKS[V] = RANK_REFUSED
    try:
        assert arrivals((LATE, 0, 9000), (V, 500, 4000)) == [(0, LATE)]
        assert arrivals((LATE, 0, 9000), (V, 3000, 4000)) == [(0, LATE), (3000, V)]
    finally:
        del RANKS[V]


def test_a_phone_with_an_ever_new_uid_is_refused_once():
    polls = [(at, [at.to_bytes(7, "big")]) for at in range(250, 60_000, 250)]
    told = events_of(polls, rank)
    assert [event for _, event in told if isinstance(event, Arrived)] == [
        Arrived((250).to_bytes(7, "big"))
    ]
    again = [(62_000, b""), (62_250, U), (63_250, b""), (65_000, b""), (65_250, V)]
    assert [
        each for each in events_of(polls + again, rank)[2:] if isinstance(each[1], Arrived)
    ] == [
        (62_250, Arrived(U)),
        (65_250, Arrived(V)),
    ]


def test_a_card_that_is_not_what_it_said_gives_way():
    presence = CardPresence()
    presence.seen([ANNE], 0, rank)
    presence.disown()
    assert presence.seen([ANNE, MARIE], 250, rank) == [Left(ANNE, False), Arrived(MARIE)]
    assert presence.seen([ANNE, MARIE], 500, rank) == []


def test_uids_that_are_made_up_or_no_whole_one_are_no_badges():
    for text in ("08000000", "08ffffff", "88a1b2c3", "01020304", ""):
        assert is_badge(bytes.fromhex(text)) is False
    for text in ("0704a1b2", "18a1b2c3", "01020305", "0801020304a1b2", "88a1b2c3d4e5f6", "08" * 10):
        assert is_badge(bytes.fromhex(text)) is True


# Readers that tell a card as it comes, once or again and again.


def told(tells, until_ms):
    """A look every 250 ms; tells: {time in ms: UID}."""
    polls = [(at, tells.get(at, b"")) for at in range(0, until_ms, 250)]
    return events_of(polls, **TOLD_AS_THEY_COME)


def test_a_card_that_is_told_once_leaves_after_a_while():
    assert told({500: BADGE}, 8000) == [(500, Arrived(BADGE)), (4500, Left(BADGE, False))]


def test_a_card_that_is_shown_again_after_a_count_of_two_is_held():
    for again in (2000, 2500, 4250):
        assert told({500: BADGE, again: BADGE}, 10_000) == [
            (500, Arrived(BADGE)),
            (again, Held(BADGE)),
            (again + 4000, Left(BADGE, True)),
        ]


def test_a_touch_that_a_reader_tells_twice_is_not_held():
    assert told({500: BADGE, 1000: BADGE, 1750: BADGE}, 8000) == [
        (500, Arrived(BADGE)),
        (5750, Left(BADGE, False)),
    ]


def test_a_card_that_a_reader_tells_again_and_again_is_held_once():
    assert told(dict.fromkeys(range(500, 4500, 500), BADGE), 10_000) == [
        (500, Arrived(BADGE)),
        (2000, Held(BADGE)),
        (8000, Left(BADGE, True)),
    ]


def test_another_card_does_not_wait_until_the_first_is_taken_to_have_left():
    assert told({500: BADGE, 1250: OTHER}, 3000) == [
        (500, Arrived(BADGE)),
        (1250, Left(BADGE, False)),
        (1250, Arrived(OTHER)),
    ]
