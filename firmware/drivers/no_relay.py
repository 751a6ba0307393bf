"""A door-only car: nothing in the start line, so nothing to pulse and no contact to believe."""

from shared_protocol.records import RELAY_UNKNOWN


class NoRelay:
    """What stands for the relay."""

    def contact(self) -> int:
        """RELAY_UNKNOWN."""
        return RELAY_UNKNOWN

    async def enable(self) -> None:
        """Nothing: no relay is fitted."""

    async def inhibit(self) -> None:
        """Nothing: no relay is fitted."""
