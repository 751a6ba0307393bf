"""The rules of the fleet as pure functions over plain values.

Never here: SQL, sockets, the wire format, the clock (instants are arguments).
"""
