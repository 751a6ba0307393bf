"""How a badge is named on the box and on the wire: never by its UID."""

from shared_protocol.crypto import hmac_sha256
from shared_protocol.errors import LocalProtocolError


def badge_tag(badge_key: bytes, uid: bytes) -> bytes:
    """The 8-byte name of a badge under one box's 32-byte badge key.

    Raises:
        LocalProtocolError: the key is not 32 bytes, or the UID is empty.
    """
    if len(badge_key) != 32 or not uid:
        raise LocalProtocolError("badge_input")
    return hmac_sha256(badge_key, uid)[:8]
