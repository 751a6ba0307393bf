"""Constants that cost no heap: `_NAME = const(value)`, always with an underscore.

MicroPython's compiler puts the value where the name is used and keeps neither name nor variable,
which saves 100 bytes each. On CPython it is an ordinary variable.
"""


def const(value):
    """Return the value."""
    return value
