"""What a badge does at the reader."""

from firmware.logic.access.card import TOLD_AS_THEY_COME, Arrived, CardPresence, Held, Left

BADGE = b"\x04\x01\x02\x03"
OTHER = b"\x04\x0a\x0b\x0c"


def events_of(polls, **times):
    """polls: (time in ms, UID or b"") -> [(time, event)]."""
    presence = CardPresence(**times)
    return [(at, event) for at, uid in polls for event in presence.seen(uid, at)]


def test_a_short_badge_arrives_and_leaves():
    polls = [(0, b""), (200, BADGE), (400, BADGE), (600, b""), (800, b""), (1000, b"")]
    assert events_of(polls) == [(200, Arrived(BADGE)), (1000, Left(BADGE, False))]


def test_a_held_card_counts_once():
    polls = [(at, BADGE) for at in range(0, 10_000, 200)] + [(10_400, b"")]
    assert events_of(polls) == [
        (0, Arrived(BADGE)),
        (3000, Held(BADGE)),
        (10_400, Left(BADGE, True)),
    ]


def test_a_missed_poll_is_not_a_departure():
    polls = [(at, b"" if at in (1000, 1200) else BADGE) for at in range(0, 3200, 200)]
    assert events_of(polls) == [(0, Arrived(BADGE)), (3000, Held(BADGE))]


def test_another_badge_comes_when_the_first_has_gone():
    polls = [(0, BADGE), (200, OTHER), (400, OTHER), (600, OTHER)]
    assert events_of(polls) == [
        (0, Arrived(BADGE)),
        (600, Left(BADGE, False)),
        (600, Arrived(OTHER)),
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
    polls = [(0, BADGE), (500, b""), (1000, BADGE)]
    assert events_of(polls) == [
        (0, Arrived(BADGE)),
        (500, Left(BADGE, False)),
        (1000, Arrived(BADGE)),
    ]


def test_a_card_that_is_forgotten_arrives_anew_and_never_leaves():
    presence = CardPresence()
    assert presence.seen(BADGE, 0) == [Arrived(BADGE)]
    presence.forget()
    assert not presence.occupied
    assert presence.seen(b"", 600) == []
    assert presence.seen(BADGE, 700) == [Arrived(BADGE)]


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
