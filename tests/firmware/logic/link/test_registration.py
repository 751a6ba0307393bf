"""The state in what a modem says of its registration: the standard's field, in every mode."""

from firmware.logic.link.registration import REFUSED, REGISTERED, registration_state

HOME, SEARCHING, DENIED, ROAMING = 1, 2, 3, 5


def test_an_answer_has_the_mode_before_the_state():
    for told, state in (
        (b"0,1", HOME), (b"0,5", ROAMING), (b"1,2", SEARCHING), (b"0,0", 0), (b" 2, 1", -1),
        (b'2,1,"1A2B","01C3F20D",7', HOME),  # TinyGSM#503
        (b'2,2,"1A2B","01C3F20D",5', SEARCHING),
        (b'3,3,"1A2B","01C3F20D",7,0,19', DENIED),
        (b'4,5,"1A2B","01C3F20D",7,,,"00100100","00100010"', ROAMING),
        (b'4,3,"1A2B","01C3F20D",7,0,15,"00100100","00100010"', DENIED),
        (b"2,1,,,", HOME), (b"0,10", 10), (b"0,11", 11),
    ):  # fmt: skip
        assert registration_state(told) == state, told


def test_a_message_of_its_own_begins_with_the_state():
    for told, state in (
        (b"1", HOME), (b"5", ROAMING), (b'1,"1A2B","01C3F20D",7', HOME),
        (b'3,"1A2B","01C3F20D",7,0,19', DENIED), (b"2,,,", SEARCHING), (b'5,"","",7', ROAMING),
    ):  # fmt: skip
        assert registration_state(told) == state, told


def test_what_has_no_state_is_none():
    for told in (b"", b",", b"x", b'"1A2B","01C3F20D",7', b"99", b"12,12", b"-1,-1"):
        assert registration_state(told) == -1, told


def test_each_state_is_registered_or_refused_or_neither():
    assert set(REGISTERED) & set(REFUSED) == set()
    assert {state for state in range(12) if state not in REGISTERED + REFUSED} == {0, 2, 4}
