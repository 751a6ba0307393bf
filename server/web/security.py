"""What protects every page alike: headers, session cookie, same-origin rule, safe redirects.

The session's cookie is encrypted (aiohttp-session); its key is made at first use and stays in the
secrets directory, outside the database. Never here: who is signed in (sessions.py), who may see
what (auth.py).
"""

import hashlib
import hmac
import re
import secrets
from pathlib import Path

import aiohttp_session
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp_session import Session
from aiohttp_session.cookie_storage import EncryptedCookieStorage

from server import private_files
from server.actions.accounts import SESSION_S
from server.app_keys import CONFIG
from server.config import ServeError

SESSION_COOKIE = "voiturier"
_KEY_BYTES = 32

BROWSER_SECRET = web.AppKey("BROWSER_SECRET", bytes)
CSRF_SECRET = web.AppKey("CSRF_SECRET", bytes)

_HEADERS = {
    # Nothing inline, nothing from elsewhere: what is not named here does not load.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_LOCAL_PATH = re.compile(r"/(?!/)[A-Za-z0-9_/?&=.%:+,~-]*")


class SessionStorage(EncryptedCookieStorage):
    """The library's storage, which a cookie of strange bytes cannot upset."""

    def load_cookie(self, request: web.Request) -> str | None:
        """Return the cookie when it can be one of ours."""
        cookie: str | None = super().load_cookie(request)
        return cookie if cookie is not None and cookie.isascii() else None

    async def save_session(
        self, request: web.Request, response: web.StreamResponse, session: Session
    ) -> None:
        """Write the cookie; over https it is never sent in clear again."""
        await super().save_session(request, response, session)
        response.cookies[self.cookie_name]["secure"] = is_https(request)


def setup(app: web.Application) -> Middleware:
    """Install the headers and the secrets; return the middleware that carries the session."""
    key = session_key(app[CONFIG].session_key_path)
    app[CSRF_SECRET] = hmac.digest(key, b"voiturier csrf", hashlib.sha256)
    app[BROWSER_SECRET] = hmac.digest(key, b"voiturier browser", hashlib.sha256)
    app.on_response_prepare.append(_add_headers)
    storage = SessionStorage(
        key, cookie_name=SESSION_COOKIE, max_age=SESSION_S, httponly=True, samesite="Lax"
    )
    middleware: Middleware = aiohttp_session.session_middleware(storage)
    return middleware


def session_key(path: Path) -> bytes:
    """Return the key of the session cookies, made (0600) when there is none.

    Raises:
        ServeError: the file is there but is no key.
    """
    private_files.make_folder(path.parent)
    if not path.exists():
        with private_files.drafted(path) as draft:
            draft.write_bytes(secrets.token_bytes(_KEY_BYTES))
            private_files.put_once(draft, path)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise ServeError(f"{path} is not a session key: move it away, and everybody signs in again")
    return key


def local_path(text: str | None, otherwise: str) -> str:
    """Return `text` when it is a path of this site, so that no link leads a person elsewhere."""
    return text if text is not None and _LOCAL_PATH.fullmatch(text) else otherwise


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page makes a browser send; forms carry a token as well."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get("Origin")
        ours = (f"http://{request.host}", f"https://{request.host}")
        if site not in ("same-origin", "none") or (origin is not None and origin not in ours):
            raise web.HTTPForbidden
    return await handler(request)


def is_https(request: web.Request) -> bool:
    """Say whether the browser came over https; who lies about it harms themselves alone."""
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
