"""What stands for the parts that a car has not: nothing is read, seen on, or pulsed."""

from shared_protocol.records import RELAY_UNKNOWN


class NoRelay:
    """A door-only car: nothing in the start line, and no contact to believe."""

    def contact(self) -> int:
        """RELAY_UNKNOWN."""
        return RELAY_UNKNOWN

    async def enable(self) -> None:
        """Nothing: no relay is fitted."""

    async def inhibit(self) -> None:
        """Nothing: no relay is fitted."""


class NoIgnition:
    """A car whose ignition line is not wired. Attributes to read: `fitted`, `on`."""

    fitted = False
    on = False

    def look(self) -> bool:
        """False: there is no edge to see."""
        return False

    def remember(self, _pin) -> None:
        """There is nothing to take note of."""
