"""First code after a reset: makes every output inactive. Pulses nothing and decides nothing.

Imports nothing of ours, so that no broken slot can keep it from its work; a test compares the pins
with board.py. Never updated over the air.
"""

from machine import Pin

# Relays, doors, buzzer, lights and the modem's key line: the same pins on every supported board.
# The identity, which names the board, may be missing or broken at this point.
for _pin in (6, 7, 38, 39, 47, 13, 14, 18):
    Pin(_pin, Pin.OUT, value=0)
