"""`voiturier-sim drive`: what it says of a car, without waiting for the real time it runs in."""

import itertools
from random import Random

import pytest

from simulator.commands.drive import _days


class CarWithoutServer:
    """As much of a car as a driver sees before its box has connected."""

    name = "AB-123-CD"

    def report(self):
        return {"connections": 0}


def test_a_server_that_is_not_there_is_said_once_a_minute(capsys: pytest.CaptureFixture[str]):
    days = _days(CarWithoutServer(), b"", Random(1), 0.0)
    assert sum(itertools.islice(days, 121)) == 121
    assert capsys.readouterr().err.count("AB-123-CD  no connection with the server yet") == 2
