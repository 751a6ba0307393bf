"""MicroPython's `cryptolib.aes` on the host, by OpenSSL."""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC


class aes:  # noqa: N801 - its name on the box
    """One direction each, as there; `mode` is 2, CBC."""

    def __init__(self, key: bytes, mode: int, iv: bytes) -> None:
        assert mode == 2
        self._cipher = Cipher(AES(key), CBC(iv))

    def encrypt(self, data: bytes) -> bytes:
        return self._cipher.encryptor().update(data)

    def decrypt(self, data: bytes) -> bytes:
        return self._cipher.decryptor().update(data)
