"""Which passwords are good enough."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.accounts.passwords import LEAST, LEAST_DIGITS, against_password
from server.fleet.refusals import Reason

WHO = ("claire.fontaine", "Claire Fontaine-Leroy")


def reason(password: str) -> Reason | None:
    against = against_password(password, "new", WHO)
    return None if against is None else against.reason


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "trois chevaux bruns",
        "Mon soleil se lève tard",
        "7391846205839471",
        "kT9#vQ2!mZ4w",
        "ж" * 3 + "дорога дома",
    ],
)
def test_several_words_or_many_signs_are_good_enough(password: str) -> None:
    assert reason(password) is None


@pytest.mark.parametrize(
    "password", ["", "a", "Aa1!Aa1!", "kT9#vQ2!mZ4", "739184620583", "739184620583947"]
)
def test_what_is_shorter_than_fifty_bits_is_refused(password: str) -> None:
    assert reason(password) is Reason.PASSWORD_TOO_SHORT


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "xK9!xK9!xK9!xK9!",
        "1234567890123456",
        "azertyuiopqsd",
        "qwertyuiop[]1",
        "abcdefghijklmnop",
        "ponmlkjihgfedcba",
        "1qaz2wsx3edc4rfv",
        "Password2026!",
        "MotDePasse123!",
        "M0t.D3.P@ss3.2026",
        "P4$$w0rd!!!!",
        "Préfecture2026!",
        "Sarthe72-2027!",
        "Voiturier2026!",
        "voiturier-demo",
        "Bonjour-Soleil-01",
        "Novembre2026!!",
        "Claire.Fontaine1",
        "fontaine-claire-7",
        "ClaireLeroy2026!",
    ],
)
def test_what_is_tried_first_is_refused_however_it_is_dressed_up(password: str) -> None:
    assert reason(password) is Reason.PASSWORD_GUESSABLE


@given(st.text(string.digits, max_size=LEAST_DIGITS - 1))
def test_digits_alone_must_be_sixteen(password: str) -> None:
    assert reason(password) is Reason.PASSWORD_TOO_SHORT


@given(st.text(max_size=LEAST - 1))
def test_nothing_shorter_than_twelve_is_ever_taken(password: str) -> None:
    assert reason(password) is Reason.PASSWORD_TOO_SHORT


FEW = st.text(string.printable, max_size=3)


@given(st.sampled_from(WHO), FEW, FEW, st.booleans())
def test_a_name_adds_nothing_to_a_password(name: str, before: str, after: str, up: bool) -> None:
    password = before + (name.upper() if up else name) + after
    assert reason(password) is Reason.PASSWORD_GUESSABLE


@given(st.text(max_size=200))
def test_whatever_is_typed_is_judged(password: str) -> None:
    assert reason(password) in {None, Reason.PASSWORD_TOO_SHORT, Reason.PASSWORD_GUESSABLE}
