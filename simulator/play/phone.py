"""A person's phone: signs in at the server as a browser does, and asks its JSON API.

The world stands still while the server answers; what the answer makes the server send to the boxes
is on its way before the phone returns. Never knows what a request is for: words/phone.py does.
"""

import html
import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from simulator.engine.network import PATIENCE_S
from simulator.engine.world import World
from simulator.errors import SimulatorError

# Everybody's with a phone. It lives as long as this program, and the worlds it makes.
PASSWORD = secrets.token_urlsafe(12)
_SIGN_IN = "/connexion"
_NOTICE = "/note-d-information"
_SIGNED_OUT = 401
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_COMPLAINT = re.compile(r'<div class="field-error"[^>]*>(.*?)</div>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


class Refused(SimulatorError):  # noqa: N818 - it is an answer, not a fault
    """The server said no.

    Attributes:
        status: HTTP's, 400 and above.
        words: what a person reads.
        answer: the whole JSON answer; empty when it was a page.
    """

    def __init__(self, what: str, status: int, words: str, answer: dict[str, Any]) -> None:
        super().__init__(f"{what}: {status}: {words}")
        self.status = status
        self.words = words
        self.answer = answer


class Phone:
    """Signed in as one of the scenario's people; again where the session has ended since.

    Args:
        world: whose server it speaks to.
        login: one whom operator.py gave the password.

    Raises:
        Refused: login and password do not match.
    """

    def __init__(self, world: World, login: str) -> None:
        self._world = world
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._login = login
        self._sign_in()

    def open(self, path: str) -> str:
        """Return the page at `path`; Refused."""
        return self._ask("GET", path)

    def get(self, path: str) -> Any:
        """Return what the JSON API answers at `path` (`/api/...`); Refused."""
        return json.loads(self._ask("GET", path))

    def post(self, path: str, content: dict[str, Any]) -> Any:
        """Send a JSON object and return the answer; Refused."""
        return json.loads(self._ask("POST", path, json.dumps(content), "application/json"))

    def delete(self, path: str) -> Any:
        """Delete and return the answer; Refused."""
        return json.loads(self._ask("DELETE", path))

    def fill_in(self, path: str, **fields: str) -> str:
        """Open a page, send its form, return the page it leads to; Refused."""
        found = _TOKEN.search(self.open(path))
        if found is None:
            raise SimulatorError(f"{path} has no form")
        form = urllib.parse.urlencode(fields | {"csrf_token": html.unescape(found[1])})
        return self._ask("POST", path, form, "application/x-www-form-urlencoded")

    def _sign_in(self) -> None:
        shown = self.fill_in(_SIGN_IN, login=self._login, password=PASSWORD)
        if f'action="{_NOTICE}' in shown:  # shown at a first sign-in: whose phone it is reads it
            self.fill_in(_NOTICE)

    def _ask(self, method: str, path: str, body: str = "", kind: str = "") -> str:
        text = self._asked(method, path, body, kind)
        if text is None:
            self._sign_in()
            text = self._asked(method, path, body, kind)
        if text is None:
            raise SimulatorError(f"{method} {path}: signed out at once")
        return text

    def _asked(self, method: str, path: str, body: str, kind: str) -> str | None:
        """Return the answer; None for one who is signed out."""
        assert self._world.server is not None
        self._world.settle()  # the server knows what time it is
        base = f"http://127.0.0.1:{self._world.server.http_port}"
        request = urllib.request.Request(base + path, method=method)
        request.add_header("Accept-Language", "en")
        if kind:
            request.data = body.encode()
            request.add_header("Content-Type", kind)
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as response:
                text: str = response.read().decode()
                is_out = path != _SIGN_IN and urllib.parse.urlsplit(response.url).path == _SIGN_IN
        except urllib.error.HTTPError as error:
            if error.code == _SIGNED_OUT:
                return None
            raise _refused(f"{method} {path}", error.code, error.read().decode()) from None
        except OSError as error:
            raise SimulatorError(f"{method} {path}: the server does not answer: {error}") from None
        finally:
            self._world.settle()
        return None if is_out else text


def _refused(what: str, status: int, text: str) -> Refused:
    try:
        answer = json.loads(text)
    except ValueError:  # a page: what stands beside the fields
        said = (_TAG.sub(" ", found) for found in _COMPLAINT.findall(text))
        words = "; ".join(html.unescape(" ".join(each.split())) for each in said)
        return Refused(what, status, words or "no reason given", {})
    return Refused(what, status, answer["message"], answer)
