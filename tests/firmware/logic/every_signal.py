"""All that the box says by light and sound."""

from firmware.logic.access import outcome
from firmware.logic.access.signals import PATTERNS, pattern
from shared_protocol import records

REASONS = [getattr(records, name) for name in dir(records) if name.startswith("REFUSED_")]
CAUSES = [getattr(records, name) for name in dir(records) if name.startswith("OFF_AIR_")]
CAUSES.remove(records.OFF_AIR_LIMPING)  # its light is main.py's
EVERY = dict(PATTERNS)
"""Event -> pattern, of all that the box says."""
EVERY.update({event: pattern(event) for event in map(outcome.SIGNAL_REFUSED.format, REASONS)})
EVERY.update({event: pattern(event) for event in map("off_air {}".format, CAUSES)})
