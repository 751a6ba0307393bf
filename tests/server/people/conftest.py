"""What these tests share with those of the actions."""

from tests.server.actions.conftest import actions, clock, marie, paul, woken

__all__ = ["actions", "clock", "marie", "paul", "woken"]
