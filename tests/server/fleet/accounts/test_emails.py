"""Mail addresses: one mailbox, and nothing that could change the letter that goes there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fleet.accounts.emails import Email
from server.fleet.inputs import Input, judged
from server.fleet.refusals import Reason, Refused


class Given(Input):
    email: Email


def read(text: object) -> str | Reason:
    try:
        return judged(Given, {"email": text}).email
    except Refused as refused:
        return refused.first.reason


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("claire.fontaine@sarthe.gouv.fr", "claire.fontaine@sarthe.gouv.fr"),
        ("  Claire.Fontaine@SARTHE.gouv.fr\t", "Claire.Fontaine@sarthe.gouv.fr"),
        ("o'hara+parc@ddt.example", "o'hara+parc@ddt.example"),
    ],
)
def test_an_address_is_kept_without_what_is_around_it(typed: str, stored: str) -> None:
    assert read(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "claire",
        "@ddt.example",
        "claire@",
        "claire@ddt",
        "a@b@ddt.example x",
        "Claire Fontaine <claire@ddt.example>",
        "claire@ddt.example, paul@ddt.example",
        "claire@ddt.example;paul@ddt.example",
        "claire@ddt.example\r\nBcc: tous@ddt.example",
        "cl..aire@ddt.example",
        ".claire@ddt.example",
        "claire@-ddt.example",
        "clairé@ddt.example",
        "claire@[127.0.0.1]",
        "a" * 65 + "@ddt.example",
        "a@" + "b." * 130 + "example",
        5,
        None,
    ],
)
def test_what_is_no_mailbox_is_refused(typed: object) -> None:
    assert read(typed) is Reason.NOT_AN_EMAIL


@given(st.text(max_size=80))
def test_no_text_becomes_more_than_one_line_or_one_mailbox(text: str) -> None:
    read_as = read(f"claire@ddt.example{text}")
    assert read_as is Reason.NOT_AN_EMAIL or not set(read_as) & set(' \r\n,;<>"()\0')
