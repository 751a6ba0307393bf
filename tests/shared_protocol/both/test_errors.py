"""Tests of shared_protocol.errors, on both interpreters."""

from shared_protocol.errors import LocalProtocolError, ProtocolError, RemoteProtocolError


def test_an_error_says_its_reason_code_and_nothing_else():
    for error_class in (LocalProtocolError, RemoteProtocolError):
        error = error_class("bad_tag")
        assert isinstance(error, ProtocolError)
        assert error.reason_code == "bad_tag"
        assert str(error) == "bad_tag"
