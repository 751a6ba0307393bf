"""Lets what keeps the chip busy take world time. MicroPython only, never on a real box."""

import simulator_link as link


def charge_x25519(slice_us):
    """Let each slice of X25519 take that long; to be called when the firmware can be imported."""
    from shared_protocol.x25519 import X25519

    step = X25519.step

    def charged_step(self):
        link.sleep_until(link.now_us + slice_us)
        return step(self)

    X25519.step = charged_step
