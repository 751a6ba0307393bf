"""What can go wrong in a simulation. Holds no behaviour."""


class SimulatorError(Exception):
    """Something the person who started the simulation can put right; the text says what."""


class InputError(SimulatorError):
    """A file or an argument cannot be used."""


class BoxError(SimulatorError):
    """The firmware crashed, hung, or did what no box may do; the text holds its console."""


class WorldTimeout(SimulatorError):  # noqa: N818 says what it is where it is raised
    """What was waited for did not happen within the given world time."""
