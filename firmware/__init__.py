"""The box: MicroPython on an ESP32-S3 with an LTE modem, a GNSS receiver, a reader and a relay."""
