"""Lets what keeps the chip busy take world time. MicroPython only, never on a real box."""

import simulator_link as link


def charge_x25519(slice_us):
    """Let each slice of X25519 take that long at 240 MHz; call it when firmware can be imported."""
    from shared_protocol.x25519 import X25519

    step = X25519.step

    def charged_step(self):
        link.sleep_until(link.now_us() + slice_us * 240 // link.mhz)
        return step(self)

    X25519.step = charged_step
