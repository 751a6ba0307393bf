"""What was refused, as these tests read it."""

import pytest

from server.fleet.refusals import Reason, Refused


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, Reason]]:
    """Each word at fault, and why."""
    return [(each.field, each.reason) for each in refused.value.refusals]
