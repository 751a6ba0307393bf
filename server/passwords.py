"""Passwords, kept as argon2id hashes. Never logs or returns a password."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's choice: 19 MiB and two passes, 40 ms here, so that a sign-in stays within a page's 200 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Somebody without an account costs the same work as a wrong password, so timing tells nothing.
_NOBODY = _HASHER.hash("")


def hash_password(password: str) -> str:
    """Return the argon2id hash to store."""
    return _HASHER.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password is the hashed one; None stands for an account without one."""
    try:
        return _HASHER.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
