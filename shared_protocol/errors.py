"""Whose fault it is: two kinds of blame for everything that can go wrong on the wire.

A reason code is a fixed word; it never holds a key, a badge UID, a position or received bytes.
"""


class ProtocolError(Exception):
    """Something on the wire is wrong; `reason_code` is a short fixed word that is safe to log."""

    def __init__(self, reason_code: str):
        """Keep the reason code, which is also the text of the error."""
        super().__init__(reason_code)
        self.reason_code = reason_code


class LocalProtocolError(ProtocolError):
    """Our bug: we asked for something the protocol does not allow."""


class RemoteProtocolError(ProtocolError):
    """Their fault (or the line's, or an attacker's): close the connection."""
