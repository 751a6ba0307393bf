"""The modem: its AT channel, what card and network want of it, and its way to a socket."""
