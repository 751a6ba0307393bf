"""Registration as the standard writes it, in every mode; and any bytes at all."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.link.registration import registration_state

STATES = st.integers(0, 11)
HEX = st.text("0123456789ABCDEF", max_size=8)
# What follows the state: each part is there or empty, and there are as many as the mode has.
PLACE = st.tuples(HEX, HEX, st.integers(0, 12)).map(lambda p: f',"{p[0]}","{p[1]}",{p[2]}')
NO_PLACE = st.sampled_from(["", ",", ",,", ",,,"])
CAUSE = st.sampled_from(["", ",,", ",0,19", ",0,7", ',,,"00100100","00100010"'])
TRAILING = st.one_of(NO_PLACE, st.tuples(PLACE, CAUSE).map("".join))


@given(st.integers(0, 5), STATES, TRAILING)
def test_an_answer_s_second_field_is_the_state(mode: int, state: int, trailing: str) -> None:
    assert registration_state(f"{mode},{state}{trailing}".encode()) == state


@given(STATES, TRAILING)
def test_a_message_s_first_field_is_the_state(state: int, trailing: str) -> None:
    assert registration_state(f"{state}{trailing}".encode()) == state


@given(st.binary(max_size=80))
def test_anything_has_a_state_of_the_standard_or_none(told: bytes) -> None:
    assert -1 <= registration_state(told) <= 11
