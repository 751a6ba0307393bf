"""The words of a scenario's steps, a file for each family: grammar, meaning and doing together.

Importing this package fills registry.WORDS.
"""

from simulator.play.words import car, commuting, expectations, phone, server

__all__ = ["car", "commuting", "expectations", "phone", "server"]
