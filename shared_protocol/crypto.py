"""The primitives of the protocol behind one interface: native on the box, OpenSSL on the server.

AesCcm, X25519, hmac_sha256 and sha256 come from one of two modules; HKDF is built on them here.
No key is ever kept, compared or logged at this level.
"""

try:
    import cryptolib  # noqa: F401 - only MicroPython has it, and that is the question
except ImportError:
    from shared_protocol.crypto_host import X25519, AesCcm, hmac_sha256, sha256
else:
    from shared_protocol.crypto_native import (  # type: ignore[assignment]
        X25519,
        AesCcm,
        hmac_sha256,
        sha256,
    )

__all__ = ("X25519", "AesCcm", "hkdf", "hmac_sha256", "sha256")


def hkdf(chaining_key: bytes, material: bytes, count: int) -> list[bytes]:
    """The HKDF of the Noise specification: `count` keys of 32 bytes.

    It is RFC 5869 with the chaining key as salt and an empty info.
    """
    extracted = hmac_sha256(chaining_key, material)
    keys = []
    block = b""
    for index in range(1, count + 1):
        block = hmac_sha256(extracted, block + bytes((index,)))
        keys.append(block)
    return keys
