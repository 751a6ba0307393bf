"""First code after a reset: makes every output inactive. Pulses nothing and decides nothing."""

import gc

from machine import Pin

from firmware.board import BOARDS, outputs_low_at_reset

# Every supported board has these outputs on the same pins, and the identity, which names the board,
# may be missing or broken at this point.
for _pin in outputs_low_at_reset(BOARDS["lilygo_t_sim7670g_s3"]):
    Pin(_pin, Pin.OUT, value=0)

# A heap of 96 KiB stays whole only if garbage goes before it spreads between what stays: above all
# while main.py and its modules are loaded.
gc.threshold(4096)
