"""A simulated serial port is there for one program after the other, as a real one is."""

import array
import fcntl
import os
import termios

import pytest

from simulator.engine.pty_line import PtyLine

# Of Linux' asm-generic/ioctls.h; the module termios has no name for it.
TIOCGEXCL = 0x80045440


def is_claimed(port: int) -> bool:
    """Return whether another program, unless it is root's, would be told that the port is busy."""
    said = array.array("i", [0])
    fcntl.ioctl(port, TIOCGEXCL, said)
    return bool(said[0])


@pytest.mark.parametrize("speaks", ["the program", "the line"])
def test_a_program_that_claimed_the_port_leaves_it_to_the_next(speaks: str) -> None:
    line = PtyLine()
    heard: list[bytes] = []
    line.on_data = heard.append
    port = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(port, termios.TIOCEXCL)
    assert is_claimed(port)
    if speaks == "the program":
        os.write(port, b"AT\r")
        line.readable()
        assert heard == [b"AT\r"]
    else:
        line.send(b"$GPRMC")
        assert os.read(port, 10) == b"$GPRMC"
    assert not is_claimed(port)
    os.close(port)
