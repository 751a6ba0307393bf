"""Does nothing: the probe drives no pin by itself."""
