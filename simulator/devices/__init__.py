"""The parts around the box, byte for byte. None of them knows the firmware or the server."""
