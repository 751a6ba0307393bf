"""What somebody at the windscreen sees and hears: levels of lights and buzzer back into events.

Reads only what the wires did, slot by slot, and looks the slots up on the page that agents have,
docs/signals.md.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from simulator.play.reasons import OFF_AIR, REFUSALS

_PAGE = (Path(__file__).parents[2] / "docs" / "signals.md").read_text(encoding="utf-8")
_REASONS = {
    f"{event} {number}": f"{event} {name}"
    for event, numbers in (("refused", REFUSALS), ("off_air", OFF_AIR))
    for name, number in numbers.items()
}
_EVENT_OF: dict[str, str] = {
    pattern: _REASONS.get(event, event)
    for event, pattern in re.findall(r"^\| ([a-z_0-9 ]+) \| `([gGrR.]+)` \|", _PAGE, re.MULTILINE)
}
EVENTS = tuple(event for event in _EVENT_OF.values() if " " not in event)
"""What may be shown beside `refused REASON` and `off_air CAUSE`."""

_SLOT_MS = 150
_DARK_SLOTS = 2  # as many in a row end a pattern
_LETTERS = {"": ".", "green": "g", "green buzzer": "G", "red": "r", "red buzzer": "R"}


def shown(signals: Sequence[tuple[int, str, int]], now_ms: int) -> list[str]:
    """Return the events that were shown, oldest first; slots that are no pattern as they are.

    Args:
        signals: (Unix ms, "green" | "red" | "buzzer", level), every change, in order.
        now_ms: the present, Unix ms; a pattern that is still shown counts as far as it got, and is
            not taken for the one that it ends with so far.
    """
    return [
        _event(slots) if is_over else _EVENT_OF.get(slots, slots)
        for slots, is_over in _bursts(signals, now_ms)
    ]


def _event(slots: str) -> str:
    """Return the event of a burst; one that cut another short is the longest end of it."""
    for start in range(len(slots)):
        if slots[start:] in _EVENT_OF:
            return _EVENT_OF[slots[start:]]
    return slots


def _bursts(signals: Sequence[tuple[int, str, int]], now_ms: int) -> Iterator[tuple[str, bool]]:
    """Yield the slots of each pattern, without the dark around it, and whether it is over."""
    burst = ""
    for lit, length_ms in _segments(signals, now_ms):
        slots = max(1, round(length_ms / _SLOT_MS))
        letter = _LETTERS.get(lit, "?")
        if letter != ".":
            burst += letter * slots
        elif burst and slots < _DARK_SLOTS:
            burst += letter
        elif burst:
            yield burst, True
            burst = ""
    if burst:
        yield burst.rstrip("."), False


def _segments(signals: Sequence[tuple[int, str, int]], now_ms: int) -> Iterator[tuple[str, int]]:
    """Yield what is lit or sounds, as _LETTERS names it, and for how many ms."""
    lit: set[str] = set()
    since_ms = signals[0][0] if signals else now_ms
    for at_ms, name, level in signals:
        if at_ms > since_ms:
            yield _said(lit), at_ms - since_ms
            since_ms = at_ms
        (lit.add if level else lit.discard)(name)
    if now_ms > since_ms:
        yield _said(lit), now_ms - since_ms


def _said(lit: set[str]) -> str:
    return " ".join(name for name in ("green", "red", "buzzer") if name in lit)
