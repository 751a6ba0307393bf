"""So many refusals of each reason are recorded a day."""

from firmware.logic.access.ration import Ration

DAY_MS = 86_400_000
MOST = 30


def test_each_reason_has_its_own_ration_of_the_day():
    ration = Ration()
    for reason in (1, 3, 12):
        assert [ration.take(reason, 5) for _ in range(MOST + 2)] == [True] * MOST + [False] * 2


def test_the_next_day_begins_when_it_is_first_asked_for():
    ration = Ration()
    for begins_ms in (7, 7 + DAY_MS, 7 + 9 * DAY_MS):
        for _ in range(MOST):
            assert ration.take(1, begins_ms) is True
        assert ration.take(1, begins_ms + DAY_MS - 1) is False
