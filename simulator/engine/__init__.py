"""The one clock, the world, the process of a box, lines and links. Knows no device and no road."""
