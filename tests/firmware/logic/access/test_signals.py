"""Patterns of light and sound: one for each event, each distinct."""

from firmware.logic.access import outcome
from firmware.logic.access.signals import OFF_AIR, PATTERNS, REFUSALS, slots
from tests.firmware.logic.every_signal import EVERY


def test_every_event_of_a_badge_has_a_pattern_and_no_two_are_alike():
    for name in ("STARTED", "RESUMED", "PAUSED", "ENDED", "NOTED", "OCCUPANT", "DOOR_OPEN"):
        assert getattr(outcome, "SIGNAL_" + name) in PATTERNS
    assert len(EVERY) == len(PATTERNS) + len(REFUSALS.split()) + len(OFF_AIR.split())
    assert len(set(EVERY.values())) == len(EVERY)


def test_a_pattern_becomes_levels_and_ends_dark():
    assert slots("refused 1") == [(0, 1, 1), (0, 1, 1), (0, 0, 0), (0, 1, 0), (0, 0, 0)]


def test_a_refusal_is_counted_at_most_to_five_long_and_four_short():
    counted = set()
    for event, slots_of in EVERY.items():
        if event.startswith("refused"):
            parts = slots_of.split(".")
            longs, shorts = parts.count("RR"), parts.count("r")
            assert parts == ["RR"] * longs + ["r"] * shorts
            assert 1 <= longs <= 5 and 1 <= shorts <= 4
            counted.add((longs, shorts))
    assert len(counted) == len(REFUSALS.split())


def test_a_refusal_never_shows_green_and_an_acceptance_never_red():
    for event in set(EVERY) - {outcome.SIGNAL_DOOR_OPEN}:
        colours = [0, 0]
        for green, red, _ in slots(event):
            colours[0] |= green
            colours[1] |= red
        assert colours == ([0, 1] if event.startswith(("refused", "off_air")) else [1, 0])


def test_what_keeps_a_new_box_off_the_air_is_counted_too_and_makes_no_sound():
    counted = set()
    for event, slots_of in EVERY.items():
        if event.startswith("off_air"):
            parts = slots_of.split(".")
            counted.add((parts.count("rr"), parts.count("r")))
            assert parts == sorted(parts, reverse=True)
            assert not any(buzzer for _, _, buzzer in slots(event))
    assert len(counted) == len(OFF_AIR.split())
