"""MicroPython's `micropython`: the world knows what Ctrl-C does. Never on a real box."""

import micropython
import simulator_link as link

const = micropython.const
mem_info = micropython.mem_info
stack_use = micropython.stack_use


def kbd_intr(character):
    """Set the character that raises KeyboardInterrupt; -1: none does."""
    link.do(">sb", b"K", character)
