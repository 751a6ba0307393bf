"""What stands for a relay or an ignition line that a car has not: reads and pulses nothing."""

from shared_protocol.records import RELAY_UNKNOWN


class NoRelay:
    """A door-only car: nothing in the start line, so no contact to believe either."""

    def contact(self) -> int:
        """RELAY_UNKNOWN."""
        return RELAY_UNKNOWN

    async def enable(self) -> None:
        """Nothing: no relay is fitted."""

    async def inhibit(self) -> None:
        """Nothing: no relay is fitted."""


class NoIgnition:
    """Nothing is seen on. Attributes to read: `fitted`, `on`."""

    fitted = False
    on = False

    def look(self) -> bool:
        """False: there is no edge to see."""
        return False

    def remember(self, _pin) -> None:
        """There is nothing to take note of."""
