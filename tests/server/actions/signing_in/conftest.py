"""The actions of these tests, with a post."""

from dataclasses import replace

import pytest

from server.actions import Actions
from tests.server.actions.signing_in.post import KeptPost


@pytest.fixture
def post() -> KeptPost:
    return KeptPost()


@pytest.fixture
def mailing(actions: Actions, post: KeptPost) -> Actions:
    """Actions on a server on which mail is set up."""
    return replace(actions, post=post)
