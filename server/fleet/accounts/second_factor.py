"""The second step of signing in: six digits of an app, others each half a minute (RFC 6238).

Never here: which codes were used (store/accounts/second_factors.py), how secrets are made.
"""

import hmac
from dataclasses import dataclass, field

import pyotp

STEP_S = 30
_DRIFT = 1  # steps by which the phone's clock may be off, either way
_DIGITS = 6
_ISSUER = "Voiturier"
RECOVERY_CODES = 10
RECOVERY_LETTERS = 10  # of 31 signs: 49 bits, each good once and guesses slowed down
OFFERED_S = 900  # how long a secret waits for its first code


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The secret that the app and we know, since when, and how many recovery codes are left."""

    secret: str = field(repr=False)
    confirmed_at_s: int
    codes_left: int


def step_of(secret: str, code: str, now_s: int) -> int | None:
    """Return which half minute's code this is, the present or one beside it; None: of no such.

    Args:
        secret: in base 32.
        code: as it was typed, without spaces.
        now_s: the present.
    """
    if len(code) != _DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    codes = pyotp.TOTP(secret, digits=_DIGITS, interval=STEP_S)
    now = now_s // STEP_S
    found = [
        step
        for step in range(now - _DRIFT, now + _DRIFT + 1)
        if hmac.compare_digest(codes.generate_otp(step), code)
    ]
    return max(found, default=None)


def address_of(secret: str, login: str) -> str:
    """Return what the app reads from the picture: otpauth://totp/..."""
    codes = pyotp.TOTP(secret, digits=_DIGITS, interval=STEP_S)
    return codes.provisioning_uri(name=login, issuer_name=_ISSUER)


def plain(typed: str) -> str:
    """Return a code without what people put between its signs, in capitals."""
    return "".join(c for c in typed.upper() if c.isalnum())
