"""Who guesses passwords or codes is slowed down: by login, by address, and by both together.

Whoever signed in from a browser before is counted by that browser alone, so that nobody else's
guesses, from wherever or behind the same proxy, lock the owner out. Never here: counting
(throttle.py), whose address a request has (proxies.py).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from server.ports.addresses import network_of
from server.web.i18n import N_, Words
from server.web.proxies import client_address
from server.web.security import BROWSER_SECRET, is_https
from server.web.throttle import MAX_FAILURES, Throttle

# Failures in a quarter of an hour. Browsers that are known count in neither, so three hundred
# people behind one router on a Monday morning do not come near.
_OF_LOGIN = 10
_OF_ADDRESS = 20
_KNOWN = "voiturier-browser"
_KNOWN_FOR_S = 180 * 86_400


# A right password forgets no wrong code of the second step; asking for a link is no guess at all.
What = Literal["password", "second step", "link"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries what of whose: `browser` is one that this login was used in before, or None."""

    login: str
    address: str
    browser: str | None
    what: What = "password"


class Guesses:
    """What was tried of late."""

    def __init__(self) -> None:
        self._by_both = Throttle(MAX_FAILURES)
        self._by_login = Throttle(_OF_LOGIN)
        self._by_address = Throttle(_OF_ADDRESS)
        self._by_browser = Throttle(MAX_FAILURES)

    def wait_s(self, attempt: Attempt, now_s: int) -> int:
        """Return how many seconds must pass before this may be tried; 0: none."""
        return max(throttle.wait_s(key, now_s) for throttle, key in self._of(attempt))

    def left(self, attempt: Attempt, now_s: int) -> int:
        """Return how many more of these may fail before one must wait."""
        return min(throttle.left(key, now_s) for throttle, key in self._of(attempt))

    def failed(self, attempt: Attempt, now_s: int) -> None:
        """Remember a failure."""
        for throttle, key in self._of(attempt):
            throttle.failed(key, now_s)

    def succeeded(self, attempt: Attempt, now_s: int) -> None:
        """Take back the failure that was counted before the outcome was known.

        Those of one person in one place are forgotten; others of the login, or of the address,
        stay: an account of one's own is no way to begin anew.
        """
        for throttle, key in self._of(attempt):
            if throttle in (self._by_both, self._by_browser):
                throttle.succeeded(key)
            else:
                throttle.take_back(key, now_s)

    def _of(self, attempt: Attempt) -> list[tuple[Throttle, tuple[str, ...]]]:
        if attempt.browser is not None:
            return [(self._by_browser, (attempt.what, attempt.login, attempt.browser))]
        return [
            (self._by_both, (attempt.what, attempt.login, attempt.address)),
            (self._by_login, (attempt.what, attempt.login)),
            (self._by_address, (attempt.what, attempt.address)),
        ]


GUESSES = web.AppKey("GUESSES", Guesses)


def attempt_at(request: web.Request, login: str, what: What = "password") -> Attempt:
    """Return who tries this of the login; what else they try of it counts apart."""
    name = login.strip().lower()
    return Attempt(name, network_of(client_address(request)), _known_browser(request, name), what)


def know_browser(request: web.Request, response: web.StreamResponse, login: str) -> None:
    """Let a browser be known as one in which this login was used."""
    name = login.strip().lower()
    browser = _known_browser(request, name) or secrets.token_urlsafe(16)
    response.set_cookie(
        _KNOWN,
        f"{browser}.{_seal(request, browser, name)}",
        max_age=_KNOWN_FOR_S,
        httponly=True,
        samesite="Lax",
        secure=is_https(request),
    )


def later(wait_s: int, words: Words) -> str:
    """Say how long to wait."""
    message = N_("Too many attempts. Try again in %(minutes)s min.")
    return words.say(message, minutes=-(-wait_s // 60))


def tries_left(tries: int, words: Words) -> str:
    """Say how many tries are left; the same for a login that does not exist."""
    return words.say(N_("Tries left: %(tries)s."), tries=tries)


def _known_browser(request: web.Request, login: str) -> str | None:
    browser, _, seal = request.cookies.get(_KNOWN, "").partition(".")
    is_ours = hmac.compare_digest(seal.encode(), _seal(request, browser, login).encode())
    return browser if browser and is_ours else None


def _seal(request: web.Request, browser: str, login: str) -> str:
    said = f"{browser} {login}".encode()
    return hmac.new(request.app[BROWSER_SECRET], said, hashlib.sha256).hexdigest()
