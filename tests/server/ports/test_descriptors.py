"""What each port may hold of the descriptors there are."""

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import ServeError
from server.ports import descriptors
from server.ports.descriptors import raise_limit, shared


@given(st.integers(256, 1 << 30))
def test_the_shares_never_add_up_to_more_than_there_is(count: int) -> None:
    shares = shared(count)
    assert shares.boxes > 0
    assert 0 < shares.web <= 1_024
    assert 2 * shares.web <= shares.boxes + 1, "people never have what boxes need"
    assert 2 * shares.web + shares.boxes + 192 <= count


@given(st.integers(0, 255))
def test_with_too_few_the_server_says_how_many_it_needs(count: int) -> None:
    with pytest.raises(ServeError, match=f"open {count} files .* 256 are needed"):
        shared(count)


def test_all_that_the_system_gives_is_taken() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        assert raise_limit().descriptors >= before[0]
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_system_that_gives_nothing_more_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(kind: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed")

    monkeypatch.setattr(descriptors.resource, "setrlimit", refuse)
    assert raise_limit().descriptors == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
