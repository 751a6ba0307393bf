"""The box's pins as its wires see them. Levels only: devices/wires.py gives them a meaning."""

from collections.abc import Callable


class Pins:
    """What the box drives (outputs) and what the outside drives (inputs), pin by pin.

    Args:
        numbers: the pins that the board has; any other raises KeyError.
    """

    def __init__(self, numbers: set[int]) -> None:
        self.numbers = numbers
        self.outside: dict[int, int] = {}  # what the outside drives: 0, 1, or microvolts
        self._driven: dict[int, int | None] = dict.fromkeys(numbers)
        self.held: set[int] = set()  # pads that keep their level through a reset
        self._watchers: dict[int, Callable[[int | None], None]] = {}
        self.on_outside: Callable[[int], None] = lambda number: None

    def watch(self, number: int, watcher: Callable[[int | None], None]) -> None:
        """Call `watcher(level)` when the box drives another level; None when it lets go."""
        self._watchers[number] = watcher

    def box_drives(self, number: int, level: int | None) -> None:
        """The box drives a level (0 or 1) or lets go of the pin (None)."""
        if self._driven[number] != level:
            self._driven[number] = level
            if number in self._watchers:
                self._watchers[number](level)

    def driven(self) -> dict[int, int]:
        """Return what the box drives and lets go of when it sleeps: all but the pads held."""
        free = self._driven.items()
        return {n: level for n, level in free if level is not None and n not in self.held}

    def level(self, number: int) -> int | None:
        """Return what the box drives there; None when nothing."""
        return self._driven[number]

    def release_all(self) -> None:
        """The box resets: every pin floats but those whose pad is held."""
        for number in sorted(self.numbers - self.held):
            self.box_drives(number, None)

    def lose_power(self) -> None:
        """The supply is gone, or sagged: no pad is held any more, and every pin floats."""
        self.held.clear()
        self.release_all()

    def set_outside(self, number: int, level: int) -> None:
        """The outside drives a level (0 or 1), or microvolts into a converter's pin."""
        if self.outside.get(number) != level:
            self.outside[number] = level
            self.on_outside(number)
