"""A car whose ignition line is not wired: nothing is read, and nothing is seen on."""


class NoIgnition:
    """What stands for the line. Attributes to read: `fitted`, `on`."""

    fitted = False
    on = False

    def look(self) -> bool:
        """False: there is no edge to see."""
        return False

    def remember(self, _pin) -> None:
        """There is nothing to take note of."""
