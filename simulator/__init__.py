"""Plays the hardware, the network and the clock, so that the real firmware runs without a car.

Speaks to the server over its sockets only, as a car would; never imports it.
"""
